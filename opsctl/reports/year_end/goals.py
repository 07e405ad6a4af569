"""What the year was to reach: its core figures, their targets and budget, and whether they were reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from opsctl.config.plans import Target
from opsctl.core import money
from opsctl.core import period as periods
from opsctl.core.errors import BadPeriod
from opsctl.core.period import Period
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric, Shape
from opsctl.reports.plan import budget_of, reached, target_of
from opsctl.reports.scopes import EVERYBODY, Scope
from opsctl.reports.units import amount
from opsctl.reports.year_end.figures import NEEDS, Pair, Year, is_known, value_of
from opsctl.reports.year_end.wording import Wording

SUMS = (Shape.COUNT, Shape.MONEY)
PAID, ALL = "paid", "all"
CORE = (
    (PAID, "spend"),
    (PAID, "acquisitions"),
    (PAID, "cpa"),
    (PAID, "retention_d7"),
    (PAID, "cost_per_retained_d7"),
    (ALL, "return_rate_8_30"),
    (ALL, "retention_d30"),
    (ALL, "high_value_share"),
    (ALL, "repurchase_rate_90d"),
    (PAID, "roas"),
    (ALL, "net_paid"),
)


@dataclass(frozen=True)
class Goal:
    """A figure, and what it was to be.

    Args:
        scope: Of whom.
        pair: The figure, and a year earlier.
        target: What it was to be; of spend, the budget.
        reached: Whether it is; None without a target, and of a sum whose time is not over.
        over: Whether these days are over.
        budget: Whether the target is a budget, which is not there to be exceeded.
        period: The days that the target is for.
    """

    scope: Scope
    pair: Pair
    target: Fraction | None
    reached: bool | None
    period: Period
    over: bool = True
    budget: bool = False

    @property
    def metric(self) -> Metric:
        """What is measured."""
        return self.pair.now.metric

    @property
    def key(self) -> str:
        """Its name in data."""
        return f"{self.scope.key}.{self.metric.name}"

    @property
    def attained(self) -> float | None:
        """Of a sum, the part of its target that was reached."""
        value = value_of(self.pair.now)
        if self.target is None or not self.target or value is None or self.metric.shape not in SUMS:
            return None
        return value / float(self.target)

    @property
    def short(self) -> float | None:
        """By how much it missed its target, in its own unit and above 0."""
        value = value_of(self.pair.now)
        return None if self.target is None or value is None else abs(value - float(self.target))

    def as_json(self) -> dict[str, Any]:
        """The goal for programs; a target that is money is a string."""
        before, target = self.pair.before, self.target
        as_money = self.metric.shape is Shape.MONEY
        told: str | float | None = None
        if target is not None:
            told = amount(target) if as_money else float(target)
        return {
            "key": self.key,
            "scope": self.scope.key,
            "metric": self.metric.name,
            "now": self.pair.now.as_json(),
            "before": before.as_json() if before else None,
            "change": self.pair.change,
            "relative": self.pair.relative,
            "target": told,
            "over": self.over,
            "attained": self.attained,
            "reached": self.reached,
        }


def core(year: Year) -> list[Goal]:
    """The figures of the first page: the core ones, and whatever else has a target for the year."""
    scopes = {PAID: (year.public, year.paid), ALL: (EVERYBODY, year.all)}
    found = []
    for which, name in CORE:
        scope, pairs = scopes[which] if is_known(scopes[which][1].get(name)) else scopes[ALL]
        if is_known(pairs.get(name)):
            found.append(_goal(year, scope, pairs[name]))
    known = {goal.key for goal in found}
    further = [goal for goal in _of_the_year(year) if goal.key not in known]
    return [*found, *further]


def _goal(year: Year, scope: Scope, pair: Pair) -> Goal:
    metric = pair.now.metric
    budgeted = _budget(year, scope) if metric.name == "spend" else None
    if budgeted is not None:
        return Goal(scope, pair, budgeted, None, year.spans.now, over=year.spans.whole, budget=True)
    group = None if scope.channels is None else scope.key
    whole = periods.year(year.spans.year)
    target = target_of(year.settings.project.targets, metric.name, whole, group=group)
    return Goal(
        scope, pair, target, _reached(pair.now, target, whole=year.spans.whole), year.spans.now, year.spans.whole
    )


def _budget(year: Year, scope: Scope) -> Fraction | None:
    """What was planned for a scope; None unless every day, and every channel that spent, was planned for."""
    budgets = year.settings.project.budgets
    spent = {name for name, months in year.monthly_spend.items() if any(amount != 0 for amount in months.values())}
    members = spent if scope.channels is None else spent & set(scope.channels)
    found = budget_of(budgets, year.spans.now, frozenset(members))
    planned = found is not None and found.days == year.spans.now.days
    return found.amount if found and planned and members <= {one.channel for one in budgets} else None


def _reached(figure: Figure, target: Fraction | None, *, whole: bool) -> bool | None:
    """Whether a target is reached; a sum that still grows has not missed it."""
    if target is None:
        return None
    scaled = target * money.TEN_THOUSANDTHS if figure.metric.shape is Shape.MONEY else target
    found = reached(figure, scaled)
    return None if figure.metric.shape in SUMS and not whole and not found else found


def _of_the_year(year: Year) -> list[Goal]:
    """Targets of the whole year for everybody or for a group."""
    whole = periods.year(year.spans.year)
    listed = [one for one in year.settings.project.targets if one.channel is None and _span(one) == whole]
    return [goal for one in listed if (goal := _measured(year, one, whole)) is not None]


def finer(year: Year) -> list[Goal]:
    """The targets of channels, and of parts of the year, that have begun."""
    whole = periods.year(year.spans.year)
    found = []
    for one in year.settings.project.targets:
        span = _span(one)
        inside = span is not None and whole.start <= span.start <= year.spans.now.end and span.end <= whole.end
        if span is None or not inside or (span == whole and one.channel is None):
            continue
        goal = _measured(year, one, span)
        if goal is not None:
            found.append(goal)
    return sorted(found, key=lambda goal: (goal.period.start, goal.period.end))


def _span(one: Target) -> Period | None:
    try:
        return periods.named(one.period)
    except BadPeriod:
        return None


def _measured(year: Year, one: Target, span: Period) -> Goal | None:
    metric = load(one.metric)
    if not set(NEEDS.get(metric.name, ())) <= year.evidence.told:
        return None
    scope = _scope(year, one)
    known = Period(span.start, min(span.end, year.spans.now.end), span.grain)
    whole = periods.year(year.spans.year)
    pair = _of_year(year, scope, metric) if span == whole else _of_part(year, scope, metric, known)
    if pair is None or pair.now.value is None:
        return None
    target, over = Fraction(one.target), span.end <= year.spans.now.end
    return Goal(scope, pair, target, _reached(pair.now, target, whole=over), span, over)


def _of_year(year: Year, scope: Scope, metric: Metric) -> Pair | None:
    told = year.all if scope == EVERYBODY else year.groups.get(scope.key, {})
    return told.get(metric.name) or year.pairs(scope, (metric.name,)).get(metric.name)


def _of_part(year: Year, scope: Scope, metric: Metric, known: Period) -> Pair | None:
    figure = year.figures(scope, [metric], known).get(metric.name)
    return None if figure is None else Pair(figure)


def _scope(year: Year, one: Target) -> Scope:
    if one.channel is not None:
        return Scope(one.channel, (one.channel,))
    if one.group is not None:
        return next((scope for scope in year.scopes if scope.key == one.group), Scope(one.group, year.group(one.group)))
    return EVERYBODY


# --- in words -------------------------------------------------------------------------------------------


def status(goal: Goal, wording: Wording) -> str:
    """Whether a goal was reached, in a word, and by how much it was not."""
    attained = goal.attained
    if goal.budget:
        return wording.say("executed", share=f"{attained:.1%}") if attained is not None else "-"
    if goal.target is None:
        return "-"
    if attained is not None:
        word = {True: "attained.reached", False: "attained.missed", None: "attained.open"}[goal.reached]
        return wording.say(word, share=f"{attained:.1%}")
    if goal.reached is None:
        return "-"
    key = ("reached" if goal.reached else "missed") + ("" if goal.over else ".open")
    return wording.say(key, by=gap(goal, wording))


def gap(goal: Goal, wording: Wording) -> str:
    """How far a figure is from its target."""
    short = goal.short or 0.0
    if goal.metric.shape is Shape.RATE:
        return wording.say("by.points", points=f"{short * 100:.1f}")
    return wording.worth(short, goal.metric)


def name_of(goal: Goal, wording: Wording) -> str:
    """What a reader calls it: of a channel by the channel's name."""
    if goal.scope.channels and len(goal.scope.channels) == 1 and goal.scope.key == goal.scope.channels[0]:
        return wording.say("of_scope", scope=wording.channel(goal.scope.key), metric=wording.metric(goal.metric))
    return wording.of(goal.scope, goal.metric)


def tally(goals: Sequence[Goal]) -> tuple[int, int]:
    """How many goals were reached, of how many that can be told."""
    judged = [goal for goal in goals if goal.reached is not None]
    return sum(bool(goal.reached) for goal in judged), len(judged)
