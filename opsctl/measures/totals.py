"""From rows to totals: every asked measure, added up by the asked dimensions, in one plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from opsctl.measures import find, kept, reduce
from opsctl.measures.cohort import acquired
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import TORN, Family, Reason, Request, Unit

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """One measure over one group: an amount, or the reason why it is unknown.

    `label` is what its unit column says: the currency of money, the goal and basis of conversions.
    """

    amount: int | None
    reason: Reason | None = None
    label: str | None = None


@dataclass
class Totals:
    """All totals of one ask.

    Attributes:
        keys: The groups, one value per asked dimension, sorted with unknown values last.
        of: Measure -> group -> total. A group that a supplied table has no row of has a total of 0.
        weekly: Measure -> group -> Monday -> amount, for the spread between weeks.
        requests: What each measure is.
    """

    requests: dict[str, Request]
    keys: list[Key] = field(default_factory=list)
    of: dict[str, dict[Key, Total]] = field(default_factory=dict)
    weekly: dict[str, dict[Key, dict[date | None, int]]] = field(default_factory=dict)

    def get(self, measure: str, key: Key) -> Total:
        """A measure's total over a group."""
        return self.of[measure][key]

    def mixes_currencies(self, key: Key) -> bool:
        """Would some amount of this group add money of several currencies?"""
        return any(
            self.of[name][key].reason is Reason.NO_RATE and request.measure.unit_column == "currency"
            for name, request in self.requests.items()
        )

    def everywhere(self, measure: str) -> Total:
        """A measure's total over all groups; unknown as soon as one of them is."""
        found = [self.of[measure][key] for key in self.keys]
        unknown = [total for total in found if total.amount is None]
        return unknown[0] if unknown else Total(sum(total.amount or 0 for total in found))


def totals(evidence: Evidence, ask: Ask, measures: Iterable[str]) -> Totals:
    """Add up measures by the asked dimensions. Without dimensions there is exactly one group.

    Raises:
        KeyError: A name that is no measure.
    """
    wanted: dict[int, dict[str, Request]] = defaultdict(dict)
    family_of: dict[int, Family] = {}
    for name in dict.fromkeys(measures):
        family, request = find(name)
        wanted[id(family)][name] = request
        family_of[id(family)] = family
    plans = {which: _plan(evidence, ask, family_of[which], names) for which, names in wanted.items()}
    drawn = [which for which, plan in plans.items() if plan is not None]
    frames = pl.collect_all([plan for plan in plans.values() if plan is not None], engine="streaming")
    found = Totals({name: request for names in wanted.values() for name, request in names.items()})
    parts = {which: _read(ask, frame) for which, frame in zip(drawn, frames, strict=True)}
    found.keys = _sorted({key for part in parts.values() for key in part}, ask)
    if not found.keys and len(drawn) < len(wanted):
        found.keys = [(None,) * len(ask.by)]  # nobody tells this dimension: one row says so
    for which, names in wanted.items():
        _fill(found, names, parts.get(which), ask)
    return found


def _plan(evidence: Evidence, ask: Ask, family: Family, wanted: dict[str, Request]) -> pl.LazyFrame | None:
    """A family's totals by the asked dimensions, week and unit; from the store where it keeps them."""
    if not kept.is_kept(evidence, family):
        return _added_up(evidence, ask, family, wanted)
    there = kept.rows(evidence, ask, family, wanted, lambda finest: _added_up(evidence, finest, family, wanted))
    if there is None:
        return None
    keys, greatest = _keys(ask, wanted), _greatest(wanted)
    counted = [name for summed in wanted if summed not in greatest for name in (summed, f"known_{summed}")]
    sums = [pl.col(name).sum() for name in (*counted, "rows")]
    return there.group_by(keys).agg(*sums, *(pl.col(name).max() for name in greatest)).sort(keys, nulls_last=True)


def _added_up(evidence: Evidence, ask: Ask, family: Family, wanted: Mapping[str, Request]) -> pl.LazyFrame | None:
    parts = made(evidence, ask, family, wanted)
    if not parts:
        return None
    keys, greatest = _keys(ask, wanted), _greatest(wanted)
    summed = [name for name in wanted if name not in greatest]
    torn = [f"{TORN}{name}" for name in wanted] if evidence.spans and family.table == "spend" else []
    rows = pl.concat([part.select(*keys, *wanted, *torn) for part in parts.values()])
    plan: pl.LazyFrame = reduce.day_sums(rows, keys, [*summed, *torn], greatest)
    return plan.sort(keys, nulls_last=True)


