"""Files that are whole or not there; of several, all or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from opsctl.core.errors import CannotWrite


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """A file that is complete or not there: written beside its place, forced to disk, then renamed.

    `private` files can be read by their owner alone; others by whom the user's umask allows.

    Raises:
        CannotWrite: The folder does not exist or cannot be written to, or the disk is full.
    """
    write_all({path: text.encode()}, private=private)


def write_all(files: Mapping[Path, bytes], *, private: bool = False) -> None:
    """Files that are there together: none takes its place before all are written, and all go back if one cannot.

    Raises:
        CannotWrite: One of them cannot be written; it is named, and none is there.
    """
    places = {_place_of(path): content for path, content in files.items()}
    with ExitStack() as undo:
        parts = [(path, _part(path, text, undo, private=private)) for path, text in places.items() if _plain(path)]
        for path, content in places.items():
            if not _plain(path):
                _pour(path, content)
        with ExitStack() as back:
            for path, part in parts:
                if len(parts) > 1:
                    back.callback(_restore, path, _before(path))
                _place(part, path)
            back.pop_all()


def _place_of(path: Path) -> Path:
    """Where a link leads: the link itself, such as /dev/stdout, must never be replaced by a file."""
    return path.resolve() if path.is_symlink() and _plain(path) else path


def _plain(path: Path) -> bool:
    return path.is_file() or not path.exists()


def _part(path: Path, content: bytes, undo: ExitStack, *, private: bool) -> Path:
    """The content beside the place it is for; gone when the stack unwinds, unless it was renamed."""
    import tempfile

    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        part = Path(name)
        undo.callback(part.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            part.chmod(0o666 & ~_umask())
    except OSError as error:
        raise _cannot(path, error) from error
    return part


def _place(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except OSError as error:
        raise _cannot(path, error) from error


def _before(path: Path) -> bytes | None:
    """What stands in a place now, if anything."""
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise _cannot(path, error) from error


def _restore(path: Path, content: bytes | None) -> None:
    """A place as it was; the error that made it necessary is told, not another."""
    with suppress(OSError, CannotWrite):
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_all({path: content})


def _pour(path: Path, content: bytes) -> None:
    """A content into a device or a pipe, which must never be replaced by a file of its name."""
    try:
        path.write_bytes(content)
    except BrokenPipeError:
        raise  # a reader that went away, as of stdout
    except OSError as error:
        raise CannotWrite(f"cannot write '{path}': {error.strerror}", hint="name a file") from error


def _cannot(path: Path, error: OSError) -> CannotWrite:
    return CannotWrite(f"cannot write '{path}': {error.strerror}", hint="check the folder and the disk")


def _umask() -> int:
    """The user's umask; the only way to learn it is to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
