"""What bytes really are, whatever their name says: a web page, a workbook or an API's error is no table."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass

from opsctl.core.errors import DamagedFile, EmptyFile, NotATable, RefusedFile, TooLarge

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PARQUET = b"PAR1"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 64 * 1024
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LOOKED_AT = 2 * _HEAD + len(codecs.BOM_UTF32_LE)  # bytes at the start of a file that tell its format
LONGEST_LINE = 4 * 1024**2  # bytes, of which at least so many may stand on one line
_AGAIN = "download it again as CSV"
_CONVERT = "open it and save it as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class _Kind:
    magic: bytes
    what: str
    hint: str


_BINARY = (
    _Kind(OLE2, "an old Excel workbook (.xls)", _CONVERT),
    _Kind(b"%PDF-", "a PDF document", "export the figures as CSV instead"),
    _Kind(b"\x89PNG\r\n\x1a\n", "a picture (PNG)", "export the figures as CSV instead"),
    _Kind(b"\xff\xd8\xff", "a picture (JPEG)", "export the figures as CSV instead"),
    _Kind(b"GIF8", "a picture (GIF)", "export the figures as CSV instead"),
    _Kind(b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    _Kind(b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    _Kind(b"\xfd7zXZ\x00", "an xz archive", "unpack it first"),
    _Kind(b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first"),
    _Kind(b"BZh", "a bzip2 archive", "unpack it first"),
    _Kind(b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    _Kind(b"ARROW1\x00\x00", "an Arrow file", "write it as Parquet or CSV"),
    _Kind(b"PARE", "an encrypted Parquet file", "decrypt it first"),
    _Kind(b"version https://git-lfs.github.com/spec/", "a git-lfs pointer, not the file", "run `git lfs pull`"),
)
_HTML = re.compile(rb"<(?:!doctype|html|head|body|meta|table|script|style|title|div|center)\b", re.IGNORECASE)
_XML = re.compile(rb"<(?:\?xml|!--|[A-Za-z][\w:.-]*[\s/>])")
_JSON = re.compile(
    rb'\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}\s*\Z)'  # an object: {"key": or {}
    rb'|\[\s*(?:\{\s*["}]|\[|"(?:[^"\\]|\\.)*"\s*(?:,\s*["\d]|\]\s*\Z)|-?\d+\s*,|\]\s*\Z)'  # an array
)


def without_mark(data: bytes) -> bytes:
    """The bytes after a byte order mark."""
    return next((data[len(mark) :] for mark in _MARKS if data.startswith(mark)), data)


def is_blank(data: bytes) -> bool:
    """Is there nothing but blanks, line ends and NUL bytes?"""
    return not data.strip(b" \t\r\n\x00")


def refuse_empty(data: bytes, file: str) -> None:
    """Refuse what holds nothing.

    Raises:
        EmptyFile: No bytes, a byte order mark alone, or nothing but blank lines.
        DamagedFile: Nothing but NUL bytes, as a crashed disk leaves them.
    """
    rest = without_mark(data)
    if not (is_blank(rest[:_HEAD]) and is_blank(rest)):
        return
    if rest.strip(b" \t\r\n") and not any(data.startswith(mark) for mark in _MARKS):
        raise DamagedFile("the file holds nothing but NUL bytes", file=file, hint="download it again")
    what = "the file is empty" if not data else "the file holds no text"
    raise EmptyFile(what, file=file, hint="export it again; an export that was cut off looks like this")


def refuse_long_lines(data: bytes, file: str) -> None:
    """Refuse what has a line longer than any row: its cells would be read for minutes.

    Raises:
        DamagedFile: Nothing but NUL bytes stand there, as a download that broke off leaves them.
        TooLarge: Anything else.
    """
    for start in range(0, len(data) - LONGEST_LINE, LONGEST_LINE):
        end = start + LONGEST_LINE
        if data.find(b"\n", start, end) >= 0 or data.find(b"\r", start, end) >= 0:
            continue
        if not data[start:end].strip(b"\x00"):
            raise DamagedFile("the file goes on in nothing but NUL bytes", file=file, hint=_AGAIN)
        raise TooLarge(
            f"a line of the file is longer than {LONGEST_LINE // 1024**2} MB", file=file, hint="look inside; no row is"
        )


def is_json_lines(data: bytes) -> bool:
    """Is there a whole JSON object on the first line, and a line end behind it? An API's answer mostly has none."""
    first, end, _ = _plain_head(data).partition(b"\n")
    if not end or not _JSON.match(first):
        return False
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and bool(found)


def refuse_other_formats(data: bytes, file: str, *, but_json_lines: bool = False) -> None:
    """Refuse what is no text with rows, by its content.

    Raises:
        EmptyFile: See `refuse_empty`.
        DamagedFile: See `refuse_empty`.
        NotATable: A workbook, picture, archive, web page, XML, JSON or pointer; the message says which.
        TooLarge: See `refuse_long_lines`.
    """
    refuse_empty(data, file)
    refuse_long_lines(data, file)
    for kind in _BINARY:
        if data.startswith(kind.magic):
            raise NotATable(f"this is {kind.what}", file=file, hint=kind.hint)
    refusal = _markup(_plain_head(data), file)
    if refusal and not (but_json_lines and is_json_lines(data)):
        raise refusal


def _plain_head(data: bytes) -> bytes:
    """The first bytes without mark, NULs (so that UTF-16 reads like ASCII) and blank lines."""
    return without_mark(data)[: 2 * _HEAD].replace(b"\x00", b"").lstrip()[:_HEAD]


def _markup(head: bytes, file: str) -> RefusedFile | None:
    if _HTML.match(head):
        hint = f"a login or error page is often saved so: {_AGAIN}"
        return NotATable("this is a web page (HTML)", file=file, hint=hint)
    if _XML.match(head):
        return NotATable("this is XML", file=file, hint=_AGAIN)
    if _JSON.match(head):
        hint = f"an API's error is often saved so: look inside, then {_AGAIN}"
        return NotATable("this is JSON", file=file, hint=hint)
    return None
