"""What the footer of a Parquet file says of its columns, read without decoding a single value.

The footer is a Thrift struct in the compact protocol; of it only row counts and the statistics of flat columns matter
here. Whoever wrote the file may have left any of it out: then nothing is known, and nothing is guessed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_MAGIC = 4  # bytes
_TAIL = 8  # bytes: the footer's length, and the magic
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_LONG_LIST = 15
# Field numbers of parquet.thrift.
_ROW_GROUPS = 4
_COLUMNS, _GROUP_ROWS = 1, 3
_META_DATA = 3
_PATH, _STATISTICS = 3, 12
_NULLS, _MAX, _MIN = 3, 5, 6

Struct = dict[int, Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A column of one row group: how many nulls, and the smallest and largest value as Parquet keeps them."""

    nulls: int
    smallest: bytes
    largest: bytes


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that lie together, and what is known of their columns; a column without statistics is not there."""

    rows: int
    columns: dict[str, Bounds]


def row_groups(path: Path) -> tuple[RowGroup, ...] | None:
    """The row groups of a Parquet file in their order; None where its footer is not understood."""
    try:
        with path.open("rb") as file:
            footer = _Compact(_footer(file)).structure()
        return tuple(_row_group(group) for group in footer[_ROW_GROUPS])
    except (OSError, struct.error, IndexError, KeyError, TypeError, ValueError):
        return None


def _footer(file: BinaryIO) -> bytes:
    file.seek(-_TAIL, 2)
    (length,) = struct.unpack("<I", file.read(_TAIL - _MAGIC))
    file.seek(-_TAIL - length, 2)
    return file.read(length)


def _row_group(group: Struct) -> RowGroup:
    return RowGroup(group[_GROUP_ROWS], dict(_bounds(group[_COLUMNS])))


def _bounds(chunks: list[Struct]) -> Iterator[tuple[str, Bounds]]:
    for chunk in chunks:
        column: Struct = chunk[_META_DATA]
        known: Struct = column.get(_STATISTICS, {})
        if len(column[_PATH]) == 1 and {_NULLS, _MIN, _MAX} <= known.keys():
            yield column[_PATH][0].decode(), Bounds(known[_NULLS], known[_MIN], known[_MAX])


class _Compact:
    """A reader of Thrift's compact protocol."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def structure(self) -> Struct:
        """The fields of a struct by their numbers."""
        found: Struct = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 0x0F
            number = number + step if step else self._signed()
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind)
        return found

    def _value(self, kind: int) -> Any:
        match kind:
            case 4 | 5 | 6:
                return self._signed()
            case _ if kind == _BINARY:
                return self._take(self._unsigned())
            case _ if kind == _STRUCT:
                return self.structure()
            case _ if kind in (_LIST, _SET):
                return self._list()
            case _ if kind in (_TRUE, _FALSE, _BYTE):
                return self._byte()
            case _ if kind == _DOUBLE:
                return self._take(8)
            case _:
                raise ValueError(kind)

    def _list(self) -> list[Any]:
        head = self._byte()
        size, kind = head >> 4, head & 0x0F
        size = self._unsigned() if size == _LONG_LIST else size
        return [self._value(kind) for _ in range(size)]

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _take(self, length: int) -> bytes:
        self._at += length
        return self._data[self._at - length : self._at]

    def _unsigned(self) -> int:
        found = shift = 0
        while (byte := self._byte()) & 0x80:
            found |= (byte & 0x7F) << shift
            shift += 7
        return found | byte << shift

    def _signed(self) -> int:
        zigzag = self._unsigned()
        return zigzag >> 1 ^ -(zigzag & 1)
