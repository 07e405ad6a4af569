"""What `opsctl doctor` finds of a project's personal data: the key of its ids, and how long rows are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from opsctl.config.plans import PEOPLE_TABLES
from opsctl.config.settings import Settings
from opsctl.core.errors import KeyMissing, OpsctlError
from opsctl.reports.checkup import Check, Level, broken
from opsctl.store import catalog, key, place
from opsctl.store.people import fingerprint_of


def custody(settings: Settings, environ: Mapping[str, str]) -> list[Check]:
    """The key, where there is a store or the project names one, and the limits of what a store keeps of people."""
    folder = settings.folder
    if folder is None:
        return []
    has_store = place.exists(folder)
    found = [_key(settings, folder, environ)] if has_store or settings.project.privacy.hash_key_file else []
    return [*found, _retention(settings)] if has_store else found


def _key(settings: Settings, folder: Path, environ: Mapping[str, str]) -> Check:
    """Whether the key is there, closed to others, and the one that the store was made with."""
    try:
        stored = _stored(folder)
        path = key.located(settings.project.privacy, folder, environ)
        if stored is None and not path.exists():
            return Check("key", Level.OK, "key.none")
        keys = key.load(path)
        behind = len(keys) - len(key.applied(keys, stored, path)) if stored else 0
    except KeyMissing as error:
        return Check("key", Level.FAIL, "key.missing", {"file": error.place}, "key.hint")
    except OpsctlError as error:
        return broken("key", error)
    return Check("key", Level.OK, "key.behind" if behind else "key")


def _stored(folder: Path) -> str | None:
    """The fingerprint that the project's store keeps; None where there is no store, or it holds nobody yet."""
    if not place.exists(folder):
        return None
    with catalog.reading(folder) as opened:
        return fingerprint_of(opened)


def _retention(settings: Settings) -> Check:
    """Whether there is an end to how long rows about people are kept."""
    limits = settings.project.privacy.retention_days
    endless = [table for table in PEOPLE_TABLES if table not in limits]
    if endless:
        return Check("retention", Level.WARN, "retention.none", {"tables": ", ".join(endless)}, "retention.hint")
    told = ", ".join(f"{table} {limits[table]}" for table in PEOPLE_TABLES)
    return Check("retention", Level.OK, "retention", {"limits": told})
