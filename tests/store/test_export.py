"""What is handed on adds up to what is answered here, names nobody, and is there as a whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core import money
from opsctl.store import export as exporting
from tests.cli.inside import opsctl
from tests.command import Ran

PROJECT = """version: 1
locale: en
timezone: Asia/Shanghai
privacy: {hash_key_file: ../key}
mappings:
  - platform: mine
    exports:
      - report: day
        table: spend
        columns: {day: DAY, channel: {const: a}, account: ACCOUNT, spend: COST}
      - report: region
        table: spend
        breakdown: region
        columns: {day: DAY, channel: {const: a}, account: ACCOUNT, region: REGION, spend: COST}
"""
SPEND = "day,channel,spend,currency\n2025-03-01,b,100.0001,CNY\n2025-03-02,b,0.0001,CNY\n"
USERS = """user,acquired_at,channel,city,seat
wang-13800000001,2025-03-01 08:00,b,上海,A1
wang-13800000002,2025-03-01 23:30,b,上海,A2
wang-13800000003,2025-03-02 10:00,b,上海,A3
wang-13800000004,2025-03-02 11:00,b,北京,A4
"""
EVENTS = """user,at,event
wang-13800000001,2025-03-01 09:00,open
wang-13800000001,2025-03-01 09:00,open
wang-13800000002,2025-04-01 09:00,open
"""
ORDERS = """order,created_at,paid_at,paid,refunded,refunded_at,user
o1,2025-03-01,2025-03-01,50,20,2025-03-09,wang-13800000001
o2,2025-03-02,2025-03-05,30,,,wang-13800000002
o3,2025-03-08,2025-03-08,70,,,wang-13800000003
"""
FILES = {"spend": SPEND, "users": USERS, "events": EVENTS, "orders": ORDERS}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a file of each kind, taken in."""
    folder = tmp_path_factory.mktemp("handed") / "shop"
    (folder / "exports").mkdir(parents=True)
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    for name, text in FILES.items():
        (folder / "exports" / f"{name}.csv").write_text(text, encoding="utf-8")
    ran = opsctl("ingest", "exports", "-q", cwd=folder)
    assert ran.code == 0, ran.err
    return folder


