"""The key is shown by its place only, copied once, and rotated without anybody becoming somebody else."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from opsctl.store import key
from tests.cli.inside import opsctl
from tests.command import Ran

USERS = "user,acquired_at,channel\n13800138000,2025-03-01 10:00,A\nu2,2025-03-02 10:00,A\n"
ORDERS = "order,paid_at,paid,user\no1,2025-03-03 10:00,5,13800138000\no2,2025-03-04 10:00,7,u2\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "opsctl.yaml").write_text("version: 1\nlocale: en\nsources: [{path: in/*.csv}]\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "users.csv").write_text(USERS)
    (tmp_path / "in" / "orders.csv").write_text(ORDERS)
    assert run(tmp_path, "ingest", "-q").code == 0
    return tmp_path


def run(shop: Path, *arguments: str) -> Ran:
    return opsctl(*arguments, cwd=shop, environ={"HOME": str(shop / "home")})


def path_of(shop: Path) -> Path:
    return shop / "home" / ".config" / "opsctl" / "key"


def marks(shop: Path) -> set[tuple[int, int]]:
    """All hashes of people that lie anywhere in the store."""
    paths = (shop / ".opsctl" / "people").glob("*.parquet")
    return {row for path in paths for row in pl.read_parquet(path).select("high", "low").iter_rows()}


def test_where_the_key_is_is_told_and_the_key_is_not(shop: Path) -> None:
    ran = run(shop, "key", "show-path")
    assert (ran.code, ran.out) == (0, f"{path_of(shop)}\n")


def test_a_copy_is_the_key_and_nothing_of_it_is_printed(shop: Path) -> None:
    ran = run(shop, "key", "export", "copy")
    assert (ran.code, ran.out) == (0, "")
    assert key.load(shop / "copy") == key.load(path_of(shop))
    assert run(shop, "key", "export", "copy").code == 2
    assert run(shop, "key", "export", "nowhere/copy").code == 4


def test_people_and_orders_are_the_same_ones_after_a_rotation(shop: Path) -> None:
    before = marks(shop)
    ran = run(shop, "key", "rotate")
    assert (ran.code, ran.out) == (0, "")
    assert "new copies" in ran.err
    assert not before & marks(shop)
    assert len(marks(shop)) == 2
    (shop / "in" / "users.csv").write_text(USERS.replace("13800138000", "+86 138-0013-8000") + "u3,2025-03-05 1:00,A\n")
    (shop / "in" / "orders.csv").write_text(ORDERS + "o3,2025-03-06 10:00,1,u3\n")
    assert run(shop, "ingest", "-q").code == 0
    (row,) = run(shop, "query", "acquisitions,paid_orders,net_paid", "--json").json["rows"]
    assert [row[name]["value"] for name in ("acquisitions", "paid_orders")] == [3, 3]
    assert row["net_paid"]["value"] == "13.0000"  # 5 + 7 + 1


def test_a_store_that_was_not_there_when_its_key_was_rotated_follows(shop: Path) -> None:
    key.rotated(path_of(shop))  # by another project with the same key
    (shop / "in" / "more.csv").write_text(USERS.replace("u2", "u9"))
    assert run(shop, "ingest", "-q").code == 0
    (row,) = run(shop, "query", "acquisitions", "--json").json["rows"]
    assert row["acquisitions"]["value"] == 3


def test_a_key_that_is_none_of_the_stores_is_not_rotated(shop: Path) -> None:
    path_of(shop).write_text("ab" * 32)
    ran = run(shop, "key", "rotate")
    assert ran.code == 2
    assert "OPS322" in ran.err
    assert key.load(path_of(shop)) == (bytes.fromhex("ab" * 32),)


@pytest.mark.parametrize("command", [("key", "rotate"), ("key", "export", "copy"), ("ingest",)])
def test_without_its_key_a_store_says_so_and_makes_no_other(shop: Path, command: tuple[str, ...]) -> None:
    path_of(shop).unlink()
    ran = run(shop, *command)
    assert ran.code == 2
    assert "OPS321" in ran.err
    assert not path_of(shop).exists()


def test_outside_a_project_there_is_no_key(tmp_path: Path) -> None:
    assert opsctl("key", "show-path", cwd=tmp_path, environ={"HOME": os.devnull}).code == 2
