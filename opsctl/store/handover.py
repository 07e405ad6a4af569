"""A folder that is handed on: there as a whole or not at all, and never in the place of anything else."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

from opsctl.core.errors import BadOption, CannotWrite, OpsctlError
from opsctl.store import place

MANIFEST = "manifest.json"
KIND = "opsctl export"  # what a manifest says that it is


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder to write into that takes its place when all is done; an earlier export is replaced.

    Raises:
        BadOption: The place holds something else, or is where the command runs.
        CannotWrite: The disk is full, or the folder cannot be written to. Nothing is there then but what was before.
    """
    target = folder.resolve()
    _check(target, folder)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.mkdir(parents=True)
        yield beside
        _force_out(beside)
        _take_place(beside, target)
    except OSError as error:
        why = error.strerror or "the disk refused"  # polars tells no more, or the path of the machine
        raise CannotWrite(f"cannot write '{folder}': {why}", hint="check the folder and the disk") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def contents(folder: Path) -> list[dict[str, Any]]:
    """Every file in a folder: path below it, sha256 and bytes, in the order of their paths."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "sha256": place.sha256_of(path),
            "bytes": path.stat().st_size,
        }
        for path in files
    ]


def people_in(folder: Path, names: Collection[str]) -> set[int]:
    """The numbers of people in an earlier export, in columns of these names; none where there is no export."""
    found: set[int] = set()
    for path in (folder / name for name in sorted(_listed(folder))):
        if path.suffix not in (".parquet", ".csv") or not path.is_file():
            continue
        scan = pl.scan_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.scan_parquet(path)
        for name in (one for one in names if one in scan.collect_schema()):
            numbers = scan.select(pl.col(name).cast(pl.Int64)).unique().drop_nulls()
            found |= set(numbers.collect(engine="streaming").to_series())
    return found


def _check(target: Path, folder: Path) -> None:
    """Only an empty folder or an earlier export may be replaced."""
    if not target.exists():
        return
    if target == Path.cwd() or not target.is_dir():
        raise BadOption(f"'{folder}' is no folder that can be replaced", hint="name another one, such as handover/")
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    foreign = sorted(there - _listed(target))
    if foreign:
        raise BadOption(
            f"'{folder}' holds what is no earlier export: {foreign[0]}", hint="name another folder, or an empty one"
        )


def _listed(target: Path) -> set[str]:
    """The files of an earlier export, its manifest with them; none where there is no export."""
    try:
        told = json.loads((target / MANIFEST).read_bytes())
        return {MANIFEST, *(file["path"] for file in told["files"])} if told["kind"] == KIND else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _force_out(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            place.force_out(path)
    for path in (folder, *sorted(folder.rglob("*"))):
        if path.is_dir():
            place.force_out_folder(path)


def _take_place(beside: Path, target: Path) -> None:
    """Put what was written where it belongs; what was there goes back where that fails."""
    before = beside.with_name(f"{beside.name}.before")
    if target.exists():
        target.rename(before)
    try:
        beside.rename(target)
    except OSError:
        with suppress(OSError, OpsctlError):
            before.rename(target)
        raise
    place.force_out_folder(target.parent)
    shutil.rmtree(before, ignore_errors=True)
