"""How the store stands to the files outside: what it has not read yet, and what it would read otherwise today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from opsctl.config.settings import Settings
from opsctl.core.errors import NoSource, RefusedFile
from opsctl.ingest.load import hashes_of
from opsctl.ingest.reading.names import WORKBOOKS
from opsctl.ingest.sources import Declared, Found, files
from opsctl.store import recall
from opsctl.store.catalog import Catalog
from opsctl.store.intake import named, reading_of
from opsctl.store.recall import Stored


@dataclass(frozen=True, slots=True)
class Outdated:
    """A file that its mapping, or what the project says of it, would read otherwise today.

    `found` is its original, or the archive that holds it; None where that is gone or holds something else by now.
    """

    stored: Stored
    found: Found | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file of the project's sources that is not in the store as it is: new, or changed since it was taken in."""

    file: str
    changed: bool


@dataclass(frozen=True)
class Standing:
    """Where the store stands.

    Args:
        loads: How often files were taken in.
        last_load: When, the last time; UTC, as ISO 8601.
        waiting: Files to take in.
        outdated: Files to read anew.
    """

    loads: int
    last_load: str
    waiting: tuple[Waiting, ...]
    outdated: tuple[Outdated, ...]


def standing(catalog: Catalog, settings: Settings, folder: Path) -> Standing:
    """Where the store of a project in a folder stands to its files.

    Raises:
        BadConfiguration: A pattern under `sources:` is none.
    """
    loads = catalog.rows("SELECT known_at FROM load ORDER BY id")
    return Standing(
        loads=len(loads),
        last_load=loads[-1]["known_at"] if loads else "",
        waiting=tuple(_waiting(catalog, settings, folder)),
        outdated=tuple(outdated(catalog, settings)),
    )


def outdated(catalog: Catalog, settings: Settings) -> list[Outdated]:
    """The files that count and would be read otherwise today, in the order in which they came."""
    declared = Declared(settings)
    return [
        Outdated(one, _original(one))
        for one in recall.files(catalog, recall.seen(catalog, None).last)
        if one.mapping_sha256 != reading_of(settings, declared, one.mapping, Path(one.path))
    ]


def _original(stored: Stored) -> Found | None:
    """Where a file still lies as it was read, under the name that it had, or that of the archive that holds it."""
    path = Path(stored.path)
    for name in (stored.name, *(above.as_posix() for above in Path(stored.name).parents)):
        found = Found(name, path)
        if path.is_file() and _hashes(found).get(stored.name) == stored.sha256:
            return found
    return None


def _waiting(catalog: Catalog, settings: Settings, folder: Path) -> list[Waiting]:
    seen = {row["name"]: row["sha256"] for row in catalog.rows("SELECT name, sha256 FROM sighting")}
    try:
        listed = named(files((), settings), folder)
    except NoSource:
        return []
    found = {name: sha256 for file in listed.found for name, sha256 in _expected(file, seen.keys()).items()}
    return [Waiting(name, name in seen) for name, sha256 in sorted(found.items()) if seen.get(name) != sha256]


def _expected(file: Found, seen: Collection[str]) -> Mapping[str, str]:
    """The hashes of what a file holds, without the sheets that were left out of a workbook when it was taken in."""
    hashes = _hashes(file)
    known = {name: sha256 for name, sha256 in hashes.items() if name in seen}
    return known if known and file.path.suffix.lower() in WORKBOOKS else hashes


def _hashes(file: Found) -> Mapping[str, str]:
    """The hashes of a file's tables; one that cannot be unpacked is no table that the store has."""
    try:
        return hashes_of(file)
    except RefusedFile:
        return {file.name: ""}
