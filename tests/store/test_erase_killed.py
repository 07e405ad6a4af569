"""Whatever ends an erasure, and whenever: everybody left or nobody, and the next run sweeps what they left behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from opsctl.store.verify import Found, verify
from tests.command import Ran
from tests.store import dying, leaving
from tests.store.leaving import answers, copied, erase
from tests.store.project import Project

POINTS = 14
ROWS = 15  # of those who leave: 3 acquisitions, 6 events, 6 orders


@pytest.fixture(scope="module")
def operations(complete: Project, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many operations an erasure is."""
    ran, count = during(copied(complete, tmp_path_factory.mktemp("none")), "none", 0)
    assert ran.code == 1
    return count


def during(of: Project, how: str, number: int) -> tuple[Ran, int]:
    users = of.folder.parent / "leaving.txt"
    return dying.run(how, number, "erase", "-q", "--users", users, "-C", of.folder, environ=of.environ)


def counted(of: Project) -> int:
    """How many rows the catalog lists: all of them, or all but those that leave."""
    connection = sqlite3.connect(of.store / "catalog.sqlite")
    try:
        return int(connection.execute("SELECT sum(rows) FROM segment").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_anywhere_it_took_out_all_or_nothing_and_again_it_heals(
    complete: Project, without: list[Any], operations: int, tmp_path: Path, point: int
) -> None:
    copy = copied(complete, tmp_path)
    ran, _ = during(copy, "kill", 1 + point * (operations - 1) // (POINTS - 1))
    assert ran.code == -9
    before = counted(complete)
    assert counted(copy) in {before, before - ROWS}
    found = verify(copy.folder).findings
    assert {one.found for one in found} <= {Found.OWED, Found.LEFTOVER, Found.UNFINISHED}
    if counted(copy) < before and leaving.left_in(copy.store):
        assert Found.OWED in {one.found for one in found}
    erase(copy, "-q")
    assert leaving.left_in(copy.store) == []
    assert verify(copy.folder).findings == []
    assert answers(copy) == without


def test_killed_behind_its_commit_the_next_ingest_or_repair_heals(
    complete: Project, operations: int, tmp_path: Path
) -> None:
    """The first point behind the commit at which old files are still there."""
    healed: set[tuple[str, ...]] = set()
    for number in range(operations, 0, -4):
        copy = copied(complete, tmp_path / str(number))
        during(copy, "kill", number)
        if not leaving.left_in(copy.store) or counted(copy) == counted(complete):
            continue
        how = ("ingest", "-q") if not healed else ("verify", "--repair", "-q")
        assert verify(copy.folder).is_sound is False
        assert copy.run(*how).code == 0
        assert leaving.left_in(copy.store) == []
        assert verify(copy.folder).findings == []
        healed.add(how)
        if len(healed) > 1:
            return
    pytest.fail("no point was found at which old files were left")


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.9])
def test_a_full_disk_is_one_clean_error(complete: Project, operations: int, tmp_path: Path, share: float) -> None:
    copy = copied(complete, tmp_path)
    ran, _ = during(copy, "full", int(share * operations))
    assert "Traceback" not in ran.err
    assert ran.code in {1, 4}
    assert (ran.code == 4) == any(code in ran.err for code in ("OPS605", "OPS606"))
    before = counted(complete)
    assert counted(copy) in ({before} if "OPS605" in ran.err else {before - ROWS})
    erase(copy, "-q")
    assert leaving.left_in(copy.store) == []
    assert verify(copy.folder).findings == []
