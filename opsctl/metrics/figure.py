"""One figure: a metric's value over one group, with everything it can say for itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from opsctl.core import money
from opsctl.core.period import Period
from opsctl.measures.family import Reason, Unit
from opsctl.metrics.metric import Metric, Ratio, Shape, Zero

LEVEL = 0.95


class Status(StrEnum):
    """How far a figure can be relied on."""

    SETTLED = "settled"
    PROVISIONAL = "provisional"
    PARTIAL = "partial"
    IMMATURE = "immature"
    RECONSTRUCTED = "reconstructed"
    UNKNOWN = "unknown"


NOT_KNOWN_YET = {Reason.IMMATURE, Reason.NOT_SUPPLIED, Reason.NO_ACTIVITY}


@dataclass(frozen=True, slots=True)
class Amount:
    """A numerator or denominator as it was counted."""

    number: int | Fraction
    unit: Unit

    def as_json(self) -> int | float | str:
        """Money as a string with four decimals, a count as an integer, a part of one as a number."""
        if self.unit is Unit.MONEY:
            return money.text(int(self.number))
        if self.unit is Unit.QUANTITY:
            whole, part = divmod(int(self.number), money.TEN_THOUSANDTHS)
            return int(self.number) / money.TEN_THOUSANDTHS if part else whole
        if isinstance(self.number, int):
            return self.number
        return self.number.numerator if self.number.denominator == 1 else float(self.number)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value or the reason why there is none; the value of a sum of money is in ten-thousandths."""

    metric: Metric
    definition: str
    value: float | None
    numerator: Amount | None = None
    denominator: Amount | None = None
    low: float | None = None
    high: float | None = None
    status: Status = Status.SETTLED
    reason: Reason | None = None
    currency: str | None = None
    cohort: Period | None = None
    users: int | None = None
    mature: int | None = None
    matures_on: date | None = None
    left_out: int | None = None  # channel-days on which some account's money is missing; in neither side

    def on_whole_days(self, left_out: int) -> Figure:
        """The same, marked as taken over whole days only."""
        settled = self.status in (Status.SETTLED, Status.PROVISIONAL)
        return replace(self, left_out=left_out, status=Status.PARTIAL if settled else self.status)

    def unknown(self, reason: Reason, left_out: int | None = None) -> Figure:
        """The same without a value: of a group that has no whole day, or whose money is not all its own."""
        blank = replace(self, value=None, numerator=None, denominator=None, low=None, high=None, left_out=left_out)
        return replace(blank, status=Status.UNKNOWN, reason=reason)

    def as_json(self) -> dict[str, Any]:
        """The object that stands under the metric's name in every JSON answer."""
        bounded = self.low is not None or self.high is not None
        return {
            "value": self._value_as_json(),
            "numerator": self.numerator.as_json() if self.numerator else None,
            "denominator": self.denominator.as_json() if self.denominator else None,
            "low": self.low,
            "high": self.high,
            "level": LEVEL if bounded else None,
            "error": self.error,
            "status": self.status.value,
            "reason": self.reason.value if self.reason else None,
            "definition": self.definition,
            "currency": self.currency,
            "cohort": _span(self.cohort) if self.cohort else None,
            "users": self.users,
            "mature": self.mature,
            "matures_on": self.matures_on.isoformat() if self.matures_on else None,
            "left_out": self.left_out,
        }

    @property
    def error(self) -> float | None:
        """Half the width of the interval: the +/- that reports print."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    def _value_as_json(self) -> int | float | str | None:
        units = {Shape.MONEY: Unit.MONEY, Shape.QUANTITY: Unit.QUANTITY}
        if self.value is None or self.metric.shape not in units:
            return self.value
        return Amount(int(self.value), units[self.metric.shape]).as_json()


def tells_something(figures: Iterable[Figure]) -> bool:
    """Is any of the figures an answer: a value, or a reason that says more than that there are no data yet?"""
    return any(figure.value is not None or figure.reason not in NOT_KNOWN_YET for figure in figures)


def _span(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def worth(metric: Metric, made: Ratio | int | Reason) -> float | None:
    """The value of a formula's result: an integer sum, or the double nearest the exact fraction."""
    if isinstance(made, int):
        return made
    if isinstance(made, Reason):
        return None
    if no_value(metric, made) is not None:
        return None
    top, bottom = metric.scales
    above, below = (part.as_integer_ratio() for part in (made.times, made.denominator))
    return (made.numerator * above[0] * below[1] * bottom) / (above[1] * below[0] * top)  # integers: one rounding


def no_value(metric: Metric, made: Ratio) -> Reason | None:
    """Why a ratio has no value (G11), or None when it has one."""
    top, bottom = made.numerator, made.denominator
    if metric.zero is Zero.COST_PER:
        if not bottom:
            return Reason.SPEND_NO_CONVERSION if top else Reason.NO_ACTIVITY
        return None if top else Reason.NO_COST
    if bottom:
        return None
    return Reason.NO_COST if metric.zero is Zero.PER_COST and top else Reason.NO_ACTIVITY
