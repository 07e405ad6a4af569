"""One money at several breakdowns: totals take the plainest complete one, the others answer for their own.

By campaign, region, placement, hour and so on a platform tells of the same money again and again. Rows get a
`rank` within their slice (0: the one that totals take) and their `cut`, the breakdowns that they tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Part
from opsctl.ingest.remarks import Note

CUTS = ("campaign", "ad_group", "creative", "keyword", "placement", "audience", "region", "hour")
ALSO = {"campaign_id": "campaign"}  # an id and its name are one breakdown
SLICE = ("account", "channel", "currency", "day", "through")
_SLACK = 0.005  # of the money: platforms round rows, and hide cells with few people
_LEAST = 0.5  # below this share of the money, a finer file is not the same money any more
SEPARATOR = "+"
MARKS = ("cut", "platform", "rank")  # columns of rows that are told at several breakdowns, null elsewhere


def cut_of(part: Part) -> str:
    """The breakdowns that a file tells, such as `campaign+region`; nothing for the account as a whole."""
    here = [name for name in (*CUTS, *ALSO) if name in part.frame.columns]
    told = {ALSO.get(name, name) for name in here if part.frame[name].null_count() < part.frame.height}
    own = [part.breakdown] if part.breakdown and part.breakdown not in (*CUTS, *SLICE) else []
    return SEPARATOR.join([*(name for name in CUTS if name in told), *own])


def ranked(parts: Sequence[Part]) -> tuple[list[Part], list[OpsctlError], list[Note]]:
    """The files of one platform, their rows ranked; those that cannot be the same money are refused.

    Without two breakdowns of one slice nothing is added to the frames.
    """
    cuts = [cut_of(part) for part in parts]
    platform = parts[0].account.mapping.partition("/")[0] if parts else ""
    if len(set(cuts)) < 2:  # noqa: PLR2004 - one breakdown cannot be told twice
        return list(parts), [], []
    framed = [
        part.frame.with_columns(cut=pl.lit(cut), platform=pl.lit(platform), owner=at)
        for at, (part, cut) in enumerate(zip(parts, cuts, strict=True))
    ]
    rows = pl.concat(framed, how="diagonal")
    ranks = _ranks(rows)
    if ranks["rank"].max() == 0:
        return list(parts), [], []
    out, refused = _contradictions(parts, rows, ranks)
    left = [
        _with_ranks(part, frame, ranks)
        for at, (part, frame) in enumerate(zip(parts, framed, strict=True))
        if at not in out
    ]
    if out:  # without the refused files the others may rank differently
        again, more, notes = ranked([replace(part, frame=part.frame.drop(*MARKS)) for part in left])
        return again, [*refused, *more], notes
    return left, refused, _notes(parts, rows, ranks)


def _ranks(rows: pl.DataFrame) -> pl.DataFrame:
    """For each slice and breakdown its money and rank: complete before incomplete, plain before fine."""
    keys = list(SLICE)
    sums = rows.group_by(*keys, "cut").agg(pl.col("spend").sum())
    most = pl.col("spend").max().over(keys)
    by_fineness = {cut: at for at, cut in enumerate(sorted(set(sums["cut"]), key=_fineness))}
    judged = sums.with_columns(
        most=most,
        complete=pl.col("spend") >= most * (1 - _SLACK),
        fineness=pl.col("cut").replace_strict(by_fineness, return_dtype=pl.Int64),
    ).sort("complete", "fineness", descending=[True, False])
    return judged.with_columns(rank=pl.int_range(pl.len()).over(keys, order_by=None).cast(pl.Int32))


def _fineness(cut: str) -> tuple[int, list[int], str]:
    """Plain before fine; of equally fine ones the one that is asked for most."""
    names = cut.split(SEPARATOR) if cut else []
    return len(names), [CUTS.index(name) if name in CUTS else len(CUTS) for name in names], cut


def _with_ranks(part: Part, frame: pl.DataFrame, ranks: pl.DataFrame) -> Part:
    keys = [*SLICE, "cut"]
    found = frame.join(ranks.select(*keys, "rank"), on=keys, how="left", nulls_equal=True, maintain_order="left")
    return replace(part, frame=found.drop("owner"))


def _contradictions(
    parts: Sequence[Part], rows: pl.DataFrame, ranks: pl.DataFrame
) -> tuple[set[int], list[OpsctlError]]:
    """Files that cannot hold the same money at two breakdowns: far less of it, or more of a campaign than there is."""
    keys = list(SLICE)
    placed = rows.join(ranks.select(*keys, "cut", "rank"), on=[*keys, "cut"], how="left", nulls_equal=True)
    first = placed.filter(pl.col("rank") == 0)
    out: set[int] = set()
    refused: list[OpsctlError] = []
    for cut in sorted(set(ranks.filter(pl.col("rank") > 0)["cut"])):
        finer = placed.filter((pl.col("cut") == cut) & (pl.col("rank") > 0))
        for plain_cut in sorted(set(first["cut"])):
            plain = first.filter(pl.col("cut") == plain_cut)
            wrong = _not_the_same(plain, finer, _common(plain_cut, cut))
            for one, other in product(_owners(plain, wrong), _owners(finer, wrong)):
                out |= {one, other}
                refused.append(_overlap(parts[one], parts[other], wrong))
    return out, refused


def _common(plain: str, finer: str) -> list[str]:
    """The breakdowns that both tell, by their column."""
    return [name for name in plain.split(SEPARATOR) if name in CUTS and name in finer.split(SEPARATOR)]


def _not_the_same(plain: pl.DataFrame, finer: pl.DataFrame, common: list[str]) -> pl.DataFrame:
    """The slices of both in which the finer money is no part, or a small part, of the plain money."""
    keys = list(SLICE)
    both = plain.select(keys).unique().join(finer.select(keys).unique(), on=keys, how="inner", nulls_equal=True)
    sides = [
        frame.join(both, on=keys, how="semi", nulls_equal=True).group_by(*keys, *common).agg(pl.col("spend").sum())
        for frame in (plain, finer)
    ]
    beside = sides[1].join(sides[0], on=[*keys, *common], how="left", nulls_equal=True, suffix="_plain")
    known = pl.col("spend_plain").fill_null(0)
    more = beside.filter((pl.col("spend") > known * (1 + _SLACK)) & (pl.col("spend") > known + _cents(1)))
    totals = [side.group_by(keys).agg(pl.col("spend").sum()) for side in sides]
    little = (
        totals[1]
        .join(totals[0], on=keys, nulls_equal=True, suffix="_plain")
        .filter(pl.col("spend") < pl.col("spend_plain") * _LEAST)
    )
    return pl.concat([more.select(keys), little.select(keys)]).unique()


def _cents(number: int) -> int:
    return number * 100


def _owners(rows: pl.DataFrame, slices: pl.DataFrame) -> list[int]:
    return sorted(set(rows.join(slices, on=slices.columns, how="semi", nulls_equal=True)["owner"]))


def _overlap(first: Part, other: Part, wrong: pl.DataFrame) -> Overlap:
    return Overlap(
        f"{first.account.file} and {other.account.file} tell of the same account and days at two breakdowns, and it"
        f" cannot be the same money ({span_of(wrong)})",
        file=other.account.file,
        hint="leave one out; if they are two accounts, give each its own `account:` under sources in opsctl.yaml",
    )


def span_of(slices: pl.DataFrame) -> str:
    """Which days slices are of, in words."""
    days = sorted(set(slices["day"].drop_nulls()))
    if not days:
        return "no days are named"
    return str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]}"


def _notes(parts: Sequence[Part], rows: pl.DataFrame, ranks: pl.DataFrame) -> list[Note]:
    """That money was told several times, by which files, and how much of it the finer ones find."""
    notes = []
    for cut, spend, most in (
        ranks.filter(pl.col("rank") > 0).group_by("cut").agg(pl.col("spend").sum(), pl.col("most").sum()).sort("cut")
    ).iter_rows():
        files = ", ".join(parts[at].account.file for at in sorted(set(rows.filter(pl.col("cut") == cut)["owner"])))
        share = f"{spend / most:.1%}" if most else "all"
        by = cut.replace(SEPARATOR, " and ") or "the account as a whole"
        notes.append(
            Note(
                "same_money", f"{files}: the same money by {by} ({share} of it); it is counted once, and answers there"
            )
        )
    return notes
