"""Who owns a slice of money: files that tell of the same money must tell the same, and then it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest import breakdowns, cohorts, grains, newer, purses
from opsctl.ingest.account import SENT_TWICE, Part
from opsctl.ingest.claim import CANONICAL
from opsctl.ingest.remarks import Note
from opsctl.schemas import tables
from opsctl.schemas.table import columns

_NOT_SAID = (
    "leave out the older one; if they are two accounts, give each its own `account:` under sources in opsctl.yaml"
)


@dataclass
class Settled:
    """Files without what was sent twice, the refusals of those that contradict each other, and what to say.

    `rest` are the amounts that finer breakdowns leave untold, with the file of the plain one as `file`.
    """

    parts: list[Part]
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rest: list[pl.DataFrame] = field(default_factory=list)


def one_owner_each(table: str, parts: Sequence[Part]) -> Settled:
    """Files of a table that is replaced by slice, each row of it once.

    Of spend, a platform's exports of one account and day at different breakdowns, or by the day and by the week,
    hold the same money: what counts is settled, and what cannot be settled is refused.
    """
    if table == "cohort":
        return Settled(*cohorts.settled(newer.newest_cohorts(sorted(parts, key=lambda part: part.account.file))))
    found = Settled([])
    for platform, group in groupby(sorted(parts, key=platform_of), platform_of):
        whole = platform != CANONICAL and table == "spend"
        files = list(group)
        named = purses.under_the_only_names(files) if whole else files
        named = newer.newest_slices(named, whole=whole)
        of_platform = _said_once(table, named, whole=whole)
        found.parts += of_platform.parts
        found.refused += of_platform.refused
    if table == "spend":
        found = _settle_money(found)
    return replace(found, parts=sorted(found.parts, key=lambda part: part.account.file))


def platform_of(part: Part) -> str:
    """The platform whose mapping read the file, or `canonical`."""
    return part.account.mapping.partition("/")[0]


def _settle_money(found: Settled) -> Settled:
    """Between files of different breakdowns or grains, platform by platform."""
    left = Settled([], found.refused, found.notes)
    for platform, group in groupby(sorted(found.parts, key=platform_of), platform_of):
        files = list(group)
        told_apart, unnamed = (files, []) if platform == CANONICAL else purses.one_name_each(files)
        daily, refused, notes = grains.days_before_spans(told_apart)
        ranked = breakdowns.ranked(daily)
        left.parts += ranked.parts
        left.refused += [*unnamed, *refused, *ranked.refused]
        left.notes += [*notes, *ranked.notes]
        if ranked.rest is not None:
            names = pl.Series("file", [part.account.file for part in ranked.parts])
            left.rest.append(ranked.rest.with_columns(names.gather(ranked.rest["owner"])).drop("owner"))
    return left


# --- the same thing in two files ------------------------------------------------------------------------


def _said_once(table: str, parts: list[Part], *, whole: bool) -> Settled:
    """Contradictions first: who tells the same as a refused file is contradicted too.

    A platform's export covers a slice `whole`; a canonical file only its own rows, so two of them may add up.
    """
    key = list(breakdowns.SLICE) if whole else list(tables()[table].KEY)
    refused: list[OpsctlError] = []
    out: set[int] = set()
    pairs = _pairs(parts, key)
    for first, other in pairs:
        if {first, other} <= out:
            continue
        shared = _shared(parts[first], parts[other], key)
        if not _agree(table, parts[first], parts[other], shared):
            out |= {first, other}
            refused.append(overlap(parts[first], parts[other], shared, _NOT_SAID))
    for first, other in pairs:
        if not {first, other} & out:
            more, less = _fuller_first(parts, first, other)
            if parts[less].supplied <= parts[more].supplied:
                parts[less] = _without(parts[less], _shared(parts[more], parts[less], key))
            else:
                parts[more], parts[less] = _completed(table, parts[more], parts[less], key)
    return Settled([part for at, part in enumerate(parts) if at not in out], refused)


def _completed(table: str, more: Part, less: Part, key: list[str]) -> tuple[Part, Part]:
    """Two exports of the same slices, each with a column that the other was made without: one has both, once."""
    shared = _shared(more, less, key)
    named = [name for name in columns(tables()[table]) if name in more.supplied & less.supplied]
    extra = [name for name in columns(tables()[table]) if name in less.supplied - more.supplied]
    there = less.frame.join(shared, on=key, how="semi", nulls_equal=True)
    if there.select(named).is_duplicated().any():
        return more, _without(less, shared)
    filled = (
        more.frame.join(
            there.select(*named, *(pl.col(name).alias(f"_{name}") for name in extra)),
            on=named,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .with_columns(pl.coalesce(name, f"_{name}").alias(name) for name in extra)
        .drop([f"_{name}" for name in extra])
    )
    return replace(more, frame=filled, supplied=more.supplied | frozenset(extra)), _without(less, shared)


def _pairs(parts: Sequence[Part], key: list[str]) -> list[tuple[int, int]]:
    """The files of one breakdown, by position, that share a slice."""
    found: set[tuple[int, int]] = set()
    cuts = [breakdowns.cut_of(part) for part in parts]
    for cut in sorted(set(cuts)):
        alike = [at for at, its in enumerate(cuts) if its == cut]
        if len(alike) < 2:  # noqa: PLR2004 - a pair
            continue
        owners = pl.concat(parts[at].frame.select(key).unique().with_columns(owner=at) for at in alike)
        shared = owners.group_by(key).agg(pl.col("owner").sort()).filter(pl.col("owner").list.len() > 1)
        found |= {pair for owned in shared["owner"].unique() for pair in combinations(owned.to_list(), 2)}
    return sorted(found)


def _shared(first: Part, other: Part, key: list[str]) -> pl.DataFrame:
    """The slices that both files tell of."""
    return first.frame.select(key).unique().join(other.frame, on=key, how="semi", nulls_equal=True)


def _agree(table: str, first: Part, other: Part, shared: pl.DataFrame) -> bool:
    """Do both say the same of the slices, as far as both say anything? One may have been exported with more columns."""
    both = [name for name in columns(tables()[table]) if name in first.supplied & other.supplied]
    rows = [
        part.frame.join(shared, on=shared.columns, how="semi", nulls_equal=True)
        .select(both)
        .sort(both, nulls_last=True)
        for part in (first, other)
    ]
    return rows[0].equals(rows[1])


def _fuller_first(parts: Sequence[Part], first: int, other: int) -> tuple[int, int]:
    return (first, other) if len(parts[first].supplied) >= len(parts[other].supplied) else (other, first)


def _without(part: Part, shared: pl.DataFrame) -> Part:
    if shared.is_empty():
        return part
    left = part.frame.join(shared, on=shared.columns, how="anti", nulls_equal=True, maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(SENT_TWICE, part.frame.height - left.height))


def overlap(first: Part, other: Part, shared: pl.DataFrame, hint: str) -> Overlap:
    """The refusal of two files that tell differently of the same slices."""
    return Overlap(
        f"{first.account.file} and {other.account.file} tell differently of the same account and days"
        f" ({breakdowns.span_of(shared)})",
        file=other.account.file,
        hint=hint,
    )
