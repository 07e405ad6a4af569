"""A metric read over the groups of an answer: what is the same of all of them is found once, not for every figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

import polars as pl

from opsctl.core import money
from opsctl.core.period import WEEK_DAYS
from opsctl.measures import find
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Reason, monday
from opsctl.measures.totals import Key, Total, Totals
from opsctl.metrics.figure import LEVEL, Amount, Figure, Status, no_value, worth
from opsctl.metrics.metric import EVERYWHERE, Interval, Metric, Ratio
from opsctl.stats.dispersion import pooled_poisson, pooled_wilson
from opsctl.stats.intervals import RULE_OF_THREE

EPOCH = date(1970, 1, 1)
Sides = tuple[Amount | None, Amount | None]
Bounds = tuple[float | None, float | None]


@dataclass(frozen=True)
class Reading:
    """One metric over the totals of one ask."""

    metric: Metric
    totals: Totals
    evidence: Evidence
    ask: Ask

    def figure(self, key: Key) -> Figure:
        """The figure of one group."""
        mature, users, last = (of[key].amount for of in self.judged) if self.judged else (None, None, None)
        group = _Group(self, key, {name: tell(key) for name, tell in self.tellers.items()}, mature, users, last)
        reason = group.unknown
        if reason is not None:
            return group.blank(reason)
        if group.users and not group.mature and self.metric.cohort is not None:
            return group.blank(Reason.IMMATURE)
        made = self.metric.formula(*(group.argument(name) for name in self.metric.parameters))
        if isinstance(made, int):
            return group.with_value(made, (Amount(made, self.metric.units[0]), None), (None, None))
        if isinstance(made, Reason):
            return group.blank(made)
        top, bottom = self.metric.units
        sides = (Amount(made.numerator, top), Amount(made.denominator, bottom))
        reason = no_value(self.metric, made)
        if reason is not None:
            return group.blank(reason, sides, low=self._bound(made, reason))
        return group.with_value(worth(self.metric, made), sides, group.interval(made))

    def _bound(self, made: Ratio, reason: Reason) -> float | None:
        """With money spent and nothing bought, the price is at least this (one-sided 95 %)."""
        if reason is not Reason.SPEND_NO_CONVERSION or self.metric.interval is not Interval.POISSON:
            return None
        return float(Fraction(made.numerator, self.metric.scales[0]) / Fraction(str(RULE_OF_THREE)) * made.times)

    @cached_property
    def tellers(self) -> Mapping[str, Callable[[Key], Total]]:
        """By parameter of the formula, but for the margin, what tells its total over a group."""
        return {name: self._teller(name) for name in self.metric.parameters if name != "margin"}

    def _teller(self, name: str) -> Callable[[Key], Total]:
        if not name.startswith(EVERYWHERE):
            return self.totals.of[name].__getitem__
        whole = self.totals.everywhere(name.removeprefix(EVERYWHERE))
        return lambda _: whole

    @cached_property
    def definition(self) -> str:
        """What the figures are, by name and version."""
        told = self.metric.definition
        return told if isinstance(told, str) else told(self.ask.period)

    @cached_property
    def judged(self) -> tuple[Mapping[Key, Total], ...]:
        """Of a metric of users: how many are mature, how many there are, and the last day of acquisition."""
        return tuple(self.totals.of[name] for name in self.metric.cohort_measures)

    @cached_property
    def no_margin(self) -> Reason | None:
        """Why the margin is not known."""
        return Reason.NO_MARGIN if self.evidence.margin is None else None

    @cached_property
    def days_do_not_match(self) -> bool:
        """Days of another zone overlap ours by hours: joined with our users they are right only from a week on (G1)."""
        tables = self.metric.tables
        if not tables & self.evidence.foreign_days or len(tables) == 1:
            return False
        return self.ask.period.days < WEEK_DAYS or "day" in self.ask.dimensions

    @cached_property
    def partial_below(self) -> tuple[int, int]:
        """The share of users that must be mature, as a fraction."""
        return self.evidence.policy.retention.partial_below.as_integer_ratio()

    @cached_property
    def settled(self) -> Status:
        """What a value is that nobody may still correct."""
        memory = self.evidence.memory
        return Status.RECONSTRUCTED if memory is not None and memory.reconstructed else Status.SETTLED

    @cached_property
    def open(self) -> list[tuple[Mapping[Key, Total], bool, bool]]:
        """Of every measure that may still be corrected its totals, and whether it may as such, and as a billed claim.

        Conversions booked back to the day of the click take longer.
        """
        found = [(name, self.totals.requests[name].measure.settles) for name in self.metric.measures]
        known = [
            (self.totals.of[name], self._is_open(name, settles), self._is_open(name, "conversions_billing"))
            for name, settles in found
        ]
        return [one for one in known if one[1] or one[2]]

    def _is_open(self, measure: str, settles: str | None) -> bool:
        """May the source of a measure still correct some day that was asked for (G7)?"""
        lag = self.evidence.lags.get(settles or "", 0)
        seen = self.evidence.through(find(measure)[0].table) or self.evidence.as_of
        return bool(lag) and min(self.ask.period.end, seen) + timedelta(days=lag) > self.evidence.as_of

    def by_week(self, key: Key) -> tuple[list[int], list[int]]:
        """Both sides of a ratio, week by week; as one week where some row belongs to none or to several."""
        top, bottom = (self.totals.weekly[name](key) for name in self.metric.parameters[:2])
        weeks = {**bottom, **top}
        sides = [[side.get(week, 0) for week in weeks] for side in (top, bottom)]
        if len(weeks) > 1 and (None in weeks or self._money_crosses_weeks(key)):
            sides = [[sum(side)] for side in sides]
        return sides[0], sides[1]

    def _money_crosses_weeks(self, key: Key) -> bool:
        """Is money of several weeks told in one row? Then no week of it can be set beside that week's users."""
        if not self.evidence.spans or len(self.metric.tables) == 1:
            return False
        spans = self.evidence.spanning.filter(self.ask.touches(), monday("day") != monday("through"))
        channel = dict(zip(self.ask.by, key, strict=True)).get("channel")
        return not (spans if channel is None else spans.filter(pl.col("channel") == channel)).is_empty()


