"""Values with the range in which the truth may lie, one below the other, and the line that decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opsctl.config.words import Words
from opsctl.render.cells import written
from opsctl.render.svg.axis import Axis, from_zero, shown_labels, ticks_of
from opsctl.render.svg.canvas import DESCENT, MIDDLE, PAD, WIDE, picture
from opsctl.render.svg.colour import ACCENT, BASE, GRID, INK, MUTED, paint
from opsctl.render.svg.element import element, number, said, text
from opsctl.render.svg.figures import short, ticks_written
from opsctl.render.svg.letters import LINE, shortened, width
from opsctl.reports.chart import Range, RangeChart, Scale
from opsctl.reports.report import Form, Number

ROW = 26.0
NAMES = 200.0
DOT = 4.5
END = 4.0  # half the height of a whisker's end


def draw(chart: RangeChart, words: Words) -> str:
    """The picture of a range chart."""
    bounds = [bound for one in chart.ranges for bound in (one.low, one.high, one.value)]
    line = [] if chart.line is None else [chart.line]
    ticks = ticks_of(from_zero([*bounds, *line]), whole=chart.scale is Scale.COUNT)
    names = [shortened(one.name, NAMES) for one in chart.ranges]
    values = [written(Number(one.value, Form(chart.scale.value), one.low, one.high)) for one in chart.ranges]
    left = max(map(width, names), default=0) + 2 * PAD
    axis = Axis(ticks, left + PAD, WIDE - max(map(width, values), default=0) - 3 * PAD)
    top = PAD + (LINE if line else 0)
    bottom = top + ROW * len(chart.ranges)
    rows = [
        _row(one, (names[at], values[at]), axis, top + (at + 0.5) * ROW, left) for at, one in enumerate(chart.ranges)
    ]
    parts = [
        _scale(axis, ticks_written(ticks, chart.scale, words), top, bottom),
        *(_deciding(value, chart, axis, bottom, words) for value in line),
        *rows,
    ]
    return picture(chart.title, _says(names, values, words), WIDE, bottom + DESCENT + PAD, *parts)


def _row(one: Range, texts: tuple[str, str], axis: Axis, y: float, left: float) -> str:
    name, value = texts
    low, high = axis.at(one.low), axis.at(one.high)
    ends = "".join(f"M{number(x)} {number(y - END)}v{number(2 * END)}" for x in (low, high))
    whisker = f"M{number(low)} {number(y)}H{number(high)}{ends}"
    return element(
        "g",
        said("title", f"{one.name} {value}"),
        text(name, left - PAD, y + MIDDLE, text_anchor="end"),
        element("path", d=whisker, stroke_width=1.5, painted=paint(stroke=ACCENT)),
        element("circle", cx=axis.at(one.value), cy=y, r=DOT, painted=paint(fill=ACCENT)),
        text(value, WIDE - PAD, y + MIDDLE, text_anchor="end"),
    )


def _scale(axis: Axis, labels: Sequence[str], top: float, bottom: float) -> str:
    """Vertical lines with their numbers below."""
    lines = [_upright(axis.at(tick), top, bottom, painted=paint(stroke=GRID if tick else BASE)) for tick in axis.ticks]
    shown = shown_labels(labels, axis.at(axis.ticks[1]) - axis.at(axis.ticks[0]))
    below = [text(labels[at], axis.at(axis.ticks[at]), bottom + DESCENT) for at in shown]
    return "".join(lines) + element("g", *below, text_anchor="middle", painted=paint(fill=MUTED))


def _deciding(value: float, chart: RangeChart, axis: Axis, bottom: float, words: Words) -> str:
    label = words.say("html.line", value=short(value, chart.scale, words))
    half = width(label) / 2
    x = min(max(axis.at(value), half), WIDE - half)
    line = _upright(axis.at(value), PAD + LINE - 2, bottom, painted=paint(stroke=INK), dashes="4 3")
    return text(label, x, PAD + MIDDLE, text_anchor="middle") + line


def _upright(x: float, top: float, bottom: float, *, painted: Mapping[str, str], dashes: str | None = None) -> str:
    path = f"M{number(x)} {number(top)}V{number(bottom)}"
    return element("path", d=path, stroke_dasharray=dashes, painted=painted)


def _says(names: Sequence[str], values: Sequence[str], words: Words) -> str:
    pairs = (f"{name} {value}" for name, value in zip(names, values, strict=True))
    return words.say("html.chart.ranges", values=words["list.separator"].join(pairs))
