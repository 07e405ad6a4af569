"""From a path to the bytes of its tables: archives are unpacked by content, with a limit on how far they swell."""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from opsctl.core.errors import DamagedFile, EmptyFile, NoSuchPath, NotATable, RefusedFile, TooLarge
from opsctl.core.personal import masked
from opsctl.ingest.reading.kinds import is_number
from opsctl.ingest.reading.sheets.grid import DELIMITER
from opsctl.ingest.reading.signatures import (
    GZIP,
    LOOKED_AT,
    OLE2,
    PARQUET,
    ZIP,
    is_blank,
    refuse_other_formats,
    without_mark,
)

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 2 * 1024**3
LARGE = 16 * 1024**2  # a text of so many bytes stays on the disk until somebody asks for all of it
SWELL = 200  # times its size; a text that shrinks more than this is a bomb, not an export
BOOK_SWELL = 50  # the same of a workbook, which takes longer to read: one of nothing but zeros shrinks 15 times
HARMLESS = 64 * 1024**2  # below this no swelling matters
MEMBERS = 20_000  # of an archive; no export has so many
_CHUNK = 1024 * 1024
_ENTRY = b"PK\x01\x02"
_NAMES = 64 * 1024  # bytes of a sheet among which those of its columns are
_UNFIT = re.compile(r"[/\\]")
_PIVOT = re.compile(
    "(?:求和项|计数项|平均值项|最大值项|最小值项)[:：]|(?:sum|count|average|max|min) of ", re.IGNORECASE
)
_TABLES = frozenset({".csv", ".tsv", ".txt"})
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_OFFICE = ("[content_types].xml", "xl/", "word/", "ppt/")
_PARQUET_AT_LEAST = 12
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_AGAIN = "download it again"

Kind = Literal["text", "parquet"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a workbook's sheet before it is read.

    Attributes:
        book: The workbook's name.
        name: The sheet's.
        hidden: The names of the workbook's hidden sheets, which nobody reads.
        is_pivot: Whether it sums up other rows, as the names of its columns say.
        uncomputed: How many of its formulas have no result.
    """

    book: str
    name: str
    hidden: tuple[str, ...]
    is_pivot: bool
    uncomputed: int


class Content:
    """The bytes of one table: a file, or one member of an archive, named "archive.zip/member.csv".

    A workbook is an archive of its sheets, named "book.xlsx/Sheet1", which come as separated cells. A Parquet file
    and a large text that lie on disk as they are have their `path`, and their bytes are read only when asked for.
    """

    __slots__ = ("_data", "kind", "name", "path", "sheet")

    def __init__(
        self, name: str, data: bytes | None, kind: Kind, path: Path | None = None, sheet: Sheet | None = None
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.path = path
        self.sheet = sheet
        self._data = data

    @property
    def data(self) -> bytes:
        """The bytes, unpacked.

        Raises:
            DamagedFile: The file can no longer be read.
        """
        if self._data is not None or self.path is None:
            return self._data or b""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise _unreadable(error, self.name) from None

    def __repr__(self) -> str:
        return f"Content({self.name!r}, {self.kind!r})"


def unpack(path: Path) -> list[Content]:
    """The tables in a file, by what its bytes are and not by its name; an archive's members come sorted by name.

    Raises:
        NoSuchPath: Nothing is there.
        NotATable: No regular file, another format, or an archive without a .csv, .tsv or .txt.
        EmptyFile: No content.
        DamagedFile: An archive or Parquet file that ends early, or a file that cannot be read.
        TooLarge: More than `LARGEST` bytes, or swelling more than `SWELL` times.
    """
    name = str(path)
    with _open(path) as stream:
        head = stream.read(len(PARQUET))
        if head == PARQUET:
            return [_parquet_on_disk(stream, path)]
        if _is_large_text(stream, name):
            return [Content(name, None, "text", path)]
        stream.seek(0)
        data = stream.read(LARGEST + 1)
    _limit(len(data), name)
    return _unpack(name, data, may_nest=True)


def _open(path: Path) -> io.BufferedReader:
    """Open a regular file and nothing else: a pipe would hang, a device would never end."""
    name = str(path)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _not_regular(name)
        handle = os.open(path, flags)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise _not_regular(name)
    except FileNotFoundError:
        raise NoSuchPath(f"there is no file '{name}'", file=name) from None
    except OSError as error:
        raise _unreadable(error, name) from None
    return os.fdopen(handle, "rb")


def _unreadable(error: OSError, name: str) -> DamagedFile:
    return DamagedFile(f"the file cannot be read: {error.strerror}", file=name)


def _not_regular(name: str) -> NotATable:
    return NotATable("this is no regular file", file=name, hint="name a file; folders, pipes and devices are not read")


def _is_large_text(stream: io.BufferedReader, name: str) -> bool:
    """Is it so long that it stays where it is, and neither packed nor another format by its first bytes?

    Raises:
        RefusedFile: It is another format, or too large.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    head = stream.read(LOOKED_AT)
    if size < LARGE or head.startswith((GZIP, OLE2, *ZIP)) or is_blank(without_mark(head)):
        return False
    _limit(size, name)
    refuse_other_formats(head, name)
    return True


def _parquet_on_disk(stream: io.BufferedReader, path: Path) -> Content:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - len(PARQUET)))
    _whole_parquet(stream.read(), size, str(path))
    return Content(str(path), None, "parquet", path)


