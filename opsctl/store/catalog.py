"""The catalog: which files were taken in, what came of them and when each was known, in one SQLite file.

A write holds the store's lock from its first look to its last; one transaction makes all of it visible. Beside the
catalog lies its seal: SQLite itself does not notice a bit that flips inside a value.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from opsctl.core.errors import CannotStore, DamagedStore, NoStore, StoreTooNew
from opsctl.store import owed, place
from opsctl.store import seal as seals
from opsctl.store.database import all_or_nothing, connected, damaged, execute, locked, refusal
from opsctl.store.seal import Standing

_GENERATION = "generation"
_DIGEST = "digest"

# Each script takes the catalog from one version to the next; none is ever changed once it has been released.
MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE load (
        id INTEGER PRIMARY KEY,
        known_at TEXT NOT NULL,   -- the moment it was taken in, UTC
        as_of TEXT,               -- the last day that was known then
        opsctl TEXT NOT NULL
    );
    CREATE TABLE file (
        id INTEGER PRIMARY KEY,
        load INTEGER NOT NULL REFERENCES load (id),
        gone INTEGER REFERENCES load (id),  -- the load that read it anew
        name TEXT NOT NULL,
        path TEXT NOT NULL,       -- where its original was, of a member of an archive that archive
        sha256 TEXT NOT NULL,
        kind TEXT NOT NULL,       -- the canonical table
        mapping TEXT NOT NULL,
        mapping_sha256 TEXT NOT NULL,
        breakdown TEXT,
        supplied TEXT NOT NULL,   -- JSON: the columns that it gave itself
        foreign_days INTEGER NOT NULL,
        first_day TEXT,
        last_day TEXT,
        notes TEXT NOT NULL,      -- JSON
        account TEXT NOT NULL     -- JSON: what became of every row
    );
    CREATE TABLE segment (
        id INTEGER PRIMARY KEY,
        file INTEGER NOT NULL REFERENCES file (id),
        month TEXT NOT NULL,      -- of the days of its rows, empty where they have none
        path TEXT NOT NULL UNIQUE,
        sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        sums TEXT NOT NULL,       -- JSON: what its columns add up to, and its rows by day
        days TEXT NOT NULL
    );
    CREATE TABLE people (
        id INTEGER PRIMARY KEY,
        load INTEGER NOT NULL REFERENCES load (id),
        path TEXT NOT NULL UNIQUE,
        sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        rows INTEGER NOT NULL
    );
    CREATE TABLE sighting (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, load INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE erased (mark BLOB PRIMARY KEY, load INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX file_sha256 ON file (sha256);
    CREATE INDEX segment_file ON segment (file);
    """,
)


