"""How wide a text is drawn, as far as that can be known without its font."""

from __future__ import annotations

import unicodedata

SIZE = 12.0  # of the text of charts
LINE = 15.0  # from one line of it to the next
_WIDE = {"W", "F"}
_NARROW = frozenset("iljtfr.,:;'!|()[] ")
CUT = "…"
OPENING = "（"
CLOSING = "）)，、。"


def width(content: str, size: float = SIZE) -> float:
    """A cautious estimate: rather a little more than a font needs than less."""
    return sum(_em(letter) for letter in content) * size


def _em(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in _WIDE or letter == CUT:
        return 1.0
    if letter in _NARROW:
        return 0.36
    return 0.74 if letter.isupper() or letter in "mw%@" else 0.58


def shortened(content: str, room: float, size: float = SIZE) -> str:
    """The text, or as much of its beginning as there is room for; for names, never for numbers."""
    if width(content, size) <= room:
        return content
    kept = content
    while kept and width(kept.rstrip() + CUT, size) > room:
        kept = kept[:-1]
    return kept.rstrip() + CUT


def wrapped(content: str, room: float, most: int) -> tuple[str, ...]:
    """A name over at most so many lines; what finds no room is cut."""
    lines = [""]
    for piece in _pieces(content):
        if lines[-1] and width((lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    kept = [line.rstrip() for line in lines[: most - 1]]
    return tuple(shortened(line, room) for line in (*kept, "".join(lines[most - 1 :]).rstrip()) if line)


def _pieces(content: str) -> list[str]:
    """Where a line may break: after a blank, and after a wide letter."""
    pieces = [""]
    for letter in content:
        if letter in CLOSING and not pieces[-1] and len(pieces) > 1:
            pieces[-2] += letter
            continue
        pieces[-1] += letter
        if letter == " " or (unicodedata.east_asian_width(letter) in _WIDE and letter != OPENING):
            pieces.append("")
    return [piece for piece in pieces if piece]
