"""What a newer export says replaces what an older one said: only of the same thing, and nothing else is lost.

Files that were read together have one `load`: nothing says which of them is newer, and nothing here applies. A file of
a later load is newer than all before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from opsctl.ingest import breakdowns
from opsctl.ingest.account import Part
from opsctl.ingest.cohorts import COHORT
from opsctl.schemas import tables

REPLACED = "replaced by a newer export"  # a reason for dropping rows
_AT = "_at"  # the position of a row's file
_LOAD = "_load"
_TOLD_BY = {"users": COHORT}  # what is told of a cohort as a whole; the rest is told of each of its days
_AMOUNTS = ("users", "active", "rounding", "orders", "net_paid")
_RATES = {"active": "rounding"}  # what belongs to an amount and goes with it


def than_another(parts: Sequence[Part]) -> bool:
    """Is any of the files newer than another?"""
    return len({part.load for part in parts}) > 1


def newest_slices(parts: Sequence[Part], *, whole: bool) -> list[Part]:
    """Files of spend without the slices (account, breakdown, local day) that a newer file tells anew.

    A platform's export owns its slices `whole`. A canonical file owns those of older files of its name, and of others
    the rows that it has too.
    """
    if not than_another(parts):
        return list(parts)
    names = None if whole else [part.account.file for part in parts]
    kept = _kept(parts, [*breakdowns.SLICE, "cut"], names)
    if whole:
        return kept
    return _kept(kept, list(tables()["spend"].KEY), None)


def _kept(parts: Sequence[Part], key: list[str], names: list[str] | None) -> list[Part]:
    """The files without the rows whose key a newer file has; with `names`, a newer file of the same name."""
    rows = pl.concat(
        part.frame.with_columns(cut=pl.lit(breakdowns.cut_of(part)))
        .select(key)
        .unique()
        .with_columns(pl.lit(at).alias(_AT), pl.lit(part.load).alias(_LOAD), name=pl.lit(names[at] if names else ""))
        for at, part in enumerate(parts)
    )
    older = rows.filter(pl.col(_LOAD) < pl.col(_LOAD).max().over([*key, "name"]))
    if older.is_empty():
        return list(parts)
    of = older.partition_by(_AT, as_dict=True)
    return [_without(part, of.get((at,)), key) for at, part in enumerate(parts)]


def _without(part: Part, gone: pl.DataFrame | None, key: list[str]) -> Part:
    if gone is None:
        return part
    cut = pl.lit(breakdowns.cut_of(part)).alias("cut")
    left = part.frame.with_columns(cut).join(
        gone.select(key), on=key, how="anti", nulls_equal=True, maintain_order="left"
    )
    frame = left if "cut" in part.frame.columns else left.drop("cut")
    return replace(part, frame=frame, account=part.account.with_dropped(REPLACED, part.frame.height - left.height))


# --- cohorts: amount by amount ----------------------------------------------------------------------------


def newest_cohorts(parts: Sequence[Part]) -> list[Part]:
    """Tables of cohorts without what a newer one tells of the same cohort and day; what only the older knows stays."""
    if not than_another(parts):
        return list(parts)
    return [_told_by_none_of(part, [one for one in parts if one.load > part.load]) for part in parts]


def _told_by_none_of(part: Part, newer: Sequence[Part]) -> Part:
    frame = part.frame
    for amount in (name for name in _AMOUNTS if name not in _RATES.values()):
        key = list(_TOLD_BY.get(amount, (*COHORT, "offset", "day_unit")))
        told = [one.frame.filter(pl.col(amount).is_not_null()).select(key).unique() for one in newer]
        if not told:
            continue
        again = frame.join(
            pl.concat(told).unique().with_columns(again=pl.lit(value=True)),
            on=key,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )["again"].fill_null(value=False)
        gone = [name for name in (amount, _RATES.get(amount)) if name]
        frame = frame.with_columns(pl.when(~again).then(name).alias(name) for name in gone)
    knew = pl.any_horizontal(pl.col(_AMOUNTS).is_not_null())
    emptied = frame.filter(~knew).join(part.frame.filter(knew), on="line", how="semi")
    left = frame.join(emptied, on="line", how="anti", maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(REPLACED, frame.height - left.height))


# --- rows by key ------------------------------------------------------------------------------------------


def newest_rows(repeated: pl.DataFrame, key: list[str], parts: Sequence[Part]) -> pl.DataFrame:
    """Rows with the same key, completed; the `fate` of all but those of the newest file is that they are replaced."""
    newest = pl.col(_LOAD) == pl.col(_LOAD).max().over(key)
    fate = _dated(repeated, parts).select(fate=pl.when(~newest).then(pl.lit(REPLACED))).to_series()
    return completed(repeated, key, parts).with_columns(fate)


def completed(rows: pl.DataFrame, key: list[str], parts: Sequence[Part]) -> pl.DataFrame:
    """Rows that are of the same thing, each with the columns that its file does not have from the newest that has them.

    An export without refunds takes none back.
    """
    filled = [name for name in rows.columns if name not in (*key, "source_file", "source_line", "fate")]
    return _dated(rows, parts).with_columns(_completed(name, key, parts) for name in filled).drop(_LOAD)


def _dated(rows: pl.DataFrame, parts: Sequence[Part]) -> pl.DataFrame:
    loads = pl.Series(_LOAD, [part.load for part in parts])
    return rows.with_columns(loads.gather(rows["source_file"]))


def _completed(name: str, key: list[str], parts: Sequence[Part]) -> pl.Expr:
    own = pl.col("source_file").is_in([at for at, part in enumerate(parts) if name in part.supplied])
    by_age = [each.sort_by(_LOAD, descending=True) for each in (pl.col(name), own)]
    return pl.when(own).then(name).otherwise(by_age[0].filter(by_age[1]).first().over(key)).alias(name)


def moved(repeated: pl.DataFrame, key: list[str], parts: Sequence[Part]) -> pl.Series:
    """Of acquisitions with the same key: has something newer taken this one's place?

    It has, where a newer row is of the same day, or where its source told that day anew: then the user either stands
    there again, or was moved to the day of another row. A later day in a file that does not tell the older one anew is
    no correction: the user came again. One row always stays: nobody is lost because an export forgot them.
    """
    platforms = [part.account.mapping.partition("/")[0] for part in parts]
    told = pl.concat(
        part.frame.select("day", platform=pl.lit(platform), anew=pl.lit(part.load)).unique()
        for part, platform in zip(parts, platforms, strict=True)
    )
    newest = told.group_by("platform", "day").agg(pl.col("anew").max())
    rows = _dated(repeated, parts).with_columns(platform=pl.Series(platforms).gather(repeated["source_file"]))
    rows = rows.join(newest, on=["platform", "day"], how="left", maintain_order="left")
    later = pl.col(_LOAD) < pl.max_horizontal("anew", pl.col(_LOAD).max().over([*key, "day"]))
    last = pl.int_range(pl.len()).over(key) == pl.col(_LOAD).arg_max().over(key)
    return rows.select(gone=later & ~(later.all().over(key) & last)).to_series()
