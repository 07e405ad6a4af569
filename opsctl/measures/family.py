"""A family of measures: totals that are made from the same rows, and so are made together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from opsctl.core.period import Period
from opsctl.core.template import Template
from opsctl.measures.evidence import Ask, Days, Evidence


class Reason(StrEnum):
    """Why a figure is unknown."""

    NO_COST = "no_cost"
    SPEND_NO_CONVERSION = "spend_no_conversion"
    NO_ACTIVITY = "no_activity"
    IMMATURE = "immature"
    NO_RATE = "no_rate"
    NO_MARGIN = "no_margin"
    DAY_PRECISION = "day_precision"
    NOT_SUPPLIED = "not_supplied"
    TZ_MISMATCH = "tz_mismatch"
    MIXED_GOALS = "mixed_goals"
    UNDECIDED = "undecided"
    SPANS_DAYS = "spans_days"


class Unit(StrEnum):
    """What a total counts."""

    COUNT = "count"
    MONEY = "money"  # ten-thousandths
    QUANTITY = "quantity"  # ten-thousandths
    DAY = "day"  # days since 1970-01-01, merged by maximum


@dataclass(frozen=True, slots=True)
class Measure:
    """One additive total.

    Args:
        unit: What it counts.
        unit_column: The column whose values must not be added over: `currency`, `goal`. None: add freely.
        mixed: The reason given where they would have to be.
        unknown: The reason given where no row knew the amount.
        strict: One unknown row makes the total unknown; otherwise the known rows are added.
        settles: The lag in policy.yaml (`settle_days`) after which its source no longer corrects it.
    """

    unit: Unit = Unit.COUNT
    unit_column: str | None = None
    mixed: Reason = Reason.NO_RATE
    unknown: Reason = Reason.NOT_SUPPLIED
    strict: bool = False
    settles: str | None = None


SPEND = Measure(Unit.MONEY, unit_column="currency", settles="spend")
PAID = Measure(Unit.MONEY, unit_column="currency")
KEPT = Measure(Unit.MONEY, unit_column="currency", settles="refunds")
COUNT = Measure()

TORN = "torn_"
Wanted = Mapping[str, "Request"]
Rows = Callable[[Evidence, Ask, Wanted], pl.LazyFrame | None]
Looks = Callable[[Evidence, Ask, Wanted], dict[Period, set[Days]]]
Proof = Callable[[Evidence, pl.LazyFrame, "Request"], dict[str, pl.LazyFrame]]


@dataclass(frozen=True, slots=True)
class Request:
    """A measure by the template it was found under, with the numbers that its name holds."""

    template: str
    numbers: Mapping[str, int]
    measure: Measure


@dataclass(frozen=True)
class Family:
    """Measures made from the same rows.

    Args:
        table: The table whose rows are counted; `explain` names their files and lines.
        measures: By name template.
        rows: Makes one frame for the wanted measures: `by_NAME` for each asked dimension but those of the calendar,
            `day` (of spend `through` too), the unit columns, `source_file`, `source_line`, and a column of Int64
            per measure, null where the row does not know it. None where it cannot be split as asked. A column
            `torn_MEASURE` is 1 where a row belongs in part only to what is asked: then its group has no amount.
        also: Further tables without which nothing can be said.
        proof: The rows of other tables that stand behind counted rows, by table, for `explain`.
        looks: By period of acquisition, the ages (see `seen.Days`) at which activity is looked for.
        summary: The same frame made of a table of cohorts, where one was supplied.
        periodic: The measures of which the period asked for is more than a choice of days.
    """

    table: str
    measures: Mapping[str, Measure]
    rows: Rows
    also: tuple[str, ...] = ()
    proof: Proof | None = None
    looks: Looks | None = None
    summary: Rows | None = None
    periodic: frozenset[str] = frozenset()
    templates: tuple[tuple[Template, Measure], ...] = field(init=False)

    def __post_init__(self) -> None:
        found = tuple((Template(name), measure) for name, measure in self.measures.items())
        object.__setattr__(self, "templates", found)

    def request(self, name: str) -> Request | None:
        """The measure that `name` asks for, or None when this family has no such measure."""
        for template, measure in self.templates:
            numbers = template.match(name)
            if numbers is not None:
                return Request(template.text, numbers, measure)
        return None

    def needs(self) -> tuple[str, ...]:
        """Every table that must be there."""
        return (self.table, *self.also)


def monday(day: str = "day") -> pl.Expr:
    """The Monday of a row's ISO week."""
    return pl.col(day).dt.truncate("1w")


def later(day: str, days: int) -> pl.Expr:
    """The day `days` after a row's day."""
    return pl.col(day) + pl.duration(days=days)
