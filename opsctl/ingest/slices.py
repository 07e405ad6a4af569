"""Who owns a slice of spend: two files that tell of the same money must tell the same, and then it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, groupby

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import SENT_TWICE, Part
from opsctl.ingest.claim import CANONICAL
from opsctl.schemas import tables
from opsctl.schemas.table import columns

# A platform's export covers an account and day whole, at whatever breakdown; a canonical file only its own rows.
_OF_EXPORT = ("account", "channel", "day")
_ENTITIES = ("campaign_id", "campaign", "ad_group", "creative", "placement", "audience")


def one_owner_each(parts: Sequence[Part]) -> tuple[list[Part], list[OpsctlError]]:
    """Files of spend without what was sent twice; those that contradict each other are refused, both of them."""
    kept: list[Part] = []
    refused: list[OpsctlError] = []
    by_platform = sorted(parts, key=_platform)
    for platform, group in groupby(by_platform, _platform):
        keys = tables()["spend"].KEY if platform == CANONICAL else _OF_EXPORT
        left, errors = _settled(list(group), list(keys))
        kept += left
        refused += errors
    return sorted(kept, key=lambda part: part.account.file), refused


def _platform(part: Part) -> str:
    return part.account.mapping.partition("/")[0]


def _settled(parts: list[Part], keys: list[str]) -> tuple[list[Part], list[OpsctlError]]:
    """Contradictions first: who tells the same as a refused file is contradicted too."""
    pairs = _pairs(parts, keys)
    out: set[int] = set()
    refused: list[OpsctlError] = []
    for first, other in _at_two_breakdowns(parts) if keys != list(_OF_EXPORT) else ():
        out |= {first, other}
        refused.append(_overlap(parts[first], parts[other], _shared(parts[first], parts[other], list(_OF_EXPORT))))
    for first, other in pairs:
        if {first, other} <= out:
            continue
        shared = _shared(parts[first], parts[other], keys)
        if not _rows(parts[first], shared).equals(_rows(parts[other], shared)):
            out |= {first, other}
            refused.append(_overlap(parts[first], parts[other], shared))
    for first, other in pairs:
        if not {first, other} & out:
            parts[other] = _without(parts[other], _shared(parts[first], parts[other], keys))
    return [part for at, part in enumerate(parts) if at not in out], refused


def _at_two_breakdowns(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Canonical files that tell of the same channel and day, one of them finer: its rows would come on top."""
    told = [{name for name in _ENTITIES if part.frame[name].null_count() < part.frame.height} for part in parts]
    return [pair for pair in _pairs(parts, list(_OF_EXPORT)) if told[pair[0]] != told[pair[1]]]


def _shared(first: Part, other: Part, keys: list[str]) -> pl.DataFrame:
    """The slices that both files tell of."""
    return first.frame.select(keys).unique().join(other.frame, on=keys, how="semi", nulls_equal=True)


def _pairs(parts: Sequence[Part], keys: list[str]) -> list[tuple[int, int]]:
    """The files, by position, that share a slice."""
    if len(parts) < 2:  # noqa: PLR2004 - a pair
        return []
    owners = pl.concat(part.frame.select(keys).unique().with_columns(owner=at) for at, part in enumerate(parts))
    shared = owners.group_by(keys).agg(pl.col("owner").sort()).filter(pl.col("owner").list.len() > 1)
    return sorted({pair for found in shared["owner"].unique() for pair in combinations(found.to_list(), 2)})


def _rows(part: Part, shared: pl.DataFrame) -> pl.DataFrame:
    names = list(columns(tables()["spend"]))
    rows = part.frame.join(shared, on=shared.columns, how="semi", nulls_equal=True).select(names)
    return rows.sort(names, nulls_last=True)


def _without(part: Part, shared: pl.DataFrame) -> Part:
    if shared.is_empty():
        return part
    left = part.frame.join(shared, on=shared.columns, how="anti", nulls_equal=True, maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(SENT_TWICE, part.frame.height - left.height))


def _overlap(first: Part, other: Part, shared: pl.DataFrame) -> Overlap:
    days = sorted(set(shared["day"]))
    span = str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]}"
    return Overlap(
        f"{first.account.file} and {other.account.file} tell differently of the same account and days ({span})",
        file=other.account.file,
        hint="leave out the older one, or the finer breakdown; if they are two accounts, give each its own"
        " `account:` under sources in opsctl.yaml",
    )