def _whole_parquet(tail: bytes, size: int, name: str) -> None:
    if size < _PARQUET_AT_LEAST or not tail.endswith(PARQUET):
        raise DamagedFile("a Parquet file that ends early", file=name, hint=_AGAIN)


def _limit(size: int, name: str, packed: int = 0, swell: int = SWELL) -> None:
    if size > LARGEST:
        raise TooLarge(f"more than {LARGEST // 1024**3} GB", file=name, hint="split the export by month")
    if packed and size > HARMLESS and size > swell * packed:
        raise TooLarge(f"unpacked it is more than {swell} times its size", file=name, hint="unpack it and look inside")


def _unpack(name: str, data: bytes, *, may_nest: bool) -> list[Content]:
    if data.startswith((GZIP, *ZIP)) and not may_nest:
        raise _nested(name)
    if data.startswith(GZIP):
        return _unpack(name, _gunzip(data, name), may_nest=False)
    if data.startswith(ZIP):
        return _unzip(data, name, may_nest=True)
    if data.startswith(OLE2):
        return _sheets(data, name)
    if data.startswith(PARQUET):
        _whole_parquet(data[-len(PARQUET) :], len(data), name)
        return [Content(name, data, "parquet")]
    refuse_other_formats(data, name)
    return [Content(name, data, "text")]


def _nested(name: str) -> NotATable:
    return NotATable("this is an archive inside an archive", file=name, hint="unpack it first")


def _gunzip(data: bytes, name: str) -> bytes:
    unpacked = bytearray()
    rest = data
    while rest.startswith(GZIP):
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof:
                piece = stream.decompress(rest, _CHUNK)
                unpacked += piece
                _limit(len(unpacked), name, len(data))
                rest = stream.unconsumed_tail
                if not piece and not rest and not stream.eof:
                    raise DamagedFile("the gzip archive ends early", file=name, hint=_AGAIN)
        except zlib.error:
            raise DamagedFile("the gzip archive is broken", file=name, hint=_AGAIN) from None
        rest = stream.unused_data
    if rest.strip(b"\x00"):
        raise DamagedFile("bytes that do not belong follow the gzip archive", file=name, hint=_AGAIN)
    return bytes(unpacked)


