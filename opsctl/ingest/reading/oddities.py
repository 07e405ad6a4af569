"""Rows that fit by their number of cells and still cannot be rows of this table: they are rejected, not guessed."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from opsctl.core.naming import fold
from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name
from opsctl.ingest.reading.rows import LINE, REMARK, UNSEEN, WIDEST, is_same_header
from opsctl.ingest.reading.table import CELL_COUNT, QUOTING, Drop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opsctl.ingest.reading.rows import Rows
    from opsctl.ingest.reading.scan import Dialect
    from opsctl.ingest.reading.table import Recognise

_WIDE = 3
_FOOT = 100
_FEW = 0.5
_SEVERAL = 2
_WORDS = r"^[^0-9]*\p{L}[^0-9]*$"
_WIDE_QUOTES = "”“＂‘’「」『』`"  # what an input method makes of ", and what other programs write for it
_GLUED = r"[^\d\s][,;|:\t]|\d[,;|:\t][^\d]|,$"


def suspicious_shapes(width: int, quote: str) -> pl.Expr:
    """Rows that another delimiter or quote could have put into the table."""
    return pl.any_horizontal(suspicious_shape(at, width, quote) for at in range(min(width, WIDEST)))


def suspicious_shape(at: int, width: int, quote: str) -> pl.Expr:
    """The same by one of their cells."""
    cell = pl.col(str(at))
    shape = cell.str.contains(f"^[{_other_quotes(quote)}]")
    if at == 0:
        shape |= cell.str.contains(_GLUED)
    shape |= cell.str.contains("[0-9]'|'[0-9]")
    return shape | cell.str.contains("^[ \t]") if at == min(1, width - 1) else shape


def reject_oddities(rows: Rows, dialect: Dialect, recognise: Recognise, *, certain: bool = False) -> None:
    """Move rows out of the table that another delimiter, quote or table put into it.

    Where it is `certain` what stands in a cell only another table can have done so.
    """
    quote = dialect.quote
    _reject_second_table(rows, recognise)
    if certain:
        _leave_out_footnotes(rows)
        return
    _reject_other_delimiters(rows)
    if len(dialect.delimiter) > 1:
        _reject_half_delimited(rows, dialect.delimiter.strip())
    _reject_wrapped(rows, _other_quotes(quote))
    _leave_out_footnotes(rows)
    if quote == '"':
        _reject_broken_apostrophes(rows)


def has_quoted_column(rows: Rows, quote: str) -> bool:
    """Whether some column has a quote at both ends of every cell: then it is no part of the text."""
    for name in rows.columns:
        filled = rows.frame.get_column(name).str.strip_chars(BLANKS)
        filled = filled.filter(filled != "")
        if len(filled) > 1 and filled.str.contains(_between(quote)).all():
            return True
    return False


def has_needed_quotes(rows: Rows, quote: str) -> bool:
    """Whether cells stand between a quote that was needed there, for one inside, and none begins with it alone."""
    cells = [rows.frame.get_column(name) for name in rows.columns]
    begin = [column.filter(column.str.starts_with(quote)) for column in cells]
    needed = any(column.str.contains(f'(?s)^{quote}.*(?:{quote}{quote}|").*{quote}$').any() for column in begin)
    return needed and all(column.str.contains(_between(quote)).all() for column in begin)


def has_quoted_cell(rows: Rows, quote: str) -> bool:
    """Whether some cell has a quote at both ends."""
    return any(rows.frame.get_column(name).str.contains(_between(quote)).any() for name in rows.columns)


def _between(quote: str) -> str:
    return f"(?s)^{quote}.*{quote}$"


def _reject_second_table(rows: Rows, recognise: Recognise) -> None:
    """Where another header begins, below a gap or with names of this one, nothing that follows is of this table."""
    begins = [*_headers_again(rows, recognise)]
    begins += [line for line, cells in rows.broken if _has_moved(cells, rows)]
    whole = [(line, cells) for line, cells in rows.broken if len(cells) == len(rows.header)]
    begins += [
        line for line, cells in whole if not is_same_header(cells, rows.header) and _is_all_names(cells, rows, line)
    ]
    begins += [line for line, cells in (*rows.odd, *rows.broken) if _has_names_in_disorder(cells, rows)]
    if begins:
        rows.another_table = first = min(begins)
        below = rows.without().filter(pl.col(LINE) >= first).get_column(LINE).to_list()
        rows.reject(below, CELL_COUNT, f"belongs to another table, whose header is on line {first}")


def _headers_again(rows: Rows, recognise: Recognise) -> Iterator[int]:
    """The lines of other headers."""
    names = {name.strip(BLANKS).lower() for name in rows.header if name.strip(BLANKS)}
    apart = pl.concat([rows.below_gaps(), _words_for_numbers(rows)])
    set_apart = set(apart.get_column(LINE))
    for *cells, line in pl.concat([rows.suspects, apart]).unique(LINE).sort(LINE).iter_rows():
        possible = line in set_apart or any(cell.strip(BLANKS).lower() in names for cell in cells)
        if not possible or is_same_header(cells, rows.header):
            continue
        if (
            _has_same_names(cells, rows)
            or _repeats_names(cells, rows)
            or _is_all_names(cells, rows, line)
            or recognise(cells)
        ):
            yield line
            return


def _words_for_numbers(rows: Rows) -> pl.DataFrame:
    """Rows with words in the first places where others have numbers, dates or ids, if there are several of these."""
    measured = sorted(rows.measured())[:_SEVERAL]
    if len(measured) < _SEVERAL:
        return rows.frame.clear()
    return rows.without().filter(pl.col(str(at)).str.contains(_WORDS) for at in measured)


def _has_names_in_disorder(cells: Sequence[str], rows: Rows) -> bool:
    """Whether a line of another width has names of the header, not one after the other, as where files were joined.

    The first of them may stand behind the last cell of a row whose line had no end.
    """
    places = {fold(name): at for at, name in enumerate(rows.header) if name.strip(UNSEEN)}
    folded = [fold(cell.strip(UNSEEN)) for cell in cells]
    glued = [next((name for name in places if cell.endswith(name)), cell) for cell in folded[: len(rows.header)]]
    order = [places[name] for name in (*glued, *folded[len(rows.header) :]) if name in places]
    disorder = any(after != before + 1 for before, after in pairwise(order))
    return len(order) >= _SEVERAL and 2 * len(order) >= len(rows.header) and disorder


def _has_moved(cells: Sequence[str], rows: Rows) -> bool:
    """Whether a line that is broken has names of the header in other places: their columns changed there."""
    places = {fold(name): at for at, name in enumerate(rows.header) if name.strip(UNSEEN)}
    found = [(at, places[name]) for at, cell in enumerate(cells) if (name := fold(cell.strip(UNSEEN))) in places]
    return 2 * len(found) > len(cells) > 1 and any(here != there for here, there in found)


def _has_same_names(cells: list[str], rows: Rows) -> bool:
    """Whether a row has the header's names in another order."""
    here, there = (sorted(fold(cell.strip(UNSEEN)) for cell in names) for names in (cells, rows.header))
    return len(here) > 1 and here == there


