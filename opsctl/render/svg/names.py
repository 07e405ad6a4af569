"""Names around a chart: below its places, over as many lines as they need, and the key to its colours."""

from __future__ import annotations

from collections.abc import Sequence

from opsctl.render.svg.axis import shown_labels
from opsctl.render.svg.canvas import DESCENT, PAD, WIDE, Area
from opsctl.render.svg.colour import BARS, MUTED, of, paint
from opsctl.render.svg.element import element, said, text
from opsctl.render.svg.letters import CUT, LINE, SIZE, shortened, width, wrapped

DEEP = 3  # lines of one name
MANY = 16  # places of time: some of their labels may be left out, of names none
SWATCH = 10.0


def below(names: Sequence[str], area: Area) -> tuple[str, float]:
    """The names of all places below an area, and how much height they take."""
    split = [wrapped(name, area.apart - PAD / 2, DEEP) for name in names]
    if len(names) > MANY and any(len(lines) > 1 or CUT in lines[0] for lines in split if lines):
        return along(names, area), DESCENT
    drawn = []
    for at, lines in enumerate(split):
        rows = [text(line, area.middle(at), area.bottom + DESCENT + row * LINE) for row, line in enumerate(lines)]
        drawn.append(element("g", said("title", names[at]), *rows) if "".join(lines)[-1:] == CUT else "".join(rows))
    deepest = max((len(lines) for lines in split), default=1)
    return element("g", *drawn, text_anchor="middle"), DESCENT + (deepest - 1) * LINE


def along(labels: Sequence[str], area: Area) -> str:
    """The labels of a time axis, those left out that would touch."""
    shown = {at: width(labels[at]) / 2 for at in shown_labels(labels, area.apart)}
    drawn = [
        text(labels[at], min(max(area.middle(at), half), WIDE - half), area.bottom + DESCENT)
        for at, half in shown.items()
    ]
    return element("g", *drawn, text_anchor="middle", painted=paint(fill=MUTED))


def key(names: Sequence[str], left: float) -> str:
    """Which colour is whose, in the order in which the bars stand."""
    room = (WIDE - left) / max(len(names), 1) - SWATCH - 3 * PAD
    drawn: list[str] = []
    for at, name in enumerate(names):
        shown = shortened(name, max(room, SIZE * 2))
        drawn.append(element("rect", x=left, y=PAD - 2, width=SWATCH, height=SWATCH, painted=paint(fill=of(BARS, at))))
        drawn.append(text(shown, left + SWATCH + PAD / 2 + 1, PAD - 2 + SWATCH - 1))
        left += SWATCH + width(shown) + 3 * PAD
    return "".join(drawn)
