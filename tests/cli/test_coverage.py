"""Accounts that must arrive: a ratio takes both sides over the days that are whole, and says which are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import opsctl

DAYS = [f"2025-01-{day:02}" for day in range(6, 20)]  # two weeks from a Monday
MISSING = {"2025-01-18", "2025-01-19"}
HEAD = "时间-天,消耗,展示数,点击数,转化数\n"
PROJECT = """version: 1
accounts:
  - {source: oceanengine, account: a1, agency: 甲}
  - {source: oceanengine, account: a2, agency: 乙}
sources:
  - {path: a1.csv, account: a1}
  - {path: a2.csv, account: a2}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    for name, spend, gone in (("a1", 1000, set()), ("a2", 870, MISSING)):
        rows = "".join(f"{day},{spend},1000,100,10\n" for day in DAYS if day not in gone)
        (tmp_path / f"{name}.csv").write_text(HEAD + rows, encoding="utf-8")
    users = "".join(f"u{day}{at},{day},douyin\n" for day in DAYS for at in range(40))
    (tmp_path / "users.csv").write_text("user,acquired_at,channel\n" + users, encoding="utf-8")
    return tmp_path


def test_a_price_leaves_incomplete_days_out_on_both_sides(folder: Path) -> None:
    ran = opsctl("query", "spend,acquisitions,cpa", folder, "--period", "2025-W03", "--json")
    assert ran.figure("spend")["value"] == f"{7 * 1000 + 5 * 870}.0000"
    assert ran.figure("acquisitions")["value"] == 7 * 40
    price = ran.figure("cpa")
    assert (price["numerator"], price["denominator"]) == (f"{5 * 1870}.0000", 5 * 40)
    assert (price["status"], price["left_out"]) == ("partial", 2)
    assert any("2025-01-18..2025-01-19" in note["text"] for note in ran.json["notes"])


def test_weeks_that_are_whole_are_not_touched(folder: Path) -> None:
    rows = opsctl("query", "cpa", folder, "--by", "week", "--json").rows
    assert [(row["week"], row["cpa"]["left_out"]) for row in rows] == [("2025-W02", None), ("2025-W03", 2)]


def test_days_that_are_all_incomplete_have_no_price(folder: Path) -> None:
    ran = opsctl("query", "cpa,spend", folder, "--period", "2025-01-18..2025-01-19", "--json")
    assert ran.figure("cpa")["reason"] == "not_supplied"
    assert ran.figure("spend")["value"] == "2000.0000"


def test_a_week_is_compared_with_the_same_weekdays_of_the_week_before(folder: Path) -> None:
    changes = opsctl("report", folder, "--period", "2025-W03", "--json").json["changes"]
    of_spend = next(change for change in changes if change["metric"] == "spend" and change["channel"] == "douyin")
    assert (of_spend["before"], of_spend["now"]) == (f"{5 * 1870}.0000", f"{5 * 1870}.0000")


def test_without_data_there_is_no_advice_and_the_channel_is_marked(folder: Path) -> None:
    ran = opsctl("report", folder, "--period", "2025-W03", "--json")
    assert [row["verdict"] for row in ran.rows] == ["no_data"]  # 12 of 14 account-days are 86 %
    shown = opsctl("report", folder, "--period", "2025-W03").out
    assert "douyin*" in shown
    assert "1 of 2 accounts arrived whole; missing douyin a2 2025-01-18..2025-01-19" in shown
    before = opsctl("report", folder, "--period", "2025-W02")
    assert "all 2 accounts arrived whole" in before.out
    assert "douyin*" not in before.out


def test_with_all_data_there_is_advice_or_a_reason_why_not(folder: Path) -> None:
    whole = "".join(f"{day},870,1000,100,10\n" for day in DAYS)
    (folder / "a2.csv").write_text(HEAD + whole, encoding="utf-8")
    (row,) = opsctl("report", folder, "--period", "2025-W03", "--json").rows
    assert row["verdict"] == "hold"  # nobody told what its users are worth
    assert "value_per_cost" not in row


def test_no_spend_counts_as_arrived(folder: Path) -> None:
    rows = "".join(f"{day},{0 if day in MISSING else 870},0,0,0\n" for day in DAYS)
    (folder / "a2.csv").write_text(HEAD + rows, encoding="utf-8")
    assert opsctl("query", "cpa", folder, "--json").figure("cpa")["left_out"] is None


def test_an_account_is_expected_only_from_and_to_its_days(folder: Path) -> None:
    (folder / "opsctl.yaml").write_text(PROJECT.replace("agency: 乙", "to: 2025-01-17"), encoding="utf-8")
    assert opsctl("query", "cpa", folder, "--json").figure("cpa")["left_out"] is None


def test_an_account_that_never_came_is_missing_on_every_day(folder: Path) -> None:
    (folder / "opsctl.yaml").write_text(
        PROJECT.replace("sources:", "  - {source: kuaishou, account: k1}\nsources:"), encoding="utf-8"
    )
    (folder / "k.csv").write_text("user,acquired_at,channel\nk,2025-01-08,kuaishou\n", encoding="utf-8")
    ran = opsctl("query", "cpa", folder, "--by", "channel", "--period", "2025-W02", "--json")
    assert ran.figure("cpa", channel="kuaishou")["reason"] == "not_supplied"
    assert ran.figure("cpa", channel="douyin")["value"] == 1870 / 40


def test_money_can_be_split_by_the_agency_of_its_account(folder: Path) -> None:
    rows = opsctl("query", "spend", folder, "--by", "agency", "--json").rows
    assert {row["agency"]: row["spend"]["value"] for row in rows} == {"甲": "14000.0000", "乙": f"{12 * 870}.0000"}
