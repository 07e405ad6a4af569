"""Bytes to rows: encoding, header, body and what stands above, put together into one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.above import Above, row_on_header
from opsctl.ingest.reading.body import Body, BodyReader
from opsctl.ingest.reading.cells import without_frame, without_padding
from opsctl.ingest.reading.choice import EncodingChoice, Readable
from opsctl.ingest.reading.encoding import LOST
from opsctl.ingest.reading.header import HeaderSearch
from opsctl.ingest.reading.json_lines import read_json_lines
from opsctl.ingest.reading.kinds import BLANKS
from opsctl.ingest.reading.records import Below
from opsctl.ingest.reading.rows import LINE
from opsctl.ingest.reading.scan import line_starts
from opsctl.ingest.reading.sheet_table import of_sheet
from opsctl.ingest.reading.signatures import is_json_lines, refuse_other_formats
from opsctl.ingest.reading.stack import Place, place_of
from opsctl.ingest.reading.table import Drop, Recognise, TextTable
from opsctl.ingest.reading.totals import TOTAL_WORDS, Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from opsctl.ingest.reading.content import Content

_NAMED_LINES = 5


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
    totals = Totals(total_words(readable.header.cells))
    return of_sheet(content, table_of(readable, recognise, totals, certain=content.sheet is not None))


def _readable(content: Content, search: HeaderSearch, encoding: str | None) -> Readable:
    """The text and its header; the bytes of a large file are given back before its text is cut into cells."""
    data = content.data
    refuse_other_formats(data, content.name)
    return EncodingChoice(data, search, content.name).decide(encoding)


def table_of(
    readable: Readable, recognise: Recognise, totals: Totals, *, fast: bool = True, certain: bool = False
) -> TextTable:
    """The table below a header that was found.

    Without `fast` nothing is read in bulk, and the answer is the same. Where it is `certain` what stands in a cell, as
    in a workbook, quotes and delimiters in it are text.
    """
    text, header = readable.decoding.text, readable.header
    place = place_of(text, header)
    below = Below(text[header.end : place.end], header.line + header.lines)
    body = BodyReader(below, totals, recognise, fast, certain).read(header)
    above = Above(place, body, totals)
    above.faults += row_on_header(header.line, body, recognise)
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
