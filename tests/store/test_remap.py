"""A corrected mapping reads what is there anew: from then on, and not before; what is gone stays as it was read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran

PROJECT = """version: 1
locale: en
privacy: {{hash_key_file: ../key}}
sources: [{{path: exports/*.{ending}}}]
mappings:
  - platform: mine
    exports:
      - table: spend
        columns: {{day: DAY, channel: CH, spend: {cost}}}
"""


def write_mapping(folder: Path, cost: str, ending: str = "csv") -> None:
    """The project, whose mapping takes a column for the spend."""
    (folder / "opsctl.yaml").write_text(PROJECT.format(cost=cost, ending=ending))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two weeks of exports, taken in a week apart and read by a mapping that takes the list price for the cost."""
    folder = tmp_path / "shop"
    (folder / "exports").mkdir(parents=True)
    write_mapping(folder, "LIST")
    export(folder, "w1", {"2025-03-01": (10, 8), "2025-03-02": (20, 16)})
    assert ingest(folder).code == 0
    export(folder, "w2", {"2025-03-02": (30, 24), "2025-03-03": (40, 32)})
    assert ingest(folder).code == 0
    return folder


def export(folder: Path, name: str, days: dict[str, tuple[int, int]]) -> None:
    """An export with the list price and the price paid of each day."""
    rows = "".join(f"{day},A,{dear},{paid}\n" for day, (dear, paid) in days.items())
    (folder / "exports" / f"{name}.csv").write_text(f"DAY,CH,LIST,PAID\n{rows}")


def ingest(folder: Path, *arguments: str) -> Ran:
    return opsctl("ingest", *arguments, "--json", cwd=folder)


def spent(folder: Path, *arguments: str) -> float:
    ran = opsctl("query", "spend", *arguments, "--json", cwd=folder)
    assert ran.code == 0, ran.err
    return float(ran.rows[0]["spend"]["value"])


def to_read(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = opsctl("status", "--json", cwd=folder).json["remap"]
    return found


def test_a_file_keeps_its_reading_until_it_is_read_anew(shop: Path) -> None:
    assert spent(shop) == 10 + 30 + 40
    write_mapping(shop, "PAID")
    assert spent(shop) == 10 + 30 + 40
    assert [one["file"] for one in to_read(shop)] == ["exports/w1.csv", "exports/w2.csv"]
    assert all(one["original"] for one in to_read(shop))
    ran = ingest(shop, "--remap")
    assert (ran.code, [row["state"] for row in ran.rows]) == (0, ["anew", "anew"])
    assert spent(shop) == 8 + 24 + 32
    assert to_read(shop) == []


def test_what_was_read_anew_takes_the_place_of_no_newer_file(shop: Path) -> None:
    """2 March is told by both: by the second, which came later, also when the first is read after it."""
    write_mapping(shop, "PAID")
    (shop / "exports" / "w2.csv").unlink()
    ran = ingest(shop, "--remap")
    assert [row["file"] for row in ran.rows] == ["exports/w1.csv"]
    assert spent(shop) == 8 + 30 + 40


def test_what_was_known_before_stays_known_as_it_was(shop: Path) -> None:
    assert spent(shop, "--as-of", "2025-03-02") == 10 + 20
    write_mapping(shop, "PAID")
    ingest(shop, "--remap")
    assert spent(shop, "--as-of", "2025-03-02") == 10 + 20
    assert spent(shop, "--as-of", "2025-03-03") == 8 + 24 + 32


def test_an_original_that_is_gone_or_changed_keeps_its_old_reading_and_is_named(shop: Path) -> None:
    write_mapping(shop, "PAID")
    (shop / "exports" / "w1.csv").unlink()
    export(shop, "w2", {"2025-03-02": (31, 25), "2025-03-03": (41, 33)})
    ran = ingest(shop, "--remap")
    assert (ran.code, ran.rows, ran.json["load"]) == (0, [], None)
    assert [note["code"] for note in ran.json["notes"]] == ["original_gone"] * 2
    assert [one["original"] for one in to_read(shop)] == [False, False]
    assert spent(shop) == 10 + 30 + 40
    ingest(shop)  # the changed one is a newer export, and is read as it is read today
    assert spent(shop) == 10 + 25 + 33
    assert [one["file"] for one in to_read(shop)] == ["exports/w1.csv"]


def test_a_reading_that_is_refused_leaves_the_old_one(shop: Path) -> None:
    write_mapping(shop, "NOTHING")
    ran = ingest(shop, "--remap")
    assert ran.code == 1
    assert {row["state"] for row in ran.rows} == {"refused"}
    assert spent(shop) == 10 + 30 + 40


def test_reading_anew_twice_reads_nothing_the_second_time(shop: Path) -> None:
    write_mapping(shop, "PAID")
    ingest(shop, "--remap")
    write_mapping(shop, "LIST")
    ingest(shop, "--remap")
    assert spent(shop) == 10 + 30 + 40
    assert ingest(shop, "--remap").json["load"] is None


def test_a_trial_changes_nothing(shop: Path) -> None:
    write_mapping(shop, "PAID")
    assert len(ingest(shop, "--remap", "-n").rows) == 2
    assert spent(shop) == 10 + 30 + 40


def test_files_cannot_be_named_beside(shop: Path) -> None:
    ran = ingest(shop, "exports/", "--remap")
    assert (ran.code, "OPS005" in ran.err) == (2, True)


def test_without_a_store_there_is_nothing_to_read_anew(tmp_path: Path) -> None:
    write_mapping(tmp_path, "PAID")
    ran = ingest(tmp_path, "--remap")
    assert (ran.code, "OPS601" in ran.err) == (3, True)


def test_members_of_an_archive_are_read_anew(tmp_path: Path) -> None:
    write_mapping(tmp_path, "LIST", "zip")
    (tmp_path / "exports").mkdir()
    with zipfile.ZipFile(tmp_path / "exports" / "all.zip", "w") as packed:
        for month in (1, 2):
            packed.writestr(f"{month}.csv", f"DAY,CH,LIST,PAID\n2025-0{month}-01,A,{month}0,{month}\n")
    ingest(tmp_path)
    write_mapping(tmp_path, "PAID", "zip")
    ran = ingest(tmp_path, "--remap")
    assert [row["state"] for row in ran.rows] == ["anew", "anew"]
    assert spent(tmp_path) == 1 + 2
