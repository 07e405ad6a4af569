"""Tables made from the store, kept under the hash of all that they were made from; never computed here.

Whatever is kept here can be thrown away at any time: it is made again, the same. A new key is used when anything
that it was made from has changed, so nothing here is ever out of date. Beside the tables of a state lies what else was
known, with the size and hash of each of them, under a hash of its own; a state that is not as it says is none.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from opsctl import __version__
from opsctl.config.settings import Settings
from opsctl.core.errors import OpsctlError
from opsctl.ingest.loaded import Loaded, appended, stacked
from opsctl.ingest.remarks import Note
from opsctl.schemas import tables
from opsctl.schemas.table import Merge
from opsctl.store import checked, place, records, seal
from opsctl.store.catalog import Catalog
from opsctl.store.recall import Seen, files, parts

_FORM = 3  # of what is kept; a greater number finds none of the older
_TOLD = "loaded"
_KEPT = 12  # states; the oldest go
_PIECES = 32  # of a table; then it is written as one again


def key_of(catalog: Catalog, known: Seen, settings: Settings) -> str:
    """The hash of what the store's tables are made from: the files that count, how read, and the configuration."""
    there = files(catalog, known.last)
    counted = {one.id: one.mapping_sha256 for one in there}
    segments = catalog.rows("SELECT file, sha256 FROM segment ORDER BY file, id")
    said = [_FORM, __version__, str(known.reconstructed), configured(settings)]
    said += [f"{one.name} {one.sha256} {one.table} {one.mapping_sha256}" for one in there]  # some have no rows left
    said += [f"{row['sha256']} {counted[row['file']]}" for row in segments if row["file"] in counted]
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:32]


def configured(settings: Settings) -> str:
    """A hash of the project's configuration as far as it decides what tables hold."""
    told = [settings.project.model_dump_json()]
    if settings.project.channel_map is not None and settings.folder is not None:
        told.append(place.sha256_of(settings.folder / settings.project.channel_map))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def loaded(catalog: Catalog, known: Seen, key: str) -> Loaded | None:
    """The tables that are kept under a key; large ones are always read from their own files."""
    folder = catalog.store / place.DERIVED / key
    told = _whole(folder)
    if told is None:
        return None
    found = _loaded(told)
    of = [account.table for account in found.inputs]
    for name, pieces in told["tables"].items():
        rows = stacked([pl.scan_parquet(folder / piece) for piece in pieces])
        found.tables[name] = rows.with_columns(pl.col("source_file") + of.index(name))
    for name, base in told["large"].items():
        large = [one for one in files(catalog, known.last) if one.table == name]
        found.tables[name] = appended(parts(catalog, large), base)
    return found


def keep(catalog: Catalog, key: str, found: Loaded, generation: int | None, before: str | None = None) -> None:
    """Keep tables for the next answer; a store that cannot be written to answers all the same.

    A table that was taken as it stood in the state `before` lies in pieces: those of that state, under their second
    names here, and what came to them. What was made while the store was changed, since it was of a `generation`, is
    not kept: it may hold somebody who was erased meanwhile.
    """
    folder = catalog.store / place.DERIVED / key
    if _whole(folder) is not None:
        return
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        place.made(beside)
        told = {**_told(found), **_written(found, beside, folder.with_name(before) if before else None)}
        (beside / _TOLD).write_bytes(checked.sealed(json.dumps(told, ensure_ascii=False).encode()))
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)
    except (OSError, OpsctlError, pl.exceptions.PolarsError):
        shutil.rmtree(beside, ignore_errors=True)
        return
    if seal.generation(catalog.store) != generation:
        shutil.rmtree(folder, ignore_errors=True)
    _forget_the_oldest(folder.parent)


