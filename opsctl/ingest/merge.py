"""Rows of several files become one table: what was sent twice counts once, what disagrees is not guessed at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Input, Rejected
from opsctl.schemas import tables
from opsctl.schemas.table import Merge, columns, physical_schema

CONFLICT = "OPS209"
SENT_TWICE = "sent twice"
REINSTALL = "reinstall"
RE_ENGAGED = "re-engaged"


@dataclass(frozen=True)
class Part:
    """The accepted rows of one file, with its account."""

    account: Input
    frame: pl.DataFrame
    supplied: frozenset[str]


@dataclass
class Merged:
    """One table out of its files."""

    frame: pl.DataFrame
    parts: list[Part]
    refused: list[OpsctlError] = field(default_factory=list)


def merge(table: str, parts: Sequence[Part], reinstall_days: int) -> Merged:
    """Join the files of one table by its merge rule.

    `frame` has the table's physical columns, attributes, `source_file` (position in `parts`) and
    `source_line`; the accounts of `parts` say what was dropped and rejected on the way.
    """
    how = tables()[table].MERGE
    refused: list[OpsctlError] = []
    kept = list(parts)
    if how is Merge.REPLACE:
        kept, refused = _one_owner_per_slice(kept)
    frame = _stacked(table, kept)
    if how is Merge.UPSERT:
        frame, kept = _one_row_per_key(table, frame, kept, reinstall_days)
    return Merged(frame, kept, refused)


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


# --- replace by slice -----------------------------------------------------------------------------------


def _one_owner_per_slice(parts: list[Part]) -> tuple[list[Part], list[OpsctlError]]:
    """Two files that tell of the same entity on the same day must tell the same, and then count once."""
    entities: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, part in enumerate(parts):
        for slice_ in _slices(part).iter_rows():
            entities[slice_].append(at)
    pairs = sorted({(first, other) for owners in entities.values() for first, *others in [owners] for other in others})
    out: set[int] = set()
    refused: list[OpsctlError] = []
    for first, other in pairs:
        if {first, other} & out:
            continue
        shared = _slices(parts[first]).join(_slices(parts[other]), on=_keys(), nulls_equal=True)
        if _same_rows(parts[first], parts[other], shared):
            parts[other] = _without(parts[other], shared)
        else:
            out |= {first, other}
            refused.append(_overlap(parts[first], parts[other], shared))
    return [part for at, part in enumerate(parts) if at not in out], refused


def _keys() -> list[str]:
    return list(tables()["spend"].KEY)


def _slices(part: Part) -> pl.DataFrame:
    return part.frame.select(_keys()).unique(maintain_order=True)


def _amounts(part: Part, shared: pl.DataFrame) -> pl.DataFrame:
    names = [*_keys(), *(name for name in columns(tables()["spend"]) if name not in _keys())]
    rows = part.frame.join(shared, on=_keys(), how="semi", nulls_equal=True).select(names)
    return rows.sort(names, nulls_last=True)


def _same_rows(first: Part, other: Part, shared: pl.DataFrame) -> bool:
    return _amounts(first, shared).equals(_amounts(other, shared))


def _without(part: Part, shared: pl.DataFrame) -> Part:
    left = part.frame.join(shared, on=_keys(), how="anti", nulls_equal=True, maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(SENT_TWICE, part.frame.height - left.height))


def _overlap(first: Part, other: Part, shared: pl.DataFrame) -> Overlap:
    days = sorted(set(shared["day"]))
    return Overlap(
        f"{first.account.file} and {other.account.file} give different figures for the same rows"
        f" on {len(days)} days from {days[0]}",
        file=other.account.file,
        hint="leave the older file out, or give each its own `account:` under sources in opsctl.yaml",
    )


# --- upsert by key --------------------------------------------------------------------------------------


def _one_row_per_key(
    table: str, frame: pl.DataFrame, parts: list[Part], reinstall_days: int
) -> tuple[pl.DataFrame, list[Part]]:
    key = list(tables()[table].KEY)
    where = ["source_file", "source_line"]
    said = [name for name in frame.columns if name not in where]
    repeated = frame.filter(pl.struct(key).is_duplicated())
    if repeated.is_empty():
        return frame, parts
    fates = repeated.sort(where).with_columns(
        fate=pl.when(~pl.struct(said).is_first_distinct()).then(pl.lit(SENT_TWICE))
    )
    fates = _later_acquisitions(fates, key, reinstall_days) if table == "acquisition" else fates
    left = pl.col("fate").is_null()
    fates = fates.with_columns(fate=pl.when(left & (left.sum().over(key) > 1)).then(pl.lit(CONFLICT)).otherwise("fate"))
    gone = fates.filter(pl.col("fate").is_not_null()).select(*where, "fate")
    return (
        frame.join(gone, on=where, how="anti", maintain_order="left"),
        [_accounted(part, gone.filter(pl.col("source_file") == at), key) for at, part in enumerate(parts)],
    )


def _later_acquisitions(rows: pl.DataFrame, key: list[str], reinstall_days: int) -> pl.DataFrame:
    """A user is acquired once, first; soon afterwards it was a reinstall, long afterwards a re-engagement."""
    first_day = pl.col("day").min().over(key)
    gap = pl.col("day") - first_day
    earliest = (gap == timedelta(0)) & (
        pl.col("acquired_at").is_null() | (pl.col("acquired_at") == pl.col("acquired_at").min().over(key))
    )
    later = pl.when(gap < timedelta(days=reinstall_days)).then(pl.lit(REINSTALL)).otherwise(pl.lit(RE_ENGAGED))
    return rows.with_columns(fate=pl.when(pl.col("fate").is_null() & ~earliest).then(later).otherwise("fate"))


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
