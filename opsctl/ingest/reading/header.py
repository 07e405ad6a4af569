"""Where the header is: the first line that reads as one somebody expects, under some delimiter and quote."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from opsctl.ingest.reading.dialect import USUAL, Names, stated_delimiter
from opsctl.ingest.reading.encoding import DAMAGE, shown
from opsctl.ingest.reading.kinds import BLANKS, is_measured
from opsctl.ingest.reading.scan import Dialect, Lines, line_starts, scan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from opsctl.ingest.reading.table import Recognise

_CLOSELY = 200  # lines in which every delimiter is thought of
_AT_ALL = 5_000  # lines in which a header is looked for
_TALLEST = 50  # lines that one header may run over


@dataclass(frozen=True, slots=True)
class Header:
    """A recognised header: its cells, its delimiters in the order to be tried, and where it stands in the text."""

    cells: tuple[str, ...]
    delimiters: tuple[str, ...]
    line: int
    start: int
    end: int
    lines: int
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int
    start: int
    after: int


class HeaderSearch:
    """Looks for the header that somebody expects.

    Args:
        recognise: Tells whether cells are such a header.
        names: The folded names it could have, to find an unusual delimiter; may be empty.
    """

    def __init__(self, recognise: Recognise, names: Collection[str]) -> None:
        self.recognise = recognise
        self.names = Names(names)

    def find(self, text: str, within: int | None = None) -> Header | None:
        """The first header in the text, or in so many lines of it, or None.

        A line that is one under a usual delimiter goes before one that needs an unusual delimiter, an allowance for
        nameless columns, or a repair, wherever they stand.
        """
        stated = stated_delimiter(text)
        usual = tuple(dict.fromkeys((stated, *USUAL))) if stated else USUAL
        for find_in, most in ((self._plainly, _AT_ALL), (self._unusually, _CLOSELY), (self._partly, _CLOSELY)):
            for line in _first_lines(text, min(most, within or most)):
                if found := find_in(text, line, usual):
                    return found
        return None

    def vouches(self, header: Header) -> bool:
        """Whether the header would not be recognised without its names that are not ASCII: they prove an encoding."""
        ascii_only = [cell if cell.isascii() else "" for cell in header.cells]
        return not self.recognise(ascii_only) and not self.recognise(_without_nameless(ascii_only))

    def closest(self, text: str) -> tuple[int, tuple[str, ...]] | None:
        """The line that has most of the names, and its cells; never a line with a number, a date or an id."""
        best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
        for line in _first_lines(text, _CLOSELY):
            names = self.names.found_in(line.text)
            if names > best[0]:
                cells = max((self._cells(text, line, delimiter, '"')[0] for delimiter in USUAL), key=len)
                if not any(is_measured(cell) for cell in cells):
                    best = (names, line.number, tuple(map(shown, cells)))
        return best[1:] if best[0] else None

    def _plainly(self, text: str, line: _Line, delimiters: Sequence[str]) -> Header | None:
        readings = self._readings(text, line, delimiters)
        return next((found for found in readings if self.recognise(found.cells)), None)

    def _unusually(self, text: str, line: _Line, _: Sequence[str]) -> Header | None:
        return self._plainly(text, line, self.names.delimiters_in(line.text))

    def _partly(self, text: str, line: _Line, delimiters: Sequence[str]) -> Header | None:
        """A header with nameless cells, the fewer the better, or with a stray quote in it."""
        every = [*delimiters, *self.names.delimiters_in(line.text)]
        nameless = [
            (len(found.cells) - len(named), found)
            for found in self._readings(text, line, every)
            if (named := _without_nameless(found.cells)) and self.recognise(named)
        ]
        return min(nameless, key=itemgetter(0))[1] if nameless else self._repaired(line, delimiters)

    def _readings(self, text: str, line: _Line, delimiters: Sequence[str]) -> Iterator[Header]:
        """The line as a header under each delimiter and quote that it could have."""
        for delimiter in delimiters:
            if delimiter not in line.text and delimiter != delimiters[0]:
                continue
            for quote in ('"', "'") if "'" in line.text else ('"',):
                cells, end, lines = self._cells(text, line, delimiter, quote)
                if cells and not any(DAMAGE in cell for cell in cells):
                    tried = self._in_order(cells, delimiter)
                    yield Header(tuple(cells), tried, line.number, line.start, end, lines)

    def _in_order(self, cells: Sequence[str], delimiter: str) -> tuple[str, ...]:
        """The delimiter, after the longer ones it could be part of: with blanks around it, or doubled."""
        if len(cells) == 1:
            return (delimiter,)
        before = " " * all(cell.endswith(" ") for cell in cells[:-1])
        after = " " * all(cell.startswith(" ") for cell in cells[1:])
        longer = [f"{before}{delimiter}{after}", f"{delimiter}{after}"]
        doubled = delimiter.join(cells).split(2 * delimiter)
        if all(cell.strip(BLANKS) for cell in doubled) and self.recognise(doubled):
            longer.insert(0, 2 * delimiter)
        return tuple(dict.fromkeys((*longer, delimiter)))

    def _cells(self, text: str, line: _Line, delimiter: str, quote: str) -> tuple[list[str], int, int]:
        """The record at a line under one reading, where it ends, and how many lines it takes."""
        if quote not in line.text:
            return line.text.split(delimiter), line.after, 1
        block = [*line_starts(text, _TALLEST, line.start)]
        found = scan(Lines.of(text[line.start : block[-1][1]]), 0, Dialect(delimiter, quote))
        if found.broken:
            return [], line.after, 1
        return found.cells, block[found.last][1], found.last + 1

    def _repaired(self, line: _Line, delimiters: Sequence[str]) -> Header | None:
        """The header, where one stray quote is all that keeps it from being read."""
        if line.text.count('"') % 2 == 0:
            return None
        for delimiter in delimiters:
            cells = line.text.replace('"', "").split(delimiter)
            if len(cells) > 1 and self.recognise(cells):
                tried = self._in_order(cells, delimiter)
                return Header(tuple(cells), tried, line.number, line.start, line.after, 1, repaired=True)
        return None


def _first_lines(text: str, most: int) -> Iterator[_Line]:
    """The first physical lines that are not blank or damaged."""
    for number, (start, after) in enumerate(line_starts(text, most), start=1):
        line = text[start:after].rstrip("\r\n")
        if line.strip(BLANKS) and DAMAGE not in line:
            yield _Line(line, number, start, after)


def _without_nameless(cells: Sequence[str]) -> list[str]:
    """The named cells of a header that has nameless ones too."""
    named = [cell for cell in cells if cell.strip(BLANKS)]
    return named if len(named) < len(cells) else []
