"""What was planned: targets of metrics and budgets of channels, for any span of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from opsctl.config.plans import Budget, Target
from opsctl.core import period as periods
from opsctl.core.period import Period
from opsctl.metrics.figure import Figure


def target_of(  # noqa: PLR0913 - of which metric, when, of whom
    targets: Sequence[Target],
    metric: str,
    period: Period,
    channel: str | None = None,
    group: str | None = None,
    *,
    adds_up: bool = False,
) -> Fraction | None:
    """The target of a metric for a span: that of the shortest planned period that has all of it; None without one.

    A target says nothing of a part of its days where the metric adds up (spend of a year is no target of a week):
    then only a plan of exactly these days counts.
    """
    found = [
        (span.days, one.target)
        for one in targets
        if (one.metric, one.channel, one.group) == (metric, channel, group)
        and (span := periods.named(one.period)).start <= period.start
        and period.end <= span.end
        and (span.days == period.days or not adds_up)
    ]
    return Fraction(min(found, key=lambda pair: pair[0])[1]) if found else None


def reached(figure: Figure, target: Fraction) -> bool | None:
    """Did a figure reach its target, by the direction that is better for its metric? None where it is not known."""
    if figure.value is None:
        return None
    value = Fraction(figure.value)
    return value <= target if figure.metric.better == "lower" else value >= target


@dataclass(frozen=True, slots=True)
class Budgeted:
    """The money planned for some channels over a span of days, in the project's currency.

    A month's budget is spread evenly over its days where the span has only some of them.

    Args:
        amount: The money.
        days: How many days of the span have a budget.
    """

    amount: Fraction
    days: int


def budget_of(budgets: Sequence[Budget], period: Period, channels: frozenset[str] | None = None) -> Budgeted | None:
    """The budget of channels, unset: of all; None where no month of the span has one."""
    amount, days = Fraction(0), set[int]()
    for one in budgets:
        if channels is not None and one.channel not in channels:
            continue
        month = periods.named(one.month)
        first, last = max(month.start, period.start), min(month.end, period.end)
        if first > last:
            continue
        part = (last - first).days + 1
        amount += Fraction(one.amount) * part / month.days
        days |= {first.toordinal() + at for at in range(part)}
    return Budgeted(amount, len(days)) if days else None
