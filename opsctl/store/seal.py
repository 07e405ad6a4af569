"""The seal of the catalog: what its bytes and its content were when it was last written, beside it.

SQLite notices neither a bit that flips inside a value nor a catalog that is older than the files beside it. The seal
tells both apart from a write that was interrupted, since it is written twice: before a commit it says what is about to
be committed, after it what was.

    sealed      the bytes are those that were sealed; whatever was announced did not happen
    unfinished  the content is what was announced: the run died between its commit and the seal
    new         nothing was ever kept
    unproven    the content is whole by its own digest, the bytes or the seal are not what was written
    damaged     anything else
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.store import checked, place

if TYPE_CHECKING:
    from opsctl.store.catalog import Catalog


class Standing(Enum):
    """What the catalog is, measured by its seal."""

    SEALED = auto()
    UNFINISHED = auto()
    NEW = auto()
    UNPROVEN = auto()
    DAMAGED = auto()


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed.

    Args:
        generation: How often the catalog was changed.
        sha256: Of its bytes.
        digest: Of its content.
        announced: The digest of the content that is about to take its place.
    """

    generation: int
    sha256: str
    digest: str
    announced: str | None = None


def read(store: Path) -> Seal | None:
    """The seal of a store; None where there is none or it is damaged."""
    try:
        content = checked.opened((store / place.SEAL).read_bytes())
        return None if content is None else Seal(**json.loads(content))
    except (OSError, ValueError, TypeError):
        return None


def generation(store: Path) -> int | None:
    """How often the store was changed, as far as that was sealed: what is made while it grows is made of the past."""
    seal = read(store)
    return None if seal is None else seal.generation


def is_announcing(store: Path) -> bool:
    """Did the last write get no further than to say what it was about to do?"""
    seal = read(store)
    return seal is not None and seal.announced is not None


def announce(catalog: Catalog) -> None:
    """Say what is about to be committed; called inside the transaction, on a catalog that is sealed.

    Raises:
        CannotStore: The disk is full.
    """
    last = read(catalog.store)
    if last is not None:
        # The catalog's bytes must not be hashed here: to close its file would end SQLite's own lock on it.
        _write(catalog.store, replace(last, announced=catalog.digest()))


def press(catalog: Catalog) -> None:
    """Seal what the catalog is now; called outside of any transaction.

    Raises:
        CannotStore: The disk is full.
    """
    sha256 = place.sha256_of(catalog.store / place.CATALOG)
    _write(catalog.store, Seal(catalog.generation, sha256, catalog.digest()))


def _write(store: Path, seal: Seal) -> None:
    content = checked.sealed((json.dumps(asdict(seal)) + "\n").encode())
    place.durable(store / place.SEAL, lambda part: part.write_bytes(content))


def standing(catalog: Catalog) -> Standing:
    """What the catalog is; called outside of any transaction, by whoever holds the store's lock."""
    whole = catalog.is_whole()  # first: it rolls back what a dead run has left half written
    seal = read(catalog.store)
    if seal is None:
        if catalog.is_new() and not place.holds_data(catalog.store) and not (catalog.store / place.SEAL).exists():
            return Standing.NEW
        return Standing.UNPROVEN if whole else Standing.DAMAGED
    if not whole:
        return Standing.DAMAGED
    if seal.sha256 == place.sha256_of(catalog.store / place.CATALOG):
        return Standing.SEALED
    digest = catalog.digest()
    if seal.announced == digest:
        return Standing.UNFINISHED
    return Standing.UNPROVEN if seal.digest == digest else Standing.DAMAGED
