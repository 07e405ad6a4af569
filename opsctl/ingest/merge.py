"""Rows of several files become one table: what was sent twice counts once, what disagrees is not guessed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import polars as pl

from opsctl.core.errors import OpsctlError
from opsctl.ingest import newer
from opsctl.ingest.account import CONFLICT, SENT_TWICE, Part, Rejected, filled
from opsctl.ingest.remarks import Note
from opsctl.ingest.slices import Settled, one_owner_each
from opsctl.schemas import tables
from opsctl.schemas.table import Merge, physical_schema

REINSTALL = "reinstall"
RE_ENGAGED = "re-engaged"


@dataclass
class Merged:
    """One table out of its files; the hashes of `told_apart_by` differ from row to row, where that is known."""

    frame: pl.DataFrame
    parts: list[Part]
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    told_apart_by: tuple[str, ...] = ()


def merge(table: str, parts: Sequence[Part], reinstall_days: int) -> Merged:
    """Join the files of one table by its merge rule.

    `frame` has the table's physical columns, attributes, `source_file` (position in `parts`) and
    `source_line`; the accounts of `parts` say what was dropped and rejected on the way.
    """
    how = tables()[table].MERGE
    settled = one_owner_each(table, parts) if how is Merge.REPLACE else Settled(list(parts))
    kept = settled.parts
    frame = _with_rest(_stacked(table, kept), settled)
    apart = _told_apart_by(frame, tables()[table].KEY) if how is Merge.UPSERT else ()
    if how is Merge.UPSERT and not apart:
        frame, kept = _one_row_per_key(table, frame, kept, reinstall_days)
    return Merged(frame, kept, settled.refused, settled.notes, apart)


def _stacked(table: str, parts: Sequence[Part]) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame(
            schema={**physical_schema(tables()[table]), "source_file": pl.Int32, "source_line": pl.Int64}
        )
    frames = [
        part.frame.rename({"line": "source_line"}).with_columns(source_file=pl.lit(at, pl.Int32))
        for at, part in enumerate(parts)
    ]
    return pl.concat(frames, how="diagonal")


def _with_rest(frame: pl.DataFrame, settled: Settled) -> pl.DataFrame:
    """The rows, and what finer breakdowns leave untold of their money, under the file of the plain one."""
    if not settled.rest:
        return frame
    place = {part.account.file: at for at, part in enumerate(settled.parts)}
    rest = pl.concat(settled.rest).filter(pl.col("file").is_in(list(place)))
    owner = pl.col("file").replace_strict(place, return_dtype=pl.Int32)
    return pl.concat([frame, rest.select(pl.exclude("file"), source_file=owner)], how="diagonal")


# --- upsert by key --------------------------------------------------------------------------------------


def _one_row_per_key(
    table: str, frame: pl.DataFrame, parts: list[Part], reinstall_days: int
) -> tuple[pl.DataFrame, list[Part]]:
    key = list(tables()[table].KEY)
    where = ["source_file", "source_line"]
    said = [name for name in frame.columns if name not in where]
    if frame[key[0]].n_unique() == frame.height:
        return frame, parts
    repeated = frame.filter(pl.struct(key).is_duplicated())
    if repeated.is_empty():
        return frame, parts
    rows = repeated.sort(where).with_columns(fate=pl.lit(None, pl.String))
    if newer.than_another(parts):
        rows = _of_newest(table, rows, key, parts)
    again = ~pl.struct([*said, "fate"]).is_first_distinct() & pl.col("fate").is_null()
    fates = rows.with_columns(fate=pl.when(again).then(pl.lit(SENT_TWICE)).otherwise("fate"))
    fates = _later_acquisitions(fates, key, reinstall_days) if table == "acquisition" else fates
    left = pl.col("fate").is_null()
    fates = fates.with_columns(fate=pl.when(left & (left.sum().over(key) > 1)).then(pl.lit(CONFLICT)).otherwise("fate"))
    gone = fates.filter(~left).select(*where, "fate")
    return (
        _with_completed(frame, fates.filter(left).drop("fate"), gone, where),
        [_accounted(part, gone.filter(pl.col("source_file") == at), key) for at, part in enumerate(parts)],
    )


def _told_apart_by(frame: pl.DataFrame, key: Sequence[str]) -> tuple[str, ...]:
    """The columns of a key by whose hashes, at little cost, no two rows are alike; none where some may be."""
    known = filled(frame)
    told = tuple(name for name in key if name in known) or tuple(key[:1])
    hashes = frame[told[0]].hash() if len(told) == 1 else frame.select(told).hash_rows()
    ordered = hashes.sort()  # in half the memory that a set of them would take
    return () if (ordered[1:] == ordered[:-1]).any() else told


def _of_newest(table: str, rows: pl.DataFrame, key: list[str], parts: Sequence[Part]) -> pl.DataFrame:
    """What a newer file says of the same thing takes the place of what an older one said."""
    if table != "acquisition":
        return newer.newest_rows(rows, key, parts)
    gone = newer.moved(rows, key, parts)
    kept = newer.completed(rows, [*key, "day"], parts)
    return kept.with_columns(fate=pl.when(gone).then(pl.lit(newer.REPLACED)))


def _with_completed(frame: pl.DataFrame, kept: pl.DataFrame, gone: pl.DataFrame, where: list[str]) -> pl.DataFrame:
    """The rows in their order without those that are gone; the kept ones as they were completed."""
    left = frame.join(gone, on=where, how="anti", maintain_order="left")
    return left.update(kept, on=where, how="left", include_nulls=True) if kept.height else left


def _later_acquisitions(rows: pl.DataFrame, key: list[str], reinstall_days: int) -> pl.DataFrame:
    """A user is acquired once, first; soon afterwards it was a reinstall, long afterwards a re-engagement."""
    left = pl.col("fate").is_null()
    first_day = pl.col("day").filter(left).min().over(key)
    first_time = pl.col("acquired_at").filter(left).min().over(key)
    gap = pl.col("day") - first_day
    earliest = (gap == timedelta(0)) & (pl.col("acquired_at").is_null() | (pl.col("acquired_at") == first_time))
    later = pl.when(gap < timedelta(days=reinstall_days)).then(pl.lit(REINSTALL)).otherwise(pl.lit(RE_ENGAGED))
    return rows.with_columns(fate=pl.when(left & ~earliest).then(later).otherwise("fate"))


def _accounted(part: Part, gone: pl.DataFrame, key: list[str]) -> Part:
    """The file's account with the rows that merging took away."""
    account = part.account
    for fate, rows in gone.group_by("fate").len().sort("fate").iter_rows():
        if fate != CONFLICT:
            account = account.with_dropped(fate, rows)
    lines = gone.filter(pl.col("fate") == CONFLICT)["source_line"].sort()
    reason = f"the same {key[0]} stands elsewhere with other values, and nothing says which is newer"
    conflicts = tuple(Rejected(account.file, line, key[0], CONFLICT, reason) for line in lines)
    account = replace(
        account,
        accepted=account.accepted - len(conflicts),
        rejected=tuple(sorted((*account.rejected, *conflicts), key=lambda row: row.line)),
    )
    return replace(part, account=account, frame=part.frame.filter(~pl.col("line").is_in(gone["source_line"].implode())))