def exported(folder: Path, to: Path, *arguments: str, code: int = 0) -> Ran:
    ran = opsctl("export", to, *arguments, "--json", cwd=folder)
    assert ran.code == code, ran.err
    return ran


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers through the views of an export."""
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{folder.as_posix()}'")
        connection.execute((folder / "views.sql").read_text(encoding="utf-8"))
        return connection.execute(query).fetchall()


def value(folder: Path, metric: str, *arguments: str) -> Decimal:
    ran = opsctl("query", metric, *arguments, "--json", cwd=folder)
    return Decimal(str(ran.rows[0][metric]["value"]))


# --- what it adds up to ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_duckdb_adds_up_what_opsctl_answers(stored: Path, tmp_path: Path, format_: str) -> None:
    exported(stored, tmp_path / "out", "--format", format_)
    ((spent, kind),) = asked(tmp_path / "out", "SELECT sum(spend), any_value(typeof(spend)) FROM spend")
    assert (spent, kind) == (Decimal("100.0002"), "DECIMAL(18,4)")
    assert spent == value(stored, "spend")
    assert asked(tmp_path / "out", "SELECT sum(paid) FROM orders")[0][0] == value(stored, "gross_paid")
    assert asked(tmp_path / "out", "SELECT sum(refunded) FROM orders")[0][0] == value(stored, "refunded")
    came = "SELECT channel, day::VARCHAR, count(*) FROM acquisition GROUP BY ALL ORDER BY ALL"
    assert asked(tmp_path / "out", came) == [("b", "2025-03-01", 2), ("b", "2025-03-02", 2)]


def test_users_can_be_joined_over_all_tables(stored: Path, tmp_path: Path) -> None:
    exported(stored, tmp_path / "out")
    bought = "SELECT count(DISTINCT user), sum(paid) FROM acquisition JOIN orders USING (user) WHERE day = '2025-03-01'"
    assert asked(tmp_path / "out", bought) == [(2, Decimal(80))]


def test_activity_lies_in_a_folder_per_month_and_what_was_sent_twice_is_there_once(
    stored: Path, tmp_path: Path
) -> None:
    ran = exported(stored, tmp_path / "out")
    assert {row["table"]: (row["rows"], row["sent_again"]) for row in ran.rows}["activity"] == (2, 1)
    months = "SELECT month, count(*) FROM activity GROUP BY ALL ORDER BY ALL"
    assert asked(tmp_path / "out", months) == [("2025-03", 1), ("2025-04", 1)]
    assert (tmp_path / "out" / "activity" / "month=2025-03" / "part.parquet").is_file()


def test_one_money_told_at_two_breakdowns_counts_once(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "day.csv").write_text("DAY,ACCOUNT,COST\n2025-03-01,x,100\n")
    (folder / "region.csv").write_text("DAY,ACCOUNT,REGION,COST\n2025-03-01,x,north,60\n2025-03-01,x,south,40\n")
    assert opsctl("ingest", "day.csv", "region.csv", "-q", cwd=folder).code == 0
    exported(folder, tmp_path / "out")
    assert asked(tmp_path / "out", "SELECT sum(spend) FROM spend") == [(Decimal(100),)]
    by_region = "SELECT region, spend FROM spend_by_breakdown WHERE breakdown = 'region' AND region IS NOT NULL"
    assert sorted(asked(tmp_path / "out", by_region)) == [("north", Decimal(60)), ("south", Decimal(40))]


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_amount_is_exact(amount: int) -> None:
    told = pl.DataFrame({"spend": [amount]}).select(exporting._told("spend", {"spend"}, pl.Int64()))
    assert told.schema == {"spend": pl.Decimal(18, 4)}
    assert str(told.item()) == money.text(amount)


# --- as it was known ------------------------------------------------------------------------------------------


def test_what_came_later_is_not_known_yet(stored: Path, tmp_path: Path) -> None:
    """On 2 March one order is paid, one is not paid yet, one is not made yet, and nothing is refunded."""
    exported(stored, tmp_path / "out", "--as-of", "2025-03-02")
    orders = "SELECT paid_day::VARCHAR, refunded FROM orders ORDER BY ALL"
    assert asked(tmp_path / "out", orders) == [("2025-03-01", None), (None, None)]
    assert asked(tmp_path / "out", "SELECT count(*) FROM activity") == [(1,)]
    assert manifest(tmp_path / "out")["as_of"] == "2025-03-02"


# --- what it says ---------------------------------------------------------------------------------------------


def test_every_column_says_what_it_means_in_both_languages(stored: Path, tmp_path: Path) -> None:
    exported(stored, tmp_path / "out")
    told = manifest(tmp_path / "out")
    for name, table in told["tables"].items():
        view = "orders" if name == "order" else name
        known = {row[0]: row[1] for row in asked(tmp_path / "out", f"DESCRIBE {view}")}
        assert {one["name"]: one["type"] for one in table["columns"]} == {
            column: kind for column, kind in known.items() if column != "month"
        }
        assert all(one["zh"] and one["en"] for one in table["columns"])
    comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'orders' AND column_name = 'paid_at'"
    assert asked(tmp_path / "out", comment) == [("付款时间 / paid at",)]


def test_the_manifest_holds_the_hash_of_every_file(stored: Path, tmp_path: Path) -> None:
    exported(stored, tmp_path / "out")
    listed = {one["path"]: one["sha256"] for one in manifest(tmp_path / "out")["files"]}
    there = {
        path.relative_to(tmp_path / "out").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == there


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_the_same_store_is_handed_on_as_the_same_bytes(stored: Path, tmp_path: Path, format_: str) -> None:
    for name in ("one", "two"):
        exported(stored, tmp_path / name, "--format", format_)
    assert manifest(tmp_path / "one") == manifest(tmp_path / "two")


# --- nobody is named ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_no_id_of_a_person_is_in_any_byte(stored: Path, tmp_path: Path, format_: str) -> None:
    exported(stored, tmp_path / "out", "--format", format_)
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            table = pl.read_parquet(path).write_csv().encode() if path.suffix == ".parquet" else b""
            for text in (path.read_bytes(), table):
                assert b"wang" not in text
                assert b"1380000" not in text


def test_an_attribute_that_tells_people_apart_is_left_out_and_said(stored: Path, tmp_path: Path) -> None:
    ran = exported(stored, tmp_path / "out")
    (users,) = (row for row in ran.rows if row["table"] == "acquisition")
    assert users["left_out"] == ["attribute_seat"]
    assert [note["code"] for note in ran.json["notes"]] == ["left_out", "sent_again"]
    assert asked(tmp_path / "out", "SELECT DISTINCT attribute_city FROM acquisition ORDER BY 1") == [
        ("上海",),
        ("北京",),
    ]


# --- whole or not there ---------------------------------------------------------------------------------------


def test_an_earlier_export_is_replaced_as_a_whole(stored: Path, tmp_path: Path) -> None:
    exported(stored, tmp_path / "out")
    exported(stored, tmp_path / "out", "--tables", "spend")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "spend.parquet", "views.sql"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_anything_else_in_it_is_left_alone(stored: Path, tmp_path: Path) -> None:
    exported(stored, tmp_path / "out", "--tables", "spend")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    ran = exported(stored, tmp_path / "out", code=2)
    assert "notes.txt" in ran.err
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), pl.exceptions.ComputeError("File too large")]
)
def test_a_full_disk_leaves_the_earlier_export(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    exported(stored, tmp_path / "out", "--tables", "spend")
    before = manifest(tmp_path / "out")

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    ran = exported(stored, tmp_path / "out", code=4)
    assert "OPS006" in ran.err
    assert manifest(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_where_the_command_runs_nothing_is_replaced(stored: Path, tmp_path: Path) -> None:
    ran = opsctl("export", ".", "-C", stored, cwd=tmp_path)
    assert (ran.code, "OPS005" in ran.err) == (2, True)


# --- asked wrongly --------------------------------------------------------------------------------------------


def test_an_unknown_table_or_format_is_told_the_nearest(stored: Path, tmp_path: Path) -> None:
    assert "order" in exported(stored, tmp_path / "out", "--tables", "orders", code=2).err
    assert "parquet" in exported(stored, tmp_path / "out", "--format", "parqet", code=2).err
    assert not (tmp_path / "out").exists()


def test_without_a_store_there_is_nothing_to_hand_on(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    assert "OPS601" in exported(tmp_path, tmp_path / "out", code=3).err


# --- Delta ----------------------------------------------------------------------------------------------------


def test_delta_without_its_extra_says_what_to_install(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "deltalake", None)
    ran = exported(stored, tmp_path / "out", "--format", "delta", code=2)
    assert "OPS305" in ran.err
    assert "channel-opsctl[delta]" in ran.err
    assert not (tmp_path / "out").exists()


def test_delta_tables_hold_the_same(stored: Path, tmp_path: Path) -> None:
    pytest.importorskip("deltalake")
    exported(stored, tmp_path / "out", "--format", "delta")
    assert pl.read_delta(str(tmp_path / "out" / "spend"))["spend"].sum() == value(stored, "spend")
    assert sorted(pl.read_delta(str(tmp_path / "out" / "activity"))["month"]) == ["2025-03", "2025-04"]
    exported(stored, tmp_path / "out", "--format", "delta")
