"""The key figures of a report: now, before, a year ago, planned, so far this month, and whether that is normal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from opsctl.config.project import Project
from opsctl.core import period as periods
from opsctl.core.period import Grain, Period
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric, Shape
from opsctl.reports.pace import NEARLY, Pace, Standing, month_of, pace
from opsctl.reports.plan import budget_of, reached, target_of
from opsctl.reports.scopes import EVERYBODY, PAID, Scope, figures
from opsctl.verdicts.comparison import days_of
from opsctl.verdicts.usual import LOOKED_AT, Usual

HISTORY = 13  # periods that are looked back at, this one included
WEEKS_OF_A_YEAR = timedelta(days=364)  # the same weekdays a year ago
BY_GRAIN = {Grain.DAY: "day", Grain.WEEK: "week", Grain.MONTH: "month"}
ADDED_UP = {Shape.MONEY, Shape.COUNT}

BOUGHT = ("spend", "acquisitions", "cpa", "retention_d7", "cost_per_retained_d7")
OF_ALL = ("acquisitions", "cpa", "net_paid")
OF_SHOP = ("paid_orders", "net_paid")


@dataclass(frozen=True)
class Kpi:
    """One key figure.

    Args:
        scope: Of whom.
        metric: What.
        period: Its days: of a metric of users, of the latest mature ones.
        now: The figure of the period.
        fair: The same on the days that are whole in both periods: what `before` is compared with.
        before: Over the period before; None where the data do not reach back to it.
        year_before: Over the same weekdays or month a year ago.
        to_date: From the first of the month to the end of the period; None where that says nothing new.
        target: What it should be: of what adds up, in the whole month.
        usual: How it moved before: relative changes, of rates differences.
        history: Its values in the last periods, oldest first.
        pace: Of money, how the month's budget goes.
        lost: Of which spans some account's money is missing: now, before, year_before, month.
    """

    scope: Scope
    metric: Metric
    period: Period
    now: Figure
    fair: Figure
    before: Figure | None
    year_before: Figure | None
    to_date: Figure | None
    target: Fraction | None
    usual: Usual
    history: tuple[float | None, ...]
    pace: Pace | None = None
    lost: frozenset[str] = frozenset()

    @property
    def on_fewer_days(self) -> bool:
        """Whether the change is taken over fewer days than the periods have."""
        return self.change is not None and bool(self.lost & {"now", "before"})

    @property
    def change(self) -> float | None:
        """Against the period before: relative, of rates the difference."""
        return change(self.metric, self.before, self.fair)

    @property
    def year_change(self) -> float | None:
        """Against a year ago; None where days of either are missing, since the two would not be of the same days."""
        return None if self.lost & {"now", "year_before"} else change(self.metric, self.year_before, self.now)

    @property
    def is_normal(self) -> bool | None:
        """Whether it moved as it usually does; None where too little is known."""
        return None if self.change is None else self.usual.holds(self.change)

    @property
    def standing(self) -> Standing | None:
        """Against the budget or target, else against its usual movement."""
        if self.pace is not None:
            return self.pace.standing
        if self.target is not None and self.metric.shape not in ADDED_UP and self.now.value is not None:
            return _against(self.now, self.target)
        if self.is_normal is None or self.change is None:
            return None
        if self.is_normal:
            return Standing.NORMAL
        return Standing.HIGHER if self.change > 0 else Standing.LOWER

    def as_json(self) -> dict[str, Any]:
        """The key figure for programs."""
        return {
            "scope": self.scope.key,
            "metric": self.metric.name,
            "now": self.now.as_json(),
            "before": self.before.as_json() if self.before else None,
            "year_before": self.year_before.as_json() if self.year_before else None,
            "month_to_date": self.to_date.as_json() if self.to_date else None,
            "target": None if self.target is None else float(self.target),
            "change": self.change,
            "year_change": self.year_change,
            "usual_range": self.usual.range,
            "standing": self.standing and self.standing.value,
            "on_fewer_days": self.on_fewer_days,
        }


def change(metric: Metric, before: Figure | None, now: Figure) -> float | None:
    """From one figure to another: relative, of rates the difference; None where either is unknown or was nothing."""
    if before is None or before.value is None or now.value is None:
        return None
    if metric.shape is Shape.RATE:
        return now.value - before.value
    return now.value / before.value - 1 if before.value else None


def _against(now: Figure, target: Fraction) -> Standing:
    if reached(now, target):
        return Standing.REACHED
    missed = abs(Fraction(now.value or 0) - target) / target if target else Fraction(1)
    return Standing.NEARLY if missed <= NEARLY else Standing.MISSED


def told_of(told: frozenset[str], scope: Scope, channels: Iterable[str | None]) -> list[tuple[Scope, Sequence[str]]]:
    """Of whom which key figures are told: of the bought channels first, of everybody what differs from them."""
    if not {"spend", "acquisition"} & told:
        return [(EVERYBODY, OF_SHOP)]
    paid = set(scope.channels or ())
    if not paid:
        return [(EVERYBODY, (*BOUGHT, *OF_ALL[2:]))]
    return [(scope, BOUGHT), (EVERYBODY, OF_ALL if set(channels) - paid else OF_ALL[2:])]


def kpis(known: Known, project: Project, period: Period, scopes: Sequence[tuple[Scope, Sequence[str]]]) -> list[Kpi]:
    """The key figures of some scopes, each with its metrics; those that nothing is known of are left out."""
    found: list[Kpi] = []
    for scope, names in scopes:
        metrics = [load(name) for name in names if can_tell(load(name), known.evidence.told)]
        found += _of_scope(_Asked(known, project, period, scope, metrics))
    return found


def can_tell(metric: Metric, told: frozenset[str]) -> bool:
    """Do the tables that are told hold all that a metric needs?"""
    return needed_by(metric) <= told


def needed_by(metric: Metric) -> frozenset[str]:
    """The tables that a metric is made from."""
    from opsctl.measures import find  # noqa: PLC0415 - families import everything

    return frozenset(table for name in metric.measures for table in find(name)[0].needs())


@dataclass(frozen=True)
class _Asked:
    known: Known
    project: Project
    period: Period
    scope: Scope
    metrics: Sequence[Metric]

    def over(self, evidence: Evidence, move: Mapping[str, Period]) -> dict[str, Figure]:
        """Each metric over its own days; those of the same days are asked for together."""
        found: dict[str, Figure] = {}
        for span in dict.fromkeys(move.values()):
            if span.end < self.known.span.start:
                continue
            found |= figures(evidence, self.scope, [one for one in self.metrics if move.get(one.name) == span], span)
        return found


def _of_scope(asked: _Asked) -> Iterable[Kpi]:
    known, evidence = asked.known, asked.known.evidence
    days = {one.name: days_of(known, one, asked.period) for one in asked.metrics}
    year = {name: _year_before(span) for name, span in days.items() if _year_before(span).start >= known.span.start}
    now, past = asked.over(evidence, days), asked.over(evidence, year)
    same, before = _on_the_same_days(asked, days, now)
    to_date = asked.over(evidence, _to_date(asked, days))
    series = _series(asked, days)
    for one in asked.metrics:
        if one.name in now:
            yield Kpi(
                scope=asked.scope,
                metric=one,
                period=days[one.name],
                now=now[one.name],
                fair=same[one.name],
                before=before.get(one.name),
                year_before=past.get(one.name),
                to_date=to_date.get(one.name),
                target=_target(asked, one, days[one.name]),
                usual=_usual(asked, one, days[one.name], series.get(one.name, {})),
                history=tuple(series.get(one.name, {}).values()),
                pace=pace(known, asked.project, asked.period, asked.scope) if one.name == "spend" else None,
                lost=_lost(asked, days[one.name]),
            )


def _lost(asked: _Asked, span: Period) -> frozenset[str]:
    """Which of the spans that a figure is compared in have days of which some account's money is missing."""
    gaps = asked.known.evidence.gaps
    if asked.scope.channels is not None:
        gaps = gaps.filter(gaps["channel"].is_in(list(asked.scope.channels)))
    days = gaps["day"].to_list()
    spans = {"now": span, "before": span.before(), "year_before": _year_before(span), "month": month_of(asked.period)}
    return frozenset(name for name, of in spans.items() if any(of.start <= day <= of.end for day in days))


