"""Lines that are no rows, and the rows beside them that they could be a part of: a cell that a line end cut in two.

Such a row has the right number of cells and looks like any other, with half a name or number in one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsctl.ingest.reading.kinds import BLANKS, is_id, is_measured, is_missing
from opsctl.ingest.reading.scan import Dialect, Lines, is_sound, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PART_OF_NUMBER = re.compile(r"[-+]?[0-9.,]+", re.ASCII)
_PART_OF_DATE = re.compile(r"[-+0-9.,:/]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fragments:
    """The lines of a text that are no rows.

    Args:
        lines: All lines, which are known by their index.
        dialect: How cells are kept apart.
        width: The cells of a row.
        measured: The columns by which a row is told from text.
        ends: By the last line of a row, its first.
        refused: The lines that are no rows.
    """

    lines: Lines
    dialect: Dialect
    width: int
    measured: frozenset[int]
    ends: Mapping[int, int]
    refused: set[int]

    def rows_beside(self) -> list[int]:
        """The rows that a line beside them could be a part of.

        Above a line that ends a quoted cell, a stray quote may have ended that cell early.
        """
        gone: list[int] = []
        for below in sorted(at for at in self.refused if at and at - 1 not in self.refused):
            if self.is_one(below) and self._is_closed_below(below):
                gone += self._beginnings_above(below - 1)
        return gone + [row for at in sorted(self.refused) for row in self._around(at)]

    def _beginnings_above(self, above: int) -> list[int]:
        """The rows from a line upwards that are fragments too, and the one with quotes that they go on from."""
        gone = []
        while above >= 0 and above not in self.refused and self.ends.get(above, above) == above and self.is_one(above):
            gone.append(above)
            above -= 1
        if above >= 0 and above not in self.refused and self.dialect.quote in self.lines.texts[above]:
            gone.append(self.ends.get(above, above))
        return gone

    def is_one(self, at: int) -> bool:
        """Whether a line does not begin as a row does."""
        cells, text = without_quotes(self.lines, at, self.dialect), self.lines.texts[at]
        if not text.strip() or len(cells) > self.width or not is_sound(text):
            return False
        if not self.measured:
            return len(cells) == 1 < self.width
        first = min(self.measured)
        return first >= len(cells) or not (is_missing(cells[first]) or is_measured(cells[first]))

    def _around(self, at: int) -> Iterator[int]:
        """The rows above and below a line of one cell that it could be a part of: they go on in it, or begin."""
        rest = without_quotes(self.lines, at, self.dialect)
        text = rest[0].strip(BLANKS)
        says_something = any(mark.isalnum() for mark in text) and not text.startswith("#") and is_sound(text)
        if not len(rest) == 1 < self.width or not says_something:
            return
        above, below = self._row(at, -1), self._row(at, 1)
        # A number or date mostly tells itself where it belongs; a word is part of a cell between two rows.
        is_part = below is None or _PART_OF_DATE.fullmatch(text) is None
        if above is not None:
            within = is_part and above == at - 1 and self._beside(at, 1) is not None
            if self._could_go_on(above, text, within=within):
                yield self.ends.get(above, above)
        if below is not None and self._could_begin(text, within=is_part and below == at + 1):
            yield below

    def _row(self, at: int, step: int) -> int | None:
        """The last or first line of the row above or below a line, where nothing but blank lines is between them."""
        beside = self._beside(at, step)
        return None if beside in self.refused else beside

    def _beside(self, at: int, step: int) -> int | None:
        """The next line above or below that is not blank."""
        at += step
        while 0 <= at < len(self.lines):
            if self.lines.texts[at].strip(BLANKS):
                return at
            at += step
        return None

    def _could_go_on(self, above: int, text: str, *, within: bool) -> bool:
        """Whether the last cell of a row could go on in the text of a line below it."""
        cells = without_quotes(self.lines, above, self.dialect)
        end = cells[-1].strip(BLANKS)
        if _PART_OF_NUMBER.fullmatch(text) and (not end or _PART_OF_NUMBER.fullmatch(end)):
            return True
        if len(cells) - 1 in self.measured:
            return not (is_missing(end) or is_measured(end)) or (within and all(map(_is_part_of_id, (end, text))))
        return within or ("<" in end and text.startswith("<"))  # what a server says begins at the end of a row

    def _could_begin(self, text: str, *, within: bool) -> bool:
        """Whether the first cell of a row could begin with the text of a line above it."""
        is_possible = within and (0 not in self.measured or _is_part_of_id(text))
        return is_possible or _PART_OF_DATE.fullmatch(text) is not None

    def _is_closed_below(self, at: int) -> bool:
        while at in self.refused:
            if self.lines.texts[at].count(self.dialect.quote) % 2:
                return True
            at += 1
        return False


def without_quotes(lines: Lines, at: int, dialect: Dialect) -> list[str]:
    """The cells of one physical line by itself, its unpaired quotes left out."""
    quote, text = dialect.quote, lines.texts[at]
    for line in (text, text.replace(2 * quote, quote)):
        found = scan(Lines([line], [""]), 0, dialect)
        if not found.broken:
            return [cell.replace(quote, "") for cell in found.cells]
    return text.replace(quote, "").split(dialect.delimiter)


def _is_part_of_id(text: str) -> bool:
    return text.isalnum() and is_id(text)
