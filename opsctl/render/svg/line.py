"""Lines over time: each named where it ends, gaps where nothing is known, stretches of time that explain movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from opsctl.config.words import Words
from opsctl.render.svg.axis import Axis, from_zero, ticks_of
from opsctl.render.svg.canvas import DESCENT, MIDDLE, PAD, WIDE, Area, grid, level, picture
from opsctl.render.svg.colour import INK, MUTED, PAPER, SERIES, Colour, of, paint
from opsctl.render.svg.element import element, number, text
from opsctl.render.svg.figures import short, ticks_written
from opsctl.render.svg.letters import LINE, shortened, width
from opsctl.render.svg.names import along
from opsctl.reports.chart import LineChart, Mark, Scale, Values, values_of

HEIGHT = 264.0
NAMES = 190.0  # room for names at the right, at most
LEADER = 14.0  # from the area to them
SHADE = ".06"  # of ink; where two stretches overlap it is deeper
FEW = 16  # so few places that each value is a dot
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _End:
    """A name and where it stands: at the right, or just behind the last known point of a line that ends early."""

    text: str
    x: float
    y: float
    colour: Colour
    point: Place | None = None


def draw(chart: LineChart, words: Words) -> str:
    """The picture of a line chart."""
    known = values_of(chart.series) + ([] if chart.target is None else [chart.target])
    ticks = ticks_of(from_zero(known), whole=chart.scale is Scale.COUNT)
    labels = ticks_written(ticks, chart.scale, words)
    names = _names(chart, words)
    area, lanes = _area(chart, labels, [*names, *_target(chart, words)])
    axis = Axis(ticks, area.bottom, area.top)
    height = area.bottom + DESCENT + PAD
    parts = [
        _marks(chart.marks, lanes, area),
        grid(area, axis, labels),
        "" if chart.target is None else level(area, axis.at(chart.target), painted=paint(stroke=INK), dashes="4 3"),
        *(_line(one.values, of(SERIES, at), area, axis) for at, one in enumerate(chart.series)),
        _ends(_ended(chart, names, area, axis, words), area),
        along(chart.places, area),
    ]
    return picture(chart.title, _says(chart, names, words), WIDE, height, *parts)


def _names(chart: LineChart, words: Words) -> list[str]:
    """Each line's name with its last known value; the name may be cut, the value never."""
    named: list[str] = []
    for one in chart.series:
        last = short(next((value for value in reversed(one.values) if value is not None), None), chart.scale, words)
        named.append(f"{shortened(one.name, NAMES - width(' ' + last))} {last}")
    return named


def _target(chart: LineChart, words: Words) -> list[str]:
    if chart.target is None:
        return []
    return [words.say("html.target", value=short(chart.target, chart.scale, words))]


def _area(chart: LineChart, labels: Sequence[str], names: Sequence[str]) -> tuple[Area, list[int]]:
    """The area that labels, names and the named stretches leave, and in which line above it each stretch is named."""
    left = max(map(width, labels)) + 2 * PAD
    right = WIDE - max(map(width, names), default=0) - LEADER - PAD
    bare = Area(left, PAD, right, HEIGHT, len(chart.places))
    lanes = _lanes(chart.marks, bare)
    top = PAD + (LINE * (1 + max(lanes)) if lanes else 0)
    return replace(bare, top=top, bottom=max(HEIGHT, top + len(names) * LINE)), lanes


def _line(values: Values, colour: Colour, area: Area, axis: Axis) -> str:
    """One line, broken where a value is missing; a value between two gaps is a dot."""
    runs = [
        [(area.middle(at), axis.at(value)) for at, value in run if value is not None]
        for known, run in groupby(enumerate(values), key=lambda pair: pair[1] is not None)
        if known
    ]
    path = "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in run) for run in runs if len(run) > 1)
    dotted = [point for run in runs for point in run if len(run) == 1 or len(values) <= FEW]
    drawn = element("path", d=path, fill="none", stroke_width=2, stroke_linejoin="round", painted=paint(stroke=colour))
    return (drawn if path else "") + "".join(_dot(point, colour) for point in dotted)


def _dot(point: Place, colour: Colour, size: float = 2.5) -> str:
    return element("circle", cx=point[0], cy=point[1], r=size, painted=paint(fill=colour))