def _on_the_same_days(
    asked: _Asked, days: Mapping[str, Period], now: Mapping[str, Figure]
) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """Each metric in its days and in those before, without the days that are incomplete in either."""
    same, before = dict(now), dict[str, Figure]()
    evidence, first = asked.known.evidence, asked.known.span.start
    for span in dict.fromkeys(days.values()):
        if span.before().start < first:
            continue
        names = [name for name, of in days.items() if of == span]
        fair = evidence.with_gaps_of(span.before(), span).on_whole_days()
        same |= {} if fair is evidence else asked.over(fair, dict.fromkeys(names, span))
        before |= asked.over(fair, dict.fromkeys(names, span.before()))
    return same, before


def _year_before(span: Period) -> Period:
    if span.grain is Grain.MONTH:
        return periods.month(span.start.year - 1, span.start.month)
    if span.grain is Grain.QUARTER:
        return periods.quarter(span.start.year - 1, (span.start.month + 2) // 3)
    if span.grain is Grain.YEAR:
        return periods.year(span.start.year - 1)
    return Period(span.start - WEEKS_OF_A_YEAR, span.end - WEEKS_OF_A_YEAR, span.grain)


def _to_date(asked: _Asked, days: Mapping[str, Period]) -> dict[str, Period]:
    """The month up to the end of the period, for what is counted on the days of the period itself."""
    if asked.period.grain not in {Grain.DAY, Grain.WEEK}:
        return {}
    span = Period(month_of(asked.period).start, asked.period.end)
    return {name: span for name, of in days.items() if of == asked.period}


def _target(asked: _Asked, metric: Metric, days: Period) -> Fraction | None:
    group = asked.scope.key if asked.scope.channels is not None else None
    month = month_of(asked.period)
    of_month = metric.shape in ADDED_UP and asked.period.grain in {Grain.DAY, Grain.WEEK}
    span = month if of_month else days
    if metric.name == "spend":
        planned = budget_of(asked.project.budgets, span, asked.scope.members)
        return planned.amount if planned and planned.days == span.days else None
    adds_up = metric.shape in ADDED_UP
    found = target_of(asked.project.targets, metric.name, span, group=group, adds_up=adds_up)
    if found is None and group == PAID:  # without a tree nobody can name the group: a plain target is of these
        return target_of(asked.project.targets, metric.name, span, adds_up=adds_up)
    return found


# --- what is usual ------------------------------------------------------------------------------------------


def _series(asked: _Asked, days: Mapping[str, Period]) -> dict[str, dict[str, float | None]]:
    """By metric its value in each of the last periods, by their label, oldest first."""
    by = BY_GRAIN.get(asked.period.grain)
    if by is None:
        return {}
    found: dict[str, dict[str, float | None]] = {}
    for span in dict.fromkeys(days.values()):
        metrics = [one for one in asked.metrics if days[one.name] == span]
        found |= series(asked.known, asked.scope, metrics, span, by)
    return found


def series(
    known: Known, scope: Scope, metrics: Sequence[Metric], last: Period, by: str
) -> dict[str, dict[str, float | None]]:
    """The values of some metrics of a scope in the last periods up to one, by label, oldest first."""
    spans = last.run(HISTORY, known.span.start)
    whole = Period(spans[0].start, last.end)
    where = () if scope.channels is None else (("channel", scope.channels),)
    rows = {row.group[by]: row for row in answer(known.evidence, Ask(whole, (by,), where), metrics)}
    labels = [span.label for span in spans]
    return {
        one.name: {label: rows[label].figures[one.name].value if label in rows else None for label in labels}
        for one in metrics
    }


def _usual(asked: _Asked, metric: Metric, last: Period, values: Mapping[str, float | None]) -> Usual:
    return usual_of(metric, last, list(values.values()), asked.project.promotions)


def usual_of(metric: Metric, last: Period, values: Sequence[float | None], promotions: Sequence[Period]) -> Usual:
    """The changes between neighbouring values before the last one, newest first; promotions do not count."""
    changes: list[float] = []
    span = last.before()
    for before, after in zip(reversed(values[:-2]), reversed(values[1:-1]), strict=True):
        touched = any(each.meets(one) for one in promotions for each in (span, span.before()))
        moved = _moved(metric, before, after)
        if moved is not None and not touched and len(changes) < LOOKED_AT:
            changes.append(moved)
        span = span.before()
    return Usual(tuple(changes))


def _moved(metric: Metric, before: float | None, after: float | None) -> float | None:
    if before is None or after is None:
        return None
    if metric.shape is Shape.RATE:
        return after - before
    return after / before - 1 if before else None
