"""Which files outside the tables still hold an erased person: originals, notes, reports, logs, what was handed on.

The project's folder is looked through byte by byte, archives unpacked and Parquet decoded, and so are originals
elsewhere. Nothing is deleted but originals whose rows the store took in, and these only where somebody asks for it.
What cannot be looked into is named, too.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.errors import NoSource, RefusedFile
from opsctl.core.paths import STORE_FOLDER
from opsctl.ingest.load import hashes_of
from opsctl.ingest.reading.container import LARGEST
from opsctl.ingest.reading.signatures import GZIP, PARQUET, ZIP
from opsctl.ingest.sources import Found, files
from opsctl.store import catalog as catalogs
from opsctl.store import place, records
from opsctl.store.catalog import Catalog
from opsctl.store.intake import ERASED, name_of
from opsctl.store.traces import Traces

_GIT = ".git"  # what was committed stays in its history, whatever is deleted
_DEEPEST = 3  # archives inside archives
_HEAD = 6
_PACKED: dict[bytes, Callable[[BinaryIO], BinaryIO]] = {
    GZIP: lambda stream: gzip.GzipFile(fileobj=stream),  # type: ignore[dict-item, return-value]  # it reads like one
    b"BZh": lambda stream: bz2.BZ2File(stream),  # type: ignore[dict-item, return-value]
    b"\xfd7zXZ": lambda stream: lzma.LZMAFile(stream),  # type: ignore[dict-item, return-value]
}
_CLOSED = (b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd", b"%PDF")  # packed in a way that is not unpacked here
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, lzma.LZMAError)


class Why(StrEnum):
    """Why a file is named."""

    HOLDS = "holds"  # an erased id stands in it
    ROWS = "rows"  # an original whose rows of an erased person the store does not keep
    NAME = "name"  # its name holds an erased id
    CLOSED = "closed"  # it cannot be looked into


@dataclass(frozen=True, slots=True)
class Remains:
    """A file that is named.

    Args:
        file: Its name as it may be told: below the project's folder, nobody's id in it.
        path: Where it is.
        why: Why it is named.
        original: Was all of it taken into the store, so that deleting it loses nothing that the store knows?
    """

    file: str
    path: Path
    why: Why
    original: bool


def remains(settings: Settings, traces: Traces) -> list[Remains]:
    """Every file in the project's folder, and every original elsewhere, that still holds one of the ids.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: The catalog cannot be read.
    """
    folder = (settings.folder or Path()).resolve()
    with catalogs.reading(folder) as catalog:
        taken_in = _Originals(catalog)
    found: dict[Path, Remains] = {}
    for path in sorted({*_inside(folder), *_declared(settings), *taken_in.paths}):
        why = _why(path, folder, traces) or (Why.ROWS if taken_in.had_erased_rows(path) else None)
        if why is not None:
            name = traces.hidden(name_of(path, folder))
            found.setdefault(path.resolve(), Remains(name, path, why, taken_in.is_one(path)))
    return sorted(found.values(), key=lambda one: one.file)


def is_kept_by_git(folder: Path) -> bool:
    """Does a folder, or one above it, belong to a repository, whose history nobody looks through here?"""
    return any((above / _GIT).exists() for above in (folder.resolve(), *folder.resolve().parents))


def delete(found: Remains) -> bool:
    """Delete an original, durably; False where it cannot be."""
    try:
        found.path.unlink()
        place.force_out_folder(found.path.parent)
    except OSError:
        return False
    return True


# --- which files ----------------------------------------------------------------------------------------


def _inside(folder: Path) -> Iterator[Path]:
    """The regular files in a folder, however deep; links are not followed."""
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {_GIT})
        yield from (path for name in names if _is_regular(path := Path(above, name)))


def _declared(settings: Settings) -> Iterator[Path]:
    """The files of the project's sources, which links may lead to."""
    with suppress(NoSource):
        yield from (one.path for one in files((), settings).found if _is_regular(one.path))


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


