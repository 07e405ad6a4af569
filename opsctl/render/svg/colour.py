"""Colours of charts: told apart by the colour-blind, readable on white and at night; labels carry the meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """By day, which a picture carries itself, and by night, which a page may make of it."""

    key: str
    light: str
    dark: str


INK = Colour("i", "#1c2530", "#e7eaee")
MUTED = Colour("m", "#5a6572", "#a4afba")
GRID = Colour("g", "#e2e6ea", "#2d343c")
BASE = Colour("b", "#98a2ad", "#68737e")
PAPER = Colour("p", "#ffffff", "#14181c")
ACCENT = Colour("1", "#0b63a5", "#63b3f2")
SERIES = (
    ACCENT,
    Colour("2", "#e0670a", "#ff9d5f"),
    Colour("3", "#00866a", "#5ad8b0"),
    Colour("4", "#a5528b", "#e59bcb"),
    Colour("5", "#6e5a00", "#fff0a8"),
    Colour("6", "#3c98cf", "#c4e7ff"),
    Colour("7", "#4b535d", "#7d8893"),
)
WHOLE = Colour("w", "#74808d", "#8f9aa6")
QUIET = Colour("q", "#a9b7c6", "#5a6d80")
BARS = (ACCENT, QUIET, *SERIES[1:])
HEAT = tuple(
    Colour(f"h{at}", light, dark)
    for at, (light, dark) in enumerate(
        (
            ("#f1f6fb", "#18242e"),
            ("#d9e8f5", "#1a3246"),
            ("#b9d5ec", "#1c4260"),
            ("#8fbbdf", "#1e557f"),
            ("#66a1cf", "#27679a"),
            ("#2f76b2", "#5b9fd4"),
            ("#0b5391", "#9cccf2"),
        )
    )
)
DEEP = 5  # from this shade on, what is written on it is
ON_DEEP = Colour("j", "#ffffff", "#0d1319")


def of(palette: tuple[Colour, ...], at: int) -> Colour:
    """The colour of a place in a list that may be longer than the palette."""
    return palette[at % len(palette)]


def paint(*, fill: Colour | None = None, stroke: Colour | None = None) -> Mapping[str, str]:
    """The attributes that paint an element, and the classes by which a page may repaint it."""
    painted = {name: colour.light for name, colour in (("fill", fill), ("stroke", stroke)) if colour}
    classes = [letter + colour.key for letter, colour in (("f", fill), ("s", stroke)) if colour]
    return {**painted, "class": " ".join(classes)}


def night() -> str:
    """The style rules by which a page repaints its charts for the dark."""
    every = (INK, MUTED, GRID, BASE, PAPER, WHOLE, QUIET, *SERIES, *HEAT, ON_DEEP)
    return "".join(f".f{each.key}{{fill:{each.dark}}}.s{each.key}{{stroke:{each.dark}}}" for each in every)
