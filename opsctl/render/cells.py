"""How one figure is written for people: its unit by the metric's shape, a missing one as a dash."""

from __future__ import annotations

from opsctl.core import money
from opsctl.core.clean import clean
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Shape
from opsctl.reports.report import Cell

MISSING = "-"


def written(cell: Cell) -> str:
    """A cell as text: figures rounded to what a reader needs, texts made harmless.

    Every number shown is the JSON's, rounded; money and prices to the cent, rates to a tenth of a percent.
    """
    if cell is None:
        return MISSING
    return figure(cell) if isinstance(cell, Figure) else clean(cell)


def figure(of: Figure) -> str:
    """A figure without its unit."""
    if of.value is None:
        return MISSING
    match of.metric.shape:
        case Shape.COUNT:
            return f"{of.value:,}"
        case Shape.MONEY:
            return f"{of.value / money.TEN_THOUSANDTHS:,.2f}"
        case Shape.QUANTITY:
            return f"{of.value / money.TEN_THOUSANDTHS:,.4f}".rstrip("0").rstrip(".")
        case Shape.PRICE | Shape.MULTIPLE:
            return f"{of.value:,.2f}"
        case Shape.RATE:
            return f"{of.value:.1%}"
