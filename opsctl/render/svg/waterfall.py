"""How one value became another: its start, what each step added or took, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from opsctl.config.words import Words
from opsctl.render.svg.axis import Axis, with_zero
from opsctl.render.svg.canvas import PAD, WIDE, Area, level, picture
from opsctl.render.svg.colour import ACCENT, BASE, PAPER, SERIES, WHOLE, Colour, paint
from opsctl.render.svg.element import element, number, said, text
from opsctl.render.svg.figures import change, short
from opsctl.render.svg.letters import LINE, SIZE
from opsctl.render.svg.names import below
from opsctl.reports.chart import Waterfall

HEIGHT = 200.0
STEP = 58.0  # the least width of a step
FILLED = 0.64  # of it
WIDEST = 68.0
FLAT = 0.5  # where all that moves is less than this part of the whole, the bars' feet are cut off
FOOT = 0.6  # what is left of them, as a part of all that moves
ABOVE = 5.0  # from a bar to what is written at it
DOWN = SERIES[1]


@dataclass(frozen=True, slots=True)
class _Bar:
    """From one level to another."""

    name: str
    label: str
    before: float
    after: float
    colour: Colour


def draw(chart: Waterfall, words: Words) -> str:
    """The picture of a waterfall."""
    bars = _bars(chart, words)
    low, high = _span([bar.after for bar in bars])
    wide = max(WIDE, STEP * len(bars) + 2 * PAD)
    area = Area(PAD, PAD + LINE, wide - PAD, PAD + LINE + HEIGHT, len(bars))
    axis = Axis((low, high), area.bottom - (LINE if low < 0 else 0), area.top + (0 if high > 0 else LINE))
    base = axis.at(min(max(0.0, low), high))
    under, deep = below([bar.name for bar in bars], area)
    parts = [
        _joined(bars, area, axis),
        *(_drawn(bar, at, area, axis, base) for at, bar in enumerate(bars)),
        *(_cut(at, area, base) for at in (0, len(bars) - 1) if low > 0 or high < 0),
        level(area, base, painted=paint(stroke=BASE)),
        under,
    ]
    return picture(chart.title, _says(bars, words), wide, area.bottom + deep + PAD, *parts)


def _bars(chart: Waterfall, words: Words) -> list[_Bar]:
    """All bars: of the start and the end from nothing, of each step from where the one before it came to."""
    levels = list(accumulate((step.change for step in chart.steps), initial=chart.start[1]))
    steps = [
        _Bar(step.name, change(step.change, chart.scale, words), *ends, ACCENT if step.change >= 0 else DOWN)
        for step, ends in zip(chart.steps, pairwise(levels), strict=True)
    ]
    first, last = (
        _Bar(name, short(value, chart.scale, words), 0.0, value, WHOLE) for name, value in (chart.start, chart.end)
    )
    return [first, *steps, last]


def _span(levels: Sequence[float]) -> tuple[float, float]:
    """The lowest and highest value of the axis: from zero, unless the movements would be too small to be seen."""
    low, high = min(levels), max(levels)
    moved = high - low
    if 0 < moved < FLAT * abs(low) and low > 0:
        return low - FOOT * moved, high
    if 0 < moved < FLAT * abs(high) and high < 0:
        return low, high + FOOT * moved
    return with_zero(levels)


def _width(area: Area) -> float:
    return min(area.apart * FILLED, WIDEST)


def _drawn(bar: _Bar, at: int, area: Area, axis: Axis, base: float) -> str:
    """A bar and what is written above it, or below where it hangs under zero."""
    whole = bar.colour is WHOLE
    ends = sorted((base if whole else axis.at(bar.before), axis.at(bar.after)))
    x = area.middle(at) - _width(area) / 2
    height = max(ends[1] - ends[0], 1.0)
    y = ends[1] + SIZE + 2 if max(bar.before, bar.after) <= 0 and bar.after < 0 else ends[0] - ABOVE
    return element(
        "g",
        said("title", f"{bar.name} {bar.label}"),
        element("rect", x=x, y=ends[0], width=_width(area), height=height, painted=paint(fill=bar.colour)),
        text(bar.label, area.middle(at), y, text_anchor="middle", font_weight="600" if whole else None),
    )


def _joined(bars: Sequence[_Bar], area: Area, axis: Axis) -> str:
    """Thin lines from the level that a bar reaches to the next bar."""
    half = _width(area) / 2
    path = "".join(
        f"M{number(area.middle(at) + half)} {number(axis.at(bar.after))}H{number(area.middle(at + 1) - half)}"
        for at, bar in enumerate(bars[:-1])
    )
    return element("path", d=path, stroke_dasharray="2 2", painted=paint(stroke=BASE))


def _cut(at: int, area: Area, base: float) -> str:
    """A slanted gap near the foot of a bar: it does not begin at zero."""
    half, y = _width(area) / 2 + 3, base + (-18 if base > (area.top + area.bottom) / 2 else 18)
    left, right = area.middle(at) - half, area.middle(at) + half
    path = f"M{number(left)} {number(y + 3)}L{number(right)} {number(y - 3)}"
    return element("path", d=path, stroke_width=4, painted=paint(stroke=PAPER))


def _says(bars: Sequence[_Bar], words: Words) -> str:
    return words.say(
        "html.chart.waterfall", steps=words["list.separator"].join(f"{bar.name} {bar.label}" for bar in bars)
    )
