"""The cells of one sheet on their way to text: one line per row of the sheet, with as many cells as the widest has."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from opsctl.core import currency
from opsctl.core.errors import DamagedFile, TooLarge
from opsctl.ingest.reading.kinds import is_date, is_number

ROWS, COLUMNS = 1_048_576, 16_384  # of Excel's largest sheet
BOX = 32_000_000  # cells between the first and the last, empty ones too
BLANK = 4_000_000  # cells of rows in which none is filled
FILLED = 1_000_000  # cells that are filled since they are merged with one above
CELL = 32_767  # characters, as Excel has it
TEXT = 192 * 1024**2  # characters of one workbook
DELIMITER = "\x01"
LINE_END_IN_CELL = "\x0b"  # no cell can hold it, and a line of the text stays a row of the sheet
UNCOMPUTED = "#CALC!"  # a formula without a result
_LINE_ENDS = re.compile(r"\r\n?|\n")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ODD = re.compile('[\x00-\x08\x0a-\x1f"]')
_SIGN = rf"(?:{currency.PATTERN})"
_AROUND = re.compile(rf"^[-+(]?\s*{_SIGN}|(?:{_SIGN}|[万亿]元?)\s*\)?$", re.IGNORECASE)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass
class Budget:
    """How much text the sheets of one workbook may still become."""

    left: int = TEXT

    def spend(self, characters: int) -> None:
        """Take from what is left.

        Raises:
            TooLarge: Nothing is.
        """
        self.left -= characters
        if self.left < 0:
            raise TooLarge("the workbook holds more text than an export should", hint="export it as CSV")


@dataclass
class Grid:
    """The filled cells of one sheet, which come row by row, and in a row from left to right.

    Attributes:
        budget: What all sheets of the workbook share.
        merged: Ranges whose cells are shown as one.
        uncomputed: How many formulas have no result.
        hidden: How many of its rows nobody sees who opens it.
        fractions: Whether numbers among them have a decimal point: a comma in a text is none then.
    """

    budget: Budget
    merged: list[Merged] = field(default_factory=list)
    uncomputed: int = 0
    hidden: int = 0
    fractions: bool = False
    _lines: dict[int, str] = field(default_factory=dict)
    _width: int = 0
    _last: int = 0

    def add(self, row: int, cells: list[str]) -> None:
        """Add a row with all its cells up to the last that is filled.

        Raises:
            DamagedFile: It stands above one that came before.
            TooLarge: A cell is longer than Excel allows, or there is too much in all.
        """
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            return
        if row <= self._last:
            raise DamagedFile("the rows of the workbook are not in order", hint="open it, save it again, or as CSV")
        line = DELIMITER.join(cells)
        if len(line) > CELL and max(map(len, cells)) > CELL:
            raise TooLarge(f"a cell holds more than {CELL:,} characters", hint="look inside; no export has such cells")
        self.budget.spend(len(line))
        self._lines[row] = line
        self._last = row
        self._width = max(self._width, len(cells))
        if self._last * self._width > BOX:
            raise _far_apart()

    def text(self) -> str:
        """The sheet as separated cells; nothing where none is filled.

        Raises:
            TooLarge: Its cells stand too far apart, or too many are merged.
        """
        if (self._last - len(self._lines)) * self._width > BLANK:
            raise _far_apart()
        self._fill_down()
        blank = DELIMITER * (self._width - 1) + "\n"
        self.budget.spend(self._last * len(blank))
        found: list[str] = []
        for row in range(1, self._last + 1):
            line = self._lines.pop(row, None)
            if line is None:
                found.append(blank)
            else:
                found += (_quoted(line), DELIMITER * (self._width - 1 - line.count(DELIMITER)), "\n")
        return "".join(found)

    def sheet(self, name: str, *, is_hidden: bool) -> Sheet:
        """The sheet as text, and what is to be said of it."""
        text = self.text()
        merged = [one for one in self.merged if one.counts]
        return Sheet(name, is_hidden, text, self.uncomputed, self.hidden, self.fractions, merged)

    def _fill_down(self) -> None:
        """What stands in the first of merged rows holds for those below: a name or a day, but never a number twice."""
        filled: dict[int, dict[int, str]] = defaultdict(dict)
        many = 0
        for at, (first, column, last, _) in enumerate(self.merged):
            value = self._cell(first, column)
            rows = range(first + 1, min(last, self._last) + 1) if value else range(0)
            many += len(rows)
            if many > FILLED:
                raise TooLarge("too many cells of the workbook are merged", hint="save it as CSV UTF-8")
            if could_be_amount(value):
                self.merged[at] = Merged(first, column, rows.stop - 1, counts=True)
                continue
            self.budget.spend(len(value) * len(rows))
            for row in rows:
                filled[row].setdefault(column, value)
        for row, values in filled.items():
            self._put(row, values)

    def _cell(self, row: int, column: int) -> str:
        cells = self._lines.get(row, "").split(DELIMITER, column)
        return cells[column - 1] if column <= len(cells) else ""

    def _put(self, row: int, values: dict[int, str]) -> None:
        cells = self._lines[row].split(DELIMITER) if row in self._lines else []
        cells += [""] * (max(values) - len(cells))
        for column, value in values.items():
            cells[column - 1] = cells[column - 1] or value
        self._lines[row] = DELIMITER.join(cells)
        self._width = max(self._width, len(cells))


class Merged(NamedTuple):
    """A range whose cells are shown as one: first row, first column and last row, from 1.

    What `counts` could be an amount, which is not that of every row.
    """

    first: int
    column: int
    last: int
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text, empty where it is hidden, and what is to be said of it.

    Attributes:
        uncomputed: How many of its formulas have no result.
        hidden_rows: How many of its rows nobody sees who opens it.
        fractions: Whether numbers of it have a decimal point.
        merged: Ranges that hold what could be an amount.
    """

    name: str
    hidden: bool
    text: str
    uncomputed: int
    hidden_rows: int
    fractions: bool
    merged: list[Merged]


