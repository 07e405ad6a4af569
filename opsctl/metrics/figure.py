"""One figure: a metric's value over one group, with everything it can say for itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

import polars as pl

from opsctl.core import money
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.measures import find
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Reason, Unit, monday
from opsctl.measures.totals import Key, Total, Totals
from opsctl.metrics.metric import EVERYWHERE, Interval, Metric, Ratio, Shape, Zero
from opsctl.stats.dispersion import pooled_poisson, pooled_wilson
from opsctl.stats.intervals import RULE_OF_THREE

LEVEL = 0.95
EPOCH = date(1970, 1, 1)


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
        return int(self.number) if Fraction(self.number).denominator == 1 else float(self.number)


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
    if _empty(metric, made) is not None:
        return None
    top, bottom = metric.scales
    above, below = (part.as_integer_ratio() for part in (made.times, made.denominator))
    return (made.numerator * above[0] * below[1] * bottom) / (above[1] * below[0] * top)  # integers: one rounding


def _empty(metric: Metric, made: Ratio) -> Reason | None:
    """Why a ratio has no value (G11), or None when it has one."""
    top, bottom = made.numerator, made.denominator
    if metric.zero is Zero.COST_PER:
        if not bottom:
            return Reason.SPEND_NO_CONVERSION if top else Reason.NO_ACTIVITY
        return None if top else Reason.NO_COST
    if bottom:
        return None
    return Reason.NO_COST if metric.zero is Zero.PER_COST and top else Reason.NO_ACTIVITY


def figure(metric: Metric, totals: Totals, key: Key, evidence: Evidence, ask: Ask) -> Figure:
    """The figure of one metric over one group of the totals."""
    base = _Base(metric, totals, key, evidence, ask)
    if base.unknown is not None:
        return base.blank(base.unknown)
    if base.users and not base.mature and metric.cohort is not None:
        return base.blank(Reason.IMMATURE)
    made = metric.formula(*(base.argument(name) for name in metric.parameters))
    if isinstance(made, int):
        return base.with_value(made, (Amount(made, metric.units[0]), None), (None, None))
    if isinstance(made, Reason):
        return base.blank(made)
    top, bottom = metric.units
    sides = (Amount(made.numerator, top), Amount(made.denominator, bottom))
    reason = _empty(metric, made)
    if reason is not None:
        return base.blank(reason, sides, low=_bound(metric, made, reason))
    return base.with_value(worth(metric, made), sides, base.interval(made))


def _bound(metric: Metric, made: Ratio, reason: Reason) -> float | None:
    """With money spent and nothing bought, the price is at least this (one-sided 95 %)."""
    if reason is not Reason.SPEND_NO_CONVERSION or metric.interval is not Interval.POISSON:
        return None
    return float(Fraction(made.numerator, metric.scales[0]) / Fraction(str(RULE_OF_THREE)) * made.times)


@dataclass(frozen=True)
class _Base:
    """One group's totals, read for one metric."""

    metric: Metric
    totals: Totals
    key: Key
    evidence: Evidence
    ask: Ask

    def total(self, name: str) -> Total:
        if name.startswith(EVERYWHERE):
            return self.totals.everywhere(name.removeprefix(EVERYWHERE))
        return self.totals.get(name, self.key)

    @property
    def unknown(self) -> Reason | None:
        """The first reason why an argument of the formula is not known."""
        for name in self.metric.parameters:
            if name == "margin":
                if self.evidence.margin is None:
                    return Reason.NO_MARGIN
                continue
            reason = self.total(name).reason
            if reason is not None:
                return reason
        if self._days_do_not_match:
            return Reason.TZ_MISMATCH
        if len(self.metric.money) < 2:  # noqa: PLR2004 - two amounts may be of two currencies
            return None
        totals = [self.total(name) for name in self.metric.money]
        currencies = {total.label for total in totals if total.amount} - {None}
        return Reason.NO_RATE if len(currencies) > 1 else None

    @property
    def _days_do_not_match(self) -> bool:
        """Days of another zone overlap ours by hours: joined with our users they are right only from a week on (G1)."""
        tables = self.metric.tables
        if not tables & self.evidence.foreign_days or len(tables) == 1:
            return False
        return self.ask.period.days < WEEK_DAYS or "day" in self.ask.dimensions

    def argument(self, name: str) -> int | Fraction:
        if name == "margin":
            return self.evidence.margin or Fraction(0)
        return self.total(name).amount or 0

    def _count(self, which: int) -> int | None:
        names = self.metric.cohort_measures
        return self.totals.get(names[which], self.key).amount if names else None

    @property
    def mature(self) -> int | None:
        return self._count(0)

    @property
    def users(self) -> int | None:
        return self._count(1)

    def blank(
        self, reason: Reason, sides: tuple[Amount | None, Amount | None] = (None, None), low: float | None = None
    ) -> Figure:
        """A figure that is unknown, with what is known of its sides."""
        status = Status.IMMATURE if reason is Reason.IMMATURE else Status.UNKNOWN
        return self._figure(None, sides, (low, None), status, reason)

    def with_value(
        self, value: float | None, sides: tuple[Amount, Amount | None], interval: tuple[float | None, float | None]
    ) -> Figure:
        """A figure with its value."""
        return self._figure(value, sides, interval, self._status(), None)

    def _figure(
        self,
        value: float | None,
        sides: tuple[Amount | None, Amount | None],
        interval: tuple[float | None, float | None],
        status: Status,
        reason: Reason | None,
    ) -> Figure:
        definition = self.metric.definition
        currencies = [found for name in self.metric.money if (found := self.total(name).label) is not None]
        return Figure(
            self.metric,
            definition if isinstance(definition, str) else definition(self.ask.period),
            value,
            *sides,
            *interval,
            status,
            reason,
            currency=min(currencies, default=None),
            cohort=self.ask.period if self.metric.cohort else None,
            users=self.users,
            mature=self.mature,
            matures_on=self._matures_on(),
        )

    def _matures_on(self) -> date | None:
        """The day that must have been seen for everyone of the group to be mature; None when it has been."""
        cohort = self.metric.cohort
        if cohort is None or self.mature == self.users:
            return None
        last = self._count(2)
        return None if last is None else EPOCH + timedelta(days=last + cohort.days(self.metric.numbers))

    def _status(self) -> Status:
        if self.mature is not None and self.users:
            above, below = self.evidence.policy.retention.partial_below.as_integer_ratio()
            if self.mature * below < above * self.users:
                return Status.PARTIAL
        if self._unsettled():
            return Status.PROVISIONAL
        memory = self.evidence.memory
        return Status.RECONSTRUCTED if memory is not None and memory.reconstructed else Status.SETTLED

    def _unsettled(self) -> bool:
        """Is any of the money or claims of a day that its source may still correct (G7)?"""
        for name in self.metric.measures:
            lag = self.evidence.lags.get(self._settles(name) or "", 0)
            if not lag:
                continue
            seen = self.evidence.through(find(name)[0].table) or self.evidence.as_of
            latest = min(self.ask.period.end, seen)
            if latest + timedelta(days=lag) > self.evidence.as_of and self.totals.get(name, self.key).amount:
                return True
        return False

    def _settles(self, name: str) -> str | None:
        """The lag of a measure; conversions booked back to the day of the click take longer."""
        billed = (self.total(name).label or "").endswith("/billing")
        return "conversions_billing" if billed else self.totals.requests[name].measure.settles

    def interval(self, made: Ratio) -> tuple[float | None, float | None]:
        match self.metric.interval:
            case Interval.WILSON:
                return self._wilson(made)
            case Interval.POISSON:
                return self._poisson(made)
            case _:
                return None, None

    def _wilson(self, made: Ratio) -> tuple[float, float]:
        """Wilson, its n scaled down by how much the weeks differ among themselves."""
        hits, tries = self._by_week(*self.metric.parameters[:2])
        low, high = pooled_wilson(hits, tries, LEVEL)
        error = self._rounding / float(made.denominator)
        return max(low - error, 0.0), min(high + error, 1.0)

    @property
    def _rounding(self) -> float:
        """By how many users the numerator may be off, because some of it was told as rates."""
        of = self.totals.of.get(self.metric.rounding or "")
        return ((of[self.key].amount or 0) if of else 0) / money.TEN_THOUSANDTHS

    def _poisson(self, made: Ratio) -> tuple[float, float]:
        """The price if as few, or as many, had been bought as the count and the unevenness of the weeks allow."""
        paid, bought = self._by_week(*self.metric.parameters[:2])
        scale = self.metric.scales[1]
        few, many = pooled_poisson([count / scale for count in bought], paid, LEVEL)
        above, below = made.times.as_integer_ratio()
        price = made.numerator * above / (money.TEN_THOUSANDTHS * below)
        return price / many, price / few

    def _by_week(self, *names: str) -> tuple[list[int], list[int]]:
        """Both sides of a ratio, week by week; as one week where some row belongs to none or to several."""
        top, bottom = (self.totals.weekly[name][self.key] for name in names)
        weeks = dict.fromkeys([*bottom, *top])
        sides = [[side.get(week, 0) for week in weeks] for side in (top, bottom)]
        if len(weeks) > 1 and (None in weeks or self._money_crosses_weeks):
            sides = [[sum(side)] for side in sides]
        return sides[0], sides[1]

    @property
    def _money_crosses_weeks(self) -> bool:
        """Is money of several weeks told in one row? Then no week of it can be set beside that week's users."""
        if not self.evidence.spans or len(self.metric.tables) == 1:
            return False
        spans = self.evidence.spanning.filter(self.ask.touches(), monday("day") != monday("through"))
        channel = dict(zip(self.ask.by, self.key, strict=True)).get("channel")
        return not (spans if channel is None else spans.filter(pl.col("channel") == channel)).is_empty()
