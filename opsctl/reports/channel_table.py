"""The table of channels: what each cost, brought and kept, what it is worth, and what is advised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core import money
from opsctl.core.period import Grain, Period
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Reason
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.reports.advice import advice
from opsctl.reports.calendar import span_of
from opsctl.reports.channel_figures import ALL, CHANNEL, Asked, Figures, Line, Moves, Sides, figures_of, spending
from opsctl.reports.counsel import Counsel
from opsctl.reports.pace import month_of
from opsctl.reports.plan import budget_of
from opsctl.reports.prune_page import value_cell
from opsctl.reports.report import Cell, Column, Footnote, Form, Number, RowKind, Table, TableRow
from opsctl.reports.scopes import PAID, Scope
from opsctl.reports.units import MARK, money_form, unit

CHANGE = "_change"
ERROR = "_error"
PACE = "budget_share"
VALUE = "value_per_cost"
ADVICE = "advice"
MOST = 12  # channels that a page holds; those beyond it are summed

Changes = Mapping[tuple[str | None, ...], float | None]  # by channel, currency and metric


@dataclass(frozen=True)
class Shown:
    """All that the table shows.

    Args:
        asked: Its metrics, each with its days.
        now: Their figures.
        moved: What changed since the period before.
        bought: The channels whose users are bought, and their figures together, where these are not all that spent.
        spent: By channel what was spent of the month's budget, where it has one.
        counsel: What is advised.
        small: The channels beyond those that a page holds, and their figures together.
        incomplete: The channels of which some account's money is missing.
    """

    asked: Sequence[Asked]
    now: Sides
    moved: Moves
    bought: Scope
    subtotal: Figures
    spent: Mapping[str, float]
    counsel: Counsel
    small: tuple[frozenset[Line], Figures]
    incomplete: frozenset[str]
    settings: Settings
    words: Words
    money: Form = field(init=False)

    def __post_init__(self) -> None:
        spends = [row.get("spend") for row in (*self.now.lines.values(), self.now.all)]
        object.__setattr__(self, "money", money_form(spends, self.words.locale))

    def name(self, line: Line, row: Figures) -> str:
        """The channel's name, marked where it is incomplete; with its currency where that is not the project's."""
        channel, currency = line[0], line[1] or _currency(row)
        if channel is None:
            name = self.words["report.no_channel"]
        else:
            name = self.settings.project.channel_name(channel, self.words.locale)
            name += MARK if channel in self.incomplete else ""
        foreign = currency is not None and (line[1] or currency != self.settings.project.currency)
        return f"{name} {currency}" if foreign else name


def subtotal_of(evidence: Evidence, asked: Sequence[Asked], now: Sides, bought: Scope) -> Figures:
    """The figures of the bought channels together, where they are not all channels that spent."""
    members = set(bought.channels or ()) & {line[0] for line in now.lines}
    if bought.key == PAID or not members or members >= set(spending(now.lines)):
        return {}
    return figures_of(evidence, asked, (), tuple(sorted(str(one) for one in members))).get(ALL, {})


def small_of(evidence: Evidence, asked: Sequence[Asked], now: Sides, currency: str) -> tuple[frozenset[Line], Figures]:
    """The channels beyond the twelve with the most money, and their figures together."""
    lines = [line for line in _by_spend(now.lines, currency) if line[0] and not line[1]]
    small = lines[MOST:] if len(now.lines) > MOST + 1 else []
    if not small:
        return frozenset(), {}
    channels = tuple(sorted(str(line[0]) for line in small))
    return frozenset(small), figures_of(evidence, asked, (), channels).get(ALL, {})


def budget_shares(evidence: Evidence, settings: Settings, period: Period) -> dict[str, float]:
    """By channel what was spent of its budget: of the month so far; for what is no day, week or month, of its days."""
    budgets, shares = settings.project.budgets, dict[str, float]()
    planned = {one.channel for one in budgets}
    if not planned or "spend" not in evidence.told:
        return shares
    span = month_of(period) if period.grain in {Grain.DAY, Grain.WEEK, Grain.MONTH} else period
    so_far = Period(span.start, min(period.end, span.end))
    rows = answer(evidence, Ask(so_far, (CHANNEL,), ((CHANNEL, tuple(sorted(planned))),)), [load("spend")])
    mixed = {row.group[CHANNEL] for row in rows if row.splits}
    for row in rows:
        budget = budget_of(budgets, span, frozenset({str(row.group[CHANNEL])}))
        spent = row.figures["spend"]
        if row.group[CHANNEL] in mixed or spent.currency not in {None, settings.project.currency}:
            continue
        if budget and budget.amount and budget.days == span.days and spent.value is not None:
            shares[str(row.group[CHANNEL])] = spent.value / money.TEN_THOUSANDTHS / float(budget.amount)
    return shares


def channel_table(shown: Shown) -> Table:
    """One row per channel: those that are bought and their total first, then the others, then all."""
    bought = set(shown.bought.channels or ())
    lines = _by_spend(shown.now.lines, shown.settings.project.currency)
    first = [line for line in lines if line[0] in bought] if shown.subtotal else lines
    rows = _rows(shown, first)
    if shown.subtotal:
        title = shown.words.say("report.subtotal", scope=shown.bought.name(shown.words))
        rows.append(_total(shown, title, shown.subtotal, {}))
        rows += _rows(shown, [line for line in lines if line not in first])
    if shown.small[1]:
        title = shown.words.say("report.others", count=len(shown.small[0]))
        rows.append(replace(_total(shown, title, shown.small[1], {}), kind=RowKind.REST))
    if len(shown.now.lines) > len(spending(shown.now.lines)) > 0:
        paid: Changes = {(*ALL, one["metric"]): one["relative"] for one in shown.moved.paid}
        rows.append(_total(shown, shown.words["report.paid"], shown.now.paid, paid))
    rows.append(_total(shown, shown.words["report.all"], shown.now.all, _changes(shown)))
    return Table(_columns(shown), rows, "channels", footnotes=_footnotes(shown))


def _changes(shown: Shown) -> Changes:
    return {(one[CHANNEL], one["currency"], one["metric"]): one["relative"] for one in shown.moved.lines}


def _rows(shown: Shown, lines: Sequence[Line]) -> list[TableRow]:
    kinds = {line: RowKind.FOLDED if line in shown.small[0] else RowKind.PLAIN for line in lines}
    return [replace(_row(shown, line), kind=kind) for line, kind in kinds.items()]


def _row(shown: Shown, line: Line) -> TableRow:
    figures = shown.now.lines[line]
    cells = {CHANNEL: shown.name(line, figures), **_figures(shown, line, figures, _changes(shown))}
    verdict = shown.counsel.verdicts.get(line[0] or "")
    if verdict is not None and not line[1]:
        cells[VALUE] = value_cell(verdict)
        cells[ADVICE] = advice(verdict, shown.words)
    if line[0] in shown.spent:
        cells[PACE] = Number(shown.spent[str(line[0])], Form.RATE)
    return TableRow(cells)


def _total(shown: Shown, title: str, figures: Figures, moved: Changes) -> TableRow:
    return TableRow({CHANNEL: title, **_figures(shown, ALL, figures, moved)}, RowKind.TOTAL)


def _figures(shown: Shown, line: Line, figures: Figures, moved: Changes) -> dict[str, Cell]:
    cells: dict[str, Cell] = dict(figures)
    for one in shown.asked:
        change = moved.get((*line, one.shown.metric))
        cells[one.shown.metric + CHANGE] = None if change is None else Number(change, Form.CHANGE)
        cells[one.shown.metric + ERROR] = _error(figures.get(one.shown.metric))
    return cells


def _error(figure: Figure | None) -> Number | None:
    """Half the interval, in points."""
    return None if figure is None or figure.error is None else Number(figure.error, Form.ERROR)


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


def _columns(shown: Shown) -> list[Column]:
    words = shown.words
    found = [Column(CHANNEL, words["dimension.channel"], numeric=False)]
    for one in shown.asked:
        found += _of_metric(shown, one)
    if shown.counsel.is_of_use:
        days = shown.settings.policy.value_days
        found.append(Column(VALUE, words.say("prune.column.value", days=days), 4))
        found.append(Column(ADVICE, words["prune.column.advice"], 1, numeric=False))
    return found


def _of_metric(shown: Shown, one: Asked) -> list[Column]:
    words, name = shown.words, one.shown.metric
    title = words.get(f"column.{name}", one.metric.title(words.locale))
    if one.metric.cohort:
        title += "\n" + words.say("report.cohort", span=span_of(one.period, words))
    form = None
    if name == "spend":
        form = shown.money
        title += words.say("kpi.unit", unit=unit(form, shown.settings.project.currency, words))
    found = [Column(name, title, one.shown.priority, form=form)]
    if name == "spend" and shown.spent:
        found.append(Column(PACE, words["report.column.pace"], 9))
    if one.shown.change is not None:
        against = words.get(f"conclude.against.{one.period.grain.value}", words["report.change"])
        found.append(Column(name + CHANGE, against, one.shown.change))
    if one.shown.error is not None:
        found.append(Column(name + ERROR, words["report.error"], one.shown.error))
    return found


# --- below the table ----------------------------------------------------------------------------------------


def _footnotes(shown: Shown) -> list[Footnote]:
    words = shown.words
    cohorts = frozenset(one.shown.metric for one in shown.asked if one.metric.cohort)
    errors = frozenset(one.shown.metric + ERROR for one in shown.asked if one.shown.error is not None)
    notes = [
        *([Footnote(words["report.note.incomplete"])] if shown.incomplete else []),
        Footnote(words["report.note.spend"], frozenset({"spend"})),
        Footnote(words["report.note.cohort"], cohorts),
        Footnote(words["report.note.error"], errors),
        Footnote(words["report.note.roas"], frozenset({"roas"})),
        Footnote(words.say("prune.note.value", days=shown.settings.policy.value_days), frozenset({VALUE})),
        *(Footnote(text) for text in _warnings(shown.now.lines, words)),
    ]
    columns = {column.key for column in _columns(shown)}
    return [note for note in notes if note.of is None or note.of & columns]


def _warnings(now: Mapping[Line, Figures], words: Words) -> list[str]:
    """What is not final yet, and when what is missing will come."""
    figures = [figure for row in now.values() for figure in row.values()]
    notes = [words["report.note.provisional"]] if any(one.status == "provisional" for one in figures) else []
    waiting = [one.matures_on for one in figures if one.matures_on is not None and one.reason is Reason.IMMATURE]
    return [*notes, words.say("report.note.immature", day=max(waiting))] if waiting else notes
