"""Where measures keep tables that were dear to make, each under a name and everything that it was made from.

Beside each lies what it should weigh and hash to, written first: where the table is not there its run died, or somebody
threw it away, and nobody misses it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl

from opsctl.core.errors import OpsctlError
from opsctl.store import checked, parquet, place, seal

_SEAL = ".seal"
_KEPT = 400  # of one name; those that nobody has used for longest go


class Shelf:
    """The shelf of a store."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._folder = store / place.KEPT
        self._generation = seal.generation(store)

    def find(self, name: str, state: str) -> pl.LazyFrame | None:
        """The table that is kept under a name and state; it is then one of the newest, since it is in use."""
        path = self._folder / name / f"{state}.parquet"
        if not _is_uncut(path):
            return None
        with suppress(OSError):
            os.utime(path)
        return pl.scan_parquet(path)

    def keep(self, name: str, state: str, made: pl.DataFrame) -> pl.LazyFrame:
        """A table, kept from now on; a store that cannot be written to answers all the same.

        What was made while the store was changed is not kept: it may hold somebody who was erased meanwhile.
        """
        path = self._folder / name / f"{state}.parquet"
        part, weight = _beside(path), _beside(_seal_of(path))
        try:
            place.made(path.parent)
            parquet.write(made, part, "lz4")
            told = {"bytes": part.stat().st_size, "sha256": place.sha256_of(part)}
            weight.write_bytes(checked.sealed(json.dumps(told).encode()))
            weight.replace(_seal_of(path))
            part.replace(path)
        except (OSError, OpsctlError):
            with suppress(OSError):
                part.unlink(missing_ok=True)
                weight.unlink(missing_ok=True)
            return made.lazy()
        if seal.generation(self._store) != self._generation:
            _drop(path)
            return made.lazy()
        _forget_the_unused(path.parent)
        return pl.scan_parquet(path)


def damaged(store: Path) -> list[str]:
    """The names, below the store's folder, of kept tables that are not what was written; each can be thrown away."""
    return [path.relative_to(store).as_posix() for path in _tables(store) if not _is_as_written(path)]


def _tables(store: Path) -> Iterator[Path]:
    """Every kept table."""
    for folder in place.folders(store / place.KEPT):
        yield from sorted(folder.glob("[!.]*.parquet"))


def _beside(path: Path) -> Path:
    """Where a process writes before a file takes its place: several may make the same table at one time."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _seal_of(path: Path) -> Path:
    return path.with_name(path.name + _SEAL)


def _told(path: Path) -> dict[str, int | str] | None:
    try:
        content = checked.opened(_seal_of(path).read_bytes())
    except OSError:
        return None
    told: dict[str, int | str] | None = None if content is None else json.loads(content)
    return told


def _is_uncut(path: Path) -> bool:
    """Is a table there, as long as it was? Its bytes are only looked at when somebody verifies."""
    told = _told(path)
    try:
        return told is not None and path.stat().st_size == told["bytes"]
    except OSError:
        return False


def _is_as_written(path: Path) -> bool:
    told = _told(path)
    return told is not None and _is_uncut(path) and place.sha256_of(path) == told["sha256"]


def _forget_the_unused(folder: Path) -> None:
    with suppress(OSError):
        tables = sorted(folder.glob("*.parquet"), key=lambda one: one.stat().st_mtime_ns)
        for path in tables[:-_KEPT]:
            _drop(path)


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)
    _seal_of(path).unlink(missing_ok=True)
