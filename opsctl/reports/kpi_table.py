"""The table of key figures: now, before, a year ago, the target, the month so far, and the word for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opsctl.config.words import Words
from opsctl.core import money
from opsctl.core.period import Grain, Period
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric, Shape
from opsctl.reports.calendar import span_of
from opsctl.reports.kpis import ADDED_UP, Kpi
from opsctl.reports.report import Cell, Column, Footnote, Form, Number, Sparkline, Table, TableRow
from opsctl.reports.units import MARK, form_of, money_form, unit

SAME_DAYS = 4  # the weekdays whose mean a day is set beside


def kpi_table(kpis: Sequence[Kpi], grain: Grain, currency: str, words: Words) -> Table:
    """One row per key figure."""
    rows = [TableRow(_cells(one, currency, words)) for one in kpis]
    columns = [column for column in _columns(kpis, grain, words) if _says_something(column.key, rows)]
    marked = [Footnote(words["kpi.note.fewer_days"])] if any(one.on_fewer_days for one in kpis) else []
    return Table(columns, rows, "kpis", footnotes=marked)


def _says_something(key: str, rows: Sequence[TableRow]) -> bool:
    cells = (row.cells.get(key) for row in rows)
    return any(cell is not None and not (isinstance(cell, Figure | Number) and cell.value is None) for cell in cells)


def _columns(kpis: Sequence[Kpi], grain: Grain, words: Words) -> list[Column]:
    def of_grain(name: str) -> str:
        return words.get(f"kpi.{name}.{grain.value}", words[f"kpi.{name}"])

    month = words[f"month.{kpis[0].period.end.month}"] if kpis else ""
    of_month = grain in {Grain.DAY, Grain.WEEK, Grain.MONTH}
    return [
        Column("metric", words["kpi.metric"], numeric=False),
        Column("now", of_grain("now")),
        Column("before", of_grain("before"), 3),
        Column("same_days", words["kpi.same_days"], 3),
        Column("change", of_grain("change"), 2),
        Column("usual", words["kpi.usual"], 7),
        Column("year_change", words["kpi.year_change"], 6),
        Column("target", words.say("kpi.target", month=month) if of_month else words["kpi.target.span"], 4),
        Column("to_date", words.say("kpi.to_date", month=month), 5),
        Column("standing", words["kpi.standing"], 1, numeric=False),
        Column("history", words["kpi.history"], 9),
    ]


def _cells(one: Kpi, currency: str, words: Words) -> dict[str, Cell]:
    form = form_in_row(one.metric, [one.now, one.before, one.to_date], words)
    return {
        "metric": name(one, form, currency, words) + (MARK if one.on_fewer_days else ""),
        "now": in_form(one.now, form),
        "before": in_form(one.before, form),
        "same_days": _same_days(one, form),
        "change": change_cell(one.metric, one.change),
        "usual": _usual(one),
        "year_change": change_cell(one.metric, one.year_change),
        "target": _target(one, form),
        "to_date": in_form(one.to_date, form),
        "standing": words[f"kpi.standing.{one.standing.value}"] if one.standing else None,
        "history": Sparkline(one.history),
    }


def name(one: Kpi, form: Form | None, currency: str, words: Words) -> str:
    """What a key figure is called: of whom, what, in which unit, and for users of which days."""
    metric = title(one.metric, one.period, form, one.now.currency or currency, words)
    return words.say("kpi.of_scope", scope=one.scope.name(words), metric=metric)


def title(metric: Metric, period: Period, form: Form | None, currency: str, words: Words) -> str:
    """What a figure is called, whoever it is of."""
    text = words.get(f"column.{metric.name}", metric.title(words.locale))
    if metric.shape is Shape.MONEY and form is not None:
        text += words.say("kpi.unit", unit=unit(form, currency, words))
    return text + (words.say("kpi.cohort", span=span_of(period, words)) if metric.cohort else "")


def form_in_row(metric: Metric, figures: Iterable[Figure | None], words: Words) -> Form | None:
    """The form that the sums of money of a row share; None of what is no money."""
    return money_form(figures, words.locale) if metric.shape is Shape.MONEY else None


def in_form(figure: Figure | None, form: Form | None) -> Cell:
    """A figure in the unit of its row."""
    if figure is None or form is None or figure.value is None:
        return figure
    return Number(figure.value / money.TEN_THOUSANDTHS, form)


def change_cell(metric: Metric, value: float | None) -> Number | None:
    """A change: of rates in points, else relative."""
    return None if value is None else Number(value, Form.POINTS if metric.shape is Shape.RATE else Form.CHANGE)


def _usual(one: Kpi) -> Number | None:
    if one.usual.range is None:
        return None
    return Number(one.usual.range, Form.ERROR if one.metric.shape is Shape.RATE else Form.RATE)


def _target(one: Kpi, form: Form | None) -> Number | None:
    if one.target is None:
        return None
    return Number(float(one.target), form or form_of(one.metric.shape))


def _same_days(one: Kpi, form: Form | None) -> Number | None:
    """The mean of the same weekday in the weeks before: of what adds up; a price has its own on the page already."""
    if one.period.grain is not Grain.DAY or one.metric.shape not in ADDED_UP:
        return None
    past = [value for value in one.history[-1 - SAME_DAYS : -1] if value is not None]
    if len(past) < SAME_DAYS:
        return None
    mean = sum(past) / len(past)
    return Number(mean / money.TEN_THOUSANDTHS, form) if form is not None else Number(mean, Form.COUNT)
