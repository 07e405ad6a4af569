"""What a file looks like that nobody recognises: shown to a person and compared with mappings, never loaded."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from opsctl.core.errors import EmptyFile, NoHeader, UndecidedEncoding
from opsctl.ingest.reading.choice import Readable
from opsctl.ingest.reading.dialect import USUAL, stated_delimiter
from opsctl.ingest.reading.encoding import DAMAGE, LEGACY, Decoding, by_mark, by_name, decode
from opsctl.ingest.reading.header import Header
from opsctl.ingest.reading.kinds import BLANKS, is_name
from opsctl.ingest.reading.reader import table_of
from opsctl.ingest.reading.scan import Dialect, Lines, line_starts, scan
from opsctl.ingest.reading.sheet_table import of_sheet
from opsctl.ingest.reading.signatures import refuse_other_formats
from opsctl.ingest.reading.totals import TOTAL_WORDS, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsctl.ingest.reading.content import Content
    from opsctl.ingest.reading.table import TextTable

_SAMPLE = 200
_TALLEST = 50  # lines above a table


def survey(content: Content, *, encoding: str | None = None) -> TextTable:
    """A file as its most regular delimiter shows it, with its first plausible line for a header.

    Raises:
        NotATable: The content is another format.
        EmptyFile: It holds no text, or nothing but remarks about a table that is not there.
        UndecidedEncoding: It is not Unicode; the encodings that would decode it are named.
        BadOption: There is no encoding of that name.
    """
    data = content.data
    refuse_other_formats(data, content.name)
    decoding = _decoding(data, encoding, content.name)
    _refuse_mere_remarks(decoding.text, content.name)
    header = _first_plausible(decoding.text, content.name)
    table = table_of(
        Readable(decoding, header),
        lambda cells: tuple(cells) == header.cells,
        Totals(TOTAL_WORDS),
        certain=content.sheet is not None,
    )
    return of_sheet(content, table)


def _refuse_mere_remarks(text: str, file: str) -> None:
    """A title and lines such as `Report Start: …` are what stands above a table: a report that found nothing."""
    lines = [*islice(filter(None, _texts(text)), _TALLEST + 1)]
    parts = [line.replace("：", ": ").partition(": ") for line in lines[1:]]
    labels = [label for label, _, value in parts if value and is_name(label)]
    if 1 < len(labels) < _TALLEST and len(labels) == len(parts) == len(set(labels)):
        raise EmptyFile(
            "the file holds remarks such as stand above a table, and no table below them",
            file=file,
            hint="an export without rows looks like this: was there anything to report in its period?",
        )


def _texts(text: str) -> Iterator[str]:
    return (text[start:after].strip(f'{BLANKS}"') for start, after in line_starts(text, len(text)))


def _decoding(data: bytes, named: str | None, file: str) -> Decoding:
    if marked := by_mark(data):
        return marked
    if named:
        return by_name(data, named)
    utf8 = decode(data, "utf-8")
    if utf8.sound and "\x00" not in utf8.text:
        return utf8
    wide = [one for one in (decode(data, "utf-16-le"), decode(data, "utf-16-be")) if one.sound and _is_plausible(one)]
    if len(wide) == 1:
        return wide[0]
    if utf8.sound:
        return utf8
    possible = ", ".join(name for name in LEGACY if decode(data, name).sound) or "none of " + ", ".join(LEGACY)
    raise UndecidedEncoding(
        "the text is not Unicode, and its encoding cannot be told without a header that is expected",
        file=file,
        details=(("possible", possible),),
        hint="name it with --encoding, or name the columns with --expect",
    )


def _is_plausible(decoding: Decoding) -> bool:
    """Whether UTF-16 was read in the right byte order: then line ends and ASCII come out as such."""
    return "\x00" not in decoding.text and any(mark in decoding.text for mark in "\r\n,;\t")


def _first_plausible(text: str, file: str) -> Header:
    stated = stated_delimiter(text)
    candidates = (stated,) if stated else USUAL
    best: list[Header] = []
    most = 0
    for delimiter in candidates:
        found = [*islice(_records(text, delimiter), bool(stated), _SAMPLE)]
        for width, times in Counter(len(one.cells) for one in found if len(one.cells) > 1).items():
            if times * (width - 1) > most:
                most = times * (width - 1)
                best = [one for one in found if len(one.cells) == width]
    best = best or [*islice(_records(text, candidates[0]), _SAMPLE)]
    if not best:
        raise NoHeader("no line could be a header", file=file)
    full = (one for one in best if all(cell.strip(BLANKS) for cell in one.cells))
    return next(full, best[0])


def _records(text: str, delimiter: str) -> Iterator[Header]:
    """The first records that are not blank, each as if it were the header."""
    places = [*line_starts(text, 2 * _SAMPLE)]
    lines = Lines.of(text[: places[-1][1]]) if places else Lines([], [])
    at = 0
    while at < len(lines):
        found = scan(lines, at, Dialect(delimiter))
        last = at if found.broken else found.last
        if not found.broken and _could_be_header(found.cells):
            yield Header(tuple(found.cells), (delimiter,), at + 1, places[at][0], places[last][1], last + 1 - at)
        at = last + 1


def _could_be_header(cells: list[str]) -> bool:
    return any(cell.strip(BLANKS) for cell in cells) and not any(DAMAGE in cell for cell in cells)
