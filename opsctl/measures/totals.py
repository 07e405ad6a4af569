"""From rows to totals: every asked measure, added up by the asked dimensions, in one plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import product
from typing import Any

import polars as pl
import polars.selectors as cs

from opsctl.core.period import Period
from opsctl.measures import find, kept, reduce
from opsctl.measures.cohort import acquired
from opsctl.measures.dimension import CALENDAR, on_calendar
from opsctl.measures.evidence import Ask, Days, Evidence
from opsctl.measures.family import TORN, Family, Measure, Reason, Request, Unit, monday
from opsctl.measures.seen import prepare

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
        weekly: Measure -> what tells a group's amounts by Monday, for the spread between weeks.
        requests: What each measure is.
    """

    requests: dict[str, Request]
    keys: list[Key] = field(default_factory=list)
    of: dict[str, dict[Key, Total]] = field(default_factory=dict)
    weekly: dict[str, Callable[[Key], dict[date | None, int]]] = field(default_factory=dict)

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
    return each(evidence, [ask], measures)[0]


def each(evidence: Evidence, asks: Sequence[Ask], measures: Iterable[str]) -> list[Totals]:
    """The totals of several asks from one plan: what differs by the calendar only is added up from the same days.

    Raises:
        KeyError: A name that is no measure.
    """
    wanted: dict[int, dict[str, Request]] = defaultdict(dict)
    family_of: dict[int, Family] = {}
    for name in dict.fromkeys(measures):
        family, request = find(name)
        wanted[id(family)][name] = request
        family_of[id(family)] = family
    families = [(family_of[which], names) for which, names in wanted.items()]
    by_day = list(dict.fromkeys(map(_by_day, asks)))
    prepare(evidence, _looks(evidence, by_day, families))
    shelf = _kept(evidence, by_day, families)
    plans = [[_plan(evidence, ask, *family, shelf) for family in families] for ask in by_day]
    drawn = iter(pl.collect_all([plan for of in plans for plan in of if plan is not None], engine="streaming"))
    days = {ask: [None if plan is None else next(drawn) for plan in of] for ask, of in zip(by_day, plans, strict=True)}
    sums = [_each_added_up(ask, families, days[_by_day(ask)]) for ask in asks]
    added = iter(pl.collect_all([plan for of in sums for plan in of if plan is not None]))
    return [
        _totals(ask, families, [None if plan is None else _read(ask, next(added)) for plan in of])
        for ask, of in zip(asks, sums, strict=True)
    ]


def _each_added_up(ask: Ask, families: Families, days: Sequence[pl.DataFrame | None]) -> list[pl.LazyFrame | None]:
    """For each family, its sums of days added up as asked."""
    of = zip(days, families, strict=True)
    return [None if frame is None else _added_up(frame, ask, wanted) for frame, (_, wanted) in of]


def _by_day(ask: Ask) -> Ask:
    """The ask without the calendar: days are added up to weeks, months and years afterwards."""
    return replace(ask, by=tuple(name for name in ask.by if name not in CALENDAR))


Families = Sequence[tuple[Family, dict[str, Request]]]


def _looks(evidence: Evidence, asks: Iterable[Ask], families: Families) -> dict[Period, set[Days]]:
    """All ages at which activity will be looked for."""
    found: dict[Period, set[Days]] = defaultdict(set)
    for ask, (family, wanted) in product(asks, families):
        if family.looks is not None and all(table in evidence.tables for table in family.needs()):
            for period, days in family.looks(evidence, ask, wanted).items():
                found[period] |= days
    return found


def _totals(ask: Ask, families: Families, parts: Sequence[Part | None]) -> Totals:
    found = Totals({name: request for _, wanted in families for name, request in wanted.items()})
    found.keys = _sorted({key for part in parts if part is not None for key in part.rows}, ask)
    if not found.keys and None in parts:
        found.keys = [(None,) * len(ask.by)]  # nobody tells this dimension: one row says so
    for part, (_, wanted) in zip(parts, families, strict=True):
        _fill(found, wanted, part, ask)
    return found


def _kept(evidence: Evidence, asks: Sequence[Ask], families: Families) -> kept.Shelf:
    """The sums that the store keeps, of the families of which it keeps any."""
    asked = [(ask, *of) for ask, of in product(asks, families) if kept.is_kept(evidence, of[0])]
    return kept.made(evidence, asked, partial(_of_days, evidence)) if asked else {}


def _plan(
    evidence: Evidence, ask: Ask, family: Family, wanted: dict[str, Request], shelf: kept.Shelf
) -> pl.LazyFrame | None:
    """The sums of a family's measures day by day; from the store where it keeps them."""
    if not kept.is_kept(evidence, family):
        return _of_days(evidence, ask, family, wanted)
    return kept.rows(evidence, ask, family, wanted, shelf)


def _of_days(evidence: Evidence, ask: Ask, family: Family, wanted: Mapping[str, Request]) -> pl.LazyFrame | None:
    parts = made(evidence, ask, family, wanted)
    if not parts:
        return None
    spans = ["through"] if family.table == "spend" else []
    keys = [*(f"by_{name}" for name in ask.by), "day", *spans, *_units(wanted)]
    greatest = _greatest(wanted)
    summed = [name for name in wanted if name not in greatest]
    torn = [f"{TORN}{name}" for name in wanted] if evidence.spans and family.table == "spend" else []
    rows = pl.concat([part.select(*keys, *wanted, *torn) for part in parts.values()])
    plan: pl.LazyFrame = reduce.day_sums(rows, keys, [*summed, *torn], greatest)
    return plan


