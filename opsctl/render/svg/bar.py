"""Bars side by side: from zero, each with its value where there is room; what is unknown is a dash, never a bar."""

from __future__ import annotations

from dataclasses import replace

from opsctl.config.words import Words
from opsctl.render.cells import MISSING
from opsctl.render.svg.axis import Axis, ticks_of, with_zero
from opsctl.render.svg.canvas import PAD, WIDE, Area, grid, level, picture
from opsctl.render.svg.colour import BARS, BASE, INK, MUTED, of, paint
from opsctl.render.svg.element import element, said, text
from opsctl.render.svg.figures import exact, short, ticks_written
from opsctl.render.svg.letters import LINE, SIZE, width
from opsctl.render.svg.names import below, key
from opsctl.reports.chart import BarChart, Scale, values_of

HEIGHT = 200.0
FILLED = 0.84  # of a place; the rest parts it from the next
WIDEST = 52.0
BAR = 0.96  # of what each bar has
LEAST = 3.0  # between two values side by side
ABOVE = 5.0  # from a bar to its value


def draw(chart: BarChart, words: Words) -> str:
    """The picture of a bar chart."""
    ticks = ticks_of([0.0, *values_of(chart.series)], whole=chart.scale is Scale.COUNT)
    labels = ticks_written(ticks, chart.scale, words)
    top = PAD + LINE + (2 * LINE if len(chart.series) > 1 else 0)
    area = Area(PAD, top, WIDE - PAD, top + HEIGHT, len(chart.places))
    valued = _fit(chart, area, words)
    if valued:
        ticks = with_zero(values_of(chart.series))
    else:
        area = replace(area, left=max(map(width, labels)) + 2 * PAD)
    axis = Axis(ticks, area.bottom - (LINE if ticks[0] < 0 else 0), area.top)
    under, deep = below(chart.places, area)
    parts = [
        key([one.name for one in chart.series], PAD) if len(chart.series) > 1 else "",
        "" if valued else grid(area, axis, labels),
        *(_bars(chart, at, area, axis) for at in range(len(chart.series))),
        level(area, axis.at(0), painted=paint(stroke=BASE)),
        *(_values(chart, at, area, axis, words) for at in range(len(chart.series)) if valued),
        under,
    ]
    return picture(chart.title, _says(chart, words), WIDE, area.bottom + deep + PAD, *parts)


def _slot(chart: BarChart, area: Area) -> float:
    """From one bar of a place to the next."""
    return min(area.apart * FILLED / max(len(chart.series), 1), WIDEST)


def _centre(chart: BarChart, at: int, place: int, area: Area) -> float:
    return area.middle(place) + (at - (len(chart.series) - 1) / 2) * _slot(chart, area)


def _fit(chart: BarChart, area: Area, words: Words) -> bool:
    """Whether every value finds room above its bar; a chart with some of its values would mislead."""
    widest = max((width(short(value, chart.scale, words)) for value in values_of(chart.series)), default=0)
    room = _slot(chart, area) if len(chart.series) > 1 else area.apart
    return widest + LEAST <= room


def _bars(chart: BarChart, at: int, area: Area, axis: Axis) -> str:
    """The bars of one series."""
    one, wide = chart.series[at], _slot(chart, area) * BAR
    drawn: list[str] = []
    for place, value in enumerate(one.values):
        if value is None:
            drawn.append(text(MISSING, _centre(chart, at, place, area), axis.at(0) - ABOVE, text_anchor="middle"))
            continue
        ends = sorted((axis.at(0), axis.at(value)))
        name = f"{chart.places[place]} {one.name} {exact(value, chart.scale)}"
        x = _centre(chart, at, place, area) - wide / 2
        drawn.append(element("rect", said("title", name), x=x, y=ends[0], width=wide, height=ends[1] - ends[0]))
    return element("g", *drawn, painted=paint(fill=of(BARS, at)))


def _values(chart: BarChart, at: int, area: Area, axis: Axis, words: Words) -> str:
    """The values of one series, beyond the ends of their bars."""
    drawn: list[str] = []
    for place, value in enumerate(chart.series[at].values):
        if value is None:
            continue
        y = axis.at(value) + (SIZE + 2 if value < 0 else -ABOVE)
        drawn.append(text(short(value, chart.scale, words), _centre(chart, at, place, area), y))
    return element("g", *drawn, text_anchor="middle", painted=paint(fill=INK if len(chart.series) == 1 else MUTED))


def _says(chart: BarChart, words: Words) -> str:
    joined = words["list.separator"].join
    return words.say("html.chart.bar", names=joined(one.name for one in chart.series), places=joined(chart.places))