def _repeats_names(cells: Sequence[str], rows: Rows) -> bool:
    """Whether a row has several of the header's names in their own columns, as a header with a column renamed has."""
    same = sum(fold(cell.strip(UNSEEN)) == fold(name) for cell, name in zip(cells, rows.header, strict=True) if name)
    return same >= _SEVERAL and 2 * same >= len(rows.header)


def _is_all_names(cells: Sequence[str], rows: Rows, line: int) -> bool:
    """Whether a row has names where the rows above it have numbers, dates and ids."""
    if any(is_measured(cell) for cell in cells) or not any(is_name(cell) for cell in cells):
        return False
    there = [cells[at] for at in rows.measured_above(line)]
    several = sum(map(is_name, cells)) > 1  # of a narrower table the other cells are empty
    return any(map(is_name, there)) and all(is_name(cell) or (several and is_missing(cell)) for cell in there)


def _reject_other_delimiters(rows: Rows) -> None:
    """Few rows that begin or end every cell, or go on within an id, as another delimiter makes them do."""
    first_is_measured = 0 in rows.measured()
    found = [
        line
        for *cells, line in rows.suspects.iter_rows()
        if _is_delimited_twice(cells) or (first_is_measured and _goes_on(cells[0]))
    ]
    if len(found) < _FEW * rows.height or len(found) == rows.height == 1:
        rows.reject(found, CELL_COUNT, "looks as if another delimiter stood in this row")


def _reject_half_delimited(rows: Rows, mark: str) -> None:
    """Where the delimiter is one with blanks, as in `, `, it stands at a cell's end without them where one is lost."""
    ends = re.escape(mark)
    cut = pl.any_horizontal(pl.col(name).str.contains(rf"^\s*{ends}|{ends}\s*$") for name in rows.columns)
    found = rows.without().filter(cut).get_column(LINE).to_list() if mark else []
    rows.reject(found, CELL_COUNT, "looks as if a delimiter stood in this row too many")


