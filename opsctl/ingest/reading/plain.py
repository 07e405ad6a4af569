"""Large texts that need no care to be cut into cells: how they begin, and that nothing odd is in any of their bytes.

Whatever is not certain is None or false here, and left to `reader`, which reads everything.
"""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from opsctl.core.errors import OpsctlError
from opsctl.ingest.reading.choice import EncodingChoice, Readable
from opsctl.ingest.reading.encoding import LOST, encoded_twice
from opsctl.ingest.reading.header import HeaderSearch
from opsctl.ingest.reading.kinds import BLANKS

if TYPE_CHECKING:
    import io
    from collections.abc import Collection, Iterator

    from opsctl.ingest.reading.content import Content
    from opsctl.ingest.reading.table import Recognise

FIRST_LINE = 2  # of the rows
_DELIMITERS = (",", "\t", ";", "|")
_MARK = "\ufeff"
_HEAD = 1024 * 1024
_PIECE = 256 * 1024
_PIECES = 4  # of a sample, evenly spread, the last at the end of the file
_CHUNK = 512 * 1024


@dataclass(frozen=True)
class PlainText:
    """A text in UTF-8 with its header on the first line and, for all that its head shows, a record on each other.

    Attributes:
        path: Where it lies.
        header: The header's cells.
        delimiter: One byte.
        sample: Lines from its beginning, its middle and its end.
    """

    path: Path
    header: tuple[str, ...]
    delimiter: str
    sample: bytes

    def rows(self) -> pl.LazyFrame:
        """All lines below the header as texts in columns "0", "1", …, and the number of each as `line`.

        They are the records where `is_sound`, no line has another number of cells, and none is blank: of that polars
        says nothing where cells are missing, which are empty then.
        """
        return _cells(self.path, len(self.header), self.delimiter, skip=1).with_row_index("line", offset=FIRST_LINE)

    def sampled(self) -> pl.LazyFrame:
        """The same of the sample alone, whatever its lines' numbers are."""
        return _cells(self.sample, len(self.header), self.delimiter).with_row_index("line")

    def first(self, column: int, most: int) -> list[str]:
        """The first cells of a column."""
        lines = self.sample.split(b"\n", most)[:most]
        rows = (line.removesuffix(b"\r").decode("utf-8", "replace").split(self.delimiter) for line in lines)
        return [cells[column] for cells in rows if column < len(cells)]

    def is_sound(self) -> bool:
        """Is there no quote and no NUL in the file, all UTF-8 that never was damaged, and one kind of line end?"""
        look = _Look()
        with self.path.open("rb") as stream:
            return all(look.takes(chunk) for chunk in _chunks(stream)) and look.is_good_in_all()

    def delimiters(self) -> int:
        """How often the delimiter stands in the file."""
        with self.path.open("rb") as stream:
            return sum(chunk.count(self.delimiter.encode()) for chunk in _chunks(stream))


def plain_text(
    content: Content, recognise: Recognise, names: Collection[str], encoding: str | None
) -> PlainText | None:
    """A large text whose first line is the header that somebody expects, plainly; see `read_text`."""
    if content.path is None:
        return None
    try:
        with content.path.open("rb") as stream:
            head = _whole_lines(stream.read(_HEAD), first=True)
            sample = b"".join(_pieces(stream))
    except OSError:
        return None
    try:
        found = EncodingChoice(head, HeaderSearch(recognise, names), content.name).decide(encoding)
    except OpsctlError:
        return None
    header = found.header
    if not (_is_plain(found) and recognise(header.cells)):
        return None
    below = found.decoding.text[header.end :]
    if below.startswith(_MARK):
        return None
    return PlainText(content.path, header.cells, header.delimiters[0], below.encode() + sample)


def _is_plain(found: Readable) -> bool:
    header, decoding = found.header, found.decoding
    sound = decoding.encoding in {"utf-8", "utf-8-sig"} and not (decoding.damaged or found.warnings)
    on_top = header.line == header.lines == 1 and not header.repaired
    one_byte = len(header.delimiters) == 1 and header.delimiters[0] in _DELIMITERS
    named = all(cell.strip(BLANKS) for cell in header.cells)
    return sound and on_top and one_byte and named


def _cells(source: Path | bytes, width: int, delimiter: str, skip: int = 0) -> pl.LazyFrame:
    return pl.scan_csv(
        source,
        has_header=False,
        skip_lines=skip,
        schema={str(at): pl.String for at in range(width)},
        separator=delimiter,
        quote_char=None,
        empty_string_is_null=False,
        glob=False,
    )


def _pieces(stream: io.BufferedReader) -> list[bytes]:
    """Lines from places behind the head up to the end."""
    size = stream.seek(0, os.SEEK_END)
    step = max(0, size - _HEAD - _PIECE) // _PIECES
    places = [_HEAD + step * (number + 1) for number in range(_PIECES)] if step else []
    found = []
    for place in places:
        stream.seek(place)
        found.append(_whole_lines(stream.read() if place == places[-1] else stream.read(_PIECE), first=False))
    return found


def _whole_lines(data: bytes, *, first: bool) -> bytes:
    """The lines of a piece of a file without those that it cuts."""
    start = 0 if first else data.find(b"\n") + 1
    return data[start : data.rfind(b"\n") + 1]


def _chunks(stream: io.BufferedReader) -> Iterator[bytes]:
    """All bytes behind a byte order mark; no chunk ends between CR and LF."""
    stream.seek(len(codecs.BOM_UTF8) * (stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8))
    while chunk := stream.read(_CHUNK):
        yield chunk + stream.read(1) if chunk.endswith(b"\r") else chunk


class _Look:
    """A look at the bytes of a file, one chunk after the other."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ascii = True
        self._once = False  # some text is certainly not UTF-8 that was encoded again
        self._last = ""
        self._ends: bool | None = None  # whether lines end in CRLF

    def takes(self, chunk: bytes) -> bool:
        """Whether nothing is wrong up to here."""
        return b'"' not in chunk and b"\x00" not in chunk and self._is_ended(chunk) and self._is_utf8(chunk)

    def is_good_in_all(self) -> bool:
        """Whether nothing is wrong now that all was seen."""
        return not self._decoder.getstate()[0] and (self._ascii or self._once)

    def _is_ended(self, chunk: bytes) -> bool:
        """Are there line ends, those of the chunks before, and of one kind? Only the last chunk may have none."""
        returns = chunk.count(b"\r") if b"\r" in chunk else 0
        if not returns and b"\n" not in chunk:
            return len(chunk) < _CHUNK
        windows = returns > 0
        before, self._ends = self._ends, windows
        if before not in (None, windows):
            return False
        return not windows or chunk.count(b"\n") == returns == chunk.count(b"\r\n")

    def _is_utf8(self, chunk: bytes) -> bool:
        if chunk.isascii() and not self._decoder.getstate()[0]:
            return True
        self._ascii = False
        try:
            text = self._last + self._decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        self._last = text[-max(map(len, LOST)) :]
        if not self._once:
            lines = text[text.find("\n") + 1 : text.rfind("\n")]
            self._once = not lines.isascii() and encoded_twice(lines) is None
        return _MARK not in text and not any(lost in text for lost in LOST)
