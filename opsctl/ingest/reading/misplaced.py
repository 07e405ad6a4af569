"""Rows that fit by their number of cells and hold something else: a row within one cell, a heading, an omission."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name, resembles
from opsctl.ingest.reading.rows import LINE, REMARK, WIDEST
from opsctl.ingest.reading.scan import Dialect, Lines, scan
from opsctl.ingest.reading.table import CELL_COUNT, Drop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsctl.ingest.reading.rows import Rows

_WIDE = 3
_FEW = 3
_SIGNED = 2  # cells of a remark: who made the table, and who looked at it
_SAID = re.compile(r"[^:：\d]{1,12}[:：]")
_SAMPLE = 200
_NUMBERS = re.compile("[0-9]+")
_OMITTED = re.compile(r"[.…]+")
_PREFIX = r"^(?:#+|--+|//+|>+|[^\s:]+\.[a-z]{2,4}(?::[0-9]+)?[:-]|[0-9]{1,6}[:-])[ \t]*"
_BEFORE = re.compile(_PREFIX)
_JOINED = "[^\ufeff]\ufeff+[^\ufeff]"


def is_whole_row(width: int, delimiter: str) -> pl.Expr:
    """Records whose first cell could hold all of a row, since nothing stands in the others."""
    others = [pl.col(str(at)) == "" for at in range(1, min(width, WIDEST))]
    return pl.all_horizontal(pl.col("0").str.contains(delimiter, literal=True), *others)


def is_prefixed() -> pl.Expr:
    """Records whose first cell could begin with what is no part of it."""
    return pl.col("0").str.contains(
        r"^(?:#|--|//|>|[^\s:]+\.[a-z]{2,4}[:0-9]*[:-]|[0-9]{1,6}:[0-9]{4}|[0-9]{1,6}-[0-9]{5})"
    )


def put_aside_misplaced(rows: Rows, delimiter: str, *, is_joined: bool) -> None:
    """Move out of the table what is none of its rows; `is_joined` where a byte order mark stands in the text."""
    _reject_whole_rows(rows, delimiter)
    _reject_omissions(rows)
    _reject_prefixed(rows)
    if is_joined:
        _reject_joined(rows)
    _put_aside_headings(rows)


def _reject_whole_rows(rows: Rows, delimiter: str) -> None:
    """A row that a spreadsheet has put into its first cell, and quoted there."""
    width, measured = len(rows.header), rows.measured()
    found = []
    for *cells, line in rows.suspects.rows():
        if len(cells[0].split(delimiter)) >= width > 1 and not any(map(str.strip, cells[1:])):
            parts = scan(Lines([cells[0]], [""]), 0, Dialect(delimiter)).cells
            fits = (
                resembles(parts[:width], measured) if measured - {0} else width >= _WIDE or all(map(is_measured, parts))
            )
            found += [line] * fits
    rows.reject(found, CELL_COUNT, "holds a whole row in its first cell")


def _reject_omissions(rows: Rows) -> None:
    """Dots stand for rows that somebody left out."""
    found = [
        line
        for *cells, line in rows.suspects.rows()
        if all(_OMITTED.fullmatch(cell.strip(BLANKS)) for cell in cells if cell.strip(BLANKS))
    ]
    rows.reject(found, CELL_COUNT, "dots in the place of rows that were left out")


def _reject_prefixed(rows: Rows) -> None:
    """A row that somebody switched off, or that a search over files has put its place before."""
    marked = [(mark[0], row[0], row[-1]) for row in rows.suspects.rows() if (mark := _BEFORE.match(row[0]))]
    if not marked or 0 not in rows.measured():
        return
    usual = _Shapes(rows, pl.Series([line for *_, line in marked])).seen[0]
    found = [
        line for before, cell, line in marked if _shape(cell) not in usual and _shape(cell[len(before) :]) in usual
    ]
    rows.reject(found, CELL_COUNT, "a mark stands before the row")


def _reject_joined(rows: Rows) -> None:
    """A byte order mark within a cell: there another file begins."""
    within = pl.any_horizontal(pl.col(name).str.contains(_JOINED) for name in rows.columns)
    found = rows.without().filter(within).get_column(LINE).to_list()
    rows.reject(found, CELL_COUNT, "a byte order mark stands within a cell: another file begins there")


def _put_aside_headings(rows: Rows) -> None:
    """A row with one filled cell, unlike those above and below it: a heading, a remark, or what a server says.

    Also words alone in a row of two cells where the others have numbers, dates or ids: who signed it.
    """
    measured, width = rows.measured(), len(rows.header)
    if not measured or width == 1:
        return
    filled = pl.sum_horizontal(pl.col(name) != "" for name in rows.columns)
    wordy = pl.all_horizontal(~pl.col(str(at)).str.contains("[0-9]") for at in measured)
    bare = rows.without().filter(filled <= _SIGNED).filter((filled == 1) | wordy)
    many = bare.height > _FEW and 2 * bare.height >= rows.height
    if many or (width < _WIDE and _are_open(rows, measured, bare.get_column(LINE))):
        return  # rows that have little to tell are usual in this table
    shapes = _Shapes(rows, bare.get_column(LINE))
    found = [(cells, line) for *cells, line in bare.rows() if _is_signed(cells) or shapes.are_other(cells)]
    words = {line for cells, line in found if all(is_missing(cell) or is_name(cell) for cell in cells)}
    rows.drop([Drop(line, REMARK) for line in sorted(words)])
    others = [line for _, line in found if line not in words]
    rows.reject(others, CELL_COUNT, f"1 filled cell of {width}, and none such as stands there elsewhere")


class _Shapes:
    """What the cells of a table's columns look like, all numbers being one."""

    def __init__(self, rows: Rows, but: pl.Series) -> None:
        self.measured = rows.measured()
        sample = rows.without(but.to_list()).head(_SAMPLE)
        self.seen = {at: {_shape(cell) for cell in sample.get_column(str(at))} for at in range(len(rows.header))}

    def are_other(self, cells: Sequence[str]) -> bool:
        """Is the one filled cell a name, or such as no other row has in its place?"""
        at = next((at for at, cell in enumerate(cells) if not is_missing(cell)), None)
        if at is None or sum(not is_missing(cell) for cell in cells) > 1:
            return False
        return at not in self.measured or _shape(cells[at]) not in self.seen[at]


def _shape(cell: str) -> str:
    return _NUMBERS.sub("0", cell.strip(BLANKS))


def _are_open(rows: Rows, measured: frozenset[int], but: pl.Series) -> bool:
    """Whether rows but some lack what they are measured by."""
    others = rows.without(but.to_list())
    return any(others.get_column(str(at)).str.strip_chars(BLANKS).is_in(["", "-", "--"]).any() for at in measured)


def _is_signed(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if not is_missing(cell)]
    return len(filled) >= _SIGNED and all(map(_SAID.match, filled))
