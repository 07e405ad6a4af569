"""A line as small as a word: the last values of a metric, the newest marked."""

from __future__ import annotations

from itertools import groupby

from opsctl.render.svg.colour import ACCENT, paint
from opsctl.render.svg.element import element, number
from opsctl.reports.report import Sparkline

WIDE, HIGH = 72.0, 18.0
EDGE = 3.0


def draw(line: Sparkline, name: str) -> str:
    """The picture of at least one known value."""
    known = [value for value in line.values if value is not None]
    low, spread = min(known), max(known) - min(known)
    apart = (WIDE - 2 * EDGE) / max(len(line.values) - 1, 1)

    def point(at: int, value: float) -> tuple[float, float]:
        share = (value - low) / spread if spread else 0.5
        return EDGE + at * apart, HIGH - EDGE - share * (HIGH - 2 * EDGE)

    runs = [
        [point(at, value) for at, value in run if value is not None]
        for there, run in groupby(enumerate(line.values), key=lambda pair: pair[1] is not None)
        if there
    ]
    path = "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in run) for run in runs)
    dots = [run[0] for run in runs if len(run) == 1]
    dots += [runs[-1][-1]] if line.values[-1] is not None and len(runs[-1]) > 1 else []
    return element(
        "svg",
        element("path", d=path, fill="none", stroke_width=1.5, painted=paint(stroke=ACCENT)),
        *(element("circle", cx=x, cy=y, r=2, painted=paint(fill=ACCENT)) for x, y in dots),
        role="img",
        aria_label=name,
        viewBox=f"0 0 {number(WIDE)} {number(HIGH)}",
        width=WIDE,
        height=HIGH,
    )
