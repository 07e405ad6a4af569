"""A grid whose colour is the value, which is written in it too; what is not known yet stays blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.config.words import Words
from opsctl.render.svg.axis import shown_labels
from opsctl.render.svg.canvas import MIDDLE, PAD, picture
from opsctl.render.svg.colour import DEEP, HEAT, MUTED, ON_DEEP, paint
from opsctl.render.svg.element import element, number, text
from opsctl.render.svg.figures import short
from opsctl.render.svg.letters import LINE, shortened, width
from opsctl.reports.chart import HeatMap

ROW = 24.0
NAMES = 180.0
LEAST, WIDEST = 40.0, 76.0  # a cell's width; a longer label of a column is left out where it would touch the next
SEAM = 1.0  # between two cells


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the cells are, and between which values their colours lie."""

    left: float
    top: float
    cell: float
    low: float
    high: float

    def shade(self, value: float) -> int:
        """The place of a value's colour."""
        if self.high == self.low:
            return len(HEAT) // 2
        return min(int((value - self.low) / (self.high - self.low) * len(HEAT)), len(HEAT) - 1)


def draw(chart: HeatMap, words: Words) -> str:
    """The picture of a heat map, as wide as its cells need."""
    known = [value for row in chart.cells for value in row if value is not None]
    values = [width(short(value, chart.scale, words)) + PAD + 2 for value in known]
    labels = [min(width(label) + PAD, WIDEST) for label in chart.columns]
    names = [shortened(name, NAMES) for name in chart.rows]
    grid = _Grid(
        left=max(map(width, names), default=0) + PAD,
        top=LINE + PAD,
        cell=max([LEAST, *values, *labels]),
        low=min(known, default=0),
        high=max(known, default=0),
    )
    parts = [
        _columns(chart.columns, grid),
        _names(names, grid),
        _cells(chart, grid),
        _written(chart, grid, words),
    ]
    across, down = grid.left + grid.cell * len(chart.columns), grid.top + ROW * len(chart.rows)
    return picture(chart.title, _says(chart, words), across + PAD, down + PAD, *parts)


def _columns(labels: Sequence[str], grid: _Grid) -> str:
    drawn = [
        text(labels[at], grid.left + (at + 0.5) * grid.cell, LINE) for at in shown_labels(labels, grid.cell, gap=2)
    ]
    return element("g", *drawn, text_anchor="middle", painted=paint(fill=MUTED))


def _names(names: Sequence[str], grid: _Grid) -> str:
    drawn = [text(name, grid.left - PAD, grid.top + (at + 0.5) * ROW + MIDDLE) for at, name in enumerate(names)]
    return element("g", *drawn, text_anchor="end")


def _cells(chart: HeatMap, grid: _Grid) -> str:
    """The ground of all cells that are known, those of one shade in one path."""
    paths = [""] * len(HEAT)
    for row, values in enumerate(chart.cells):
        for at, value in enumerate(values):
            if value is not None:
                corner = f"M{number(grid.left + at * grid.cell)} {number(grid.top + row * ROW)}"
                wide, high = number(grid.cell - SEAM), number(ROW - SEAM)
                paths[grid.shade(value)] += f"{corner}h{wide}v{high}h-{wide}z"
    return "".join(
        element("path", d=path, painted=paint(fill=ground)) for path, ground in zip(paths, HEAT, strict=True) if path
    )


def _written(chart: HeatMap, grid: _Grid, words: Words) -> str:
    """The value in each cell, row by row."""
    drawn: list[str] = []
    for row, values in enumerate(chart.cells):
        y = grid.top + row * ROW + (ROW - SEAM) / 2 + MIDDLE
        for at, value in enumerate(values):
            if value is not None:
                ink = paint(fill=ON_DEEP) if grid.shade(value) >= DEEP else None
                x = grid.left + at * grid.cell + (grid.cell - SEAM) / 2
                drawn.append(text(short(value, chart.scale, words), x, y, painted=ink))
    return element("g", *drawn, text_anchor="middle")


def _says(chart: HeatMap, words: Words) -> str:
    joined = words["list.separator"].join
    return words.say("html.chart.heat", rows=joined(chart.rows), columns=joined(chart.columns))