class Catalog:
    """An open catalog; rows come as dictionaries."""

    def __init__(self, store: Path, connection: sqlite3.Connection) -> None:
        self.store = store
        self.connection = connection
        self._given_up = False

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query.

        Raises:
            DamagedStore: The catalog cannot be read.
            Locked: A write takes longer than a reader waits.
        """
        try:
            return self.connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise refusal(error) from error

    def insert(self, table: str, **values: object) -> int:
        """A new row; its number."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        return self.change(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", *values.values())  # noqa: S608

    def change(self, statement: str, *values: object) -> int:
        """Run a statement; the number of the row that it made.

        Raises:
            CannotStore: The disk is full.
        """
        try:
            return self.connection.execute(statement, values).lastrowid or 0
        except sqlite3.DatabaseError as error:
            raise refusal(error) from error

    def meta(self, name: str) -> str | None:
        """A value of the store as a whole."""
        found = self.rows("SELECT value FROM meta WHERE name = ?", name)
        return found[0]["value"] if found else None

    def set_meta(self, name: str, value: str) -> None:
        """Keep a value of the store as a whole."""
        self.insert("meta", name=name, value=value)

    @property
    def generation(self) -> int:
        """How often the catalog was changed."""
        return int(self.meta(_GENERATION) or 0)

    @property
    def version(self) -> int:
        """The number of the last migration that it went through."""
        (row,) = self.rows("PRAGMA user_version")
        return int(row[0])

    def digest(self) -> str:
        """A hash of everything that the catalog says, whatever its bytes."""
        schema = [tuple(row) for row in self.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")]
        found = hashlib.sha256(repr((self.version, schema)).encode())
        for table in (name for kind, name, *_ in schema if kind == "table"):
            columns = [row["name"] for row in self.rows(f"PRAGMA table_info({table})")]
            for row in self.rows(f"SELECT * FROM {table} ORDER BY {columns[0]}"):  # noqa: S608 - names of our own
                if table != "meta" or row["name"] != _DIGEST:
                    found.update(repr((table, tuple(row))).encode())
        return found.hexdigest()

    def is_whole(self) -> bool:
        """Does the catalog say what was last written into it?"""
        try:
            return self.rows("PRAGMA integrity_check")[0][0] == "ok" and self.meta(_DIGEST) == self.digest()
        except (DamagedStore, ValueError, TypeError):
            return False

    def is_new(self) -> bool:
        """Was nothing ever kept in it?"""
        try:
            return not self.rows("SELECT 1 FROM sqlite_schema") or not self.rows("SELECT 1 FROM load")
        except DamagedStore:
            return False

    def count_change(self) -> None:
        """Write down that something was changed, and what the whole is now."""
        self.set_meta(_GENERATION, str(self.generation + 1))
        self.set_meta(_DIGEST, self.digest())

    def give_up(self) -> None:
        """Let the end of the write undo all of it."""
        self._given_up = True

    @property
    def has_given_up(self) -> bool:
        """Will nothing of the write be kept?"""
        return self._given_up

    def paths(self) -> frozenset[str]:
        """The files of data that count, by their names below the store's folder."""
        return frozenset(
            row["path"]
            for table in ("segment", "people")
            for row in self.rows(f"SELECT path FROM {table}")  # noqa: S608
        )

    def compact(self) -> None:
        """Leave no byte of what was deleted in the file.

        Raises:
            CannotStore: The disk is full.
        """
        execute(self.connection, "VACUUM")


@contextmanager
def reading(project: Path) -> Iterator[Catalog]:
    """The catalog of a project, to read.

    Raises:
        NoStore: Nothing was ever ingested.
        StoreTooNew: A newer opsctl wrote it.
        DamagedStore: It cannot be read.
    """
    store = _there(project)
    with closing(connected(store / place.CATALOG)) as connection:
        found = Catalog(store, connection)
        check_version(found)
        yield found


@contextmanager
def inspecting(project: Path, wait: float = 0.0) -> Iterator[Catalog]:
    """The catalog of a project as it is, whatever it is, while nobody writes.

    Raises:
        NoStore: Nothing was ever ingested.
        Locked: A run is writing, and did not end within `wait` seconds.
        DamagedStore: It cannot be opened.
    """
    store = _there(project)
    with locked(store, wait), closing(connected(store / place.CATALOG)) as connection:
        yield Catalog(store, connection)


@contextmanager
def writing(project: Path, wait: float = 0.0) -> Iterator[Catalog]:
    """The catalog of a project, to change: all that is done to it becomes visible together, or none of it.

    Raises:
        Locked: Another run is writing, and did not end within `wait` seconds.
        StoreTooNew: A newer opsctl wrote it.
        DamagedStore: It is not what was last written.
        CannotStore: The disk is full, or the folder cannot be written to.
        NotSwept: Files that held erased rows cannot be removed.
    """
    if place.exists(project):
        _there(project)
    store = place.made(place.store_of(project))
    with locked(store, wait):
        place.ignore(store)
        with closing(connected(store / place.CATALOG)) as connection:
            found = Catalog(store, connection)
            _make_ready(found)
            place.sweep(store, found.paths())
            owed.pay(found)
            before = connection.total_changes
            with all_or_nothing(connection):
                yield found
                if found.has_given_up:
                    connection.execute("ROLLBACK")
                    return
                changed = connection.total_changes > before
                if changed:
                    found.count_change()
                    seals.announce(found)
            if changed:
                with suppress(CannotStore):  # what was committed stays; the next run seals it
                    seals.press(found)
            owed.pay(found)


def _there(project: Path) -> Path:
    """The folder of a store that is there.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: Its catalog is gone.
    """
    store = place.store_of(project)
    if not place.exists(project):
        raise NoStore("this project has no store yet", hint="opsctl ingest takes its exports in")
    if not (store / place.CATALOG).is_file():
        raise damaged()
    return store


def check_version(catalog: Catalog) -> int:
    """The version of a store.

    Raises:
        StoreTooNew: A newer opsctl wrote it.
    """
    if catalog.version > len(MIGRATIONS):
        raise StoreTooNew(
            f"the store is of version {catalog.version}, this opsctl knows {len(MIGRATIONS)}", hint="update opsctl"
        )
    return catalog.version


def _make_ready(catalog: Catalog) -> None:
    """Finish what a run that died has left, and bring the catalog to this version; a damaged one is left alone."""
    standing = seals.standing(catalog)
    if standing in (Standing.UNPROVEN, Standing.DAMAGED):
        raise damaged()
    version = check_version(catalog)
    if version < len(MIGRATIONS):
        with all_or_nothing(catalog.connection):
            _migrate(catalog, version)
            catalog.count_change()
            seals.announce(catalog)
        standing = Standing.UNFINISHED
    if standing is not Standing.SEALED or seals.is_announcing(catalog.store):
        seals.press(catalog)


def _migrate(catalog: Catalog, version: int) -> None:
    for at in range(version, len(MIGRATIONS)):
        for statement in MIGRATIONS[at].split(";"):
            execute(catalog.connection, statement)
        execute(catalog.connection, f"PRAGMA user_version = {at + 1}")