class _Originals:
    """The files that a store took in, by hash and by where they were."""

    def __init__(self, catalog: Catalog) -> None:
        rows = catalog.rows("SELECT path, sha256, account FROM file")
        self.paths = {path for row in rows if _is_regular(path := Path(row["path"]))}
        self._known = {row["sha256"] for row in rows}
        self._known |= {row["sha256"] for row in catalog.rows("SELECT sha256 FROM sighting")}
        erased = (row for row in rows if records.account_of(row["account"]).dropped.get(ERASED))
        self._erased = {row["sha256"]: Path(row["path"]) for row in erased}

    def is_one(self, path: Path) -> bool:
        """Is all that a file holds what the store took in, or a copy of it?"""
        hashes = _hashes(path)
        return bool(hashes) and hashes <= self._known

    def had_erased_rows(self, path: Path) -> bool:
        """Does it lie where it was taken in from, as it was, with rows that the store does not keep?"""
        return path in self._erased.values() and bool(_hashes(path) & self._erased.keys())


def _hashes(path: Path) -> set[str]:
    try:
        return set(hashes_of(Found("", path)).values())
    except RefusedFile:
        return set()


# --- what they hold -------------------------------------------------------------------------------------


def _why(path: Path, folder: Path, traces: Traces) -> Why | None:
    inside = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    try:
        ours = STORE_FOLDER in path.parts
        with path.open("rb") as stream:
            if _holds(stream, traces, ours=ours):
                return Why.HOLDS
    except (*_BROKEN, pl.exceptions.PolarsError, _Closed):
        return Why.CLOSED
    return Why.NAME if traces.in_text(inside) else None


class _Closed(Exception):
    """What a stream holds cannot be looked into."""


def _holds(stream: BinaryIO, traces: Traces, depth: int = 0, *, ours: bool = False) -> bool:
    """Does a stream hold one of the ids, unpacked and decoded?

    Raises:
        _Closed: It is packed in an unknown way, too deep, or swells too much.
    """
    head = stream.read(_HEAD)
    if head.startswith(_CLOSED):
        raise _Closed
    stream.seek(0)
    if head.startswith(PARQUET):
        return _parquet_holds(io.BytesIO(stream.read()) if depth else Path(stream.name), traces, ours=ours)
    if head.startswith(ZIP):
        return _members_hold(stream, traces, depth)
    for mark, unpacked in _PACKED.items():
        if head.startswith(mark):
            return _unpacked_holds(unpacked(stream), traces, depth)
    return traces.in_stream(stream.read)


def _members_hold(stream: BinaryIO, traces: Traces, depth: int) -> bool:
    """An archive, which spreadsheets and documents of an office are too: the names in it and what they hold."""
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if traces.in_text(member.filename):
                return True
            with archive.open(member) as unpacked:
                if _unpacked_holds(unpacked, traces, depth):  # type: ignore[arg-type]  # it reads like one
                    return True
    return False


def _unpacked_holds(stream: BinaryIO, traces: Traces, depth: int) -> bool:
    if depth >= _DEEPEST:
        raise _Closed
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith((PARQUET, *ZIP, *_PACKED)):
        whole = stream.read(LARGEST + 1)
        if len(whole) > LARGEST:
            raise _Closed
        return _holds(io.BytesIO(whole), traces, depth + 1)
    if head.startswith(_CLOSED):
        raise _Closed
    return traces.in_stream(_limited(stream))


def _limited(stream: BinaryIO) -> Callable[[int], bytes]:
    """What a stream yields, as long as it is no bomb."""
    left = LARGEST

    def read(size: int) -> bytes:
        nonlocal left
        piece = stream.read(size)
        left -= len(piece)
        if left < 0:
            raise _Closed
        return piece

    return read


def _parquet_holds(source: Path | io.BytesIO, traces: Traces, *, ours: bool) -> bool:
    """Texts, and figures that may be ids; in the store's own files figures are numbers of rows and people.

    Raises:
        _Closed: A column holds lists or the like.
    """
    scan = pl.scan_parquet(source, hive_partitioning=False)
    for name, kind in scan.collect_schema().items():
        if kind.is_nested():
            raise _Closed
        if kind.is_temporal() or (kind.is_numeric() and ours):
            continue
        cells = pl.col(name).cast(pl.Int64, strict=False) if kind.is_float() else pl.col(name)
        texts = scan.select(cells.cast(pl.String, strict=False).alias("text"))
        likely = texts.filter(traces.likely(pl.col("text"))).unique().collect(engine="streaming")["text"]
        if traces.in_cells(likely).any():
            return True
    return False
