"""Is the store what was written? Every hash, size, count and sum anew, and every file that nothing knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

import polars as pl

from opsctl.core.errors import DamagedStore
from opsctl.ingest.control import sums
from opsctl.schemas import tables
from opsctl.schemas.table import Merge
from opsctl.store import catalog as catalogs
from opsctl.store import checked, derived, owed, place, seal, segments, shelf
from opsctl.store.catalog import Catalog
from opsctl.store.seal import Standing
from opsctl.store.segments import Segment

_DATABASES = (place.CATALOG, place.LOCK)
_OURS = frozenset({place.SEAL, place.IGNORED, *_DATABASES, *(f"{name}-journal" for name in _DATABASES)})
_FOLDERS = frozenset({place.DATA, place.PEOPLE, place.DERIVED, place.KEPT, place.ANSWERS})


class Weight(StrEnum):
    """What a finding means."""

    DAMAGE = "damage"  # something that was taken in is lost, or can no longer be trusted
    REPAIRABLE = "repairable"  # nothing that was taken in is lost; --repair makes it good
    HARMLESS = "harmless"  # the next run clears it away, or nobody minds


class Found(StrEnum):
    """What can be found."""

    CATALOG = "catalog", Weight.DAMAGE
    MISSING = "missing", Weight.DAMAGE
    ALTERED = "altered", Weight.DAMAGE
    MISCOUNTED = "miscounted", Weight.DAMAGE
    OWED = "owed", Weight.REPAIRABLE
    UNPROVEN = "unproven", Weight.REPAIRABLE
    DERIVED = "derived", Weight.REPAIRABLE
    IGNORED = "ignored", Weight.REPAIRABLE
    UNFINISHED = "unfinished", Weight.HARMLESS
    LEFTOVER = "leftover", Weight.HARMLESS
    FOREIGN = "foreign", Weight.HARMLESS

    weight: Weight

    def __new__(cls, value: str, weight: Weight) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.weight = weight
        return member


@dataclass(frozen=True, slots=True)
class Finding:
    """One file that is not as it should be.

    Args:
        found: What is wrong.
        file: Its name below the store's folder.
        source: The export whose rows it holds, where it holds any.
        rows: How many rows are concerned.
    """

    found: Found
    file: str
    source: str | None = None
    rows: int | None = None


@dataclass
class Verified:
    """What was looked at, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    rows: int = 0

    def of(self, weight: Weight) -> list[Finding]:
        """The findings of one weight."""
        return [one for one in self.findings if one.found.weight is weight]

    @property
    def is_sound(self) -> bool:
        """Is everything that matters what was written?"""
        return not any(one.found.weight is not Weight.HARMLESS for one in self.findings)


def verify(project: Path, wait: float = 0.0) -> Verified:
    """Look at every file of a project's store. Nobody writes meanwhile.

    Raises:
        NoStore: Nothing was ever ingested.
        Locked: A run is writing, and did not end within `wait` seconds.
        StoreTooNew: A newer opsctl wrote it.
    """
    found = Verified()
    store = place.store_of(project)
    try:
        with catalogs.inspecting(project, wait) as catalog:
            _look_at(catalog, found)
    except DamagedStore:
        found.findings.append(Finding(Found.CATALOG, place.CATALOG))
    found.findings += _around(store)
    return found


def repair(project: Path, wait: float = 0.0) -> None:
    """Make good what concerns nothing that was taken in: what can be made again is thrown away, the seal renewed.

    Raises:
        NoStore: Nothing was ever ingested.
        Locked: A run is writing, and did not end within `wait` seconds.
        CannotStore: The folder cannot be written to.
        DamagedStore: The catalog cannot be opened.
    """
    with catalogs.inspecting(project, wait) as catalog:
        place.ignore(catalog.store)
        place.forget(catalog.store)
        standing = seal.standing(catalog)
        if standing in (Standing.UNPROVEN, Standing.UNFINISHED):
            seal.press(catalog)
        if standing not in (Standing.NEW, Standing.DAMAGED):
            owed.pay(catalog)


