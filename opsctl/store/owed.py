"""What an erasure owes once it counts: no file, no table made from it and no free page may hold the rows any more.

The transaction that takes rows away says that this is owed; whatever ends the run then, the next one that writes pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsctl.core.errors import CannotStore, NotSwept
from opsctl.store import place
from opsctl.store import seal as seals
from opsctl.store.database import all_or_nothing

if TYPE_CHECKING:
    from opsctl.store.catalog import Catalog

_OWED = "owed"


def owe(catalog: Catalog) -> None:
    """Say, inside the transaction that takes rows away, that the files which held them are still to go."""
    catalog.set_meta(_OWED, "sweep")


def is_owed(catalog: Catalog) -> bool:
    """Are files that held erased rows still to go?"""
    return catalog.meta(_OWED) is not None


def pay(catalog: Catalog) -> None:
    """Leave no byte of what was erased, if that is owed; called outside of any transaction, under the store's lock.

    Raises:
        NotSwept: Something of it cannot be removed.
    """
    if not is_owed(catalog):
        return
    try:
        _sweep(catalog)
    except CannotStore as error:
        raise NotSwept(
            "what was erased counts nowhere any more, but files that held it are still there",
            details=(("because", error.sentence),),
            hint="close what has them open, make room, and run opsctl erase again",
        ) from error


def _sweep(catalog: Catalog) -> None:
    place.sweep(catalog.store, catalog.paths())
    place.forget(catalog.store)
    seals.announce(catalog)  # other bytes, the same content
    catalog.compact()
    seals.press(catalog)
    with all_or_nothing(catalog.connection):
        catalog.change("DELETE FROM meta WHERE name = ?", _OWED)
        catalog.count_change()
        seals.announce(catalog)
    seals.press(catalog)
