"""What every chart stands on: a picture that says in words what it shows, and grid lines with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsctl.render.svg import letters
from opsctl.render.svg.axis import Axis
from opsctl.render.svg.colour import BASE, GRID, INK, MUTED, paint
from opsctl.render.svg.element import element, number, said, text

WIDE = 840.0  # about the width of a page's column; narrower a page scrolls it
PAD = 8.0
MIDDLE = 4.0  # from the middle of a line of text down to its baseline
DESCENT = 18.0  # from the bottom of the values to the baseline of the first line below


@dataclass(frozen=True, slots=True)
class Area:
    """The rectangle within which values are drawn, split into evenly wide places."""

    left: float
    top: float
    right: float
    bottom: float
    places: int

    @property
    def apart(self) -> float:
        """The width of a place."""
        return (self.right - self.left) / max(self.places, 1)

    def middle(self, at: float) -> float:
        """The middle of a place."""
        return self.left + (at + 0.5) * self.apart


def picture(name: str, says: str, width: float, height: float, *inside: str) -> str:
    """The whole drawing: its name, what it says in words, and what is in it."""
    return element(
        "svg",
        said("title", name),
        said("desc", says),
        *inside,
        role="img",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        font_size=letters.SIZE,
        painted={**paint(fill=INK), "class": "fi full" if width == WIDE else "fi"},
    )


def grid(area: Area, axis: Axis, labels: Sequence[str]) -> str:
    """Horizontal lines with their numbers to the left; the zero line, where there is one, stands out."""
    lines = [level(area, axis.at(tick), painted=paint(stroke=GRID if tick else BASE)) for tick in axis.ticks]
    written = [
        text(label, area.left - PAD, axis.at(tick) + MIDDLE) for tick, label in zip(axis.ticks, labels, strict=True)
    ]
    return "".join(lines) + element("g", *written, text_anchor="end", painted=paint(fill=MUTED))


def level(area: Area, y: float, *, painted: Mapping[str, str], dashes: str | None = None) -> str:
    """A line across the area."""
    path = f"M{number(area.left)} {number(y)}H{number(area.right)}"
    return element("path", d=path, stroke_dasharray=dashes, painted=painted)
