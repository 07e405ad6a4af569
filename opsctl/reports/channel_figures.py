"""The figures of the channel report: which metrics, over which days, and what moved since the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsctl.core.period import Period
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Reason
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric
from opsctl.verdicts.comparison import days_of

CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Shown:
    """One metric of the report.

    Args:
        metric: Its name.
        needs: The tables without which the column is left out.
        priority: Its place in the order of leaving a narrow page; with change or error columns, theirs.
    """

    metric: str
    needs: tuple[str, ...]
    priority: int
    change: int | None = None
    error: int | None = None


SHOWN = (
    Shown("spend", ("spend",), 0),
    Shown("acquisitions", ("acquisition",), 0),
    Shown("cpa", ("spend", "acquisition"), 0, change=7),
    Shown("retention_d7", ("acquisition", "activity"), 1, error=8),
    Shown("cost_per_retained_d7", ("spend", "acquisition", "activity"), 2),
    Shown("retention_d30", ("acquisition", "activity"), 3),
    Shown("roas", ("spend", "acquisition", "order"), 5),
)
SHOP = (Shown("orders", ("order",), 1), Shown("paid_orders", ("order",), 1), Shown("net_paid", ("order",), 0))

Figures = Mapping[str, Figure]
Line = tuple[str | None, str | None]  # a channel, and its currency where it has money in several
ALL: Line = (None, None)


@dataclass(frozen=True)
class Asked:
    """One column's metric with the days it is shown for."""

    shown: Shown
    metric: Metric
    period: Period


def columns(told: frozenset[str]) -> list[Shown]:
    """What can be shown of the tables that are told; where nobody is acquired and nothing spent, what a shop sells."""
    of = SHOWN if {"spend", "acquisition"} & told else SHOP
    return [one for one in of if set(one.needs) <= told]


def asked_for(known: Known, shown: Shown, period: Period) -> Asked:
    """A metric of users is shown for the latest cohort of the period's length whose users are all mature.

    Where the data do not reach back to it, the period itself is shown, with the day on which it will be mature.
    """
    metric = load(shown.metric)
    return Asked(shown, metric, days_of(known, metric, period))


def before(asked: Sequence[Asked], known: Known) -> list[Asked]:
    """The same over the period before, where the data reach back that far."""
    earlier = [Asked(one.shown, one.metric, one.period.before()) for one in asked]
    return [one for one in earlier if one.period.start >= known.span.start]


def figures_of(
    evidence: Evidence, asked: Sequence[Asked], by: tuple[str, ...], channels: tuple[str, ...] = ()
) -> dict[Line, dict[str, Figure]]:
    """By channel, each metric over its own days; metrics of the same days are asked for together.

    A channel with money in several currencies has a line for each, beside the one for what is no money.
    """
    found: dict[Line, dict[str, Figure]] = {}
    where = ((CHANNEL, channels),) if channels else ()
    for period in sorted({one.period for one in asked}, key=lambda period: (period.start, period.end)):
        metrics = [one.metric for one in asked if one.period == period]
        rows = answer(evidence, Ask(period, by, where), metrics)
        mixed = {row.group.get(CHANNEL) for row in rows if row.splits}
        for row in rows:
            channel = row.group.get(CHANNEL)
            line = (channel, row.group.get("currency") if channel in mixed else None)
            found.setdefault(line, {}).update(row.figures)
    order = [one.shown.metric for one in asked]
    return {
        line: {name: found[line][name] for name in order if name in found[line]}
        for line in sorted(found, key=lambda line: [(part is None, part or "") for part in line])
    }


def spending(now: Mapping[Line, Figures]) -> tuple[str, ...]:
    """The channels that spent, or of which nobody can say how much."""
    spent = (line[0] for line, row in now.items() if line[0] and "spend" in row and _spends(row["spend"]))
    return tuple(dict.fromkeys(spent))


def _spends(spend: Figure) -> bool:
    return bool(spend.value) or spend.reason in (Reason.SPANS_DAYS, Reason.NO_RATE)


def changes_of(line: Line, before: Figures, now: Figures) -> list[dict[str, Any]]:
    """What a metric was over the period before, and is now; only where both are known."""
    pairs = [(name, before[name], figure) for name, figure in now.items() if name in before]
    return [
        {
            "channel": line[0],
            "currency": line[1],
            "metric": name,
            "before": earlier.as_json()["value"],
            "now": figure.as_json()["value"],
            "relative": figure.value / earlier.value - 1 if earlier.value else None,
            "before_cohort": earlier.as_json()["cohort"],
        }
        for name, earlier, figure in pairs
        if figure.value is not None and earlier.value is not None
    ]


@dataclass(frozen=True)
class Sides:
    """The figures of one span: line by line, of all channels, and of the paid ones together."""

    lines: dict[Line, dict[str, Figure]]
    all: Figures
    paid: Figures

    def only(self, asked: Sequence[Asked]) -> Sides:
        """The same of some metrics, in their order."""
        names = [one.shown.metric for one in asked]

        def of(row: Figures) -> dict[str, Figure]:
            return {name: row[name] for name in names if name in row}

        return Sides({line: of(row) for line, row in self.lines.items()}, of(self.all), of(self.paid))


def sides(evidence: Evidence, asked: Sequence[Asked], paid: tuple[str, ...] | None = None) -> Sides:
    """The figures of a span; `paid` are the channels that spent, unset: those that do here."""
    lines = figures_of(evidence, asked, (CHANNEL,))
    channels = spending(lines) if paid is None else paid
    of_paid = figures_of(evidence, asked, (), channels).get(ALL, {}) if channels else {}
    return Sides(lines, figures_of(evidence, asked, ()).get(ALL, {}), of_paid)


def _joined(parts: Sequence[Sides], asked: Sequence[Asked]) -> Sides:
    """Figures of different metrics as those of one span."""
    lines, whole, paid = dict[Line, dict[str, Figure]](), dict[str, Figure](), dict[str, Figure]()
    for one in parts:
        for line, row in one.lines.items():
            lines.setdefault(line, {}).update(row)
        whole.update(one.all)
        paid.update(one.paid)
    return Sides(lines, whole, paid).only(asked)


@dataclass(frozen=True)
class Moves:
    """What moved since the period before: the total and line by line, and the paid channels together."""

    lines: list[dict[str, Any]]
    paid: list[dict[str, Any]]


def moves(known: Known, asked: Sequence[Asked], now: Sides) -> Moves:
    """Each metric over the same of its days in both periods: one that is incomplete in either is left out of both."""
    paid, afters, befores = spending(now.lines), list[Sides](), list[Sides]()
    for span in dict.fromkeys(one.period for one in asked):
        own = [one for one in asked if one.period == span]
        fair = known.evidence.with_gaps_of(span.before(), span).on_whole_days()
        afters.append(now.only(own) if fair is known.evidence else sides(fair, own, paid))
        befores.append(sides(fair, before(own, known), paid))
    current, earlier = _joined(afters, asked), _joined(befores, asked)
    lines = [
        change
        for line in now.lines
        for change in changes_of(line, earlier.lines.get(line, {}), current.lines.get(line, {}))
    ]
    return Moves([*changes_of(ALL, earlier.all, current.all), *lines], changes_of(ALL, earlier.paid, current.paid))
