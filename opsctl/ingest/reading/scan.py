"""One record out of physical lines, by the strict rules of RFC 4180 and its few dialects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from opsctl.ingest.reading.encoding import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_CLOSED = "a quote is opened and not closed"
LINE_END = re.compile(r"\r\n|\n|\r")
_LINE_AND_END = re.compile(r"(\r\n|\n|\r)")
_BLANKS = " \t"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are kept apart and quoted.

    `escape` may hide a quote, a delimiter or itself; with `padded`, blanks may stand around the quotes; with
    `careless`, a quote inside a quoted cell is text unless a cell can end there, which it does on the same line.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    padded: bool = False
    careless: bool = False


@dataclass(slots=True)
class Scanned:
    """A record and where it ends: `last` is the index of its last physical line.

    `broken` says what is wrong with its quotes, if anything; `loose` that one stands in a cell as text without
    being doubled or escaped.
    """

    cells: list[str] = field(default_factory=list)
    last: int = 0
    broken: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Physical lines, each with what ended it; LF, CRLF and a bare CR all end one.

    `first` is the number of the first line, `sound` whether there is neither a NUL nor a damaged byte in them.
    """

    texts: list[str]
    ends: list[str]
    first: int = 1
    sound: bool = True

    @classmethod
    def of(cls, text: str, first: int = 1) -> Lines:
        """All lines of a text whose first line has the number `first`; an end at the very end opens no line."""
        parts = _LINE_AND_END.split(text)
        if not parts[-1]:
            parts.pop()
        else:
            parts.append("")
        return cls(parts[::2], parts[1::2], first, sound=is_sound(text))

    def head(self, most: int) -> Lines:
        """The first lines."""
        return Lines(self.texts[:most], self.ends[:most], self.first, self.sound)

    def __len__(self) -> int:
        return len(self.texts)


def is_sound(text: str) -> bool:
    """Whether there is neither a NUL nor a damaged byte in the text."""
    return "\x00" not in text and DAMAGE not in text


def line_starts(text: str, most: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where each of at most `most` lines from a position on starts, and where the next one does."""
    for found in islice(LINE_END.finditer(text, start), most):
        yield start, found.end()
        start = found.end()
        most -= 1
    if most and start < len(text):
        yield start, len(text)


def scan(lines: Lines, at: int, dialect: Dialect) -> Scanned:
    """The record that starts at the line with index `at`."""
    found = Scanned(last=at)
    line, start = lines.texts[at], 0
    while True:
        opened = _opening(line, start, dialect)
        if opened is None:
            cell, start = _bare(line, start, dialect)
            found.cells.append(cell)
            found.loose = found.loose or dialect.quote in cell
            if start < 0:
                return found
            continue
        closed = _quoted(lines, found, opened, dialect)
        if closed is None:
            found.broken = NOT_CLOSED
            return found
        line = lines.texts[found.last]
        if closed == len(line):
            return found
        if not line.startswith(dialect.delimiter, closed):
            found.broken = "text follows a closing quote"
            return found
        start = closed + len(dialect.delimiter)


def _opening(line: str, start: int, dialect: Dialect) -> int | None:
    """The position after the quote that opens the cell at `start`, or None when none does."""
    if dialect.padded:
        start += len(line[start:]) - len(line[start:].lstrip(_BLANKS))
    return start + 1 if line.startswith(dialect.quote, start) else None


def _bare(line: str, start: int, dialect: Dialect) -> tuple[str, int]:
    """The cell without quotes around it that begins at `start`, and where the next one does, or -1."""
    if dialect.escape and line.find(dialect.escape, start) >= 0:
        return _bare_escaped(line, start, dialect)
    end = line.find(dialect.delimiter, start)
    if end < 0:
        return line[start:], -1
    return line[start:end], end + len(dialect.delimiter)


def _bare_escaped(line: str, start: int, dialect: Dialect) -> tuple[str, int]:
    pieces: list[str] = []
    hidden = (dialect.delimiter, dialect.quote, dialect.escape)
    at = start
    while at < len(line):
        if line.startswith(dialect.delimiter, at):
            return "".join(pieces), at + len(dialect.delimiter)
        shown = at + len(dialect.escape) if line.startswith(dialect.escape, at) else at
        mark = next((text for text in hidden if line.startswith(text, shown)), "") if shown > at else ""
        pieces.append(mark or line[at])
        at = shown + len(mark) if mark else at + 1
    return "".join(pieces), -1


def _quoted(lines: Lines, found: Scanned, start: int, dialect: Dialect) -> int | None:
    """Add the quoted cell whose text begins at `start` on line `found.last`; where it is closed, or None."""
    pieces: list[str] = []
    special = re.compile("|".join(re.escape(mark) for mark in (dialect.quote, dialect.escape) if mark))
    while True:
        line = lines.texts[found.last]
        mark = special.search(line, start)
        if mark is None:
            if dialect.careless or found.last + 1 == len(lines):
                return None
            pieces += (line[start:], lines.ends[found.last])
            found.last += 1
            start = 0
            continue
        pieces.append(line[start : mark.start()])
        start = mark.end()
        if mark.group() == dialect.escape:
            hides = line.startswith((dialect.quote, dialect.escape), start)
            pieces.append(line[start] if hides else dialect.escape)
            start += hides
        elif dialect.careless and not _ends_cell(line, start, dialect):
            doubled = line.startswith(dialect.quote, start) and not _ends_cell(line, start + 1, dialect)
            pieces.append(dialect.quote)
            start += doubled
            found.loose = found.loose or not doubled
        elif line.startswith(dialect.quote, start):
            pieces.append(dialect.quote)
            start += 1
        else:
            found.cells.append("".join(pieces))
            return _after_blanks(line, start) if dialect.padded else start


def _ends_cell(line: str, at: int, dialect: Dialect) -> bool:
    return at == len(line) or line.startswith(dialect.delimiter, at)


def _after_blanks(line: str, start: int) -> int:
    return start + len(line[start:]) - len(line[start:].lstrip(_BLANKS))
