"""Charts as values: what is to be seen, never how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from opsctl.metrics.metric import Shape

Values = tuple[float | None, ...]


class Scale(StrEnum):
    """What a chart's numbers are, so that its axis is written right."""

    COUNT = "count"
    MONEY = "money"
    PRICE = "price"
    MULTIPLE = "multiple"
    RATE = "rate"


def scale_of(shape: Shape) -> Scale:
    """The scale of a metric's values; of quantities there is none.

    Raises:
        ValueError: It is a quantity.
    """
    return Scale(shape.value)


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the horizontal axis with a name, such as a promotion: from and to are places, both included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars, a value per place; None where it is not known, which is a gap and never a zero."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over time.

    Args:
        title: What it shows, as a statement where one can be made.
        places: The label of each place on the horizontal axis.
        series: The lines, each as long as `places`.
        scale: What the values are.
        marks: Stretches that explain movements.
        target: A level to compare with.
        note: A sentence below it.
    """

    title: str
    places: tuple[str, ...]
    series: tuple[Series, ...]
    scale: Scale
    marks: tuple[Mark, ...] = ()
    target: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars side by side: for each place one bar of each series."""

    title: str
    places: tuple[str, ...]
    series: tuple[Series, ...]
    scale: Scale
    note: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A value with the range in which the truth may lie."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RangeChart:
    """Values with their ranges one below the other, and the line that decides."""

    title: str
    ranges: tuple[Range, ...]
    scale: Scale
    line: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A grid whose colour is the value: rows by columns; None is left blank."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Values, ...]
    scale: Scale
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One contribution to a change."""

    name: str
    change: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """How one value became another, contribution by contribution; the steps add up to the difference."""

    title: str
    start: tuple[str, float]
    steps: tuple[Step, ...]
    end: tuple[str, float]
    scale: Scale
    note: str = ""


Chart = LineChart | BarChart | RangeChart | HeatMap | Waterfall


def values_of(series: Sequence[Series]) -> list[float]:
    """All known values of several series."""
    return [value for one in series for value in one.values if value is not None]