def _written(found: Loaded, folder: Path, before: Path | None) -> dict[str, Any]:
    """Write the tables of a state into its folder: the pieces of each, what they hash to, and the large ones' places.

    Raises:
        OSError: The disk is full.
    """
    small = [name for name in found.tables if tables()[name].MERGE is not Merge.APPEND]
    old = (_whole(before) if before is not None and found.added else None) or {"tables": {}, "files": {}}
    pieces: dict[str, list[str]] = {}
    linked: dict[str, dict[str, int | str]] = {}
    bases = {name: [account.table for account in found.inputs].index(name) for name in found.tables}
    for name in small:
        stood = old["tables"].get(name, []) if name in found.added else []
        if before is not None and stood and len(stood) < _PIECES:
            for piece in stood:
                _second_name(before / piece, folder / piece)
                linked[piece] = old["files"][piece]
            rows = found.added[name].lazy()
        else:
            stood, rows = [], found.tables[name].with_columns(pl.col("source_file") - bases[name])
        pieces[name] = list(stood)
        if not stood or found.added[name].height:
            pieces[name].append(f"{name}.{len(stood)}.parquet")
            rows.sink_parquet(folder / pieces[name][-1], compression="lz4")
    files = linked | _hashed(folder, linked)
    return {"tables": pieces, "large": {name: bases[name] for name in bases if name not in small}, "files": files}


def _second_name(path: Path, other: Path) -> None:
    """The same file under another name; a copy where a disk knows no second names."""
    try:
        os.link(path, other)
    except OSError:
        shutil.copyfile(path, other)


def _hashed(folder: Path, known: Mapping[str, object]) -> dict[str, dict[str, int | str]]:
    return {
        path.name: {"bytes": path.stat().st_size, "sha256": place.sha256_of(path)}
        for path in sorted(folder.iterdir())
        if path.name not in known
    }


def _whole(folder: Path) -> dict[str, Any] | None:
    """What a state tells beside its tables; None where it is not there, or was cut."""
    told = _opened(folder)
    try:
        cut = told and any((folder / name).stat().st_size != one["bytes"] for name, one in told["files"].items())
    except OSError:
        return None
    return None if cut else told


def _opened(folder: Path) -> dict[str, Any] | None:
    try:
        content = checked.opened((folder / _TOLD).read_bytes())
    except OSError:
        return None
    told: dict[str, Any] | None = None if content is None else json.loads(content)
    return told


def damaged(store: Path) -> list[str]:
    """The names, below the store's folder, of states that are not what was written; each can be thrown away."""
    found = place.folders(store / place.DERIVED)
    return [folder.relative_to(store).as_posix() for folder in found if not _as_written(folder)]


def _as_written(folder: Path) -> bool:
    told = _opened(folder)
    if told is None:
        return False
    files: Mapping[str, Mapping[str, int | str]] = told["files"]
    if {path.name for path in folder.iterdir()} != {_TOLD, *files}:
        return False
    return all(place.sha256_of(folder / name) == one["sha256"] for name, one in files.items())


def _forget_the_oldest(folder: Path) -> None:
    with suppress(OSError):
        states = sorted((one.parent for one in folder.glob(f"*/{_TOLD}")), key=lambda one: one.stat().st_mtime_ns)
        for state in states[:-_KEPT]:
            shutil.rmtree(state, ignore_errors=True)


def _told(found: Loaded) -> dict[str, Any]:
    return {
        "supplied": {name: sorted(names) for name, names in found.supplied.items()},
        "inputs": [records.account_text(account) for account in found.inputs],
        "refused": [records.refusal_json(error) for error in found.refused],
        "notes": records.notes_text(tuple(found.notes)),
        "foreign_days": sorted(found.foreign_days),
        "unknown_codes": records.notes_text((found.unknown_codes,) if found.unknown_codes else ()),
    }


def _loaded(told: dict[str, Any]) -> Loaded:
    codes: tuple[Note, ...] = records.notes_of(told["unknown_codes"])
    return Loaded(
        supplied={name: frozenset(names) for name, names in told["supplied"].items()},
        inputs=[records.account_of(text) for text in told["inputs"]],
        refused=[records.refusal_of(error) for error in told["refused"]],
        notes=list(records.notes_of(told["notes"])),
        foreign_days=set(told["foreign_days"]),
        unknown_codes=codes[0] if codes else None,
    )
