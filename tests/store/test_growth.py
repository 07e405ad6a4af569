"""Whatever comes in whatever order, a store that grew answers as one whose kept tables are made anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from tests.store.deliveries import project
from tests.store.test_year import said

MADE = ("derived", "kept", "answers")
USERS = "user,channel,acquired_at\n"
COHORTS = """
mappings:
  - platform: agency
    exports:
      - report: cohorts
        table: cohort
        file: {header_has: [new_users]}
        summary: {day_base: 0, day_unit: calendar, amounts: daily}
        melt: {into: offset, columns: {active: {from: {"1": [kept_1]}}}}
        columns: {day: day, channel: source, users: new_users}
"""


def grown(folder: Path, runs: Sequence[dict[str, str]]) -> list[int]:
    """A run of `opsctl ingest` for each set of files; the codes that they end with."""
    codes = []
    for files in runs:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        codes.append(said(folder, folder.parent, "ingest", "-q", *files).code)
    return codes


def answers(folder: Path, *asked: str) -> str:
    """What a question is answered with, which must not change when all is made anew."""
    question = asked or ("query", "acquisitions", "--by", "channel", "--json")
    before = said(folder, folder.parent, *question)
    for name in MADE:
        shutil.rmtree(folder / ".opsctl" / name, ignore_errors=True)
    after = said(folder, folder.parent, *question)
    assert (before.code, before.out) == (after.code, after.out)
    assert "OPS501" not in before.err + after.err
    return before.out


def by_channel(folder: Path, metric: str = "acquisitions") -> dict[str, object]:
    rows = json.loads(answers(folder, "query", metric, "--by", "channel", "--json"))["rows"]
    return {row["channel"]: row[metric]["value"] for row in rows}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return project(tmp_path / "shop")


def test_users_that_a_later_file_brings_back_belong_where_all_files_together_say(shop: Path) -> None:
    runs = [
        {"1.csv": USERS + "u1,douyin,2025-01-01 10:00:00\n"},
        {"2.csv": USERS + "u1,tencent,2025-01-20 10:00:00\n"},
        {"3.csv": USERS + "u9,douyin,2025-01-01 11:00:00\n"},
    ]
    grown(shop, runs)
    by_channel(shop)


def test_two_files_of_one_run_about_one_user_count_as_they_would_in_the_first_run(shop: Path) -> None:
    grown(shop, [{"0.csv": USERS + "u1,douyin,2025-01-01 10:00:00\n"}])
    fuller = "user,channel,acquired_at,campaign\nu5,tencent,2025-01-02 10:00:00,c1\n"
    grown(shop, [{"1.csv": fuller, "2.csv": USERS + "u5,tencent,2025-01-02 10:00:00\n"}])
    assert by_channel(shop) == {"douyin": 1, "tencent": 1}


def test_a_table_of_cohorts_beside_users_counts_nobody_twice(shop: Path) -> None:
    path = shop / "opsctl.yaml"
    path.write_text(path.read_text(encoding="utf-8") + COHORTS, encoding="utf-8")
    one_by_one = {"1.csv": USERS + "u1,douyin,2025-01-01 10:00:00\n"}
    added_up = {"2.csv": "day,source,new_users,kept_1\n2025-01-01,douyin,100,30\n"}
    assert grown(shop, [one_by_one, added_up])[0] == 0
    assert by_channel(shop) == {"douyin": 1}


def test_files_without_a_row_that_is_left_are_files_all_the_same(shop: Path) -> None:
    first = {
        "1.csv": USERS + "u1,douyin,2025-01-01 10:00:00\n",
        "a1.csv": "user,at,event\nu1,2025-01-02 10:00:00,open\n",
    }
    grown(shop, [first, {"a2.csv": "user,at,event\n"}])
    answers(shop, "query", "retention_d1", "--json")
    for command in (["status", "--json"], ["report", "--json"]):
        assert said(shop, shop.parent, *command).code == 0


def test_an_attribute_that_no_row_tells_can_be_asked_for(shop: Path) -> None:
    grown(shop, [{"1.csv": "user,channel,acquired_at,shoe\nu1,douyin,2025-01-01 10:00:00,\n"}])
    grown(shop, [{"2.csv": "user,channel,acquired_at,hat\nu2,douyin,2025-01-01 10:00:00,red\n"}])
    for attribute in ("shoe", "hat"):
        answers(shop, "query", "acquisitions", "--by", attribute, "--json")


@pytest.mark.parametrize("text", ["user,at,event\nu1,2025-01-02 10:00:00,open\n", USERS + "u1,douyin,2025-01-01\n"])
def test_a_copy_under_another_name_is_taken_in_once(shop: Path, text: str) -> None:
    grown(shop, [{"x.csv": text}])
    (shop / "y.csv").write_text(text, encoding="utf-8")
    told = json.loads(said(shop, shop.parent, "ingest", "--json", "y.csv").out)
    assert [row["state"] for row in told["rows"]] == ["known"]


def test_events_of_the_erased_are_told_alike_before_and_after_all_is_made_anew(shop: Path) -> None:
    grown(shop, [{"1.csv": USERS + "u1,douyin,2025-01-01 10:00:00\nu2,douyin,2025-01-01 11:00:00\n"}])
    assert said(shop, shop.parent, "erase", "--user", "u2").code == 1  # its export is still there
    events = pl.DataFrame({"user": ["u1", "u2"], "at": [datetime(2025, 1, 2, 10), datetime(2025, 1, 2, 11)]})  # noqa: DTZ001
    events.with_columns(event=pl.lit("open")).write_parquet(shop / "a.parquet")
    assert said(shop, shop.parent, "ingest", "-q", "a.parquet").code == 0
    told = {one["file"]: one for one in json.loads(answers(shop, "query", "retention_d1", "--json"))["inputs"]}
    assert told["a.parquet"]["dropped"] == {"of an erased person": 1}
