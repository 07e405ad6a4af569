"""The channel report of a period: what each channel cost, brought and kept, every cohort figure with its cohort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoData
from opsctl.core.period import Period, last_complete_week
from opsctl.ingest.account import Input
from opsctl.ingest.load import Loaded
from opsctl.ingest.remarks import Note
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure, tells_something
from opsctl.metrics.metric import Metric
from opsctl.reports.calendar import headline, span_of
from opsctl.reports.findings import findings
from opsctl.reports.report import Cell, Column, Footnote, Report, RowKind, Table, TableRow

CHANNEL = "channel"
CHANGE = "_change"
ERROR = "_error"


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
class _Asked:
    """One column's metric with the days it is shown for."""

    shown: Shown
    metric: Metric
    period: Period


def default_period(known: Known) -> Period:
    """The last whole week that has rows of its own; of less than a week of data, all of it.

    A refund or payment may be known long after the last day of everything else.

    Raises:
        NoData: No row names a day.
    """
    evidence = known.evidence
    if known.undated:
        raise NoData(
            "no row names a day, so there is no week to report on",
            hint="say which days the files are of with --period, or ask opsctl query for sums of all of them",
        )
    week = last_complete_week(min(evidence.as_of, max(evidence.last_day.values())))
    return week if week.end >= known.span.start else known.span


def channel_report(loaded: Loaded, known: Known, settings: Settings, period: Period, words: Words) -> Report:
    """One row per channel, totals, and what changed against the period before."""
    evidence = known.evidence
    columns = SHOWN if {"spend", "acquisition"} & evidence.told else SHOP
    asked = [_asked(known, shown, period) for shown in columns if set(shown.needs) <= evidence.told]
    now = _figures(evidence, asked, (CHANNEL,))
    total = _figures(evidence, asked, ()).get(ALL, {})
    earlier = _before(asked, known)
    before = _figures(evidence, earlier, (CHANNEL,))
    before_total = _figures(evidence, earlier, ()).get(ALL, {})
    changes = [
        *_changes(ALL, before_total, total),
        *(change for line in now for change in _changes(line, before.get(line, {}), now[line])),
    ]
    paid = _figures(evidence, asked, (), _spending(now)).get(ALL, {})
    paid_before = _figures(evidence, earlier, (), _spending(now)).get(ALL, {})
    problems = findings(loaded)
    return Report(
        title=headline(period, settings.project.project.name, words),
        as_of=evidence.as_of,
        period=period,
        lines=_lines(loaded, known, problems, words),
        table=_table(asked, now, _Totals(paid, paid_before, total), changes, settings, words),
        data=_data(now, total, paid, changes, problems),
        footnotes=_footnotes(asked, now, words),
        inputs=loaded.inputs,
        answered=tells_something(total.values()),
        notes=[*problems, *loaded.notes, *known.notes],
    )


def _asked(known: Known, shown: Shown, period: Period) -> _Asked:
    """A metric of users is shown for the latest cohort of the period's length whose users are all mature.

    Where the data do not reach back to it, the period itself is shown, with the day on which it will be mature.
    """
    metric = load(shown.metric)
    through = known.evidence.through(metric.cohort.table) if metric.cohort else None
    if metric.cohort is None or through is None:
        return _Asked(shown, metric, period)
    mature = period.back_to(metric.cohort.last_mature(through, metric.numbers))
    return _Asked(shown, metric, mature if mature.end >= known.span.start else period)


def _before(asked: Sequence[_Asked], known: Known) -> list[_Asked]:
    """The same over the period before, where the data reach back that far."""
    earlier = [_Asked(one.shown, one.metric, one.period.before()) for one in asked]
    return [one for one in earlier if one.period.start >= known.span.start]