def _look_at(catalog: Catalog, found: Verified) -> None:
    """The catalog, and the files that it lists, if it can be trusted."""
    standing = seal.standing(catalog)
    found.files, found.bytes = 1, (catalog.store / place.CATALOG).stat().st_size
    if standing is Standing.DAMAGED:
        found.findings.append(Finding(Found.CATALOG, place.CATALOG))
        return
    catalogs.check_version(catalog)
    if standing is Standing.UNPROVEN:
        found.findings.append(Finding(Found.UNPROVEN, place.SEAL))
    if standing is Standing.UNFINISHED or seal.is_announcing(catalog.store):
        found.findings.append(Finding(Found.UNFINISHED, place.CATALOG))
    if standing is Standing.NEW:
        return
    if owed.is_owed(catalog):
        found.findings.append(Finding(Found.OWED, place.CATALOG))
    found.findings += [*_segments(catalog, found), *_people(catalog, found)]
    left = place.left_over(catalog.store, catalog.paths())
    found.findings += [Finding(Found.LEFTOVER, path.relative_to(catalog.store).as_posix()) for path in left]


def _segments(catalog: Catalog, found: Verified) -> Iterator[Finding]:
    files = {row["id"]: row for row in catalog.rows("SELECT id, name, kind FROM file")}
    for row in catalog.rows("SELECT * FROM segment ORDER BY path"):
        one, file = Segment(**dict(row)), files[row["file"]]
        wrong = _bytes(catalog, one.path, one.bytes, one.sha256) or _counted(catalog, file["kind"], one)
        found.files, found.bytes, found.rows = found.files + 1, found.bytes + one.bytes, found.rows + one.rows
        if wrong is not None:
            yield Finding(wrong, one.path, file["name"], one.rows)


def _people(catalog: Catalog, found: Verified) -> Iterator[Finding]:
    for row in catalog.rows("SELECT * FROM people ORDER BY path"):
        wrong = _bytes(catalog, row["path"], row["bytes"], row["sha256"])
        if wrong is None and _height(catalog.store / row["path"]) != row["rows"]:
            wrong = Found.MISCOUNTED
        found.files, found.bytes = found.files + 1, found.bytes + row["bytes"]
        if wrong is not None:
            yield Finding(wrong, row["path"], rows=row["rows"])


def _bytes(catalog: Catalog, name: str, size: int, sha256: str) -> Found | None:
    path = catalog.store / name
    if not path.is_file():
        return Found.MISSING
    try:
        same = path.stat().st_size == size and place.sha256_of(path) == sha256
    except OSError:
        return Found.ALTERED
    return None if same else Found.ALTERED


def _counted(catalog: Catalog, table: str, segment: Segment) -> Found | None:
    """Do the rows of a file add up to what the catalog says?"""
    said = segment.rows, json.loads(segment.sums), json.loads(segment.days)
    path = catalog.store / segment.path
    if tables()[table].MERGE is Merge.APPEND:  # too large to be held, and nothing of it adds up
        return None if (_height(path), {}, segments.by_day(pl.scan_parquet(path))) == said else Found.MISCOUNTED
    rows = segments.frame_of(catalog, table, [segment])
    days = segments.by_day(rows.lazy()) if segments.dated(table) else {}
    return None if (rows.height, sums(rows, table), days) == said else Found.MISCOUNTED


def _height(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _around(store: Path) -> Iterator[Finding]:
    """What lies in the store beside its data."""
    if not place.is_ignored(store):
        yield Finding(Found.IGNORED, place.IGNORED)
    for name in (*derived.damaged(store), *shelf.damaged(store)):
        yield Finding(Found.DERIVED, name)
    for path in sorted((store / place.ANSWERS).glob("*.json")):
        if checked.opened(path.read_bytes()) is None:
            yield Finding(Found.DERIVED, path.relative_to(store).as_posix())
    for path in sorted(store.iterdir()):
        known = path.name in (_FOLDERS if path.is_dir() else _OURS) or path.match(".*.part")
        if not known:
            yield Finding(Found.FOREIGN, path.name)
