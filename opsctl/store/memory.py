"""A project's memory as commands use it: take files in, and tell what is known as of a day."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from opsctl.config.settings import Settings
from opsctl.core.errors import NoSource
from opsctl.ingest.load import Loaded, Started, gather, joined
from opsctl.ingest.memory import Memory
from opsctl.ingest.sources import Files
from opsctl.store import catalog as catalogs
from opsctl.store import derived, intake, place, recall
from opsctl.store.intake import Intake, Order
from opsctl.store.people import People, keys_of


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
        seen = recall.seen(catalog, as_of)
        key = derived.key_of(catalog, seen, settings)
        found = derived.loaded(catalog, seen, key)
        if found is None:
            found = joined(recall.gathered(catalog, seen), settings)
            derived.keep(catalog, key, found)
        recall.count_days(catalog, seen, found)
        return replace(found, memory=Memory(key, recall.months(catalog, seen), derived.Shelf(catalog.store)))


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
    folder = _folder(settings)
    listed = intake.named(files, folder)
    with catalogs.writing(folder, wait) as catalog:
        people = People(catalog, keys_of(catalog, settings.project.privacy, folder, os.environ))
        done = intake.take_in(
            catalog, people, lambda knows: gather(listed, settings, None, started, knows), settings, order
        )
    if done.load is not None:
        with catalogs.reading(folder) as catalog:  # what was just joined need not be joined again
            derived.keep(catalog, derived.key_of(catalog, recall.seen(catalog, None), settings), done.loaded)
    return done


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
