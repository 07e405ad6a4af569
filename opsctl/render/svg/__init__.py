"""Charts as SVG, drawn here and by no library: one file per kind, each with `draw(chart, words) -> str`."""

from __future__ import annotations

from opsctl.config.words import Words
from opsctl.render.svg import bar, heatmap, line, ranges, waterfall
from opsctl.reports.chart import BarChart, Chart, HeatMap, LineChart, RangeChart, Waterfall


def draw(chart: Chart, words: Words) -> str:
    """One chart as an `svg` element, which by itself is a picture for white paper."""
    match chart:
        case LineChart():
            return line.draw(chart, words)
        case BarChart():
            return bar.draw(chart, words)
        case RangeChart():
            return ranges.draw(chart, words)
        case HeatMap():
            return heatmap.draw(chart, words)
        case Waterfall():
            return waterfall.draw(chart, words)
