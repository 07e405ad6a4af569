"""The catalog: which files were taken in, what came of them and when each was known, in one SQLite file.

A write holds the store's lock from its first look to its last; one transaction makes all of it visible. Beside the
catalog lies its seal, the hash of its bytes: SQLite itself does not notice a bit that flips inside a value.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from opsctl.core.errors import CannotStore, DamagedStore, Locked, NoStore, StoreTooNew
from opsctl.store import place

_READERS_WAIT = 30.0  # seconds: a commit takes milliseconds
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
        self._connection = connection
        self._given_up = False

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query.

        Raises:
            DamagedStore: The catalog cannot be read.
        """
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _damaged() from error

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
            return self._connection.execute(statement, values).lastrowid or 0
        except sqlite3.OperationalError as error:
            raise CannotStore(f"the catalog cannot be written: {error}", hint="check the disk") from error

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

    def digest(self) -> str:
        """A hash of everything that the catalog says, whatever its bytes."""
        found = hashlib.sha256()
        names = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        for table in (row["name"] for row in names):
            columns = [row["name"] for row in self.rows(f"PRAGMA table_info({table})")]
            for row in self.rows(f"SELECT * FROM {table} ORDER BY {columns[0]}"):  # noqa: S608 - names of our own
                if table != "meta" or row["name"] != _DIGEST:
                    found.update(repr((table, tuple(row))).encode())
        return found.hexdigest()

    def is_whole(self) -> bool:
        """Does the catalog say what was last written into it?"""
        try:
            (state,) = self._connection.execute("PRAGMA integrity_check").fetchone()
            return state == "ok" and self.meta(_DIGEST) == self.digest()
        except (sqlite3.DatabaseError, DamagedStore, ValueError, TypeError):
            return False

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
        """Leave no byte of what was deleted in the file."""
        self._connection.execute("VACUUM")


@contextmanager
def reading(project: Path) -> Iterator[Catalog]:
    """The catalog of a project, to read.

    Raises:
        NoStore: Nothing was ever ingested.
        StoreTooNew: A newer opsctl wrote it.
        DamagedStore: It cannot be read.
    """
    store = place.store_of(project)
    if not place.exists(project):
        raise NoStore("this project has no store yet", hint="opsctl ingest takes its exports in")
    with closing(_connected(store / place.CATALOG)) as connection:
        _check_version(connection)
        yield Catalog(store, connection)


@contextmanager
def writing(project: Path, wait: float = 0.0) -> Iterator[Catalog]:
    """The catalog of a project, to change: all that is done to it becomes visible together, or none of it.

    Raises:
        Locked: Another run is writing, and did not end within `wait` seconds.
        StoreTooNew: A newer opsctl wrote it.
        DamagedStore: It is not what was last written.
        CannotStore: The disk is full, or the folder cannot be written to.
    """
    store = place.made(place.store_of(project))
    with _locked(store, wait):
        _ignored_by_git(store)
        with closing(_connected(store / place.CATALOG)) as connection:
            _migrate(connection)
            found = Catalog(store, connection)
            _heal_seal(found)
            place.sweep(store, found.paths())
            _transaction(connection, "BEGIN IMMEDIATE")
            try:
                before = connection.total_changes
                yield found
                if found.has_given_up:
                    connection.execute("ROLLBACK")
                    return
                if connection.total_changes > before:
                    found.set_meta(_GENERATION, str(found.generation + 1))
                    found.set_meta(_DIGEST, found.digest())
                _transaction(connection, "COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            seal(found)


def _transaction(connection: sqlite3.Connection, statement: str) -> None:
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        raise CannotStore(f"the catalog cannot be written: {error}", hint="check the disk") from error


def _connected(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=_READERS_WAIT, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.DatabaseError as error:
        raise _damaged() from error
    return connection


def _check_version(connection: sqlite3.Connection) -> int:
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged() from error
    if version > len(MIGRATIONS):
        raise StoreTooNew(
            f"the store is of version {version}, this opsctl knows {len(MIGRATIONS)}", hint="update opsctl"
        )
    return int(version)


def _migrate(connection: sqlite3.Connection) -> None:
    for at in range(_check_version(connection), len(MIGRATIONS)):
        _transaction(connection, "BEGIN IMMEDIATE")
        for statement in MIGRATIONS[at].split(";"):
            _transaction(connection, statement)
        _transaction(connection, f"PRAGMA user_version = {at + 1}")
        _transaction(connection, "COMMIT")


@contextmanager
def _locked(store: Path, wait: float) -> Iterator[None]:
    """The right to write, for as long as this lasts; it ends with the process, however that ends."""
    try:
        connection = sqlite3.connect(store / place.LOCK, timeout=wait, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise CannotStore(f"the store cannot be locked: {error}", hint="check the folder's rights") from error
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Locked("another run is writing to the store", hint="try again later, or --wait SECONDS") from error
        except sqlite3.DatabaseError as error:
            raise _damaged() from error
        yield


def _ignored_by_git(store: Path) -> None:
    """A store is no source: its own rule keeps it out of a repository."""
    rule = store / ".gitignore"
    if not rule.exists():
        place.durable_text(rule, "*\n")


# --- the seal -----------------------------------------------------------------------------------------------


def seal(catalog: Catalog) -> None:
    """Write down the hash of the catalog's bytes."""
    told = {_GENERATION: catalog.generation, "sha256": place.sha256_of(catalog.store / place.CATALOG)}
    place.durable_text(catalog.store / place.SEAL, json.dumps(told) + "\n")


def is_sealed(catalog: Catalog) -> bool:
    """Are the catalog's bytes those that were sealed?"""
    return _sealed(catalog.store).get("sha256") == place.sha256_of(catalog.store / place.CATALOG)


def _sealed(store: Path) -> dict[str, Any]:
    try:
        found = json.loads((store / place.SEAL).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _heal_seal(catalog: Catalog) -> None:
    """Seal anew where a run died between its commit and the seal; refuse to write into a damaged catalog."""
    if is_sealed(catalog):
        return
    if catalog.meta(_DIGEST) is None and not catalog.rows("SELECT 1 FROM load LIMIT 1"):
        return  # just made
    if not catalog.is_whole():
        raise _damaged()
    seal(catalog)


def _damaged() -> DamagedStore:
    return DamagedStore("the store's catalog is damaged", hint="restore .opsctl from a backup, or ingest anew")
