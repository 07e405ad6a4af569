"""The records below a header, under the delimiter and quotes that leave the fewest of them broken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.dialect import USUAL
from opsctl.ingest.reading.kinds import BLANKS
from opsctl.ingest.reading.misplaced import is_prefixed, is_whole_row, put_aside_misplaced
from opsctl.ingest.reading.oddities import (
    has_needed_quotes,
    has_quoted_cell,
    has_quoted_column,
    reject_oddities,
    suspicious_shapes,
)
from opsctl.ingest.reading.records import split
from opsctl.ingest.reading.rows import Rows, judge, suspicious_looks
from opsctl.ingest.reading.scan import Dialect, scan
from opsctl.ingest.reading.table import QUOTING, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from opsctl.ingest.reading.header import Header
    from opsctl.ingest.reading.records import Below, Split
    from opsctl.ingest.reading.table import Recognise
    from opsctl.ingest.reading.totals import Totals

_SAMPLE = 500
_INDEX = re.compile("^(?:#|no|nr|num|id|idx|rank|row)[.]?$|index|number|序|编号|排名|行号", re.IGNORECASE)
_WIDEST = 16_384  # columns, as a spreadsheet has at most
_NEARLY = 0.9
_MENDED = 0.5  # of the broken records: so few may be left where another way of quoting is meant


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
        below: The text below the header.
        totals: What a total's row looks like.
        recognise: Tells whether cells are a header.
        fast: Whether polars may take rows in bulk; the answer is the same without.
        certain: Whether it is known where cells begin and end.
    """

    below: Below
    totals: Totals
    recognise: Recognise
    fast: bool = True
    certain: bool = False

    def read(self, header: Header) -> Body:
        """The records, under the header's delimiter or, where none fits, under the one that fits all."""
        *spaced, delimiter = header.delimiters
        for longer in spaced:
            cells = tuple(delimiter.join(header.cells).split(longer))
            body = self._best_quoting(cells, longer)
            if body.rows.frame.height > len(body.rows.faults):
                return body
        body = self._best_quoting(header.cells, delimiter)
        if body.rows.frame.height < len(body.rows.faults) and len(header.cells) > 1:
            return self._under_another(header.cells, (d for d in USUAL if d != delimiter), delimiter) or body
        if _all_spaced(body.rows):
            return self._under_another(header.cells, (f"{delimiter} ",), delimiter) or body
        return body

    def _under_another(self, cells: tuple[str, ...], delimiters: Iterable[str], used: str) -> Body | None:
        """The rows under another delimiter than the header's, if all of them fit it."""
        for delimiter in (spaced for one in delimiters for spaced in (f"{one} ", one)):
            body = self._best_quoting(cells, delimiter) if delimiter in self.below.text else None
            if body and body.clean and body.rows.frame.height and not _is_in(used, body.rows):
                warning = f"the rows are delimited by {delimiter!r}, the header by {used!r}"
                return replace(body, warnings=(*body.warnings, warning))
        return None

    def _best_quoting(self, cells: tuple[str, ...], delimiter: str) -> Body:
        """By RFC 4180, or under another way of quoting if that leaves no record broken and this does."""
        strict = self._attempt(cells, Dialect(delimiter))
        if self.certain or (strict.clean and not ("'" in self.below.text and _is_quoted(strict.rows, "'"))):
            return strict
        misquoted = sum(fault.rule == QUOTING for fault in strict.rows.faults)
        for dialect, warning in self._other_quotings(delimiter, several=misquoted > 1):
            other = self._attempt(cells, dialect)
            mixed = dialect.quote == "'" and has_quoted_cell(other.rows, '"')
            if not mixed and _is_better(other, strict):
                return replace(other, warnings=(*other.warnings, warning))
        return strict

    def _other_quotings(self, delimiter: str, *, several: bool) -> Iterator[tuple[Dialect, str]]:
        """What else may be meant; one broken row alone does not show that nobody doubles quotes in this file."""
        if '\\"' in self.below.text or f"\\{delimiter}" in self.below.text:
            yield Dialect(delimiter, escape="\\"), "quotes are escaped with a backslash"
        if "'" in self.below.text:
            yield Dialect(delimiter, quote="'"), "cells are quoted with '"
        if several and '"' in self.below.text and not self._doubles_quotes(delimiter):
            yield Dialect(delimiter, careless=True), "quotes inside quoted cells are not doubled"
        if self.below.text.count(f'{delimiter} "') > self.below.text.count(f'{delimiter}"'):
            yield Dialect(delimiter, padded=True), "blanks stand around the quotes of cells"

    def _doubles_quotes(self, delimiter: str) -> bool:
        inside = f"[^{re.escape(delimiter)}\r\n]"
        return re.search(f'{inside}""{inside}', self.below.text) is not None

    def _attempt(self, cells: tuple[str, ...], dialect: Dialect) -> Body:
        found = split(self.below, dialect, len(cells), fast=self.fast)
        if not found.cells.height and (fitting := self._refit(cells, dialect)):
            stretched = split(self.below, dialect, len(fitting), fast=self.fast)
            if _only_empty_beyond(stretched, len(cells)) and not _are_numbered(stretched, fitting):
                cells, found = fitting, stretched
        looks = suspicious_looks(cells, self.totals) | suspicious_shapes(len(cells), dialect.quote)
        suspicious = looks | is_whole_row(len(cells), dialect.delimiter) | is_prefixed()
        rows = Rows(found, cells, suspicious)
        judge(rows, found.odd, self.totals)
        reject_oddities(rows, dialect, self.recognise, certain=self.certain)
        is_joined = not self.certain and "\ufeff" in self.below.text
        put_aside_misplaced(rows, dialect.delimiter, is_joined=is_joined)
        rows.settle()
        return Body(cells, dialect, rows)

    def _refit(self, cells: tuple[str, ...], dialect: Dialect) -> tuple[str, ...] | None:
        """The header at the width that nearly every row has, where nameless cells can make up the difference."""
        lines = self.below.lines.head(_SAMPLE)
        widths: Counter[int] = Counter()
        at = 0
        while at < len(lines):
            found = scan(lines, at, dialect)
            at = at + 1 if found.broken else found.last + 1
            widths[len(found.cells)] += not found.broken and any(cell.strip(BLANKS) for cell in found.cells)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if times < _NEARLY * widths.total() or width > _WIDEST:
            return None
        named = tuple(cell for cell in cells if cell.strip(BLANKS))
        if width == len(named):
            return named
        return (*cells, *[""] * (width - len(cells))) if width > len(cells) else None


