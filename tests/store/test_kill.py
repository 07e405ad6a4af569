"""Whatever ends a run, and whenever: all of it was taken in or nothing, and the next run makes it good."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

import pytest

from opsctl.store import catalog as catalogs
from opsctl.store.verify import verify
from tests.command import Ran
from tests.store import dying, project
from tests.store.project import Project

KEPT = 2  # days that are in the store
DAYS = 4
POINTS = 12


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A store of two days, and the exports of two more."""
    found = project.made(tmp_path_factory.mktemp("kept"), DAYS)
    assert found.ingest(KEPT).code == 0
    return found


@pytest.fixture(scope="module")
def before(kept: Project) -> str:
    """What the store says before the run."""
    return kept.answer()


@pytest.fixture(scope="module")
def whole(kept: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """What the store says after a run that nothing happened to, and how many operations that run was."""
    copy = copied(kept, tmp_path_factory.mktemp("whole"))
    ran, operations = during(copy, "none", 0)
    assert ran.code == 0
    return copy.answer(), operations


def copied(kept: Project, to: Path) -> Project:
    """The same project elsewhere."""
    shutil.copytree(kept.folder, to / "project")
    return Project(to / "project", kept.home)


def during(copy: Project, how: str, number: int) -> tuple[Ran, int]:
    """A run of `opsctl ingest` that something happens to."""
    days = [copy.folder / f"day{day}" for day in range(KEPT, DAYS)]
    return dying.run(how, number, "ingest", "-q", *days, "-C", copy.folder, environ=copy.environ)


def made_good(copy: Project, whole: str) -> None:
    """Nothing is damaged; the next run takes in what is missing, and sweeps what was left."""
    assert verify(copy.folder).is_sound
    assert copy.ingest(DAYS).code == 0
    assert copy.answer() == whole
    assert verify(copy.folder).findings == []


@pytest.mark.parametrize("point", range(POINTS))
def test_a_run_that_is_killed_took_in_all_or_nothing(
    kept: Project, before: str, whole: tuple[str, int], tmp_path: Path, point: int
) -> None:
    after, operations = whole
    copy = copied(kept, tmp_path)
    ran, _ = during(copy, "kill", 1 + point * (operations - 1) // (POINTS - 1))
    assert ran.code == -9
    assert copy.answer() in {before, after}
    made_good(copy, after)


@pytest.mark.parametrize("stopped", [("term", 143, 0.3), ("term", 143, 0.6), ("int", 130, 0.3), ("int", 130, 0.6)])
def test_a_run_that_is_stopped_leaves_with_its_code_and_takes_in_nothing(
    kept: Project, before: str, whole: tuple[str, int], tmp_path: Path, stopped: tuple[str, int, float]
) -> None:
    (after, operations), (how, code, share) = whole, stopped
    copy = copied(kept, tmp_path)
    ran, _ = during(copy, how, int(share * operations))
    assert (ran.code, "Traceback" in ran.err) == (code, False)
    assert copy.answer() == before
    made_good(copy, after)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_full_disk_is_one_clean_error(
    kept: Project, before: str, whole: tuple[str, int], tmp_path: Path, share: float
) -> None:
    """Until the catalog was committed; what comes after it is only kept for the next answer."""
    after, operations = whole
    copy = copied(kept, tmp_path)
    ran, _ = during(copy, "full", int(share * operations))
    assert (ran.code, "OPS605" in ran.err, "Traceback" in ran.err) in {(4, True, False), (0, False, False)}
    assert copy.answer() == (after if ran.code == 0 else before)
    made_good(copy, after)


def test_while_a_run_writes_another_leaves_at_once_and_answers_are_those_of_before(kept: Project, before: str) -> None:
    with catalogs.writing(kept.folder) as catalog:
        catalog.set_meta("x", "1")
        ran = kept.run_outside("ingest", kept.folder / "day2")
        assert (ran.code, "OPS602" in ran.err) == (75, True)
        assert kept.run_outside(*project.QUESTION).out == before
        assert kept.run_outside("verify").code == 75
        catalog.give_up()


def test_a_run_that_waits_has_its_turn(kept: Project, whole: tuple[str, int], tmp_path: Path) -> None:
    copy = copied(kept, tmp_path)
    days = [copy.folder / f"day{day}" for day in range(KEPT, DAYS)]
    ended: list[Ran] = []
    waiting = threading.Thread(
        target=lambda: ended.append(copy.run_outside("ingest", "-q", "--wait", "60", *days)), daemon=True
    )
    with catalogs.writing(copy.folder) as catalog:
        waiting.start()
        waiting.join(2)
        assert waiting.is_alive()
        catalog.give_up()
    waiting.join(60)
    assert [ran.code for ran in ended] == [0]
    assert copy.answer() == whole[0]


def test_answers_given_while_files_are_taken_in_are_those_before_or_after(tmp_path: Path) -> None:
    alone = project.made(tmp_path / "alone", days=4)
    said: list[str] = []
    for days in range(1, 5):
        assert alone.ingest(days).code == 0
        said.append(alone.answer())
    busy = project.made(tmp_path / "busy", days=4)
    assert busy.ingest(1).code == 0
    codes: list[int] = []

    def write() -> None:
        codes.extend(busy.run_outside("ingest", "-q", busy.folder / f"day{day}").code for day in range(1, 4))

    writing = threading.Thread(target=write, daemon=True)
    writing.start()
    answers = [busy.answer()]
    while writing.is_alive():
        answers.append(busy.answer())
    assert codes == [0] * 3
    places = [said.index(answer) for answer in [*answers, busy.answer()]]
    assert places == sorted(places)
    assert places[-1] == len(said) - 1


@pytest.mark.skipif(sys.platform == "win32", reason="a limit that POSIX has")
def test_a_parquet_file_that_cannot_grow_is_a_full_disk(tmp_path: Path) -> None:
    kept = project.made(tmp_path, days=1)
    lines = [f"p{at},2025-01-30 08:00:00,{'ab'[at % 2]}{at * 7919 % 9973}" for at in range(20_000)]
    (kept.folder / "users.csv").write_text("\n".join([project.HEADS["users"], *lines, ""]), encoding="utf-8")
    arguments = ("ingest", "-q", kept.folder / "users.csv", "-C", kept.folder)
    ran, _ = dying.run("small", 150_000, *arguments, environ=kept.environ)
    assert (ran.code, "OPS605" in ran.err, "File too large" in ran.err) == (4, True, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a limit that POSIX has")
@pytest.mark.parametrize("size", [500, 5_000, 50_000])
def test_files_that_cannot_grow_are_a_full_disk_to_polars_and_sqlite_too(
    kept: Project, before: str, whole: tuple[str, int], tmp_path: Path, size: int
) -> None:
    copy = copied(kept, tmp_path)
    ran, _ = during(copy, "small", size)
    assert (ran.code, "OPS605" in ran.err, "Traceback" in ran.err) == (4, True, False)
    assert copy.answer() == before
    made_good(copy, whole[0])
