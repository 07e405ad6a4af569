"""`opsctl verify` finds every damage, and calls nothing damaged that is not."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from opsctl.store import catalog as catalogs
from opsctl.store import seal
from opsctl.store.verify import verify
from tests.store import damage, project
from tests.store.project import Project

Copied = Callable[[], Project]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A store of three days in two months that nothing alters."""
    found = project.made(tmp_path_factory.mktemp("kept"), days=4)
    assert found.ingest(3).code == 0
    assert found.run(*project.QUESTION).code == 0  # which keeps totals, and the answer
    return found


@pytest.fixture
def copied(kept: Project, tmp_path: Path) -> Project:
    """A store to break."""
    shutil.copytree(kept.folder, tmp_path / "project")
    return Project(tmp_path / "project", kept.home)


def found_in(broken: Project) -> dict[str, str]:
    """What is found, by file."""
    ran = broken.run("verify", "--json", "-q")
    return {row["file"]: row["found"] for row in ran.rows}


def rows_of_exports(kept: Project, days: int) -> int:
    """The lines below the header of every export of the first days."""
    files = [file for day in range(days) for file in (kept.folder / f"day{day}").iterdir()]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) - 1 for file in files)


def test_a_store_as_it_was_written_is_sound(kept: Project) -> None:
    ran = kept.run("verify", "--json")
    assert (ran.code, ran.json["sound"], ran.rows) == (0, True, [])
    assert ran.json["checked"]["rows"] == rows_of_exports(kept, days=3)


def test_without_a_store_there_is_nothing_to_check(tmp_path: Path) -> None:
    ran = project.made(tmp_path, days=1).run("verify")
    assert ran.code == 3
    assert "OPS601" in ran.err


@pytest.mark.parametrize("how", damage.KINDS, ids=lambda how: how.__name__)
def test_damage_to_any_file_is_found(kept: Project, how: damage.Damage) -> None:
    draw = damage.drawn(0)
    for path in damage.files(kept.store, how):
        with damage.damaged(path, how, draw):
            assert not verify(kept.folder).is_sound, path
    assert verify(kept.folder).is_sound


def test_any_bit_of_the_catalog_and_its_seal_matters(kept: Project) -> None:
    draw = damage.drawn(1)
    for name in ("catalog.sqlite", "catalog.seal") * 20:
        with damage.damaged(kept.store / name, damage.flipped, draw):
            assert not verify(kept.folder).is_sound


def test_damage_is_named_with_the_export_that_it_concerns(copied: Project) -> None:
    path = min((copied.store / "data" / "spend").rglob("*.parquet"))
    path.write_bytes(damage.flipped(path.read_bytes(), damage.drawn(2)))
    ran = copied.run("verify", "--json", "-q")
    (row,) = ran.rows
    assert ran.code == 1
    assert (row["found"], row["weight"], row["of"], row["rows"]) == ("altered", "damage", "day0/spend.csv", 2)
    assert row["file"].startswith("data/spend/2025-01/")


@pytest.mark.parametrize("table", ["spend", "activity"])
@pytest.mark.parametrize("how", [damage.missing, damage.cut], ids=lambda how: how.__name__)
def test_what_is_gone_is_no_figure_less_but_a_refusal(copied: Project, table: str, how: damage.Damage) -> None:
    assert copied.run("verify", "--repair").code == 0  # so that nothing was kept of it
    with damage.damaged(min((copied.store / "data" / table).rglob("*.parquet")), how, damage.drawn(6)):
        ran = copied.run(*project.QUESTION)
    assert (ran.code, "OPS604" in ran.err) == (3, True)


def test_a_damaged_table_that_can_be_made_again_is_thrown_away(copied: Project) -> None:
    before = copied.answer()
    path = next((copied.store / "derived").rglob("acquisition.0.parquet"))
    path.write_bytes(damage.flipped(path.read_bytes(), damage.drawn(3)))
    assert list(found_in(copied).values()) == ["derived"]
    ran = copied.run("verify", "--repair", "--json")
    assert (ran.code, ran.json["sound"], [row["found"] for row in ran.json["repaired"]]) == (0, True, ["derived"])
    assert copied.answer() == before


def test_a_table_that_was_cut_is_made_again_by_the_next_answer(copied: Project) -> None:
    before = copied.answer()
    for path in [*(copied.store / "derived").rglob("*.parquet"), *(copied.store / "answers").iterdir()]:
        path.write_bytes(path.read_bytes()[:-1])
        assert copied.answer() == copied.run(*project.QUESTION).out == before
    assert copied.run("verify", "--repair").code == 0
    assert copied.answer() == before


def test_what_the_lock_holds_does_not_matter(copied: Project) -> None:
    (copied.store / "lock").write_bytes(b"no database at all" * 99)
    assert copied.run("verify").code == 0
    (copied.store / "lock").unlink()
    assert copied.run("verify").code == 0
    (copied.store / "lock").write_bytes(b"x")
    assert copied.ingest(4).code == 0


def test_a_lost_seal_is_no_loss_and_nothing_is_written_before_it_is_renewed(copied: Project) -> None:
    (copied.store / "catalog.seal").unlink()
    assert found_in(copied) == {"catalog.seal": "unproven"}
    assert copied.ingest(4).code == 3
    assert copied.run("verify", "--repair").code == 0
    assert copied.ingest(4).code == 0
    assert copied.run("verify").code == 0


