"""A grid whose colour is the value, which is written in it too; what is not known yet stays blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.config.words import Words
from opsctl.render.svg.axis import shown_labels
from opsctl.render.svg.canvas import MIDDLE, PAD, picture
from opsctl.render.svg.colour import HEAT, MUTED, paint
from opsctl.render.svg.element import element, said, text
from opsctl.render.svg.figures import exact, short
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
        *(_row(chart, at, grid, words) for at in range(len(chart.rows))),
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


def _row(chart: HeatMap, row: int, grid: _Grid, words: Words) -> str:
    """The cells of a row that are known, each with its value."""
    y = grid.top + row * ROW
    drawn: list[str] = []
    for at, value in enumerate(chart.cells[row]):
        if value is None:
            continue
        ground, ink = HEAT[grid.shade(value)]
        x = grid.left + at * grid.cell
        size = {"x": x, "y": y, "width": grid.cell - SEAM, "height": ROW - SEAM}
        name = f"{chart.rows[row]} {chart.columns[at]} {exact(value, chart.scale)}"
        drawn.append(element("rect", said("title", name), **size, painted=paint(fill=ground)))
        shown = short(value, chart.scale, words)
        drawn.append(text(shown, x + (grid.cell - SEAM) / 2, y + (ROW - SEAM) / 2 + MIDDLE, painted=paint(fill=ink)))
    return element("g", *drawn, text_anchor="middle")


def _says(chart: HeatMap, words: Words) -> str:
    joined = words["list.separator"].join
    return words.say("html.chart.heat", rows=joined(chart.rows), columns=joined(chart.columns))
