"""Rows that fit by their number of cells and still cannot be rows of this table: they are rejected, not guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name, measured_columns
from opsctl.ingest.reading.rows import LINE, Rows, is_same_header
from opsctl.ingest.reading.table import CELL_COUNT, QUOTING, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsctl.ingest.reading.table import Recognise

_WIDE = 3
_SAMPLE = 500
_FEW = 0.5


def reject_oddities(rows: Rows, header: Sequence[str], quote: str, recognise: Recognise) -> None:
    """Move rows out of the table that another delimiter, quote or table put into it."""
    _reject_second_table(rows, header, recognise)
    _reject_other_delimiters(rows, len(header))
    _reject_wrapped(rows, len(header), "'" if quote == '"' else '"')
    _reject_footnotes(rows, len(header))
    if quote != "'":
        _reject_broken_apostrophes(rows)


def has_quoted_column(rows: Rows, quote: str) -> bool:
    """Whether some column has a quote at both ends of every cell: then it is no part of the text."""
    for name in rows.frame.columns:
        if name == LINE:
            continue
        filled = rows.frame.get_column(name).str.strip_chars(BLANKS)
        filled = filled.filter(filled != "")
        wrapped = filled.str.starts_with(quote) & filled.str.ends_with(quote) & (filled.str.len_chars() > 1)
        if len(filled) > 1 and wrapped.all():
            return True
    return False


def _reject(rows: Rows, lines: Sequence[int], rule: str, reason: str) -> None:
    rows.faults += [Fault(line, rule, reason) for line in lines]
    rows.frame = rows.without(lines)


def _reject_second_table(rows: Rows, header: Sequence[str], recognise: Recognise) -> None:
    """Where another header begins, below a gap or with names of this one, nothing that follows is of this table."""
    measured = measured_columns(rows.frame.drop(LINE).head(_SAMPLE).iter_rows())
    for *cells, line in _possible_headers(rows, header).iter_rows():
        if is_same_header(cells, header):
            continue
        named = bool(measured) and all(is_name(cells[at]) for at in measured)
        if named or recognise(cells):
            below = rows.frame.filter(pl.col(LINE) >= line).get_column(LINE).to_list()
            _reject(rows, below, CELL_COUNT, f"belongs to another table, whose header is on line {line}")
            return


def _possible_headers(rows: Rows, header: Sequence[str]) -> pl.DataFrame:
    """Rows with one of the header's names in them, and the first row after each blank line or comment."""
    lines = rows.frame.get_column(LINE)
    between = [drop.line for drop in rows.drops if drop.reason in {"blank", "comment"}]
    gaps = pl.DataFrame({"gap": between}, schema={"gap": pl.Int64}).sort("gap")
    gaps = gaps.filter(pl.col("gap") > (lines.first() if len(lines) else 0))
    after = gaps.join_asof(rows.frame.select(LINE).sort(LINE), left_on="gap", right_on=LINE, strategy="forward")
    names = sorted({name.strip(BLANKS).lower() for name in header if name.strip(BLANKS)})
    columns = [str(at) for at in range(len(header))]
    named = pl.any_horizontal(pl.col(columns).str.strip_chars(BLANKS).str.to_lowercase().is_in(names))
    follows = pl.col(LINE).is_in(after.get_column(LINE).drop_nulls().unique())
    return rows.frame.filter(named | follows)


def _reject_other_delimiters(rows: Rows, width: int) -> None:
    """Few rows that begin or end every cell, or go on within an id, as another delimiter makes them do."""
    found = _delimited_twice(rows, width) if width >= _WIDE else []
    found += _glued(rows)
    if len(found) < _FEW * rows.frame.height or len(found) == rows.frame.height == 1:
        _reject(rows, sorted({*found}), CELL_COUNT, "looks as if another delimiter stood in this row")


def _delimited_twice(rows: Rows, width: int) -> list[int]:
    """Rows whose cells all begin with a blank or all end in a comma: the other part of `, ` is the delimiter."""
    starts = pl.all_horizontal(pl.col(str(at)).str.contains("^[ \t]") for at in range(1, width))
    ends = [pl.all_horizontal(pl.col(str(at)).str.ends_with(mark) for at in range(width - 1)) for mark in ",;|:"]
    return [
        line
        for *cells, line in rows.frame.filter(pl.any_horizontal(starts, *ends)).iter_rows()
        if not all(cell.strip(BLANKS) and is_missing(cell) for cell in cells[1:])
    ]


def _glued(rows: Rows) -> list[int]:
    """Rows with an id, number or date that goes on with words after another delimiter."""
    measured = [str(at) for at in sorted(measured_columns(rows.frame.drop(LINE).head(_SAMPLE).iter_rows()))]
    if not measured:
        return []
    glued = rows.frame.filter(pl.any_horizontal(pl.col(measured).str.contains(r"[^\d\s][,;|:\t]|\d[,;|:\t][^\d]|,$")))
    return [line for *cells, line in glued.iter_rows() if any(_goes_on(cells[int(name)]) for name in measured)]


def _goes_on(cell: str) -> bool:
    head, mark, rest = (*re.split(r"([,;|:\t])", cell, maxsplit=1), "", "")[:3]
    return bool(mark) and is_measured(head) and (is_name(rest) or not rest.strip(BLANKS))


def _reject_wrapped(rows: Rows, width: int, quote: str) -> None:
    """A row whose cells all stand between quotes that are no quotes here was written with another quote."""
    cells = [pl.col(str(at)) for at in range(width)]
    wrapped = [cell.str.starts_with(quote) & cell.str.ends_with(quote) & (cell.str.len_bytes() > 1) for cell in cells]
    whole = pl.all_horizontal(both | (cell == "") for cell, both in zip(cells, wrapped, strict=True))
    found = rows.frame.filter(whole & (pl.sum_horizontal(wrapped) > 1)).get_column(LINE).to_list()
    _reject(rows, found, QUOTING, f"all its cells stand between {quote}, which is no quote in this file")


def _reject_footnotes(rows: Rows, width: int) -> None:
    """Below the last row, words in the first cell and nothing in the others are a remark about the table."""
    lines = []
    for *cells, line in reversed(rows.frame.tail(_SAMPLE).rows()):
        if is_measured(cells[0]) or is_missing(cells[0]) or any(cell.strip(BLANKS) for cell in cells[1:]):
            break
        lines.append(line)
    above = rows.without(lines).drop(LINE).head(_SAMPLE)
    if width >= _WIDE or (width > 1 and 0 in measured_columns(above.iter_rows())):
        _reject(rows, lines, CELL_COUNT, f"1 filled cell of {width} below the last row: a footnote")


def _reject_broken_apostrophes(rows: Rows) -> None:
    """A cell that opens with ' above a rejected line is the first part of one that another quote held together."""
    if not rows.faults:
        return
    above = pl.Series([fault.line - 1 for fault in rows.faults], dtype=pl.Int64)
    opens = pl.any_horizontal(pl.exclude(LINE).str.contains("^'[^']*$"))
    found = rows.frame.filter(pl.col(LINE).is_in(above) & opens).get_column(LINE).to_list()
    _reject(rows, found, QUOTING, "a cell is opened with ', which is no quote in this file")