def _ended(chart: LineChart, names: Sequence[str], area: Area, axis: Axis, words: Words) -> list[_End]:
    """The names, each at the height of what it names."""
    right = area.right + LEADER
    found = [
        _End(name, right, axis.at(chart.target), INK) for name in _target(chart, words) if chart.target is not None
    ]
    for at, one in enumerate(chart.series):
        known = [(area.middle(place), axis.at(value)) for place, value in enumerate(one.values) if value is not None]
        if not known:
            found.append(_End(names[at], right, area.bottom, of(SERIES, at)))
            continue
        x, y = known[-1]
        early = x + PAD + width(names[at]) <= area.right
        found.append(_End(names[at], x + PAD if early else right, y, of(SERIES, at), (x, y)))
    return sorted(found, key=lambda end: (end.x, end.y))


def _ends(ends: Sequence[_End], area: Area) -> str:
    """The names, those of one column moved apart as little as they must."""
    drawn: list[str] = []
    for _, column in groupby(ends, key=lambda end: end.x):
        stacked = list(column)
        places = apart([end.y for end in stacked], LINE, area.top, area.bottom)
        drawn += [_end(end, y) for end, y in zip(stacked, places, strict=True)]
    return "".join(drawn)


def _end(end: _End, y: float) -> str:
    """The last point, a thin line that leads to the name, and the name, which other lines may pass behind."""
    name = text(
        end.text, end.x, y + MIDDLE, stroke_width=3, paint_order="stroke", painted=paint(fill=INK, stroke=PAPER)
    )
    if end.point is None:
        return name
    path = f"M{number(end.point[0])} {number(end.point[1])}L{number(end.x - 3)} {number(y)}"
    return element("path", d=path, painted=paint(stroke=end.colour)) + _dot(end.point, end.colour, 3.5) + name


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Sorted places moved as little as possible so that all are a gap apart, within bounds if there is room.

    Least squares: what collides forms a block around its mean.
    """
    blocks: list[tuple[float, int]] = []
    for at, place in enumerate(wanted):
        mean, size = place - at * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    highest = max(high - (len(wanted) - 1) * gap, low)
    bases = [min(max(mean, low), highest) for mean, size in blocks for _ in range(size)]
    return [base + at * gap for at, base in enumerate(bases)]


# --- time ------------------------------------------------------------------------------------------------


def _lanes(marks: Sequence[Mark], area: Area) -> list[int]:
    """In which line each stretch is named, so that no two names touch."""
    ends: list[float] = []
    lanes: list[int] = []
    for mark in marks:
        middle, half = _named_at(mark, area), width(_called(mark)) / 2
        lane = next((at for at, end in enumerate(ends) if end + PAD <= middle - half), len(ends))
        ends[lane : lane + 1] = [middle + half]
        lanes.append(lane)
    return lanes


def _called(mark: Mark) -> str:
    return shortened(mark.name, NAMES)


def _named_at(mark: Mark, area: Area) -> float:
    """Where the middle of a stretch's name is: above the stretch, but neither beside the canvas nor over the axis."""
    half = width(_called(mark)) / 2
    return min(max(area.middle((mark.first + mark.last) / 2), area.left + half), WIDE - half)


def _marks(marks: Sequence[Mark], lanes: Sequence[int], area: Area) -> str:
    """Shaded bands behind the lines, named above; what lies outside is not drawn."""
    drawn: list[str] = []
    for mark, lane in zip(marks, lanes, strict=True):
        left, right = max(area.middle(mark.first - 0.5), area.left), min(area.middle(mark.last + 0.5), area.right)
        if left >= right:
            continue
        size = {"x": left, "y": area.top, "width": right - left, "height": area.bottom - area.top}
        drawn.append(element("rect", **size, fill_opacity=SHADE, painted=paint(fill=INK)))
        y = area.top - MIDDLE - lane * LINE
        drawn.append(text(_called(mark), _named_at(mark, area), y, text_anchor="middle", painted=paint(fill=MUTED)))
    return "".join(drawn)


def _says(chart: LineChart, names: Sequence[str], words: Words) -> str:
    first, last = (chart.places[0], chart.places[-1]) if chart.places else ("", "")
    return words.say("html.chart.line", names=words["list.separator"].join(names), first=first, last=last)