def _is_in(delimiter: str, rows: Rows) -> bool:
    """Whether rows still have the header's delimiter in their cells, where it is no decimal comma."""
    where = ",$" if delimiter == "," else re.escape(delimiter)
    found = pl.any_horizontal(pl.col(name).str.contains(where) for name in rows.columns)
    return bool(rows.frame.select(found.any()).item())


def _is_quoted(rows: Rows, quote: str) -> bool:
    return has_quoted_column(rows, quote) or has_needed_quotes(rows, quote)


def _is_better(other: Body, strict: Body) -> bool:
    """Whether a way of quoting mends every record, or several and breaks none, or reads most of a file.

    The last counts where the strict way reads nothing.
    """
    if strict.rows.another_table is not None and other.rows.another_table != strict.rows.another_table:
        return False
    kept, kept_strictly = other.rows.frame.height, strict.rows.frame.height
    if other.clean:
        return kept >= kept_strictly
    broken, strictly = (len(body.rows.faults) for body in (other, strict))
    if other.dialect.quote == "'" and has_needed_quotes(strict.rows, "'"):
        return broken <= strictly
    if other.dialect.quote == "'" and broken + 1 < strictly and broken < strictly * _MENDED and kept > kept_strictly:
        return True
    return not kept_strictly and kept > len(other.rows.faults)


def _all_spaced(rows: Rows) -> bool:
    """Whether every row has a blank before every cell but the first: then it belongs to the delimiter."""
    if len(rows.columns) == 1 or rows.height <= 1:
        return False
    spaced = pl.all_horizontal(pl.col(name).str.starts_with(" ") for name in rows.columns[1:]).all()
    return all(bool(some.select(spaced).item()) for some in (rows.frame.head(1), rows.frame))


def _are_numbered(found: Split, header: Sequence[str]) -> bool:
    """Whether rows begin with their own number, for which the header has no name: then all cells stand one too far."""
    numbers = found.cells["0"].cast(pl.Int64, strict=False)
    rises = (numbers - pl.int_range(len(numbers), eager=True)).unique()
    return len(numbers) > 0 and rises.to_list() in ([0], [1]) and not _INDEX.search(header[0])


def _only_empty_beyond(found: Split, width: int) -> bool:
    """Whether no row has anything in the cells after the header's last."""
    beyond = found.cells.select(found.cells.columns[width:])
    return not beyond.width or beyond.select(pl.all_horizontal((pl.all().str.strip_chars(BLANKS) == "").all())).item()