@dataclass(frozen=True, slots=True)
class _Group:
    """One group's totals, read for one metric."""

    reading: Reading
    key: Key
    told: Mapping[str, Total]
    mature: int | None
    users: int | None
    last: int | None

    @property
    def unknown(self) -> Reason | None:
        """The first reason why an argument of the formula is not known."""
        metric = self.reading.metric
        for name in metric.parameters:
            reason = self.told[name].reason if name in self.told else self.reading.no_margin
            if reason is not None:
                return reason
        if self.reading.days_do_not_match:
            return Reason.TZ_MISMATCH
        if len(metric.money) < 2:  # noqa: PLR2004 - two amounts may be of two currencies
            return None
        totals = [self.told[name] for name in metric.money]
        currencies = {total.label for total in totals if total.amount} - {None}
        return Reason.NO_RATE if len(currencies) > 1 else None

    def argument(self, name: str) -> int | Fraction:
        if name not in self.told:
            return self.reading.evidence.margin or Fraction(0)
        return self.told[name].amount or 0

    def blank(self, reason: Reason, sides: Sides = (None, None), low: float | None = None) -> Figure:
        """A figure that is unknown, with what is known of its sides."""
        status = Status.IMMATURE if reason is Reason.IMMATURE else Status.UNKNOWN
        return self._figure(None, sides, (low, None), status, reason)

    def with_value(self, value: float | None, sides: Sides, interval: Bounds) -> Figure:
        """A figure with its value."""
        return self._figure(value, sides, interval, self._status(), None)

    def _figure(
        self, value: float | None, sides: Sides, interval: Bounds, status: Status, reason: Reason | None
    ) -> Figure:
        metric = self.reading.metric
        labels = [self.told[name].label for name in metric.money]
        return Figure(
            metric,
            self.reading.definition,
            value,
            *sides,
            *interval,
            status,
            reason,
            currency=min(filter(None, labels), default=None),
            cohort=self.reading.ask.period if metric.cohort else None,
            users=self.users,
            mature=self.mature,
            matures_on=self._matures_on(),
        )

    def _matures_on(self) -> date | None:
        """The day that must have been seen for everyone of the group to be mature; None when it has been."""
        metric = self.reading.metric
        if metric.cohort is None or self.mature == self.users:
            return None
        return None if self.last is None else EPOCH + timedelta(days=self.last + metric.cohort.days(metric.numbers))

    def _status(self) -> Status:
        if self.mature is not None and self.users:
            above, below = self.reading.partial_below
            if self.mature * below < above * self.users:
                return Status.PARTIAL
        return Status.PROVISIONAL if self._unsettled() else self.reading.settled

    def _unsettled(self) -> bool:
        """Is any of the money or claims of a day that its source may still correct (G7)?"""
        for of, usually, billed in self.reading.open:
            total = of[self.key]
            if total.amount and (billed if (total.label or "").endswith("/billing") else usually):
                return True
        return False

    def interval(self, made: Ratio) -> Bounds:
        match self.reading.metric.interval:
            case Interval.WILSON:
                return self._wilson(made)
            case Interval.POISSON:
                return self._poisson(made)
            case _:
                return None, None

    def _wilson(self, made: Ratio) -> tuple[float, float]:
        """Wilson, its n scaled down by how much the weeks differ among themselves."""
        hits, tries = self.reading.by_week(self.key)
        low, high = pooled_wilson(hits, tries, LEVEL)
        error = self._rounding / float(made.denominator)
        return max(low - error, 0.0), min(high + error, 1.0)

    @property
    def _rounding(self) -> float:
        """By how many users the numerator may be off, because some of it was told as rates."""
        of = self.reading.totals.of.get(self.reading.metric.rounding or "")
        return ((of[self.key].amount or 0) if of else 0) / money.TEN_THOUSANDTHS

    def _poisson(self, made: Ratio) -> tuple[float, float]:
        """The price if as few, or as many, had been bought as the count and the unevenness of the weeks allow."""
        paid, bought = self.reading.by_week(self.key)
        scale = self.reading.metric.scales[1]
        few, many = pooled_poisson([count / scale for count in bought], paid, LEVEL)
        above, below = made.times.as_integer_ratio()
        price = made.numerator * above / (money.TEN_THOUSANDTHS * below)
        return price / many, price / few
