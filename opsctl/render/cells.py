"""How one cell is written for people: figures by their shape, numbers by their form, a missing one as a dash."""

from __future__ import annotations

from opsctl.core import money
from opsctl.core.clean import clean
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Shape
from opsctl.reports.report import Cell, Column, Form, Number, Sparkline, Table
from opsctl.reports.units import form_of, formed

MISSING = "-"


def written(cell: Cell, column: Column | None = None) -> str:
    """A cell as text: figures rounded to what a reader needs, texts made harmless.

    Every number shown is the JSON's, rounded; money and prices to the cent, rates to a tenth of a percent.
    """
    match cell:
        case None | Sparkline():
            return MISSING
        case Figure():
            return figure(cell, column.form if column else None)
        case Number():
            return _number(cell)
        case str():
            return clean(cell)


def figure(of: Figure, form: Form | None = None) -> str:
    """A figure without its unit."""
    if of.value is None:
        return MISSING
    if of.metric.shape is Shape.QUANTITY:
        return f"{of.value / money.TEN_THOUSANDTHS:,.4f}".rstrip("0").rstrip(".")
    value = of.value / money.TEN_THOUSANDTHS if of.metric.shape is Shape.MONEY else of.value
    return formed(value, form or form_of(of.metric.shape))


def _number(of: Number) -> str:
    if of.value is None:
        return MISSING
    text = formed(of.value, of.form)
    if of.low is None or of.high is None:
        return text
    return f"{text} ({formed(of.low, of.form)}-{formed(of.high, of.form)})"


def said_in_words(table: Table) -> list[Column]:
    """The columns of a table but those of drawings, for writers that cannot draw."""

    def drawn(column: Column) -> bool:
        cells = [row.cells.get(column.key) for row in table.rows]
        return any(isinstance(cell, Sparkline) for cell in cells)

    return [column for column in table.columns if not drawn(column)]
