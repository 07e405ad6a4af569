"""A metric: a formula over measures, with its name, unit, words and proof in one function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from opsctl.core import money
from opsctl.core.period import Period
from opsctl.core.template import Template
from opsctl.measures import find
from opsctl.measures.family import Reason, Unit

EVERYWHERE = "all_"  # `all_spend` is the measure `spend` over everything asked, not over one row of the answer
SCALED = (Unit.MONEY, Unit.QUANTITY)


class Shape(StrEnum):
    """What a value is, and so how it is written."""

    COUNT = "count"
    MONEY = "money"
    QUANTITY = "quantity"
    PRICE = "price"  # money for one of something
    RATE = "rate"  # a share between 0 and 1
    MULTIPLE = "multiple"  # so many times


class Interval(StrEnum):
    """How the interval around a value is found."""

    NONE = "none"
    WILSON = "wilson"  # a share: Wilson, its n scaled by the spread between weeks (G12)
    POISSON = "poisson"  # a price: exact Poisson of the number bought (G12)


class Zero(StrEnum):
    """What a zero on either side of a ratio means (G11)."""

    SHARE = "share"  # nothing to be a share of: no_activity
    COST_PER = "cost_per"  # free is no price, and money for nothing is worse than a high price
    PER_COST = "per_cost"  # nothing was spent: no return on it


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator over a denominator, both as counted; `times` scales the value (1,000 for CPM)."""

    numerator: int
    denominator: int | Fraction
    times: Fraction = Fraction(1)


Formula = Callable[..., "Ratio | int | Reason"]


@dataclass(frozen=True, slots=True)
class Cohort:
    """A metric of users: who is judged, and when.

    Args:
        mature: The measure that counts users with enough days behind them.
        days: How many days after acquisition a user is mature, given the numbers in the metric's name.
        users: The measure that counts all users.
        last: The measure that tells the last day on which one of them was acquired.
        table: The table that must have been seen so far.
    """

    mature: str
    days: Callable[[Mapping[str, int]], int]
    users: str = "acquisitions"
    last: str = "last_acquired"
    table: str = "activity"

    def last_mature(self, through: date, numbers: Mapping[str, int]) -> date:
        """The last day of acquisition that can be judged once `through` has been seen."""
        return through - timedelta(days=self.days(numbers))


@dataclass(frozen=True)
class Metric:
    """One metric, its numbers filled in: `retention_d7`, never `retention_dN`."""

    name: str
    template: str
    numbers: Mapping[str, int]
    definition: str | Callable[[Period], str]
    shape: Shape
    better: Literal["lower", "higher"] | None
    zh: str
    en: str
    says: str
    interval: Interval
    zero: Zero
    cohort: Cohort | None
    formula: Formula

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The formula's parameters: measures with the numbers filled in, `all_` prefixes and `margin`."""
        return tuple(Template(name).fill(dict(self.numbers)) for name in inspect.signature(self.formula).parameters)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures that the formula needs."""
        named = (name.removeprefix(EVERYWHERE) for name in self.parameters if name != "margin")
        return tuple(dict.fromkeys(named))

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables in which its measures are counted."""
        return frozenset(find(name)[0].table for name in self.measures)

    @cached_property
    def money(self) -> tuple[str, ...]:
        """The parameters that are sums of money."""
        return tuple(name for name in self.parameters if name != "margin" and unit_of(name) is Unit.MONEY)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """What the two sides of a ratio count: those of the formula's first two parameters."""
        return tuple(unit_of(name) for name in self.parameters[:2])

    @cached_property
    def scales(self) -> tuple[int, ...]:
        """How many of what is counted make one on either side."""
        return tuple(money.TEN_THOUSANDTHS if unit in SCALED else 1 for unit in self.units)

    @cached_property
    def cohort_measures(self) -> tuple[str, ...]:
        """The measures that tell who is judged."""
        if self.cohort is None:
            return ()
        names = (self.cohort.mature, self.cohort.users, self.cohort.last)
        return tuple(Template(name).fill(dict(self.numbers)) for name in names)

    @cached_property
    def rounding(self) -> str | None:
        """The measure of how far its count of returning users may be off, where tables of rates can tell it."""
        first = next(iter(inspect.signature(self.formula).parameters))
        names = {"retained_dN": "rounding_dN", "retained_dN_24h": "rounding_dN_24h"}
        found = names.get(first) if self.interval is Interval.WILSON else None
        return found and Template(found).fill(dict(self.numbers))

    def title(self, locale: str) -> str:
        """Its name in a language."""
        return self.zh if locale.startswith("zh") else self.en

    def summary(self, locale: str) -> str:
        """What it is, in a sentence of a language."""
        return self.says if locale.startswith("zh") else self.doc.partition("\n")[0]

    @property
    def doc(self) -> str:
        """What `explain` prints: the formula's docstring."""
        return inspect.getdoc(self.formula) or ""

    def of(self, **amounts: Sequence[Any]) -> list[float | int | None]:
        """The values for lists of measures, for examples and laws; money in its own unit.

        Examples:
            >>> from opsctl.metrics import load
            >>> load("cpa").of(spend=[120, 80], acquisitions=[4, 0])
            [30.0, None]
        """
        from opsctl.metrics.figure import worth  # noqa: PLC0415 - figures are made of metrics

        lists = [[_counted(name, each) for each in amounts[name]] for name in self.parameters]
        found = [worth(self, self.formula(*row)) for row in zip(*lists, strict=True)]
        return [value / money.TEN_THOUSANDTHS if value and self.shape in SCALED_SHAPES else value for value in found]