def _units(wanted: Mapping[str, Request]) -> list[str]:
    """The columns whose values must not be added over."""
    return sorted({str(request.measure.unit_column) for request in wanted.values() if request.measure.unit_column})


def _greatest(wanted: Mapping[str, Request]) -> list[str]:
    """The measures that are merged by maximum."""
    return [name for name, request in wanted.items() if request.measure.unit is Unit.DAY]


def _added_up(days: pl.DataFrame, ask: Ask, wanted: Mapping[str, Request]) -> pl.LazyFrame:
    """Sums of days added up by the asked dimensions, week by week; sorted by them."""
    of_spans = "through" in days.columns
    keys = [*(f"by_{name}" for name in ask.by), "week", *_units(wanted)]
    calendar = {f"by_{name}": on_calendar(name, of_spans=of_spans) for name in ask.by if name in CALENDAR}
    split = days.lazy().with_columns(week=monday(), **calendar).drop("day", "through", strict=False)
    tops = _greatest(wanted)
    sums = (cs.integer() - cs.by_name(*tops)).sum()
    return split.group_by(keys).agg(sums, pl.col(tops).max()).sort(keys, nulls_last=True)


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


@dataclass(frozen=True, slots=True)
class Part:
    """The sums of one family by group, week and unit, column by column.

    `rows` tells which of them are a group's: they lie together.
    """

    rows: Mapping[Key, slice]
    columns: Mapping[str, list[Any]]


NO_ROWS = slice(0)


def _read(ask: Ask, frame: pl.DataFrame) -> Part:
    columns = frame.to_dict(as_series=False)
    keys = zip(*(columns[f"by_{name}"] for name in ask.by), strict=True) if ask.by else ((),) * frame.height
    rows: dict[Key, slice] = {}
    for at, key in enumerate(keys):
        rows[key] = slice(rows[key].start if key in rows else at, at + 1)
    return Part(rows, columns)


def _sorted(keys: set[Key], ask: Ask) -> list[Key]:
    if not ask.by:
        return [()]
    return sorted(keys, key=lambda key: [(value is None, value or "") for value in key])


def _fill(found: Totals, wanted: Mapping[str, Request], part: Part | None, ask: Ask) -> None:
    if part is None:
        for name in wanted:
            found.of[name] = dict.fromkeys(found.keys, Total(None, Reason.NOT_SUPPLIED))
            found.weekly[name] = lambda _: {}
        return
    untold = _untold(part, ask)
    groups = {key: None if key not in part.rows and untold(key) else part.rows.get(key, NO_ROWS) for key in found.keys}
    for name, request in wanted.items():
        total = partial(_total, _Sums.of(part, name, request), request.measure)
        unknown = Total(None, Reason.NOT_SUPPLIED)
        found.of[name] = {key: unknown if rows is None else total(rows) for key, rows in groups.items()}
        found.weekly[name] = partial(_by_week, part, name)


def _untold(part: Part, ask: Ask) -> Callable[[Key], bool]:
    """Of a group without rows: is nothing there, or did nobody tell?

    Where some rows do not say their campaign, no row of a campaign is no proof that it spent nothing, and what
    stands under no campaign belongs to all of them; so with days where some rows span several. Channels and groups of
    channels every row has.
    """
    told_by_all = {"channel", "group", "currency"}
    places = [at for at, name in enumerate(ask.by) if name not in told_by_all]
    silent = [at for at in places if any(key[at] is None for key in part.rows)]
    return lambda key: bool(silent) or any(key[at] is None for at in places)


@dataclass(frozen=True, slots=True)
class _Sums:
    """The columns of one measure: its amounts, in how many rows it was known, of how many, and under which unit."""

    amounts: list[Any]
    known: list[int]
    counted: list[int]
    units: list[str | None] | None
    torn: list[int] | None

    @classmethod
    def of(cls, part: Part, name: str, request: Request) -> _Sums:
        columns, unit = part.columns, request.measure.unit_column
        return cls(
            columns[name],
            columns.get(f"known_{name}", []),
            columns["rows"],
            None if unit is None else columns[unit],
            columns.get(f"{TORN}{name}"),
        )


def _total(sums: _Sums, measure: Measure, rows: slice) -> Total:
    if sums.torn is not None and any(sums.torn[rows]):
        return Total(None, Reason.SPANS_DAYS)
    amounts = sums.amounts[rows]
    if measure.unit is Unit.DAY:
        return Total(max(amounts, default=None))
    known, counted = sum(sums.known[rows]), sum(sums.counted[rows])
    if counted and (not known or (measure.strict and known < counted)):
        return Total(None, measure.unknown)
    if sums.units is None:
        return Total(sum(amounts))
    told = zip(amounts, sums.known[rows], sums.units[rows], strict=True)
    kept = [(amount, unit) for amount, knows, unit in told if knows and unit is not None]
    units = {label for amount, label in kept if amount} or {label for _, label in kept[:1]}
    if len(units) > 1:
        return Total(None, measure.mixed)
    return Total(sum(amount for amount, _ in kept), label=min(units, default=None))


def _by_week(part: Part, name: str, key: Key) -> dict[date | None, int]:
    weeks: dict[date | None, int] = defaultdict(int)
    rows = part.rows.get(key, NO_ROWS)
    for week, amount in zip(part.columns["week"][rows], part.columns[name][rows], strict=True):
        weeks[week] += amount or 0
    return weeks
