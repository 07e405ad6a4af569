"""The records below a header, under the delimiter and quotes that leave the fewest of them broken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from opsctl.ingest.reading.dialect import USUAL
from opsctl.ingest.reading.kinds import BLANKS
from opsctl.ingest.reading.oddities import has_quoted_column, reject_oddities
from opsctl.ingest.reading.plain import is_plain, split_plainly
from opsctl.ingest.reading.records import split_slowly
from opsctl.ingest.reading.rows import rows_of
from opsctl.ingest.reading.scan import Dialect, Lines
from opsctl.ingest.reading.table import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsctl.ingest.reading.header import Header
    from opsctl.ingest.reading.records import Split
    from opsctl.ingest.reading.rows import Rows
    from opsctl.ingest.reading.table import Recognise
    from opsctl.ingest.reading.totals import Totals


@dataclass(frozen=True, slots=True)
class Body:
    """The rows below a header under one dialect, and the header cut or stretched to their width."""

    header: tuple[str, ...]
    dialect: Dialect
    rows: Rows
    warnings: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether no record is broken by its cells or quotes."""
        return all(fault.rule == UNREADABLE for fault in self.rows.faults)


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads what stands below a header.

    Args:
        text: The text below the header.
        first_line: The physical line it starts on.
        totals: What a total's row looks like.
        recognise: Tells whether cells are a header.
        fast: Whether polars may split what is plain; the answer is the same without.
    """

    text: str
    first_line: int
    totals: Totals
    recognise: Recognise
    fast: bool = True
    _lines: list[Lines] = field(default_factory=list)

    def read(self, header: Header) -> Body:
        """The records, under the header's delimiter or, where none fits, under the one that fits all."""
        *spaced, delimiter = header.delimiters
        for longer in spaced:
            body = self._best_quoting(_respaced(header.cells), longer)
            if body.rows.frame.height > len(body.rows.faults):
                return body
        body = self._best_quoting(header.cells, delimiter)
        if body.rows.frame.height or not body.rows.faults or len(header.cells) == 1:
            return body
        return self._other_delimiter(header.cells, delimiter) or body

    def _other_delimiter(self, cells: tuple[str, ...], used: str) -> Body | None:
        for delimiter in USUAL:
            if delimiter != used and delimiter in self.text:
                body = self._best_quoting(cells, delimiter)
                if body.clean and body.rows.frame.height:
                    warning = f"the rows are delimited by {delimiter!r}, the header by {used!r}"
                    return replace(body, warnings=(*body.warnings, warning))
        return None

    def _best_quoting(self, cells: tuple[str, ...], delimiter: str) -> Body:
        """By RFC 4180, or under another way of quoting if that leaves no record broken and this does."""
        strict = self._attempt(cells, Dialect(delimiter))
        if strict.clean and not ("'" in self.text and has_quoted_column(strict.rows, "'")):
            return strict
        for dialect, warning in self._other_quotings(delimiter):
            other = self._attempt(cells, dialect)
            if other.clean and other.rows.frame.height >= strict.rows.frame.height:
                return replace(other, warnings=(*other.warnings, warning))
        return strict

    def _other_quotings(self, delimiter: str) -> Iterator[tuple[Dialect, str]]:
        if '\\"' in self.text or f"\\{delimiter}" in self.text:
            yield Dialect(delimiter, escape="\\"), "quotes are escaped with a backslash"
        if "'" in self.text:
            yield Dialect(delimiter, quote="'"), "cells are quoted with '"
        if self.text.count(f'{delimiter} "') > self.text.count(f'{delimiter}"'):
            yield Dialect(delimiter, padded=True), "blanks stand around the quotes of cells"

    def _attempt(self, cells: tuple[str, ...], dialect: Dialect) -> Body:
        split = self._split(dialect, len(cells))
        if not split.cells.height and (fitting := self._refit(cells, split)):
            cells = fitting
            split = self._split(dialect, len(cells))
        rows = rows_of(split, cells, self.totals)
        reject_oddities(rows, cells, dialect.quote, self.recognise)
        return Body(cells, dialect, rows)

    def _split(self, dialect: Dialect, width: int) -> Split:
        if self.fast and is_plain(self.text, dialect):
            split = split_plainly(self.text, self.first_line, dialect.delimiter, width)
            if split is not None:
                return split
        if not self._lines:
            self._lines.append(Lines.of(self.text, self.first_line))
        return split_slowly(self._lines[0], dialect, width)

    def _refit(self, cells: tuple[str, ...], split: Split) -> tuple[str, ...] | None:
        """The header at the width that every row has, where only nameless or empty cells make the difference."""
        rows = rows_of(split, cells, self.totals)
        refused = {fault.line for fault in rows.faults}
        odd = [row for line, row in split.odd if line in refused]
        widths = {len(row) for row in odd}
        if len(widths) != 1:
            return None
        width = widths.pop()
        named = tuple(cell for cell in cells if cell.strip(BLANKS))
        if width == len(named) < len(cells):
            return named
        empty = all(not cell.strip(BLANKS) for row in odd for cell in row[len(cells) :])
        return (*cells, *[""] * (width - len(cells))) if width > len(cells) and empty else None


def _respaced(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The header's cells when the blank before each of them belongs to the delimiter."""
    return (cells[0], *[cell.removeprefix(" ") for cell in cells[1:]])
