"""A project's memory as commands use it: take files in, and tell what is known as of a day."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from opsctl.config.settings import Settings
from opsctl.core.errors import NoSource, NoStore
from opsctl.ingest.load import Gathered, Keeping, Knows, Loaded, Started, gather, joined
from opsctl.ingest.memory import Memory
from opsctl.ingest.sources import Files
from opsctl.store import catalog as catalogs
from opsctl.store import derived, intake, place, recall, remap, seal
from opsctl.store import key as keys
from opsctl.store import standing as standings
from opsctl.store.catalog import Catalog
from opsctl.store.intake import Intake, Order
from opsctl.store.people import People, keys_of
from opsctl.store.shelf import Shelf
from opsctl.store.standing import Standing


def remembers(folder: Path | None) -> bool:
    """Does a project have a store?"""
    return place.exists(folder)


def known(settings: Settings, as_of: date | None) -> Loaded:
    """The tables of the project's store as they were known at the end of a day; unset: as they are known now.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: A file of the store cannot be read.
        StoreTooNew: A newer opsctl wrote it.
    """
    with catalogs.reading(_folder(settings)) as catalog:
        generation = seal.generation(catalog.store)
        seen = recall.seen(catalog, as_of)
        key = derived.key_of(catalog, seen, settings)
        found = derived.loaded(catalog, seen, key)
        if found is None:
            found = joined(recall.gathered(catalog, seen), settings)
            derived.keep(catalog, key, found, generation)
        recall.count_days(catalog, seen, found)
        return replace(
            found,
            deliveries=recall.deliveries(catalog, seen.last),
            memory=Memory(key, recall.months(catalog, seen), Shelf(catalog.store), seen.reconstructed is not None),
        )


def standing(settings: Settings) -> Standing:
    """Where the project's store stands to the files outside.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: It cannot be read.
        StoreTooNew: A newer opsctl wrote it.
    """
    folder = _folder(settings)
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
    listed = intake.named(files, _folder(settings))

    def take(catalog: Catalog, people: People) -> Intake:
        return intake.take_in(
            catalog,
            people,
            lambda knows: gather(listed, settings, None, started, Keeping(knows, people.hashed)),
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
            return gather(files, settings, None, started, Keeping(knows, people.hashed))

        return remap.read_anew(catalog, people, read, settings, order)

    if not remembers(_folder(settings)):
        raise NoStore("this project has no store yet", hint="opsctl ingest takes its exports in")
    return _written(settings, wait, take)


def _written(settings: Settings, wait: float, take: Callable[[Catalog, People], Intake]) -> Intake:
    """What a run that writes did."""
    folder = _folder(settings)
    with catalogs.writing(folder, wait) as catalog:
        people = People(catalog, keys_of(catalog, settings.project.privacy, folder, os.environ))
        done = take(catalog, people)
        generation = catalog.generation + 1
    if done.load is not None:
        with catalogs.reading(folder) as catalog:  # what was just joined need not be joined again
            key = derived.key_of(catalog, recall.seen(catalog, None), settings)
            derived.keep(catalog, key, done.loaded, generation)
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
    folder, privacy = _folder(settings), settings.project.privacy
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


def _folder(settings: Settings) -> Path:
    """The project's folder.

    Raises:
        NoSource: There is no project to remember anything.
    """
    if settings.folder is None:
        raise NoSource(
            "there is no project here: a store belongs to an opsctl.yaml", hint="opsctl init makes one, -C names one"
        )
    return settings.folder