def _figures(
    evidence: Evidence, asked: Sequence[_Asked], by: tuple[str, ...], channels: tuple[str, ...] = ()
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


def _spending(now: Mapping[Line, Figures]) -> tuple[str, ...]:
    spent = (line[0] for line, row in now.items() if line[0] and "spend" in row and row["spend"].value)
    return tuple(dict.fromkeys(spent))


def _changes(line: Line, before: Figures, now: Figures) -> list[dict[str, Any]]:
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


def _data(
    now: Mapping[Line, Figures],
    total: Figures,
    paid: Figures,
    changes: list[dict[str, Any]],
    problems: Sequence[Note],
) -> dict[str, Any]:
    rows = [
        {
            CHANNEL: line[0],
            **({"currency": line[1]} if line[1] else {}),
            "verdict": None,
            **{name: figure.as_json() for name, figure in row.items()},
        }
        for line, row in now.items()
    ]
    return {
        "total": {name: figure.as_json() for name, figure in total.items()},
        "paid_total": {name: figure.as_json() for name, figure in paid.items()},
        "rows": rows,
        "changes": changes,
        "problems": [{"code": note.code, "text": note.text} for note in problems],
    }


# --- for people -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Totals:
    """The rows below the channels."""

    paid: Figures
    paid_before: Figures
    all: Figures


def _table(  # noqa: PLR0913, PLR0917 - the parts of one table
    asked: Sequence[_Asked],
    now: Mapping[Line, Figures],
    totals: _Totals,
    changes: Sequence[Mapping[str, Any]],
    settings: Settings,
    words: Words,
) -> Table:
    relative = {(change[CHANNEL], change["currency"], change["metric"]): change["relative"] for change in changes}
    paid_changes = {change["metric"]: change["relative"] for change in _changes(ALL, totals.paid_before, totals.paid)}

    def row(name: str, line: Line, figures: Figures, kind: RowKind = RowKind.PLAIN) -> TableRow:
        cells: dict[str, Cell] = {CHANNEL: name, **figures}
        for one in asked:
            of_paid = paid_changes.get(one.shown.metric)
            moved = of_paid if figures is totals.paid else relative.get((*line, one.shown.metric))
            cells[one.shown.metric + CHANGE] = None if moved is None else f"{moved:+.1%}"
            cells[one.shown.metric + ERROR] = _error(figures.get(one.shown.metric))
        return TableRow(cells, kind)

    money = settings.project.currency
    rows = [row(_name(line, now[line], settings, words), line, now[line]) for line in _by_spend(now, money)]
    if len(now) > len(_spending(now)) > 0:
        rows.append(row(words["report.paid"], ALL, totals.paid, RowKind.TOTAL))
    rows.append(row(words["report.all"], ALL, totals.all, RowKind.TOTAL))
    return Table(_columns(asked, words), rows)


def _error(figure: Figure | None) -> str | None:
    """Half the interval, in points."""
    return None if figure is None or figure.error is None else f"{figure.error * 100:.1f}"


def _name(line: Line, row: Figures, settings: Settings, words: Words) -> str:
    """The channel's name; with the currency of its money where that is not the project's."""
    channel, currency = line[0], line[1] or _currency(row)
    name = words["report.no_channel"] if channel is None else settings.project.channel_name(channel, words.locale)
    foreign = currency is not None and (line[1] or currency != settings.project.currency)
    return f"{name} {currency}" if foreign else name


def _currency(row: Figures) -> str | None:
    return next((figure.currency for figure in row.values() if figure.currency), None)


def _by_spend(now: Mapping[Line, Figures], project_currency: str) -> list[Line]:
    """Paid channels first, the most money first, other currencies after; then the others by the users they brought."""

    def weight(line: Line) -> tuple[bool, float, float, str, str]:
        row = now[line]
        amounts = [float(row[name].value or 0) if name in row else 0.0 for name in ("spend", "acquisitions")]
        foreign = (_currency(row) or project_currency) != project_currency
        return (foreign, -amounts[0], -amounts[1], line[0] or "", line[1] or "")

    return sorted(now, key=weight)


def _columns(asked: Sequence[_Asked], words: Words) -> list[Column]:
    found = [Column(CHANNEL, words["dimension.channel"], numeric=False)]
    for one in asked:
        title = words.get(f"column.{one.shown.metric}", one.metric.title(words.locale))
        if one.metric.cohort:
            title += "\n" + words.say("report.cohort", span=span_of(one.period, words))
        found.append(Column(one.shown.metric, title, one.shown.priority))
        if one.shown.change is not None:
            found.append(Column(one.shown.metric + CHANGE, words["report.change"], one.shown.change))
        if one.shown.error is not None:
            found.append(Column(one.shown.metric + ERROR, words["report.error"], one.shown.error))
    return found


def _lines(loaded: Loaded, known: Known, problems: Sequence[Note], words: Words) -> list[str]:
    accounts = loaded.inputs
    lines = [
        words.say(
            "report.data",
            files=len(accounts),
            read=f"{sum(one.read for one in accounts):,}",
            accepted=f"{sum(one.accepted for one in accounts):,}",
            rejected=f"{sum(len(one.rejected) for one in accounts):,}",
            dropped=_dropped(accounts, words),
            as_of=known.evidence.as_of,
        )
    ]
    controls = [control for one in accounts for control in one.control]
    if controls:
        agree = sum(control.ok for control in controls)
        lines.append(words.say("report.control", ok=agree, all=len(controls)))
    return [*lines, *(words.say("report.problem", code=note.code, text=note.text) for note in problems)]


def _dropped(accounts: Sequence[Input], words: Words) -> str:
    """How many rows were left out, and as what."""
    reasons = Counter[str]()
    for one in accounts:
        reasons.update(one.dropped)
    if not reasons:
        return "0"
    named = (f"{words.get(f'dropped.{reason}', reason)} {rows:,}" for reason, rows in sorted(reasons.items()))
    return words.say("report.dropped", rows=f"{reasons.total():,}", reasons=words["list.separator"].join(named))


def _footnotes(asked: Sequence[_Asked], now: Mapping[Line, Figures], words: Words) -> list[Footnote]:
    cohorts = frozenset(one.shown.metric for one in asked if one.metric.cohort)
    errors = frozenset(one.shown.metric + ERROR for one in asked if one.shown.error is not None)
    notes = [
        Footnote(words["report.note.spend"], frozenset({"spend"})),
        Footnote(words["report.note.cohort"], cohorts),
        Footnote(words["report.note.error"], errors),
        Footnote(words["report.note.roas"], frozenset({"roas"})),
        *(Footnote(text) for text in _warnings(now, words)),
    ]
    columns = {column.key for column in _columns(asked, words)}
    return [note for note in notes if note.of is None or note.of & columns]


def _warnings(now: Mapping[Line, Figures], words: Words) -> list[str]:
    """What is not final yet, and when what is missing will come."""
    notes: list[str] = []
    if any(figure.status == "provisional" for row in now.values() for figure in row.values()):
        notes.append(words["report.note.provisional"])
    waiting = [
        figure
        for row in now.values()
        for figure in row.values()
        if figure.matures_on is not None and figure.value is None
    ]
    if waiting:
        ready = max(figure.matures_on for figure in waiting if figure.matures_on)
        notes.append(words.say("report.note.immature", day=ready))
    return notes