def _is_delimited_twice(cells: list[str]) -> bool:
    """Whether all cells begin with a blank or all end in a comma: the other part of `, ` is the delimiter."""
    if len(cells) < _WIDE or all(cell.strip(BLANKS) and is_missing(cell) for cell in cells[1:]):
        return False
    begins = all(cell.startswith((" ", "\t")) for cell in cells[1:])
    return begins or any(all(cell.endswith(mark) for cell in cells[:-1]) for mark in ",;|:")


def _goes_on(cell: str) -> bool:
    """Whether an id, number or date is followed by words after another delimiter."""
    head, mark, rest = (*re.split(r"([,;|:\t])", cell, maxsplit=1), "", "")[:3]
    return bool(mark) and is_measured(head) and (is_name(rest) or not rest.strip(BLANKS))


def _other_quotes(quote: str) -> str:
    """Which marks others write where this file has its quote."""
    return ("'" if quote == '"' else '"') + _WIDE_QUOTES


def _reject_wrapped(rows: Rows, quotes: str) -> None:
    """A row whose cells all stand between quotes that are no quotes here was written with another quote.

    So was one of whose numbers, dates or ids does.
    """
    measured = rows.measured()
    for *cells, line in rows.suspects.rows():
        filled = [cell for cell in cells if cell]
        wrapped = [cell for cell in filled if len(cell) > 1 and cell[0] in quotes and cell[-1] in quotes]
        need = len(filled) - (len(filled) > _WIDE)
        if wrapped and wrapped[0][0] in _WIDE_QUOTES:
            need = min(need, len(filled) // 2)  # a name may stand between these, but not half a row
        are_most = len(wrapped) > 1 and len(wrapped) >= need
        if are_most or any(cells[at] in wrapped and is_measured(cells[at][1:-1]) for at in measured):
            rows.reject([line], QUOTING, f"its cells stand between {wrapped[0][0]}, which is no quote in this file")


def _leave_out_footnotes(rows: Rows) -> None:
    """Below the last row, words in the first cell and nothing in the others are a remark about the table."""
    lines: list[int] = []
    for *cells, line in reversed(rows.without().tail(_FOOT).rows()):
        if is_measured(cells[0]) or is_missing(cells[0]) or any(cell.strip(BLANKS) for cell in cells[1:]):
            break
        lines.append(line)
    width = len(rows.header)
    if not (width >= _WIDE or (width > 1 and (0 in rows.measured(but=lines) or _is_always_measured(rows, lines)))):
        return
    if len(lines) == 1 and rows.ends_below_gap(lines[0]):
        rows.drop([Drop(lines[0], REMARK)])
    else:
        rows.reject(lines, CELL_COUNT, f"1 filled cell of {width} below the last row: a footnote")


def _is_always_measured(rows: Rows, but: Sequence[int]) -> bool:
    """Whether each row but some has a number, date or id in its second cell: then a name alone tells nothing."""
    others = rows.without(but).get_column("1")
    return 1 in rows.measured(but=but) and not others.str.strip_chars(BLANKS).is_in(["", "-", "--"]).any()


def _reject_broken_apostrophes(rows: Rows) -> None:
    """A cell that opens with ' above a rejected line is the first part of one that another quote held together."""
    refused = {fault.line for fault in rows.faults}
    found = [
        line
        for *cells, line in rows.suspects.iter_rows()
        if (line + 1 in refused and any(map(_opens, cells))) or _is_cut_inside(cells)
    ]
    rows.reject(found, QUOTING, "a cell is opened with ', which is no quote in this file")
    measured = rows.measured()
    found = [
        line for *cells, line in rows.suspects.iter_rows() if any(_has_stray_apostrophe(cells[at]) for at in measured)
    ]
    rows.reject(found, QUOTING, "a lone ' stands inside a number, date or id")


def _opens(cell: str) -> bool:
    return cell.startswith("'") and "'" not in cell[1:]


def _is_cut_inside(cells: Sequence[str]) -> bool:
    """Whether a delimiter that stood between two ' has cut a cell in two."""
    opened = next((at for at, cell in enumerate(cells) if _opens(cell)), len(cells))
    return any(cell.endswith("'") and "'" not in cell[:-1] for cell in cells[opened + 1 :])


def _has_stray_apostrophe(cell: str) -> bool:
    """Whether it is a number, date or id but for one ' within; that before an id keeps a spreadsheet from counting."""
    inside = cell.strip(BLANKS).removeprefix("'")
    return "'" in inside and not is_measured(inside) and is_measured(inside.replace("'", ""))
