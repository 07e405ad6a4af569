"""The channel report of a period: what each channel cost, brought and kept, every cohort figure with its cohort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoData
from opsctl.core.period import Period, last_complete_week
from opsctl.ingest.account import Input
from opsctl.ingest.load import Loaded
from opsctl.ingest.remarks import Note
from opsctl.measures.coverage import Arrival, share, spelt
from opsctl.measures.family import Reason
from opsctl.measures.known import Known
from opsctl.metrics.figure import Figure, tells_something
from opsctl.reports.calendar import headline, span_of
from opsctl.reports.channel_figures import (
    ALL,
    CHANNEL,
    SHOP,
    SHOWN,
    Asked,
    Figures,
    Line,
    Moves,
    Sides,
    asked_for,
    moves,
    sides,
    spending,
)
from opsctl.reports.findings import findings
from opsctl.reports.report import Cell, Column, Footnote, Lines, Report, RowKind, Table, TableRow

CHANGE = "_change"
ERROR = "_error"
MARK = "*"
NO_DATA = "no_data"
ENOUGH = 0.95  # of a channel's account-days; below this there is no advice


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
    asked = [asked_for(known, shown, period) for shown in columns if set(shown.needs) <= evidence.told]
    now = sides(evidence, asked)
    moved = moves(known, asked, period, now)
    problems = findings(loaded)
    incomplete = _incomplete(known, period)
    naming = _Naming(settings, words, incomplete)
    footnotes = [*_marked(incomplete, words), *_footnotes(asked, now.lines, words)]
    return Report(
        title=headline(period, settings.project.project.name, words),
        as_of=evidence.as_of,
        period=period,
        parts=[
            Lines("", _lines(loaded, known, settings, period, problems, words)),
            replace(_table(asked, now, moved, naming), footnotes=footnotes),
        ],
        data=_data(now, moved, problems, known, period),
        inputs=loaded.inputs,
        answered=tells_something(now.all.values()),
        notes=[*problems, *loaded.notes, *known.notes],
    )


def _data(now: Sides, moved: Moves, problems: Sequence[Note], known: Known, period: Period) -> dict[str, Any]:
    rows = [
        {
            CHANNEL: line[0],
            **({"currency": line[1]} if line[1] else {}),
            "verdict": _verdict(known, period, line[0]),
            **{name: figure.as_json() for name, figure in row.items()},
        }
        for line, row in now.lines.items()
    ]
    return {
        "total": {name: figure.as_json() for name, figure in now.all.items()},
        "paid_total": {name: figure.as_json() for name, figure in now.paid.items()},
        "rows": rows,
        "changes": moved.lines,
        "problems": [{"code": note.code, "text": note.text} for note in problems],
    }


def _verdict(known: Known, period: Period, channel: str | None) -> str | None:
    """No advice without data: of a channel much of whose money has not arrived, only that is said."""
    arrived = None if channel is None else share(known.arrivals, channel, period)
    return NO_DATA if arrived is not None and arrived < ENOUGH else None


def _incomplete(known: Known, period: Period) -> frozenset[str]:
    """The channels of which some account's money of the period is missing."""
    return frozenset(channel for one in known.arrivals if one.missing(period) for channel in one.channels)


# --- for people -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Naming:
    """What lines are called: channels by their names, those that are incomplete with a mark."""

    settings: Settings
    words: Words
    incomplete: frozenset[str]

    def of(self, line: Line, row: Figures) -> str:
        """The channel's name; with the currency of its money where that is not the project's."""
        channel, currency = line[0], line[1] or _currency(row)
        if channel is None:
            name = self.words["report.no_channel"]
        else:
            name = self.settings.project.channel_name(channel, self.words.locale)
            name += MARK if channel in self.incomplete else ""
        foreign = currency is not None and (line[1] or currency != self.settings.project.currency)
        return f"{name} {currency}" if foreign else name


def _table(asked: Sequence[Asked], now: Sides, moved: Moves, naming: _Naming) -> Table:
    relative = {(change[CHANNEL], change["currency"], change["metric"]): change["relative"] for change in moved.lines}
    paid_moves = {(*ALL, change["metric"]): change["relative"] for change in moved.paid}

    def row(name: str, line: Line, figures: Figures, kind: RowKind = RowKind.PLAIN) -> TableRow:
        cells: dict[str, Cell] = {CHANNEL: name, **figures}
        for one in asked:
            by = (paid_moves if figures is now.paid else relative).get((*line, one.shown.metric))
            cells[one.shown.metric + CHANGE] = None if by is None else f"{by:+.1%}"
            cells[one.shown.metric + ERROR] = _error(figures.get(one.shown.metric))
        return TableRow(cells, kind)

    money = naming.settings.project.currency
    rows = [row(naming.of(line, now.lines[line]), line, now.lines[line]) for line in _by_spend(now.lines, money)]
    if len(now.lines) > len(spending(now.lines)) > 0:
        rows.append(row(naming.words["report.paid"], ALL, now.paid, RowKind.TOTAL))
    rows.append(row(naming.words["report.all"], ALL, now.all, RowKind.TOTAL))
    return Table(_columns(asked, naming.words), rows, "channels")


def _error(figure: Figure | None) -> str | None:
    """Half the interval, in points."""
    return None if figure is None or figure.error is None else f"{figure.error * 100:.1f}"


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


def _columns(asked: Sequence[Asked], words: Words) -> list[Column]:
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


def _lines(  # noqa: PLR0913, PLR0917 - what the first lines tell
    loaded: Loaded, known: Known, settings: Settings, period: Period, problems: Sequence[Note], words: Words
) -> list[str]:
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
    if known.arrivals:
        lines.append(_arrived(known.arrivals, period, settings, words))
    return [*lines, *(words.say("report.problem", code=note.code, text=note.text) for note in problems)]


def _arrived(arrivals: Sequence[Arrival], period: Period, settings: Settings, words: Words) -> str:
    """How many of the accounts that must arrive did, and what is missing of the others."""

    def called(one: Arrival) -> str:
        channels = [settings.project.channel_name(channel, words.locale) for channel in one.channels]
        return " ".join([*(channels or [one.account.source]), *([one.account.account] if one.account.account else [])])

    due = [one for one in arrivals if one.days(period)]
    missing = [f"{called(one)} {spelt(one.missing(period))}" for one in due if one.missing(period)]
    count = {"whole": len(due) - len(missing), "all": len(due)}
    if not missing:
        return words.say("report.arrived", **count)
    return words.say("report.missing", **count, missing=words["list.separator"].join(missing))


def _dropped(accounts: Sequence[Input], words: Words) -> str:
    """How many rows were left out, and as what."""
    reasons = Counter[str]()
    for one in accounts:
        reasons.update(one.dropped)
    if not reasons:
        return "0"
    named = (f"{words.get(f'dropped.{reason}', reason)} {rows:,}" for reason, rows in sorted(reasons.items()))
    return words.say("report.dropped", rows=f"{reasons.total():,}", reasons=words["list.separator"].join(named))


def _marked(incomplete: frozenset[str], words: Words) -> list[Footnote]:
    return [Footnote(words["report.note.incomplete"])] if incomplete else []


def _footnotes(asked: Sequence[Asked], now: Mapping[Line, Figures], words: Words) -> list[Footnote]:
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
        if figure.matures_on is not None and figure.reason is Reason.IMMATURE
    ]
    if waiting:
        ready = max(figure.matures_on for figure in waiting if figure.matures_on)
        notes.append(words.say("report.note.immature", day=ready))
    return notes
