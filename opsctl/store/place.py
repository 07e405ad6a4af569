"""Where a project's store keeps its files, and how they are written: whole, forced to disk, or not there."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from opsctl.core.errors import CannotStore
from opsctl.core.paths import STORE_FOLDER

CATALOG = "catalog.sqlite"
SEAL = "catalog.seal"
LOCK = "lock"
DATA = "data"
PEOPLE = "people"
DERIVED = "derived"
ANSWERS = "answers"
_PRIVATE = 0o700


def store_of(project: Path) -> Path:
    """The store's folder of a project."""
    return project / STORE_FOLDER


def exists(project: Path | None) -> bool:
    """Does the project have a store?"""
    return project is not None and (store_of(project) / CATALOG).is_file()


def made(folder: Path) -> Path:
    """A folder, readable by its owner alone, made where it is not there.

    Raises:
        CannotStore: It cannot be made.
    """
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot(error) from error
    return folder


def durable(path: Path, write: Callable[[Path], object]) -> Path:
    """A file that is complete and on the disk when this returns: written beside its place, forced out, renamed.

    Raises:
        CannotStore: The disk is full, or the folder cannot be written to.
    """
    part = beside(path)
    try:
        write(part)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot(error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return settled(path)


def beside(path: Path) -> Path:
    """Where a file is written before it takes its place; its folder is made.

    Raises:
        CannotStore: The folder cannot be made.
    """
    made(path.parent)
    return path.with_name(f".{path.name}.part")


def settled(path: Path) -> Path:
    """A file that was written beside its place is forced out and takes it.

    Raises:
        CannotStore: The disk is full.
    """
    part = beside(path)
    try:
        _force_out(part)
        part.replace(path)
        force_out_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot(error) from error
    return path


def durable_text(path: Path, text: str) -> Path:
    """A small text file, whole or not there; see `durable`."""
    return durable(path, lambda part: part.write_bytes(text.encode()))


def _force_out(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def force_out_folder(folder: Path) -> None:
    """Make the names in a folder durable; a system without that notion keeps them so by itself."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def sweep(store: Path, kept: Collection[str]) -> None:
    """Remove what a run that died has left: files of data that the catalog does not list, by their names below."""
    for folder in (DATA, PEOPLE):
        for path in (store / folder).rglob("*"):
            if path.is_file() and path.relative_to(store).as_posix() not in kept:
                path.unlink(missing_ok=True)
    for path in (store / DERIVED).glob(".*"):
        shutil.rmtree(path, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cannot(error: OSError) -> CannotStore:
    """The refusal that a failed write comes to; it names no path of the machine."""
    return CannotStore(f"the store cannot be written: {error.strerror}", hint="check the disk and the folder's rights")
