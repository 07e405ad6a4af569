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
KEPT = "kept"
ANSWERS = "answers"
IGNORED = ".gitignore"
_PRIVATE = 0o700
_HALF_WRITTEN = (".*.part", f"{ANSWERS}/*.part", f"{KEPT}/*/.*.part")
_IGNORE_ALL = b"*\n"


def store_of(project: Path) -> Path:
    """The store's folder of a project."""
    return project / STORE_FOLDER


def exists(project: Path | None) -> bool:
    """Does the project have a store, even if its catalog were lost?"""
    return project is not None and any((store_of(project) / name).is_file() for name in (CATALOG, SEAL))


def holds_data(store: Path) -> bool:
    """Is there any file of data, even half written?"""
    return any(path.is_file() for folder in (DATA, PEOPLE) for path in (store / folder).rglob("*"))


def made(folder: Path) -> Path:
    """A folder, readable by its owner alone, made where it is not there, and durable as its files are.

    Raises:
        CannotStore: It cannot be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        for one in reversed(missing):
            one.mkdir(mode=_PRIVATE, exist_ok=True)
            force_out_folder(one.parent)
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
        force_out(part)
        part.replace(path)
        force_out_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot(error) from error
    return path


def folders(folder: Path) -> list[Path]:
    """The folders in a folder that are not just being made, by name."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.is_dir() and not path.name.startswith("."))


def ignore(store: Path) -> None:
    """Keep the store out of a repository: it is no source.

    Raises:
        CannotStore: The disk is full.
    """
    if not is_ignored(store):
        durable(store / IGNORED, lambda part: part.write_bytes(_IGNORE_ALL))


def is_ignored(store: Path) -> bool:
    """Does the store's own rule keep it out of a repository?"""
    try:
        return (store / IGNORED).read_bytes() == _IGNORE_ALL
    except OSError:
        return False


def force_out(path: Path) -> None:
    """Make the bytes of a file durable."""
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
    """Remove what a run that died has left, and what no longer counts; it stays removed whatever happens then.

    Raises:
        CannotStore: Something of it cannot be removed.
    """
    found = left_over(store, kept)
    try:
        for path in found:
            path.unlink(missing_ok=True)
        for folder in sorted({path.parent for path in found}):
            force_out_folder(folder)
    except OSError as error:
        raise cannot(error) from error
    for path in (store / DERIVED).glob(".*"):
        shutil.rmtree(path, ignore_errors=True)


def forget(store: Path) -> None:
    """Throw away all that was made from the data and can be made again: tables, kept measures, answers.

    Raises:
        CannotStore: Something of it cannot be removed.
    """
    try:
        for folder in (store / name for name in (DERIVED, KEPT, ANSWERS)):
            if folder.exists():
                shutil.rmtree(folder)
        force_out_folder(store)
    except OSError as error:
        raise cannot(error) from error


def left_over(store: Path, kept: Collection[str]) -> list[Path]:
    """Files that nothing knows: of data, those that the catalog does not list by their names below; half written ones.

    Tables that are just being made from the store are no such thing: nobody waits for their makers.
    """
    data = [path for folder in (DATA, PEOPLE) for path in sorted((store / folder).rglob("*")) if not path.is_dir()]
    unknown = [path for path in data if path.relative_to(store).as_posix() not in kept]
    half = [path for pattern in _HALF_WRITTEN for path in sorted(store.glob(pattern))]
    return [*unknown, *half]


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cannot(error: OSError) -> CannotStore:
    """The refusal that a failed write comes to; it names no path of the machine."""
    return CannotStore(f"the store cannot be written: {error.strerror}", hint="check the disk and the folder's rights")
