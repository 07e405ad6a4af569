"""SQLite as the store uses it: durable to the last byte, one writer at a time, every failure a refusal."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from opsctl.core.errors import CannotStore, DamagedStore, Locked, OpsctlError
from opsctl.store import place

_READERS_WAIT = 30.0  # seconds: a commit takes milliseconds
# EXTRA: a commit is over when the end of its journal is on the disk as well. A large write stays in memory until its
# commit, so that it keeps nobody from reading.
_SETTINGS = ("synchronous = EXTRA", "secure_delete = ON", "cache_spill = OFF")
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NO_DISK = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)


def connected(path: Path) -> sqlite3.Connection:
    """A catalog, opened.

    Raises:
        DamagedStore: It is no database.
        CannotStore: It cannot be opened.
    """
    try:
        connection = sqlite3.connect(path, timeout=_READERS_WAIT, isolation_level=None)
    except sqlite3.DatabaseError as error:
        raise refusal(error) from error
    connection.row_factory = sqlite3.Row
    for setting in _SETTINGS:
        execute(connection, f"PRAGMA {setting}")
    return connection


def execute(connection: sqlite3.Connection, statement: str) -> None:
    """Run a statement that tells nothing.

    Raises:
        CannotStore, DamagedStore, Locked: It failed.
    """
    try:
        connection.execute(statement)
    except sqlite3.DatabaseError as error:
        raise refusal(error) from error


@contextmanager
def all_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction, undone by any exception and by a ROLLBACK inside."""
    execute(connection, "BEGIN IMMEDIATE")
    try:
        yield
        if connection.in_transaction:
            execute(connection, "COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextmanager
def locked(store: Path, wait: float) -> Iterator[None]:
    """The right to write, for as long as this lasts; it ends with the process, however that ends.

    Raises:
        Locked: Another run has it, and did not end within `wait` seconds.
        CannotStore: The folder cannot be written to.
    """
    lock = store / place.LOCK
    try:
        if lock.exists() and lock.stat().st_size:
            os.truncate(lock, 0)  # nothing is ever written there; never opened, which would end a lock on it
        connection = sqlite3.connect(lock, timeout=wait, isolation_level=None)
    except OSError as error:
        raise place.cannot(error) from error
    except sqlite3.DatabaseError as error:
        raise refusal(error) from error
    with closing(connection):
        execute(connection, "BEGIN EXCLUSIVE")
        yield


def refusal(error: sqlite3.DatabaseError) -> OpsctlError:
    """What a failure of SQLite means for the store."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the bits above tell it more finely
    if code in _LOCKED:
        return Locked("another run is writing to the store", hint="try again later, or --wait SECONDS")
    if code in _NO_DISK:
        return CannotStore(f"the catalog cannot be written: {error}", hint="check the disk and the folder's rights")
    return damaged()


def damaged() -> DamagedStore:
    """The refusal to work with a catalog that is not what was written."""
    return DamagedStore(
        "the store's catalog is damaged", hint="opsctl verify tells more; restore .opsctl from a backup, or ingest anew"
    )
