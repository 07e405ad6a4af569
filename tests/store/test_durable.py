"""What was taken in is on the disk, its names too, before the catalog says so; the seal follows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsctl.store import database
from tests.store import project


def test_files_and_folders_are_forced_out_before_the_commit_and_the_seal_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[tuple[str, int | str]] = []
    fsync: Callable[[Any], None] = os.fsync
    execute = database.execute
    replace = Path.replace

    def forcing(handle: int) -> None:
        events.append(("forced", os.fstat(handle).st_ino))
        fsync(handle)

    def executing(connection: sqlite3.Connection, statement: str) -> None:
        execute(connection, statement)
        events.append(("statement", statement))

    def replacing(path: Path, target: Path) -> Path:
        found = replace(path, target)
        events.append(("named", str(target)))
        return found

    monkeypatch.setattr(os, "fsync", forcing)
    monkeypatch.setattr(database, "execute", executing)
    monkeypatch.setattr(Path, "replace", replacing)
    kept = project.made(tmp_path, days=2)
    assert kept.ingest(2).code == 0

    commit = max(at for at, event in enumerate(events) if event == ("statement", "COMMIT"))
    data = [path for name in ("data", "people") for path in (kept.store / name).rglob("*")]
    files = [path for path in data if path.is_file()]
    assert len(files) == 2 * 4 + 1
    for path in files:
        named = events.index(("named", str(path)))
        assert named < commit
        assert ("forced", path.stat().st_ino) in events[:named]
        assert ("forced", path.parent.stat().st_ino) in events[named:commit]
    for folder in (path for path in [*data, kept.store / "data", kept.store] if path.is_dir()):
        assert ("forced", folder.parent.stat().st_ino) in events[:commit]

    sealed = [at for at, event in enumerate(events) if event == ("named", str(kept.store / "catalog.seal"))]
    assert sealed[-2] < commit < sealed[-1]
    assert ("forced", kept.store.stat().st_ino) in events[sealed[-1] :]


def test_sqlite_forces_out_the_end_of_its_journal(tmp_path: Path) -> None:
    kept = project.made(tmp_path, days=1)
    assert kept.ingest(1).code == 0
    connection = database.connected(kept.store / "catalog.sqlite")
    extra = 3
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == extra
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    connection.close()
