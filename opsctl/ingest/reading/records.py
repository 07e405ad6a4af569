"""A text as records of one width: strict, by line, and never letting one broken quote swallow the rows after it.

A quote that is not closed as it should be leaves two readings: a stray quote before good rows, or a broken
record with line ends in it. Rows inside are kept only where something proves the first reading.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.complete import AT, complete_rows
from opsctl.ingest.reading.fragments import Fragments, without_quotes
from opsctl.ingest.reading.kinds import is_date, is_measured, measured_columns, resembles
from opsctl.ingest.reading.scan import LINE_END, NOT_CLOSED, Dialect, Lines, Scanned, is_sound, scan
from opsctl.ingest.reading.table import QUOTING, UNREADABLE, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SAMPLE = 500
_FARTHEST = 1000  # lines; a record of more is no record
_NEAR = 20
_ENOUGH = 3  # lines of prose often have one comma each; the same larger number on each line is no chance
_INCHES = re.compile(r'(?<![\w./:;@#%&=?+-])[1-9]\d{0,2}(?:\.\d)?"(?![A-Za-z0-9%])', re.ASCII)
_ID_AS_TEXT = re.compile(r'="[^"]*"')
_BLANK_BEFORE = re.compile(r'[ \t]+".*"[ \t]*', re.DOTALL)
_STRAY = "a lone quote stands inside a cell"


@dataclass(slots=True)
class Split:
    """The records of a text: those of the width asked for, those of another, and the broken ones."""

    cells: pl.DataFrame
    lines: pl.Series
    odd: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    broken: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)  # of those, as far as they can be cut


@dataclass(slots=True)
class Below:
    """The text below a header and the number of its first line; its lines are cut only when they are needed."""

    text: str
    first_line: int
    _lines: list[Lines] = field(default_factory=list)

    @property
    def lines(self) -> Lines:
        """The physical lines."""
        if not self._lines:
            self._lines.append(Lines.of(self.text, self.first_line))
        return self._lines[0]


def split(below: Below, dialect: Dialect, width: int, *, fast: bool = True) -> Split:
    """The records of a text; without `fast` none is taken in bulk, and the answer is the same."""
    found = complete_rows(below.text, dialect, width) if fast else None
    if found is None:
        every = pl.int_range(len(below.lines), dtype=pl.Int64, eager=True)
        found = (frame_of([], width).with_columns(pl.Series(AT, [], pl.Int64)), every)
    rows, others = found
    if not len(others):
        return Split(rows.drop(AT), (rows.get_column(AT) + below.first_line).alias("line"))
    return _Splitter(below, dialect, width).run(rows, others)


def frame_of(rows: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    """Rows of one width as String columns named by position."""
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return pl.DataFrame([pl.Series(str(at), list(cells), pl.String) for at, cells in enumerate(columns)])


def is_stray(cell: str) -> bool:
    """Whether a cell without quotes around it has one that is no inch mark, as in `12" screen`, and no pair."""
    lone = cell.count('"') % 2 == 1 and ('""' in cell or not _INCHES.search(cell))
    return lone or _BLANK_BEFORE.fullmatch(cell) is not None


class _Splitter:
    """Reads the lines that are not beyond doubt, one record at a time."""

    def __init__(self, below: Below, dialect: Dialect, width: int) -> None:
        self.lines = below.lines
        self.dialect = dialect
        self.width = width
        self.rows: dict[int, list[str]] = {}
        self.ends: dict[int, int] = {}  # by the last line of a record, its first
        self.odd: dict[int, tuple[str, ...]] = {}
        self.faults: dict[int, Fault] = {}
        self.unpaired: dict[str, list[int]] = {}
        self.open: int | None = None  # the line that ends a broken quote, when nothing proves it to begin a row
        self.passed: set[int] = set()  # lines that were read here, whatever became of them

    @cached_property
    def measured(self) -> frozenset[int]:
        """The columns by which a row is told from text."""
        return measured_columns(self._likely_rows()) or measured_columns(self._rows_of_one_line())

    def _rows_of_one_line(self) -> Iterator[list[str]]:
        """Lines that are rows when each is looked at by itself."""
        for at in range(min(len(self.lines), _SAMPLE)):
            found = self._by_itself(at)
            if self._is_clean(found):
                yield found.cells

    def _likely_rows(self) -> Iterator[list[str]]:
        """Records of one line as a lenient reader sees them, to learn from them what a row looks like."""
        at = 0
        first = self.lines.head(_SAMPLE)
        while at < len(first):
            found = scan(first, at, self.dialect)
            if found.last == at and self._is_clean(found):
                yield found.cells
            astray = found.broken == NOT_CLOSED or found.last == at
            at = at + 1 if astray else found.last + (not found.broken)

    def _is_clean(self, found: Scanned) -> bool:
        return not found.broken and not found.loose and len(found.cells) == self.width

    def run(self, rows: pl.DataFrame, others: pl.Series) -> Split:
        """All records, given the rows that are certain wherever a record starts at their line, and the other lines."""
        at = 0
        for other in others:
            while at <= other:
                at = self._read_from(max(at, other))
        certain = rows.filter(~pl.col(AT).is_in(pl.Series(sorted(self.passed), dtype=pl.Int64).implode()))
        certain = self._retract_beginnings(certain)
        self._join_fragments()
        read = frame_of([*self.rows.values()], self.width).with_columns(pl.Series(AT, [*self.rows], pl.Int64))
        together = pl.concat([certain.select(read.columns), read]).sort(AT)
        return Split(
            together.drop(AT),
            (together.get_column(AT) + self.lines.first).alias("line"),
            [(self.lines.first + at, cells) for at, cells in sorted(self.odd.items())],
            [fault for _, fault in sorted(self.faults.items())],
            [
                (self.lines.first + at, tuple(without_quotes(self.lines, at, self.dialect)))
                for at in sorted(self.faults)
            ],
        )

    def _read_from(self, start: int) -> int:
        """Read one record, or what a broken one leaves open; the index of the line to go on with."""
        at = self._settle(start, scan(self.lines, start, self.dialect))
        while self.open is not None:
            doubtful, self.open = self.open, None
            at = self._settle(doubtful, scan(self.lines, doubtful, self.dialect), doubtful=True)
        self.passed.update(range(start, at))
        return at

    def _take(self, at: int, found: Scanned) -> bool:
        """Keep a record of the right width, note one of another, reject what is damaged; whether it was kept."""
        line = self.lines.first + at
        if not self.lines.sound and not all(map(is_sound, found.cells)):
            self.faults[at] = Fault(line, UNREADABLE, _unreadable("".join(found.cells)))
        elif (found.loose or self.dialect.quote != '"') and self._has_stray(found):
            self.faults[at] = Fault(line, QUOTING, _STRAY)
        elif len(found.cells) == self.width:
            self.rows[at] = found.cells
            self.ends[found.last] = at
            return True
        else:
            self.odd[at] = tuple(found.cells)
        return False

    def _has_stray(self, found: Scanned) -> bool:
        """Whether a quote stands where none can: alone in words, or anywhere in a number, date or id."""
        if (
            found.loose
            and self.dialect.quote == "'"
            and any(self._has_stray_apostrophe(at, cell) for at, cell in enumerate(found.cells))
        ):
            return True
        return any(
            '"' in cell and (is_stray(cell) or (at in self.measured and not _ID_AS_TEXT.fullmatch(cell)))
            for at, cell in enumerate(found.cells)
        )

    def _has_stray_apostrophe(self, at: int, cell: str) -> bool:
        """Whether an apostrophe stands where no word or number has one."""
        return cell.endswith("'") or (at in self.measured and "'" in cell and not is_measured(cell))

    def _settle(self, at: int, found: Scanned, *, doubtful: bool = False) -> int:
        """Take or reject the record that starts at `at`; the index of the line to go on with."""
        fits = not found.broken and len(found.cells) == self.width
        if found.last > at and not (fits and not self._swallows(found.cells)):
            return self._resync(at, found)
        if found.broken:
            self._reject(at, found.broken)
        elif doubtful and fits and (found.loose or (self.measured and not resembles(found.cells, self.measured))):
            self._reject(at, "what stands here was the end of a quoted cell")
        elif self._take(at, found):
            return found.last + 1
        return self._after_doubt(found.last)

    def _swallows(self, cells: Sequence[str]) -> bool:
        """Whether a cell over several lines is rows between two stray quotes, or has a whole row in it.

        It is rows where all are complete, cut at its lines, and where it has cells and all others have a number.
        """
        long = [(at, cell) for at, cell in enumerate(cells) if "\n" in cell or "\r" in cell]
        if any(at in self.measured and self.dialect.delimiter in cell for at, cell in long):
            return True
        return any(self._is_rows(cells, at) or self._holds_row(cells, at) for at, _ in long)

    def _holds_row(self, cells: Sequence[str], at: int) -> bool:
        """Whether a line of a cell has all that a row has: two writers have written into each other."""
        lines = (line.split(self.dialect.delimiter) for line in LINE_END.split(cells[at]))
        rows = [line[: self.width] for line in lines if len(line) >= self.width >= _ENOUGH]
        if self.measured:
            before = [place for place in self.measured if place < at]
            like = [row for row in rows if all(is_date(row[place]) == is_date(cells[place]) for place in before)]
            return any(resembles(row, self.measured) for row in like)
        return any(sum(map(is_measured, row)) > 1 or (is_measured(row[0]) and is_measured(cells[0])) for row in rows)

    def _is_rows(self, cells: Sequence[str], at: int) -> bool:
        between = cells[at].count(self.dialect.delimiter)
        if between < self.width - 1:
            return False
        lines = LINE_END.split(cells[at])
        if between != (self.width - 1) * (len(lines) - 1):
            return False
        first, *inside, last = (line.split(self.dialect.delimiter) for line in lines)
        rows = [[*cells[:at], *first], *inside, [*last, *cells[at + 1 :]]]
        if any(len(row) != self.width for row in rows):
            return False
        if self.measured:
            return all(resembles(row, self.measured) for row in rows)
        return self.width >= _ENOUGH or all(is_measured(row[0]) for row in rows)

    def _by_itself(self, at: int) -> Scanned:
        """One physical line as if nothing stood below it."""
        found = scan(Lines([self.lines.texts[at]], [""]), 0, self.dialect)
        found.last = at
        return found

    def _resync(self, at: int, found: Scanned) -> int:
        """Reject the line that opened a quote, decide about each line it reached over, and go on after them."""
        self._reject(at, found.broken or "a quoted cell runs over several lines and does not fit")
        if found.broken == NOT_CLOSED:
            self._take_inside(range(at + 1, found.last + 1), proved=False)
            return found.last + 1
        return self._after_reach(at, found.last)

    def _after_doubt(self, at: int) -> int:
        """Go on after a line that is no row, which may have been the first of a record of several lines."""
        for quote, farthest in ((self.dialect.quote, _FARTHEST), ("'", _NEAR)):
            if quote not in self.lines.texts[at]:
                continue
            closing = self._next_unpaired(at, quote, farthest)
            if closing and quote == self.dialect.quote:
                return self._after_reach(at, closing)
            if closing:
                self._take_inside(range(at + 1, closing + 1), proved=False)
                return closing + 1
        return at + 1

    def _next_unpaired(self, at: int, quote: str, farthest: int) -> int | None:
        """The next line with an odd number of quotes, if it is near."""
        if quote not in self.unpaired:
            texts = enumerate(self.lines.texts)
            self.unpaired[quote] = [line for line, text in texts if quote in text and text.count(quote) % 2]
        lines = self.unpaired[quote]
        place = bisect_right(lines, at)
        return lines[place] if place < len(lines) and lines[place] <= at + farthest else None

    def _after_reach(self, at: int, last: int) -> int:
        """Go on after a broken quote that reached over lines up to `last`.

        Where the quote that ends it opens a cell of a good row, the first quote was astray and what lies between
        are rows; where it does not, they may be text.
        """
        found = scan(self.lines, last, self.dialect)
        proved = self._is_clean(found) and (not self.measured or resembles(found.cells, self.measured))
        self._take_inside(range(at + 1, last), proved=proved)
        self.open = None if proved else last
        return last

    def _take_inside(self, inside: range, *, proved: bool) -> None:
        """Take the lines that can only be rows, and reject the others."""
        found = [self._by_itself(at) for at in inside]
        blank = [not self.lines.texts[at].strip() for at in inside]
        alone = [self._is_clean(one) for one in found]
        rows = sum(alone)
        complete = rows + sum(blank) == len(inside)
        trusted = complete and (proved or (not self.measured and rows >= _ENOUGH and self.width >= _ENOUGH))
        for at, one, is_blank, is_alone in zip(inside, found, blank, alone, strict=True):
            if is_blank or (is_alone and (trusted or resembles(one.cells, self.measured))):
                self._take(at, one)
            else:
                opened = self.lines.first + inside.start - 1
                self._reject(at, f"inside a quote that is opened on line {opened} and not closed as it should be")

    def _retract_beginnings(self, certain: pl.DataFrame) -> pl.DataFrame:
        """Reject rows that a line beside them, which is none, could be a part of."""
        gone = self._fragments().rows_beside()
        for start in gone:
            self.rows.pop(start, None)
            self._reject(start, "goes on below with text that does not belong to a row")
        return certain.filter(~pl.col(AT).is_in(pl.Series(gone, dtype=pl.Int64).implode())) if gone else certain

    def _fragments(self) -> Fragments:
        """The lines that are no rows, as far as they are known by now."""
        refused = {*self.faults, *self.odd}
        return Fragments(self.lines, self.dialect, self.width, self.measured, self.ends, refused)

    def _join_fragments(self) -> None:
        """Count a rejected record once: the lines of its quoted cells are part of it, not records of their own."""
        fragments, quote = self._fragments(), self.dialect.quote
        refused = fragments.refused
        for first in sorted(at for at in refused if quote in self.lines.texts[at]):
            last = self._next_unpaired(first, quote, _FARTHEST) or first
            inside = range(first + 1, last + 1)
            is_whole = not any(quote in self.lines.texts[at] for at in inside[:-1])
            is_closed = self.lines.texts[first].count(quote) % 2 or not self.lines.texts[last].startswith(quote)
            are_parts = is_whole and is_closed and all(at in refused and fragments.is_one(at) for at in inside)
            if first in refused and self.measured and are_parts:
                for at in inside:
                    self.faults.pop(at, None)
                    self.odd.pop(at, None)
                refused.difference_update(inside)

    def _reject(self, at: int, reason: str) -> None:
        line, text = self.lines.first + at, self.lines.texts[at]
        sound = is_sound(text)
        self.faults[at] = Fault(line, QUOTING, reason) if sound else Fault(line, UNREADABLE, _unreadable(text))


def _unreadable(text: str) -> str:
    return "a NUL character" if "\x00" in text else "bytes that are no text in the file's encoding"