def _keys(ask: Ask, wanted: Mapping[str, Request]) -> list[str]:
    """What totals are told apart by: the asked dimensions, the week, and what must not be added over."""
    units = {request.measure.unit_column for request in wanted.values()} - {None}
    return [*(f"by_{name}" for name in ask.by), "week", *sorted(str(unit) for unit in units)]


def _greatest(wanted: Mapping[str, Request]) -> list[str]:
    """The measures that merge by their maximum."""
    return [name for name, request in wanted.items() if request.measure.unit is Unit.DAY]


def made(evidence: Evidence, ask: Ask, family: Family, wanted: Mapping[str, Request]) -> dict[str, pl.LazyFrame]:
    """A family's rows, by the table that they are counted in: its own, and a table of cohorts beside it."""
    found = {}
    if all(table in evidence.tables for table in family.needs()):
        found[family.table] = family.rows(evidence, ask, wanted)
    elif family.summary is not None and {family.table, "cohort"} <= evidence.tables.keys():
        found[family.table] = _known_of_nobody(evidence, ask, wanted)
    if family.summary is not None and "cohort" in evidence.tables:
        found["cohort"] = family.summary(evidence, ask, wanted)
    return {table: rows for table, rows in found.items() if rows is not None}


def _known_of_nobody(evidence: Evidence, ask: Ask, wanted: Mapping[str, Request]) -> pl.LazyFrame | None:
    """Users beside a table of cohorts of others: what the table tells of these, nobody tells of them."""
    users = acquired(evidence, ask)
    units = {str(request.measure.unit_column) for request in wanted.values() if request.measure.unit_column}
    nothing = {name: pl.lit(None, pl.Int64) for name in wanted} | {name: pl.lit(None, pl.String) for name in units}
    return None if users is None else users.with_columns(**nothing)


Row = dict[str, Any]
Part = dict[Key, list[Row]]


def _read(ask: Ask, frame: pl.DataFrame) -> Part:
    """The groups of one family, each with its sums by week and unit."""
    part: Part = defaultdict(list)
    names = [f"by_{name}" for name in ask.by]
    for row in frame.iter_rows(named=True):
        part[tuple(row[name] for name in names)].append(row)
    return part


def _sorted(keys: set[Key], ask: Ask) -> list[Key]:
    if not ask.by:
        return [()]
    return sorted(keys, key=lambda key: [(value is None, value or "") for value in key])


def _fill(found: Totals, wanted: Mapping[str, Request], part: Part | None, ask: Ask) -> None:
    for name, request in wanted.items():
        groups = {key: [] if part is None else part.get(key, []) for key in found.keys}
        if part is None:
            found.of[name] = dict.fromkeys(found.keys, Total(None, Reason.NOT_SUPPLIED))
        else:
            untold = _untold(part, ask)
            found.of[name] = {
                key: _total(name, request, rows) if rows or not untold(key) else Total(None, Reason.NOT_SUPPLIED)
                for key, rows in groups.items()
            }
        found.weekly[name] = {key: _by_week(name, rows) for key, rows in groups.items()}


def _untold(part: Part, ask: Ask) -> Callable[[Key], bool]:
    """Of a group without rows: is nothing there, or did nobody tell?

    Where some rows do not say their campaign, no row of a campaign is no proof that it spent nothing, and what
    stands under no campaign belongs to all of them; so with days where some rows span several. Channels and groups of
    channels every row has.
    """
    told_by_all = {"channel", "group", "currency"}
    places = [at for at, name in enumerate(ask.by) if name not in told_by_all]
    silent = [at for at in places if any(key[at] is None for key in part)]
    return lambda key: bool(silent) or any(key[at] is None for at in places)


def _total(name: str, request: Request, rows: Sequence[Row]) -> Total:
    measure = request.measure
    if any(row.get(f"{TORN}{name}") for row in rows):
        return Total(None, Reason.SPANS_DAYS)
    if measure.unit is Unit.DAY:
        return Total(max((row[name] for row in rows), default=None))
    known = sum(row[f"known_{name}"] for row in rows)
    counted = sum(row["rows"] for row in rows)
    if counted and (not known or (measure.strict and known < counted)):
        return Total(None, measure.unknown)
    unit = measure.unit_column
    if unit is None:
        return Total(sum(row[name] for row in rows))
    kept = [(row[name], row[unit]) for row in rows if row[f"known_{name}"] and row[unit] is not None]
    units = {label for amount, label in kept if amount} or {label for _, label in kept[:1]}
    if len(units) > 1:
        return Total(None, measure.mixed)
    return Total(sum(amount for amount, _ in kept), label=min(units, default=None))


def _by_week(name: str, rows: Sequence[Row]) -> dict[date | None, int]:
    weeks: dict[date | None, int] = defaultdict(int)
    for row in rows:
        weeks[row["week"]] += row[name] or 0
    return weeks
