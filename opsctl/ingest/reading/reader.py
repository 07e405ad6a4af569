"""Bytes to rows: encoding, header, body and what stands above, put together into one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.body import Body, BodyReader
from opsctl.ingest.reading.cells import without_frame, without_padding
from opsctl.ingest.reading.choice import EncodingChoice, Readable
from opsctl.ingest.reading.encoding import LOST
from opsctl.ingest.reading.header import HeaderSearch
from opsctl.ingest.reading.json_lines import read_json_lines
from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name, measured_columns, resembles
from opsctl.ingest.reading.records import Below
from opsctl.ingest.reading.rows import LINE
from opsctl.ingest.reading.scan import Dialect, Lines, line_starts, scan
from opsctl.ingest.reading.signatures import is_json_lines, refuse_other_formats
from opsctl.ingest.reading.stack import Place, place_of
from opsctl.ingest.reading.table import CELL_COUNT, Drop, Fault, Recognise, TextTable
from opsctl.ingest.reading.totals import TOTAL_WORDS, Totals, keys_of
from opsctl.ingest.reading.workbook import of_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from opsctl.ingest.reading.content import Content

_SAMPLE = 200
_MOST = 0.75
_NAMED_LINES = 5
_TALLEST = 20  # lines of a cell
_SEVERAL = 3  # cells; a label with what it says are two


def read_text(
    content: Content,
    recognise: Recognise,
    *,
    names: Collection[str] = (),
    encoding: str | None = None,
    total_words: Callable[[Sequence[str]], Collection[str]] = lambda _: TOTAL_WORDS,
) -> TextTable:
    """The rows of a text file whose header somebody recognises.

    Args:
        content: The bytes and their name.
        recognise: Tells whether cells, as they stand in the file, are a header that is expected.
        names: Folded names the header may have; they show what an unusual delimiter is.
        encoding: The encoding, where the user named one.
        total_words: What the label of a total's row consists of, below a header.

    Returns:
        Every row that is certain; the others are rejected or dropped, by line.

    Raises:
        NotATable: The content is another format.
        EmptyFile: It holds no text.
        DamagedFile: Nothing but NUL bytes, or text that was encoded twice.
        UndecidedEncoding: More than one encoding, or none, makes a header appear.
        NoHeader: No line is a header that is expected.
        BadOption: There is no encoding of that name.
    """
    if is_json_lines(content.head):
        return read_json_lines(content, recognise, names, encoding)
    readable = _readable(content, HeaderSearch(recognise, names), encoding)
    return of_sheet(content, table_of(readable, recognise, Totals(total_words(readable.header.cells))))


def _readable(content: Content, search: HeaderSearch, encoding: str | None) -> Readable:
    """The text and its header; the bytes of a large file are given back before its text is cut into cells."""
    data = content.data
    refuse_other_formats(data, content.name)
    return EncodingChoice(data, search, content.name).decide(encoding)


def table_of(readable: Readable, recognise: Recognise, totals: Totals, *, fast: bool = True) -> TextTable:
    """The table below a header that was found; without `fast` nothing is read in bulk, and the answer is the same."""
    text, header = readable.decoding.text, readable.header
    place = place_of(text, header)
    below = Below(text[header.end : place.end], header.line + header.lines)
    body = BodyReader(below, totals, recognise, fast).read(header)
    above = _Above(place, body, totals)
    above.faults += _row_on_header(header.line, body, recognise)
    rows = body.rows.frame.drop(LINE)
    if body.dialect.delimiter.strip(" ") == "|":
        rows = without_frame(rows, body.header)
    names = _without_trailing_nameless(body.header, rows)
    drops = sorted([*above.drops, *body.rows.drops, *place.drops], key=lambda drop: drop.line)
    return TextTable(
        encoding=readable.decoding.encoding,
        delimiter=body.dialect.delimiter,
        header=names,
        header_line=header.line,
        preamble=place.above,
        cells=without_padding(rows.select(rows.columns[: len(names)])),
        lines=body.rows.frame.get_column(LINE),
        rejected=tuple(sorted([*above.faults, *body.rows.faults], key=lambda fault: fault.line)),
        dropped=tuple(drops),
        warnings=(*_warnings(readable, body, drops), *_expected_too(place, recognise)),
    )


class _Above:
    """The lines above the header: remarks, but a total or a row that stands there is not lost in silence."""

    def __init__(self, place: Place, body: Body, totals: Totals) -> None:
        self.faults: list[Fault] = []
        self.drops: list[Drop] = []
        sample = body.rows.frame.drop(LINE).head(_SAMPLE).rows()
        measured = measured_columns(sample)
        self.rows = len(sample)
        self.words = not any(is_measured(cell) for row in sample for cell in row)  # the whole table is
        plainly = Dialect(body.dialect.delimiter.strip(" ") or body.dialect.delimiter, body.dialect.quote)
        before: list[str] = []
        others: list[int] = []
        for number, line in _whole(place.above, plainly.quote):
            cells = _cells(line, plainly)
            if not self._judge(number, cells, len(body.header), measured, totals):
                if _follows(cells, before):
                    self.faults.append(Fault(number, CELL_COUNT, "looks like a row of another table, above the header"))
                elif not all(map(is_name, filter(None, cells))) and self._could_belong(cells, len(body.header)):
                    others.append(number)
            before = cells
        if self.faults:  # then what else has several cells is no remark either
            self.faults += [Fault(number, CELL_COUNT, "stands among rows above the header") for number in others]

    @staticmethod
    def _could_belong(cells: Sequence[str], width: int) -> bool:
        return len(cells) == width > 1 or sum(not is_missing(cell) for cell in cells) > 1

    def _judge(self, number: int, cells: list[str], width: int, measured: frozenset[int], totals: Totals) -> bool:
        """Name a line that could be a total or a row of the table below; whether it is one of these."""
        filled = [cell for cell in cells if not is_missing(cell)]
        if _MOST * width <= len(filled) and _SEVERAL <= len(filled) <= 2 * sum(map(is_measured, filled)):
            self.faults.append(Fault(number, CELL_COUNT, "looks like a row, but stands above the header"))
            return True
        if len(cells) != width or len(filled) < 1 + (not is_missing(cells[0])):  # a remark fills the first
            return False
        label = totals.label(cells)
        if label and not keys_of(cells, label):
            self.drops.append(Drop(number, "total", tuple(cells)))
            return True
        words = self.words and len(filled) == width >= _SEVERAL and not any(map(is_measured, filled))
        enough = _SEVERAL - 1 if self.rows else 1  # where nothing stands below the header, the rows may stand above
        alike = resembles(cells, measured) or (not measured and sum(map(is_measured, cells)) >= enough)
        if alike or words:
            self.faults.append(Fault(number, CELL_COUNT, "looks like a row, but stands above the header"))
        return alike or words


def _whole(lines: Sequence[tuple[int, str]], quote: str) -> Iterator[tuple[int, str]]:
    """Lines, but those that a quoted cell runs over as one."""
    at = 0
    while at < len(lines):
        number, whole = lines[at]
        end = at + 1
        while whole.count(quote) % 2 and end < min(len(lines), at + _TALLEST):
            whole += f"\n{lines[end][1]}"
            end += 1
        is_one = whole.count(quote) % 2 == 0
        yield number, whole if is_one else lines[at][1]
        at = end if is_one else at + 1


def _row_on_header(line: int, body: Body, recognise: Recognise) -> list[Fault]:
    """Rows whose line begins with the header, as where its end was lost: the names expected, then other cells."""
    cells = body.header
    widths = (width for width in range(2, len(cells) // 2 + 1) if len(cells) % width == 0)
    for width in widths if not body.rows.frame.height else ():
        names, rest = cells[:width], cells[width:]
        if all(map(is_name, names)) and any(map(is_measured, rest)) and recognise(names):
            return [Fault(line, CELL_COUNT, "a row stands on the line of the header")]
    return []


def _cells(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line; where it is quoted as a whole, those inside."""
    cells = _cut(line, dialect)
    is_whole = not any(cell.strip(BLANKS) for cell in cells[1:]) and dialect.delimiter in cells[0]
    return _cut(cells[0], dialect) if is_whole else cells


