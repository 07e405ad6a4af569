"""The parts of an .xlsx: what they are called, how large they may be, and their XML, which is never trusted."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from xml.parsers import expat

from opsctl.core.errors import DamagedFile, NotATable, TooLarge
from opsctl.ingest.reading.sheets.rows import Cell, Rows

AGAIN = "open it and save it again, or save it as CSV UTF-8"
UNPACKED = 400 * 1024**2  # bytes of one part
_CHUNK = 256 * 1024

Attributes = Mapping[str, str]
Begin = Callable[[str, Attributes], None]
End = Callable[[str], None]
Say = Callable[[str], None]


class Package:
    """An open workbook.

    Raises:
        DamagedFile: It is no whole archive.
        NotATable: It holds no workbook, or one of another kind.
    """

    def __init__(self, stream: BinaryIO) -> None:
        with broken():
            self._archive = zipfile.ZipFile(stream)
        self._names = {name.lower(): name for name in self._archive.namelist()}
        self.book = next((part for kind, part in self.related("") if kind == "officeDocument"), "")
        if not self.has(self.book):
            raise NotATable("this is an Excel workbook without its parts", hint=AGAIN)
        if self.book.endswith(".bin"):
            raise NotATable("this is a binary Excel workbook (.xlsb)", hint="save it as .xlsx or CSV UTF-8")

    def has(self, part: str) -> bool:
        """Is there such a part?"""
        return part.lower() in self._names

    def related(self, part: str) -> Iterator[tuple[str, str]]:
        """What kinds of parts belong to a part, and their names."""
        for kind, _, target in self.relations(part):
            yield kind, target

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """The same with the id under which the part speaks of each: kind, id and name."""
        folder, name = posixpath.split(part)
        found: list[tuple[str, str, str]] = []

        def begin(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
                found.append((attributes.get("Type", "").rpartition("/")[2], attributes.get("Id", ""), target))

        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), begin)
        return found

    def read(self, part: str, begin: Begin, end: End = lambda _: None, say: Say = lambda _: None) -> None:
        """Tell the elements of a part as they come, by their names without a namespace; none where it is not there.

        Raises:
            DamagedFile: The part is no XML, or more than plain XML.
            TooLarge: It unpacks to more than any export.
        """
        parser = _parser(begin, end, say)
        with broken():
            for chunk in self.chunks(part):
                parser.Parse(chunk)
            if self.has(part):
                parser.Parse(b"", True)  # that was all

    def read_sheet(self, part: str, begin: Begin, end: End, say: Say, take: Callable[[str, list[Cell]], None]) -> None:
        """The same of a sheet, of which rows may be taken the fast way.

        Raises:
            DamagedFile: The part is no XML, or more than plain XML.
            TooLarge: It unpacks to more than any export.
        """
        parser = _parser(begin, end, say)
        with broken():
            rows = Rows(parser.Parse, take)
            for chunk in self.chunks(part):
                rows.feed(chunk)
            rows.close()
            parser.Parse(b"", True)  # that was all

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of a part; none where it is not there.

        Raises:
            TooLarge: It unpacks to more than any export.
        """
        if not self.has(part):
            return
        item = self._archive.getinfo(self._names[part.lower()])
        if item.file_size > UNPACKED:
            raise TooLarge("a sheet of the workbook unpacks to more than an export should", hint="save it as CSV UTF-8")
        with self._archive.open(item) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


@contextmanager
def broken() -> Iterator[None]:
    """Whatever the archive or its XML complain of, it is one refusal."""
    try:
        yield
    except (
        *(zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, EOFError),
        *(OSError, NotImplementedError, RuntimeError, ValueError, LookupError),
    ):
        raise DamagedFile("the workbook is broken or ends early", hint=AGAIN) from None


def _parser(begin: Begin, end: End, say: Say) -> expat.XMLParserType:
    """A parser that knows no entities but XML's own, and so never makes much of little."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names: dict[str, str] = {}

    def local(tag: str) -> str:
        return names.setdefault(tag, tag.rpartition(" ")[2])

    def refuse(*_: object) -> None:
        raise DamagedFile("the workbook is more than plain XML", hint=AGAIN)

    parser.StartElementHandler = lambda tag, attributes: begin(names.get(tag) or local(tag), attributes)
    parser.EndElementHandler = lambda tag: end(names.get(tag) or local(tag))
    parser.CharacterDataHandler = say
    parser.StartDoctypeDeclHandler = refuse
    return parser
