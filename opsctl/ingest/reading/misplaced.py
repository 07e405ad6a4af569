"""Rows that fit by their number of cells and hold something else: a row within one cell, a heading, an omission."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name, resembles
from opsctl.ingest.reading.rows import REMARK, WIDEST
from opsctl.ingest.reading.table import CELL_COUNT, Drop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsctl.ingest.reading.rows import Rows

_WIDE = 3
_SIGNED = 2  # cells of a remark: who made the table, and who looked at it
_SAID = re.compile(r"[^:：\d]{1,12}[:：]")
_OMITTED = re.compile(r"[.…]+")
_JOINED = "[^\ufeff]\ufeff+[^\ufeff]"


def is_whole_row(width: int, delimiter: str) -> pl.Expr:
    """Records whose first cell could hold all of a row, since nothing stands in the others."""
    others = [pl.col(str(at)) == "" for at in range(1, min(width, WIDEST))]
    return pl.all_horizontal(pl.col("0").str.contains(delimiter, literal=True), *others)


def put_aside_misplaced(rows: Rows, delimiter: str, *, is_joined: bool) -> None:
    """Move out of the table what is none of its rows; `is_joined` where a byte order mark stands in the text."""
    _reject_whole_rows(rows, delimiter)
    _reject_omissions(rows)
    if is_joined:
        _reject_joined(rows)
    _drop_headings(rows)


def _reject_whole_rows(rows: Rows, delimiter: str) -> None:
    """A row that a spreadsheet has put into its first cell, and quoted there."""
    width, measured = len(rows.header), rows.measured()
    found = []
    for *cells, line in rows.suspects.rows():
        parts = cells[0].split(delimiter)
        if len(parts) >= width > 1 and not any(map(str.strip, cells[1:])):
            fits = resembles(parts[:width], measured) if measured - {0} else width >= _WIDE
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


def _reject_joined(rows: Rows) -> None:
    """A byte order mark within a cell: there another file begins."""
    within = pl.any_horizontal(pl.col(name).str.contains(_JOINED) for name in rows.columns)
    found = rows.without().filter(within).get_column("line").to_list()
    rows.reject(found, CELL_COUNT, "a byte order mark stands within a cell: another file begins there")


def _drop_headings(rows: Rows) -> None:
    """Words in a row without a single number, date or id, where the others have these: a heading, or a signature."""
    measured = rows.measured()
    if not measured or len(rows.header) == 1:
        return
    filled = pl.sum_horizontal(pl.col(name) != "" for name in rows.columns) <= _SIGNED
    wordy = pl.all_horizontal(~pl.col(str(at)).str.contains("[0-9]") for at in measured)
    bare = [row for row in rows.without().filter(filled & wordy).rows() if _is_remark(row[:-1])]
    lines = [row[-1] for row in bare]
    # Where many rows have nothing to tell, that is usual in this table; and in one of two columns, where any has.
    is_rare = 2 * len(bare) < rows.height
    if is_rare and (len(rows.header) >= _WIDE or not _are_open(rows, measured, lines)):
        rows.drop([Drop(line, REMARK) for line in lines])


def _are_open(rows: Rows, measured: frozenset[int], but: Sequence[int]) -> bool:
    """Whether rows but some lack what they are measured by."""
    others = rows.without(but)
    return any(others.get_column(str(at)).str.strip_chars(BLANKS).is_in(["", "-", "--"]).any() for at in measured)


def _is_remark(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if not is_missing(cell)]
    signed = len(filled) >= _SIGNED and all(map(_SAID.match, filled))
    return (len(filled) == 1 and not is_measured(filled[0]) and is_name(filled[0])) or signed