def _cut(line: str, dialect: Dialect) -> list[str]:
    found = scan(Lines([line], [""]), 0, dialect)
    return line.split(dialect.delimiter) if found.broken or not found.cells else found.cells


def _follows(cells: list[str], before: list[str]) -> bool:
    """Whether a line is a row below another, or below a header: as wide as that, with numbers in the same places."""
    filled = [at for at, cell in enumerate(cells) if not is_missing(cell)]
    numbers = [at for at in filled if is_measured(cells[at])]
    if len(cells) != len(before) or len(filled) < _SEVERAL or not numbers:
        return False
    return all(map(is_name, before)) or all(is_measured(before[at]) for at in numbers)


def _without_trailing_nameless(header: Sequence[str], rows: pl.DataFrame) -> tuple[str, ...]:
    """The header without nameless columns at its end that no row fills: a delimiter at the end of each line."""
    width = len(header)
    while width > 1 and not header[width - 1].strip(BLANKS):
        if (rows.to_series(width - 1).str.strip_chars(BLANKS) != "").any():
            break
        width -= 1
    return tuple(header[:width])


def _warnings(readable: Readable, body: Body, drops: Sequence[Drop]) -> Iterator[str]:
    text = readable.decoding.text
    yield from readable.warnings
    if readable.header.repaired:
        yield "a stray quote stands in the header"
    yield from body.warnings
    if not body.rows.frame.height and not body.rows.faults:
        yield "no rows below the header"
    blank = sum(drop.reason == "blank" for drop in drops)
    if blank:
        yield f"{blank} blank line{'s' * (blank > 1)} left out"
    if '"' not in text and _kinds_of_line_end(text) > 1:
        yield "the lines end in more than one way"
    if any(lost in text for lost in LOST):
        yield f"characters were lost before this file was written (U+FFFD), on {_where_lost(text)}"


def _expected_too(place: Place, recognise: Recognise) -> Iterator[str]:
    further = sum(map(recognise, place.others))
    if further:
        yield f"{further} more table{'s' * (further > 1)} of this file would be expected too; only the first is read"


def _kinds_of_line_end(text: str) -> int:
    if "\r" not in text:
        return 1
    both = text.count("\r\n")
    return (both > 0) + (text.count("\n") > both) + (text.count("\r") > both)


def _where_lost(text: str) -> str:
    lines = [
        number
        for number, (start, after) in enumerate(line_starts(text, len(text)), start=1)
        if any(text.find(lost, start, after) >= 0 for lost in LOST)
    ]
    named = ", ".join(map(str, lines[:_NAMED_LINES]))
    return f"line{'s' * (len(lines) > 1)} {named}" + (
        f" and {len(lines) - _NAMED_LINES} more" if len(lines) > _NAMED_LINES else ""
    )
