"""One money at several breakdowns: totals take the plainest complete one, the others answer for their own.

By campaign, region, placement, hour and so on a platform tells of the same money again and again. Rows get a
`rank` within their slice (0: the one that totals take) and their `cut`, the breakdowns that they tell. What a finer
breakdown does not tell of the money is a row of its own, of nothing in particular.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Part
from opsctl.ingest.remarks import Note

CUTS = ("campaign", "ad_group", "creative", "keyword", "placement", "audience", "region", "hour")
ALSO = {"campaign_id": "campaign"}  # an id and its name are one breakdown
PURSE = ("account", "product", "agency", "channel", "currency")  # of one platform, what bills one money
SLICE = (*PURSE, "day", "through")
SEPARATOR = "+"
ROUNDING_SLACK = 0.005  # of the money: platforms round rows, and hide cells with few people
MARKS = ("cut", "platform", "rank")  # columns of rows that are told at several breakdowns, null elsewhere
_LEAST = 0.5  # with nothing else in common, less than this share of the money may be another account's
_SHOWN = 5  # files that a sentence names
_CENT = 100  # ten-thousandths
_AMOUNTS = ("spend", "impressions", "clicks")
_TOLD = ("impressions", "clicks", "conversions", "conversion_goal")


@dataclass
class Ranked:
    """The files of one platform, their rows ranked.

    Attributes:
        parts: Those that are not refused; without two breakdowns of one slice nothing was added to their frames.
        refused: Those that cannot hold the same money as the complete ones.
        notes: Which files tell the same money.
        rest: Of each slice and finer breakdown the amounts that it does not tell; rows without a line, with the
            `owner` of the plain ones, a position in `parts`.
    """

    parts: list[Part]
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rest: pl.DataFrame | None = None


def cut_of(part: Part) -> str:
    """The breakdowns that a file tells, such as `campaign+region`; nothing for the account as a whole."""
    here = [name for name in (*CUTS, *ALSO) if name in part.frame.columns]
    told = {ALSO.get(name, name) for name in here if part.frame[name].null_count() < part.frame.height}
    own = [part.breakdown] if part.breakdown and part.breakdown not in (*CUTS, *SLICE) else []
    return SEPARATOR.join([*(name for name in CUTS if name in told), *own])


def ranked(parts: Sequence[Part]) -> Ranked:
    """Rank the rows of one platform's files; those that cannot be the same money are refused."""
    cuts = [cut_of(part) for part in parts]
    if len(set(cuts)) < 2:  # noqa: PLR2004 - one breakdown cannot be told twice
        return Ranked(list(parts))
    platform = parts[0].account.mapping.partition("/")[0]
    framed = [
        part.frame.with_columns(cut=pl.lit(cut), platform=pl.lit(platform), owner=pl.lit(at, pl.Int64))
        for at, (part, cut) in enumerate(zip(parts, cuts, strict=True))
    ]
    rows = pl.concat(framed, how="diagonal")
    ranks = _ranks(rows)
    if ranks["rank"].max() == 0:
        return Ranked(list(parts))
    placed = rows.join(ranks.select(*SLICE, "cut", "rank"), on=[*SLICE, "cut"], how="left", nulls_equal=True)
    wrong = _contradictions(placed)
    if wrong:  # without the refused files the others may rank differently
        again = ranked([part for at, part in enumerate(parts) if at not in wrong])
        return replace(again, refused=[*(_overlap(parts, wrong, at) for at in sorted(wrong)), *again.refused])
    left = [_with_ranks(part, frame, ranks) for part, frame in zip(parts, framed, strict=True)]
    return Ranked(left, notes=_notes(parts, placed, ranks), rest=_rest(placed))


def _ranks(rows: pl.DataFrame) -> pl.DataFrame:
    """For each slice and breakdown its money and rank.

    Complete before incomplete, what tells more of traffic and conversions before what tells less, plain before fine.
    """
    told = pl.sum_horizontal(pl.col(*_TOLD).is_not_null().any().cast(pl.Int64))
    sums = rows.group_by(*SLICE, "cut").agg(pl.col("spend").sum(), told=told)
    most = pl.col("spend").max().over(SLICE)
    by_fineness = {cut: at for at, cut in enumerate(sorted(set(sums["cut"]), key=_fineness))}
    judged = sums.with_columns(
        most=most,
        complete=pl.col("spend") >= most * (1 - ROUNDING_SLACK),
        fineness=pl.col("cut").replace_strict(by_fineness, return_dtype=pl.Int64),
    ).sort("complete", "told", "fineness", descending=[True, True, False])
    return judged.with_columns(rank=pl.int_range(pl.len()).over(SLICE).cast(pl.Int32))


def _fineness(cut: str) -> tuple[int, list[int], str]:
    """Plain before fine; of equally fine ones the one that is asked for most."""
    names = cut.split(SEPARATOR) if cut else []
    return len(names), [CUTS.index(name) if name in CUTS else len(CUTS) for name in names], cut


def _with_ranks(part: Part, frame: pl.DataFrame, ranks: pl.DataFrame) -> Part:
    keys = [*SLICE, "cut"]
    found = frame.join(ranks.select(*keys, "rank"), on=keys, how="left", nulls_equal=True, maintain_order="left")
    return replace(part, frame=found.drop("owner"))


