"""What a file holds, however it is packed: archives, documents of an office and Parquet are unpacked and decoded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import polars as pl

from opsctl.ingest.reading.container import LARGEST
from opsctl.ingest.reading.signatures import GZIP, PARQUET, ZIP
from opsctl.store.traces import Traces

_DEEPEST = 3  # archives inside archives
_HEAD = 6
_BZIP2, _XZ = b"BZh", b"\xfd7zXZ"
_CLOSED = (b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd", b"%PDF")  # packed in a way that is not unpacked here
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
_TEXTS = (pl.String, pl.Categorical)


class Closed(Exception):
    """What is there cannot be looked into: broken, locked, packed in an unknown way or too deep, or a bomb."""


class _Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...


def holds(path: Path, traces: Traces, *, ours: bool) -> bool:
    """Does a file hold one of the ids? `ours` is a file of the store, in which figures name rows, money and numbers.

    Raises:
        Closed: It cannot be looked into.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(_HEAD).startswith(PARQUET):
                return _parquet_holds(path, traces, ours=ours)
            return _holds(stream, traces, 0)
    except (*_BROKEN, pl.exceptions.PolarsError) as error:
        raise Closed from error


def _holds(stream: _Stream, traces: Traces, depth: int) -> bool:
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(_CLOSED) or depth > _DEEPEST:
        raise Closed
    if head.startswith(PARQUET):
        return _parquet_holds(io.BytesIO(_whole(stream)), traces, ours=False)
    if head.startswith(ZIP):
        return _members_hold(stream if depth == 0 else io.BytesIO(_whole(stream)), traces, depth)
    unpacked = _unpacked(stream, head)
    if unpacked is not None:
        return _holds(unpacked, traces, depth + 1)
    return traces.in_stream(_limited(stream) if depth else stream.read)


def _unpacked(stream: _Stream, head: bytes) -> _Stream | None:
    """What is packed in a stream as a whole."""
    if head.startswith(GZIP):
        return gzip.GzipFile(fileobj=stream)
    if head.startswith(_BZIP2):
        return bz2.BZ2File(stream)  # type: ignore[call-overload, no-any-return]
    if head.startswith(_XZ):
        return lzma.LZMAFile(stream)  # type: ignore[arg-type]
    return None


def _members_hold(stream: _Stream, traces: Traces, depth: int) -> bool:
    """An archive, which workbooks and documents are too: the names in it, and what they hold."""
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if traces.in_text(member.filename):
                return True
            with archive.open(member) as unpacked:
                if _holds(unpacked, traces, depth + 1):
                    return True
    return False


def _whole(stream: _Stream) -> bytes:
    found = stream.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise Closed
    return found


def _limited(stream: _Stream) -> Callable[[int], bytes]:
    """What a stream yields, as long as it is no bomb."""
    left = LARGEST

    def read(size: int) -> bytes:
        nonlocal left
        piece = stream.read(size)
        left -= len(piece)
        if left < 0:
            raise Closed
        return piece

    return read


def _parquet_holds(source: Path | io.BytesIO, traces: Traces, *, ours: bool) -> bool:
    """Texts, and elsewhere than in the store figures as well: a telephone number may have been taken for one."""
    scan = pl.scan_parquet(source, hive_partitioning=False)
    for name, kind in scan.collect_schema().items():
        if kind.is_nested():
            raise Closed
        if kind.is_temporal() or (ours and kind not in _TEXTS):
            continue
        texts = scan.select(text=_as_text(pl.col(name), kind))
        likely = texts.filter(traces.likely(pl.col("text"))).unique().collect(engine="streaming")["text"]
        if traces.in_cells(likely).any():
            return True
    return False


def _as_text(cells: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Binary):
        return cells.map_batches(_decoded, return_dtype=pl.String, is_elementwise=True)
    whole = cells.cast(pl.Int64, strict=False) if kind.is_float() else cells
    return whole.cast(pl.String, strict=False)


def _decoded(cells: pl.Series) -> pl.Series:
    return pl.Series([None if one is None else one.decode(errors="replace") for one in cells], dtype=pl.String)
