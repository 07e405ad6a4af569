"""Which files outside the tables still hold an erased person: originals, notes, reports, logs, what was handed on.

The project's folder is looked through byte by byte, archives unpacked and Parquet decoded, and so are originals
elsewhere. Nothing is deleted but originals whose rows the store took in, and these only where somebody asks for it.
What cannot be looked into is named, too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.errors import NoSource, RefusedFile
from opsctl.core.paths import STORE_FOLDER
from opsctl.ingest.load import hashes_of
from opsctl.ingest.sources import Found, files
from opsctl.store import catalog as catalogs
from opsctl.store import handover, people, place, records, segments
from opsctl.store.catalog import Catalog
from opsctl.store.contents import Closed, holds
from opsctl.store.intake import ERASED, name_of
from opsctl.store.traces import Traces

_GIT = ".git"  # what was committed stays in its history, whatever is deleted


class Why(StrEnum):
    """Why a file is named."""

    HOLDS = "holds"  # an erased id stands in it
    ROWS = "rows"  # an original whose rows of an erased person the store does not keep
    NAME = "name"  # its name holds an erased id
    NUMBER = "number"  # tables that were handed on, in which somebody erased is a number still
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


def remains(settings: Settings, traces: Traces, leaving: Collection[int] | None = None) -> list[Remains]:
    """Every file in the project's folder, and every original elsewhere, that still holds one of the ids.

    Before the store is rewritten, its own files are passed over, and the numbers of those who are `leaving` are given.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: The catalog cannot be read.
    """
    folder = (settings.folder or Path()).resolve()
    with catalogs.reading(folder) as catalog:
        taken_in = _Originals(catalog)
        known = set(people.read(catalog)["uid"]) - set(leaving or ())
    found: dict[Path, Remains] = {}
    for path in sorted({*_inside(folder, store=leaving is None), *_declared(settings), *taken_in.paths}):
        why = _why(path, folder, traces) or (Why.ROWS if taken_in.had_erased_rows(path) else None)
        if why is None and path.name == handover.MANIFEST and _has_others(path.parent, known):
            why = Why.NUMBER
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


def _inside(folder: Path, *, store: bool) -> Iterator[Path]:
    """The regular files in a folder, however deep; links are not followed."""
    passed = {_GIT} if store else {_GIT, STORE_FOLDER}
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - passed)
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


def _has_others(folder: Path, known: Collection[int]) -> bool:
    """Do tables that were handed on hold numbers of people whom the store does not know, or not any more?"""
    try:
        return not handover.people_in(folder, segments.PEOPLE) <= set(known)
    except pl.exceptions.PolarsError:
        return True


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


def _why(path: Path, folder: Path, traces: Traces) -> Why | None:
    inside = path.relative_to(folder) if path.is_relative_to(folder) else Path(path.name)
    try:
        if holds(path, traces, ours=inside.parts[0] == STORE_FOLDER):
            return Why.HOLDS
    except Closed:
        return Why.CLOSED
    return Why.NAME if traces.in_text(inside.as_posix()) else None