def _rest(placed: pl.DataFrame) -> pl.DataFrame:
    """What the finer breakdowns of a slice leave untold of its amounts: as much as is known on both sides."""
    summed = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in _AMOUNTS]
    first = placed.filter(pl.col("rank") == 0).group_by(SLICE).agg(*summed, owner=pl.col("owner").min())
    finer = placed.filter(pl.col("rank") > 0).group_by(*SLICE, *MARKS).agg(summed)
    beside = finer.join(first, on=SLICE, nulls_equal=True, suffix="_all")
    left = [(pl.col(f"{name}_all") - pl.col(name)).clip(0).alias(name) for name in _AMOUNTS]
    rest = beside.with_columns(left).filter(pl.any_horizontal(pl.col(*_AMOUNTS) > 0))
    return rest.select(*SLICE, *MARKS, *_AMOUNTS, "owner").sort("day", "cut", "owner", *PURSE, nulls_last=True)


# --- what cannot be the same money ----------------------------------------------------------------------


def _contradictions(placed: pl.DataFrame) -> dict[int, tuple[int, pl.DataFrame]]:
    """The files of finer breakdowns that contradict, each with the owner of what they contradict, and the slices."""
    first = placed.filter(pl.col("rank") == 0)
    finer = placed.filter(pl.col("rank") > 0)
    found: dict[int, tuple[int, pl.DataFrame]] = {}
    for cut in sorted(set(finer["cut"])):
        mine = finer.filter(pl.col("cut") == cut)
        for plain_cut in sorted(set(first["cut"])):
            plain = first.filter(pl.col("cut") == plain_cut)
            wrong = _not_the_same(plain, mine, _common(plain, mine, plain_cut, cut))
            for owner, other in _pairs(mine, plain, wrong):
                found.setdefault(owner, (other, wrong))
    return found


def _common(plain: pl.DataFrame, finer: pl.DataFrame, plain_cut: str, cut: str) -> list[str]:
    """The columns that both tell; a campaign by its id where both have ids, else by a name that both have."""
    names = [name for name in plain_cut.split(SEPARATOR) if name in CUTS and name in cut.split(SEPARATOR)]
    if "campaign" in names:
        told = [name for name in ("campaign_id", "campaign") if plain[name].count() and finer[name].count()]
        names = [*told[:1], *(name for name in names if name != "campaign")]
    return names


def _not_the_same(plain: pl.DataFrame, finer: pl.DataFrame, common: list[str]) -> pl.DataFrame:
    """The slices of both in which the finer money cannot be a part of the plain money.

    Sums that agree are the same money, whatever its parts are called today. Otherwise no campaign can have more in
    the finer one; and where nothing is common to both, a small share may be another account's.
    """
    both = _summed(finer, SLICE).join(_summed(plain, SLICE), on=SLICE, nulls_equal=True, suffix="_plain")
    allowed = pl.col("spend_plain") * ROUNDING_SLACK + _CENT
    differ = both.filter((pl.col("spend") - pl.col("spend_plain")).abs() > allowed)
    if not common:
        return differ.filter(pl.col("spend") < pl.col("spend_plain") * _LEAST).select(SLICE)
    keys = [*SLICE, *common]
    parts = _summed(finer, keys).join(differ.select(SLICE), on=SLICE, how="semi", nulls_equal=True)
    beside = parts.join(_summed(plain, keys), on=keys, how="left", nulls_equal=True, suffix="_plain")
    known = pl.col("spend_plain").fill_null(0)
    return beside.filter(pl.col("spend") > known * (1 + ROUNDING_SLACK) + _CENT).select(SLICE).unique()


def _summed(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    return rows.group_by(keys).agg(pl.col("spend").sum())


def _pairs(mine: pl.DataFrame, plain: pl.DataFrame, wrong: pl.DataFrame) -> list[tuple[int, int]]:
    """Each file with rows in the slices, and one that it contradicts there."""
    sides = [
        rows.join(wrong, on=SLICE, how="semi", nulls_equal=True).select(*SLICE, "owner").unique()
        for rows in (mine, plain)
    ]
    pairs = sides[0].join(sides[1], on=SLICE, nulls_equal=True, suffix="_plain")
    return sorted(pairs.group_by("owner").agg(pl.col("owner_plain").min()).iter_rows())


def _overlap(parts: Sequence[Part], wrong: dict[int, tuple[int, pl.DataFrame]], at: int) -> Overlap:
    other, slices = wrong[at]
    mine = slices.join(parts[at].frame, on=SLICE, how="semi", nulls_equal=True)
    return Overlap(
        f"{parts[other].account.file} and {parts[at].account.file} tell of the same account and days at two breakdowns,"
        f" and it cannot be the same money ({span_of(mine)})",
        file=parts[at].account.file,
        hint="leave one out; if they are two accounts, give each its own `account:` under sources in opsctl.yaml",
    )


def span_of(slices: pl.DataFrame) -> str:
    """Which days slices are of, in words."""
    days = sorted(set(slices["day"].drop_nulls()))
    if not days:
        return "no days are named"
    return str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]}"


def _notes(parts: Sequence[Part], placed: pl.DataFrame, ranks: pl.DataFrame) -> list[Note]:
    """That money was told several times, by which files, and how much of it the finer ones find."""
    notes = []
    finer = placed.filter(pl.col("rank") > 0)
    shares = ranks.filter(pl.col("rank") > 0).group_by("cut").agg(pl.col("spend").sum(), pl.col("most").sum())
    for cut, spend, most in shares.sort("cut").iter_rows():
        owners = sorted(set(finer.filter(pl.col("cut") == cut)["owner"]))
        files = ", ".join(parts[at].account.file for at in owners[:_SHOWN])
        more = f" and {len(owners) - _SHOWN} more files" if len(owners) > _SHOWN else ""
        share = f"{spend / most:.1%}" if most else "all"
        by = cut.replace(SEPARATOR, " and ") or "the account as a whole"
        text = f"{files}{more}: the same money by {by} ({share} of it); it is counted once, and answers there"
        notes.append(Note("same_money", text))
    return notes
