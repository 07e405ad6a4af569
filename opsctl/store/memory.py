"""What a project remembers, as commands ask for it: the tables as they were known on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from opsctl.config.settings import Settings
from opsctl.core.errors import NoSource
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.memory import Memory
from opsctl.store import catalog as catalogs
from opsctl.store import derived, place, recall, seal
from opsctl.store.shelf import Shelf


def remembers(folder: Path | None) -> bool:
    """Was anything ever taken into a store of the project?

    Raises:
        DamagedStore: Its catalog cannot be read.
        StoreTooNew: A newer opsctl wrote it.
    """
    if folder is None or not place.exists(folder):
        return False
    with catalogs.reading(folder) as catalog:
        return bool(catalog.rows("SELECT 1 FROM load LIMIT 1"))


def known(settings: Settings, as_of: date | None) -> Loaded:
    """The tables of the project's store as they were known at the end of a day; unset: as they are known now.

    Raises:
        NoStore: Nothing was ever ingested.
        DamagedStore: A file of the store cannot be read.
        StoreTooNew: A newer opsctl wrote it.
    """
    with catalogs.reading(folder_of(settings)) as catalog:
        generation = seal.generation(catalog.store)
        seen = recall.seen(catalog, as_of)
        key = derived.key_of(catalog, seen, settings)
        found = derived.loaded(catalog, seen, key)
        if found is None:
            from opsctl.ingest.load import joined  # noqa: PLC0415 - all of reading, which a kept state does without

            found = joined(recall.gathered(catalog, seen), settings)
            derived.keep(catalog, key, found, generation)
        recall.count_days(catalog, seen, found)
        return replace(
            found,
            deliveries=recall.deliveries(catalog, seen.last),
            memory=Memory(key, recall.months(catalog, seen), Shelf(catalog.store), seen.reconstructed is not None),
        )


def folder_of(settings: Settings) -> Path:
    """The project's folder.

    Raises:
        NoSource: There is no project to remember anything.
    """
    if settings.folder is None:
        raise NoSource(
            "there is no project here: a store belongs to an opsctl.yaml", hint="opsctl init makes one, -C names one"
        )
    return settings.folder