def could_be_amount(value: str) -> bool:
    """Is it a number, with or without a sign, a unit or a currency, and not plainly a day?

    Examples:
        >>> [could_be_amount(value) for value in ("1001", "RMB 100", "1.2万", "20250106", "2025-01-06", "抖音", "")]
        [True, True, True, True, False, False, False]
    """
    bare = _AROUND.sub("", value.lstrip("'"))
    return is_number(bare) and (bare.isdigit() or not is_date(bare))


def _far_apart() -> TooLarge:
    return TooLarge("cells of a sheet stand too far apart", hint="delete the lonely cell, or save it as CSV")


def plain(text: str) -> str:
    r"""A cell's text without what would end it or its line.

    Examples:
        >>> plain("消耗\n(元)") == f"消耗{LINE_END_IN_CELL}(元)"
        True
    """
    if not _ODD.search(text):
        return text
    return _LINE_ENDS.sub(LINE_END_IN_CELL, _UNSEEN.sub(" ", text))


def placed(reference: str) -> tuple[int, int]:
    """The row and column, from 1, of a cell such as B7.

    Raises:
        DamagedFile: There is no such cell.
    """
    found = _REFERENCE.fullmatch(reference)
    row, column = (int(found[2]), column_of(found[1])) if found else (0, 0)
    if not 0 < row <= ROWS:
        raise DamagedFile("the workbook names a cell that no sheet has", hint="open it and save it again, or as CSV")
    return row, column


def column_of(letters: str) -> int:
    """The number of a column, from 1.

    Examples:
        >>> column_of("A"), column_of("AA"), column_of("XFD")
        (1, 27, 16384)

    Raises:
        DamagedFile: There is no such column.
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    if not letters.isascii() or not letters.isupper() or not 0 < number <= COLUMNS:
        raise DamagedFile("the workbook names a cell that no sheet has", hint="open it and save it again, or as CSV")
    return number


def _quoted(line: str) -> str:
    if '"' not in line:
        return line
    cells = line.split(DELIMITER)
    return DELIMITER.join('"' + cell.replace('"', '""') + '"' if '"' in cell else cell for cell in cells)
