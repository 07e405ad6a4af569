"""The container of an .xls: a small file system inside a file, of which one stream is the workbook."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from opsctl.core.errors import DamagedFile, NotATable
from opsctl.ingest.reading.sheets.package import AGAIN

_HEADER = 512  # bytes
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_NO_MORE = 0xFFFFFFFA  # from here on a number is no sector's
_SHIFTS = (9, 12)  # sectors of 512 or 4096 bytes
_LISTED = 109  # sectors of the table that the header itself names


class Compound:
    """The streams of a compound file, by their names."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        (shift, self._mini_shift) = struct.unpack_from("<2H", data, 30)
        if shift not in _SHIFTS or self._mini_shift >= shift:
            raise _damaged()
        self._size = 1 << shift
        (directory, _, self._cutoff, mini, _, more) = struct.unpack_from("<6I", data, 48)
        self._next = self._table(more)
        self._entries = {name: (kind, start, size) for name, kind, start, size in self._listed(directory)}
        self._mini_next = _numbers(self._chained(mini)) if mini < _NO_MORE else ()
        root = next((start for kind, start, _ in self._entries.values() if kind == _ROOT), _NO_MORE)
        self._mini = self._chained(root) if root < _NO_MORE else b""

    @property
    def names(self) -> frozenset[str]:
        """What the streams and folders are called."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream.

        Raises:
            DamagedFile: It ends early.
        """
        kind, start, size = self._entries[name]
        if kind != _STREAM:
            raise _damaged()
        found = self._mini_chained(start) if size < self._cutoff else self._chained(start)
        if len(found) < size:
            raise _damaged()
        return found[:size]

    def _table(self, more: int) -> tuple[int, ...]:
        """Which sector follows each."""
        sectors = list(struct.unpack_from(f"<{_LISTED}I", self._data, 76))
        seen: set[int] = set()
        while more < _NO_MORE:
            if more in seen:
                raise _damaged()
            seen.add(more)
            *listed, more = _numbers(self._sector(more))
            sectors += listed
        return tuple(n for at in sectors if at < _NO_MORE for n in _numbers(self._sector(at)))

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        found = self._data[at : at + self._size]
        if not found:
            raise _damaged()
        return found.ljust(self._size, b"\x00")

    def _chained(self, start: int) -> bytes:
        return b"".join(self._sector(at) for at in _chain(start, self._next))

    def _mini_chained(self, start: int) -> bytes:
        size = 1 << self._mini_shift
        return b"".join(self._mini[at * size : (at + 1) * size] for at in _chain(start, self._mini_next))

    def _listed(self, start: int) -> Iterator[tuple[str, int, int, int]]:
        entries = self._chained(start)
        for at, end in pairwise(range(0, len(entries) + 1, _ENTRY)):
            entry = entries[at:end]
            length, kind = struct.unpack_from("<HB", entry, 64)
            first, size = struct.unpack_from("<2I", entry, 116)
            if kind:
                yield entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), kind, first, size


def workbook_in(data: bytes) -> bytes:
    """The stream of an .xls that holds its sheets.

    Raises:
        NotATable: It is another document, locked, or older than Excel 97.
        DamagedFile: It is broken.
    """
    if len(data) < _HEADER:
        raise _damaged()
    compound = Compound(data)
    if "EncryptedPackage" in compound.names:
        raise locked()
    if "Workbook" in compound.names:
        return compound.stream("Workbook")
    if "Book" in compound.names:
        raise NotATable("this is an .xls of Excel 95 or older", hint=AGAIN)
    raise NotATable("this is an old Office document and no workbook", hint="export the figures as CSV")


def locked() -> NotATable:
    """The refusal of what only a password opens."""
    return NotATable("this workbook is locked with a password", hint="take the password off, or save it as CSV UTF-8")


def _damaged() -> DamagedFile:
    return DamagedFile("the workbook is broken or ends early", hint=AGAIN)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data)


def _chain(start: int, following: tuple[int, ...]) -> Iterator[int]:
    """The sectors from one on; each comes once."""
    seen = 0
    while start < _NO_MORE:
        seen += 1
        if seen > len(following):
            raise _damaged()
        yield start
        start = following[start]