SCALED_SHAPES = (Shape.MONEY, Shape.QUANTITY)


def _counted(parameter: str, amount: Any) -> Any:
    if parameter == "margin":
        return Fraction(str(amount))
    _, request = find(parameter.removeprefix(EVERYWHERE))
    return money.units(Decimal(str(amount))) if request.measure.unit in SCALED else amount


def unit_of(parameter: str) -> Unit:
    """What a formula's parameter counts."""
    return find(parameter.removeprefix(EVERYWHERE))[1].measure.unit


@dataclass(frozen=True, slots=True)
class Declared:
    """A metric as its file declares it, before numbers are filled in."""

    definition: str | Callable[[Period], str]
    shape: Shape
    better: Literal["lower", "higher"] | None
    zh: str
    en: str
    says: str
    interval: Interval
    zero: Zero
    cohort: Cohort | None
    least: int
    formula: Formula

    def allows(self, numbers: Mapping[str, int]) -> bool:
        """Whether there are days between the numbers of a name: none below the least, none out of order."""
        found = list(numbers.values())
        return found == sorted(found) and all(number >= self.least for number in found)

    def named(self, name: str, template: str, numbers: Mapping[str, int]) -> Metric:
        """The metric with its numbers, also in its words."""

        def words(text: str) -> str:
            return text.format(**numbers)

        definition = words(self.definition) if isinstance(self.definition, str) else self.definition
        return Metric(
            name, template, numbers, definition, self.shape, self.better, words(self.zh), words(self.en),
            words(self.says),
            self.interval, self.zero, self.cohort, self.formula,
        )  # fmt: skip


def metric(  # noqa: PLR0913 - what must be said of a metric, all by name
    *,
    definition: str | Callable[[Period], str],
    shape: Shape,
    zh: str,
    en: str,
    says: str,
    better: Literal["lower", "higher"] | None = None,
    interval: Interval = Interval.NONE,
    zero: Zero = Zero.SHARE,
    cohort: Cohort | None = None,
    least: int = 0,
) -> Callable[[Formula], Declared]:
    """Declare a metric. The function's parameters are the measures it needs; its docstring explains it in English.

    `says` explains it in Chinese, as the trade would.

    Capital letters in the file's name, the measures and the words stand for numbers: see `core.template`;
    `least` is the smallest of them that has a meaning.
    """

    def declare(formula: Formula) -> Declared:
        return Declared(definition, shape, better, zh, en, says, interval, zero, cohort, least, formula)

    return declare


__all__ = ["Cohort", "Interval", "Metric", "Ratio", "Reason", "Shape", "Zero", "metric"]
