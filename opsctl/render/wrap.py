"""Sentences on a page of some width: broken over lines as Chinese and English are, never cut."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from opsctl.core.clean import clean

GAP = "  "
_OPENING = "（《〈“‘【「『〔([{第￥"  # never last on a line
_CLOSING = "，。；：、！？）》〉”’】」』〕％‰℃,.;:!?)]}%"  # never first on one
_UNITS = "元角分万亿千百人次个条项倍点户单件家天日周月年季时秒岁名位份"
_OF_DATES = "年月"


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """A sentence over as many lines as it needs, further ones a little to the right.

    Examples:
        >>> wrapped("one two three", 9)
        ['one two', '  three']
    """
    shown = clean(text)
    if width is None:
        return [indent + shown]
    return [indent + line for line in broken(shown, max(width - len(indent), 1), len(GAP))]


def broken(text: str, width: int, hang: int = 0) -> list[str]:
    """A text over lines of a width, those after the first `hang` cells to the right.

    Chinese breaks between any two characters, but no closing mark begins a line, no opening one ends it, and a
    number stays with its sign, its percent and its unit; other words are whole, unless one is wider than the page.

    Examples:
        >>> broken("公域获客成本32.7元，正常。", 18)
        ['公域获客成本', '32.7元，正常。']
    """
    room = max(width - hang, 1)
    lines = [""]
    for word in _words(text):
        fits = width if len(lines) == 1 else room
        if lines[-1] and cell_len(lines[-1] + word.rstrip()) > fits:
            lines.append("")
            fits = room
        pieces = [word] if cell_len(word.rstrip()) <= fits else chop_cells(word.rstrip(), room)
        lines[-1] += pieces[0]
        lines += pieces[1:]
    return [(" " * hang if at else "") + line.rstrip() for at, line in enumerate(lines)]


def _words(text: str) -> Iterator[str]:
    """What may stand alone at either end of a line."""
    word, counted = "", False  # whether the letter ends a number or a unit of one
    for letter, following in zip(text, text[1:] + " ", strict=False):
        word += letter
        unit = counted and letter in _UNITS
        counted = letter.isdigit() or unit
        if _ends_word(letter, following) and not (unit and _goes_on(letter, following)):
            yield word
            word = ""
    if word:
        yield word


def _ends_word(letter: str, following: str) -> bool:
    """After the last of several blanks, and after a wide character where no mark forbids it."""
    if letter == " ":
        return following != " "
    return cell_len(letter) > 1 and letter not in _OPENING and following not in _CLOSING and cell_len(following) > 0


def _goes_on(unit: str, following: str) -> bool:
    """Whether a unit is not the end of it: 48万元, 12月8日."""
    return following in _UNITS or (unit in _OF_DATES and following.isdigit())