def _unzip(data: bytes, name: str, *, may_nest: bool) -> list[Content]:
    if data.count(_ENTRY) > MEMBERS:
        raise TooLarge(f"an archive of more than {MEMBERS:,} parts", file=name, hint="unpack it and look inside")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            everything = archive.infolist()
            if not any(item.filename.lower().startswith("xl/") for item in everything):
                if not may_nest:
                    raise _nested(name)
                return _members(archive, name, len(data))
            _limit(sum(item.file_size for item in everything), name, len(data), BOOK_SWELL)
    except RefusedFile:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise DamagedFile("the zip archive is broken or ends early", file=name, hint=_AGAIN) from None
    return _sheets(data, name)


def _sheets(data: bytes, name: str) -> list[Content]:
    """The sheets of a workbook that are shown and hold anything."""
    from opsctl.ingest.reading.sheets.guard import sheets_of  # noqa: PLC0415 - few exports are workbooks

    found = sheets_of(data, name)
    hidden = tuple(one.name for one in found if one.hidden)
    filled = [one for one in found if one.data]
    if not filled:
        raise EmptyFile(
            "no sheet of the workbook that is shown holds anything",
            file=name,
            details=(("hidden sheets", masked(", ".join(hidden))),) if hidden else (),
            hint="export it again; show a hidden sheet to have it read",
        )
    contents: dict[str, Content] = {}
    for one in filled:
        label = _UNFIT.sub("_", one.name).strip(". ") or "sheet"
        sheet = Sheet(name, one.name, hidden, _is_pivot(one.data), one.uncomputed)
        contents[label] = Content(f"{name}/{label}", one.data, "text", sheet=sheet)
    if len(contents) < len(filled):
        raise DamagedFile("two sheets of the workbook have one name", file=name, hint="rename one of them")
    return list(contents.values())


def _is_pivot(data: bytes) -> bool:
    """Whether the names of a sheet's columns say that it sums up another."""
    lines = (line.split(DELIMITER) for line in data[:_NAMES].decode("utf-8", "replace").split("\n"))
    return any(any(map(_PIVOT.match, cells)) and not any(map(is_number, cells)) for cells in lines)


def _members(archive: zipfile.ZipFile, name: str, packed: int) -> list[Content]:
    everything = archive.infolist()
    if any(item.filename.lower().startswith(_OFFICE) for item in everything):
        raise NotATable("this is an Office document", file=name, hint="open it and save it as CSV UTF-8")
    tables = sorted(((_real_name(item), item) for item in everything if _is_table(item)), key=itemgetter(0))
    if not tables:
        raise NotATable(
            "this archive holds no .csv, .tsv, .txt, .xlsx or .xls", file=name, hint="unpack it and look inside"
        )
    if any(item.flag_bits & _ENCRYPTED for _, item in tables):
        raise NotATable("this archive is locked with a password", file=name, hint="unpack it first")
    _limit(sum(item.file_size for _, item in tables), name, packed)
    return [
        content
        for member, item in tables
        for content in _contents(f"{name}/{member}", _member(archive, item, name), member)
    ]


def _contents(name: str, data: bytes, member: str) -> list[Content]:
    """A member of an archive: a text whatever it is, unless it is named a workbook and is one."""
    if not member.lower().endswith(_WORKBOOKS) or not data.startswith((OLE2, *ZIP)):
        return [Content(name, data, "text")]
    try:
        return _sheets(data, name) if data.startswith(OLE2) else _unzip(data, name, may_nest=False)
    except RefusedFile as refusal:
        refusal.details += (("in the archive", masked(member)),)
        raise


def _is_table(item: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(item.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not item.is_dir() and not hidden and path.suffix.lower() in (*_TABLES, *_WORKBOOKS)


def _real_name(item: zipfile.ZipInfo) -> str:
    """The member's name; Windows writes Chinese names in its own encoding without saying so."""
    if item.flag_bits & _UTF8_NAME or item.filename.isascii():
        return item.filename
    raw = item.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return item.filename


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo, name: str) -> bytes:
    """A member's bytes; what the archive says of its size is not trusted."""
    with archive.open(item) as stream:
        data = stream.read(item.file_size + 1)
    if len(data) != item.file_size:
        raise DamagedFile("a member's size is not what the archive says", file=name, hint=_AGAIN)
    return data
