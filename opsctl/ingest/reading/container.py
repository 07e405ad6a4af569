"""From a path to the bytes of its tables: archives are unpacked by content, with a limit on how far they swell."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from opsctl.core.errors import DamagedFile, NoSuchPath, NotATable, RefusedFile, TooLarge
from opsctl.core.personal import masked
from opsctl.ingest.reading.content import Content, unreadable
from opsctl.ingest.reading.names import OTHER_PACKED, OTHER_TABLES, TABLES, WORKBOOKS
from opsctl.ingest.reading.signatures import (
    GZIP,
    LOOKED_AT,
    OLE2,
    PARQUET,
    ZIP,
    is_blank,
    is_json_lines,
    refuse_other_formats,
    without_mark,
)
from opsctl.ingest.reading.workbook import sheets_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LARGEST = 2 * 1024**3
LARGE = 16 * 1024**2  # a text of so many bytes stays on the disk until somebody asks for all of it
SWELL = 100  # times its size; a text that shrinks more than this is a bomb, not an export
BOOK_SWELL = 50  # the same of a workbook, which takes longer to read: one of nothing but zeros shrinks 15 times
HARMLESS = 64 * 1024**2  # below this no swelling matters
MEMBERS = 20_000  # of an archive; no export has so many
_CHUNK = 1024 * 1024
_ENTRY = b"PK\x01\x02"
_UNREAD = (".parquet", ".zip", *OTHER_TABLES, *OTHER_PACKED)  # what may hold rows, too, and is read on its own or never
_OFFICE = ("[content_types].xml", "xl/", "word/", "ppt/")
_PARQUET_AT_LEAST = 12
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_AGAIN = "download it again"


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
        try:
            found = _on_disk(stream, path)
            data = b"" if found else stream.read(LARGEST + 1)
        except OSError as error:  # such as of a disk that fails
            raise unreadable(error, name) from None
    if found:
        return [found]
    _limit(len(data), name)
    return _unpack(name, data, may_nest=True)


def _on_disk(stream: io.BufferedReader, path: Path) -> Content | None:
    """A file that stays where it is until somebody asks for its bytes; else None, and the stream at its beginning."""
    if stream.read(len(PARQUET)) == PARQUET:
        return _parquet_on_disk(stream, path)
    if _is_large_text(stream, str(path)):
        return Content(str(path), None, "text", path)
    stream.seek(0)
    return None


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
        raise unreadable(error, name) from None
    return os.fdopen(handle, "rb")


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
    refuse_other_formats(head, name, but_json_lines=True)
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
        return sheets_in(data, name)
    if data.startswith(PARQUET):
        _whole_parquet(data[-len(PARQUET) :], len(data), name)
        return [Content(name, data, "parquet")]
    refuse_other_formats(data, name, but_json_lines=True)
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
    return sheets_in(data, name)


def _members(archive: zipfile.ZipFile, name: str, packed: int) -> list[Content]:
    everything = archive.infolist()
    if any(item.filename.lower().startswith(_OFFICE) for item in everything):
        raise NotATable("this is an Office document", file=name, hint="open it and save it as CSV UTF-8")
    if {"mimetype", "content.xml"} <= {item.filename for item in everything}:
        raise NotATable(
            "this is an OpenDocument file (.ods)", file=name, hint="open it and save it as .xlsx or CSV UTF-8"
        )
    tables = sorted(((_real_name(item), item) for item in everything if _is_table(item)), key=itemgetter(0))
    if any(item.flag_bits & _ENCRYPTED for _, item in tables):
        raise NotATable("this archive is locked with a password", file=name, hint="unpack it first")
    _refuse_unread(everything, name)
    _limit(sum(item.file_size for _, item in tables), name, packed)
    unpacked = _unpacked([(member, _member(archive, item, name)) for member, item in tables], name, packed)
    if not unpacked:
        raise NotATable(
            "this archive holds no .csv, .tsv, .txt, .xlsx or .xls", file=name, hint="unpack it and look inside"
        )
    return unpacked


def _refuse_unread(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """What may hold further rows and is not read in an archive is not left out in silence."""
    files = (_real_name(item) for item in members if not _is_hidden(item))
    unread = sorted(each for each in files if each.lower().endswith(_UNREAD))
    if unread:
        raise NotATable(
            "this archive also holds what is not read within one",
            file=name,
            details=(("in the archive", masked(unread[0])),),
            hint="unpack it first",
        )


def _unpacked(members: list[tuple[str, bytes]], name: str, packed: int) -> list[Content]:
    """The tables among an archive's members; some are packed once more, one by one."""
    found: list[Content] = []
    size = 0
    for member, data in members:
        if member.lower().endswith(WORKBOOKS) and data.startswith((OLE2, *ZIP)):
            found += _book(data, name, member)
            continue
        content = Content(f"{name}/{member}", _gunzip(data, name) if data.startswith(GZIP) else data, "text")
        size += len(content.data)
        _limit(size, name, packed)
        found += [] if _is_other_json(content) else [content]
    return found


def _book(data: bytes, name: str, member: str) -> list[Content]:
    """The sheets of a workbook in an archive."""
    try:
        book = f"{name}/{member}"
        return sheets_in(data, book) if data.startswith(OLE2) else _unzip(data, book, may_nest=False)
    except RefusedFile as refusal:
        refusal.details += (("in the archive", masked(member)),)
        raise


def _is_other_json(content: Content) -> bool:
    """Is it a .json that is no JSON lines, such as a description of the tables beside it?"""
    path = PurePosixPath(content.name.lower().removesuffix(".gz"))
    return path.suffix == ".json" and not is_json_lines(content.head)


def _is_table(item: zipfile.ZipInfo) -> bool:
    suffix = PurePosixPath(item.filename.lower().removesuffix(".gz")).suffix
    return not _is_hidden(item) and suffix in (*TABLES, ".json", *WORKBOOKS)


def _is_hidden(item: zipfile.ZipInfo) -> bool:
    """Is it a folder, or what a computer adds on its own, such as `__MACOSX/._daily.csv`?"""
    parts = PurePosixPath(item.filename).parts
    return item.is_dir() or any(part.startswith((".", "__MACOSX")) for part in parts)


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