@pytest.mark.parametrize("name", ["catalog.sqlite", "catalog.seal"])
@pytest.mark.parametrize("how", damage.KINDS, ids=lambda how: how.__name__)
def test_nothing_is_written_into_a_damaged_store_and_none_of_its_files_swept(
    copied: Project, name: str, how: damage.Damage
) -> None:
    data = {path for path in (copied.store / "data").rglob("*") if path.is_file()}
    with damage.damaged(copied.store / name, how, damage.drawn(4)):
        ran = copied.ingest(4)
    assert (ran.code, "OPS604" in ran.err) == (3, True)
    assert {path for path in (copied.store / "data").rglob("*") if path.is_file()} == data


def test_an_older_catalog_beside_newer_files_is_damage(copied: Project) -> None:
    older = (copied.store / "catalog.sqlite").read_bytes()
    assert copied.ingest(4).code == 0
    (copied.store / "catalog.sqlite").write_bytes(older)
    assert found_in(copied)["catalog.sqlite"] == "catalog"
    assert copied.ingest(4).code == 3


def test_a_lost_catalog_is_damage_and_not_an_empty_store(copied: Project) -> None:
    (copied.store / "catalog.sqlite").unlink()
    assert found_in(copied) == {"catalog.sqlite": "catalog"}
    for command in (["query", "spend"], ["ingest", copied.folder / "day0"]):
        ran = copied.run(*command)
        assert (ran.code, "OPS604" in ran.err) == (3, True)
    assert not (copied.store / "catalog.sqlite").exists()


def test_files_that_nothing_knows_are_told_and_no_damage(copied: Project) -> None:
    (copied.store / "data" / "spend" / "x.parquet").write_bytes(b"half")
    (copied.store / ".catalog.seal.part").write_bytes(b"half")
    (copied.store / "notes.txt").write_text("mine", encoding="utf-8")
    ran = copied.run("verify", "--json", "-q")
    assert (ran.code, ran.json["sound"]) == (0, True)
    found = {row["file"]: row["found"] for row in ran.rows}
    assert found == {"data/spend/x.parquet": "leftover", ".catalog.seal.part": "leftover", "notes.txt": "foreign"}
    assert copied.ingest(4).code == 0
    assert found_in(copied) == {"notes.txt": "foreign"}


def test_a_run_that_died_before_its_commit_is_no_damage(copied: Project) -> None:
    with catalogs.inspecting(copied.folder) as catalog:
        catalog.change("BEGIN")
        catalog.set_meta("x", "1")
        seal.announce(catalog)
    assert found_in(copied) == {"catalog.sqlite": "unfinished"}
    assert copied.run("verify").code == 0
    assert copied.ingest(4).code == 0
    assert found_in(copied) == {}


def _committed_and_not_sealed(copied: Project) -> None:
    with catalogs.inspecting(copied.folder) as catalog:
        catalog.change("BEGIN")
        catalog.set_meta("x", "1")
        catalog.count_change()
        seal.announce(catalog)
        catalog.change("COMMIT")


def test_a_run_that_died_before_its_seal_is_no_damage(copied: Project) -> None:
    _committed_and_not_sealed(copied)
    assert found_in(copied) == {"catalog.sqlite": "unfinished"}
    assert copied.run("verify").code == 0
    assert copied.ingest(4).code == 0
    assert found_in(copied) == {}


@pytest.mark.parametrize("name", ["catalog.sqlite", "catalog.seal"])
def test_damage_is_found_beside_an_interrupted_write(copied: Project, name: str) -> None:
    """Every bit of the seal, and every bit of the catalog that says anything."""
    _committed_and_not_sealed(copied)
    path, draw = copied.store / name, damage.drawn(5)
    said = _said(copied)
    for _ in range(30):
        with damage.damaged(path, damage.flipped, draw):
            assert not verify(copied.folder).is_sound or (name == "catalog.sqlite" and _said(copied) == said)


def _said(of: Project) -> list[str]:
    with sqlite3.connect(of.store / "catalog.sqlite") as connection:
        return list(connection.iterdump())


def test_what_a_journal_can_undo_is_no_damage(copied: Project) -> None:
    """A run that died while SQLite was writing: the journal is there, the catalog half new."""
    catalog, journal = copied.store / "catalog.sqlite", copied.store / "catalog.sqlite-journal"
    before = catalog.read_bytes()
    half = sqlite3.connect(catalog, isolation_level=None)
    half.execute("PRAGMA cache_size = 1")
    half.execute("BEGIN")
    half.execute("UPDATE file SET notes = hex(randomblob(9999))")
    written, undo = catalog.read_bytes(), journal.read_bytes()
    half.execute("ROLLBACK")
    half.close()
    assert written != before
    catalog.write_bytes(written)
    journal.write_bytes(undo)
    assert found_in(copied) == {}
    assert catalog.read_bytes() == before
    catalog.write_bytes(written)
    journal.write_bytes(undo[:512])  # its head alone
    assert found_in(copied)["catalog.sqlite"] == "catalog"
