"""A run that changes a project's store, or holds it against the files outside."""

from __future__ import annotations

import os
from collections.abc import Callable

from opsctl.config.settings import Settings
from opsctl.core.errors import NoStore
from opsctl.ingest.load import Keeping, Knows, Started, gather
from opsctl.ingest.loaded import Gathered
from opsctl.ingest.sources import Files
from opsctl.store import catalog as catalogs
from opsctl.store import derived, intake, recall, remap
from opsctl.store import key as keys
from opsctl.store import standing as standings
from opsctl.store.catalog import Catalog
from opsctl.store.intake import Intake, Order
from opsctl.store.memory import folder_of, remembers
from opsctl.store.people import People, keys_of
from opsctl.store.standing import Standing


def standing(settings: Settings) -> Standing:
    """Where the project's store stands to the files outside.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: It cannot be read.
        StoreTooNew: A newer opsctl wrote it.
    """
    folder = folder_of(settings)
    with catalogs.reading(folder) as catalog:
        return standings.standing(catalog, settings, folder)


def take_in(
    files: Files, settings: Settings, order: Order, *, wait: float = 0.0, started: Started | None = None
) -> Intake:
    """Take files into the project's store: all that are good, together; with `order.only_try`, none.

    Raises:
        Locked: Another run is writing.
        CannotStore: The disk is full. Nothing was taken in.
        DamagedStore: The store is not what was written.
        StoreTooNew: A newer opsctl wrote it.
        KeyMissing, KeyWrong, KeyExposed, KeyUnreadable, KeyMisplaced: The ids of people cannot be hashed.
    """
    listed = intake.named(files, folder_of(settings))

    def take(catalog: Catalog, people: People) -> Intake:
        return intake.take_in(
            catalog,
            people,
            lambda knows: gather(listed, settings, None, started, Keeping(knows, people.hashed), stay=True),
            settings,
            order,
        )

    return _written(settings, wait, take)


def read_anew(settings: Settings, order: Order, *, wait: float = 0.0, started: Started | None = None) -> Intake:
    """Read the files of the project's store anew that their mappings would read otherwise today; see `take_in`.

    Raises:
        NoStore: Nothing was ever ingested.
    """

    def take(catalog: Catalog, people: People) -> Intake:
        def read(files: Files, knows: Knows) -> Gathered:
            return gather(files, settings, None, started, Keeping(knows, people.hashed), stay=True)

        return remap.read_anew(catalog, people, read, settings, order)

    if not remembers(folder_of(settings)):
        raise NoStore("this project has no store yet", hint="opsctl ingest takes its exports in")
    return _written(settings, wait, take)


def _written(settings: Settings, wait: float, take: Callable[[Catalog, People], Intake]) -> Intake:
    """What a run that writes did."""
    folder = folder_of(settings)
    with catalogs.writing(folder, wait) as catalog:
        people = People(catalog, keys_of(catalog, settings.project.privacy, folder, os.environ))
        done = take(catalog, people)
        generation = catalog.generation + 1
    if done.load is not None:
        with catalogs.reading(folder) as catalog:  # what was just joined need not be joined again
            key = derived.key_of(catalog, recall.seen(catalog, None), settings)
            derived.keep(catalog, key, done.loaded, generation, done.state)
    return done


def rotate_key(settings: Settings, *, wait: float = 0.0) -> None:
    """Put a new key behind the project's, and hash the ids of the store once more with it.

    Raises:
        Locked: Another run is writing.
        CannotStore: The disk is full. The store follows when it is next written.
        DamagedStore: The store is not what was written.
        StoreTooNew: A newer opsctl wrote it.
        KeyMissing, KeyWrong, KeyExposed, KeyUnreadable, KeyMisplaced: There is no key, or it is none of this store's.
    """
    folder, privacy = folder_of(settings), settings.project.privacy
    path = keys.located(privacy, folder, os.environ)
    if not remembers(folder):
        keys.rotated(path)
        return
    with catalogs.writing(folder, wait) as catalog:
        keys_of(catalog, privacy, folder, os.environ)  # a key that is none of the store's is not rotated
        keys.rotated(path)
        keys_of(catalog, privacy, folder, os.environ)
    with catalogs.writing(folder, wait):  # sweeps the index that was hashed with fewer keys away
        pass
