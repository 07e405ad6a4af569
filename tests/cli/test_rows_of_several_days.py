"""Rows that span several days, or name none: they count whole where they can, and nowhere by a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import opsctl

WEEKLY = "day,through,channel,spend\n2025-01-06,2025-01-12,A,70\n2025-01-27,2025-02-02,A,35\n2025-01-14,,A,5\n"


@pytest.fixture
def weekly(tmp_path: Path) -> Path:
    (tmp_path / "spend.csv").write_text(WEEKLY, encoding="utf-8")
    return tmp_path


def test_a_row_counts_in_a_period_that_holds_it_whole(weekly: Path) -> None:
    found = opsctl("query", "spend", weekly, "--period", "2025-01-01..2025-01-20", "--json").figure("spend")
    assert found["value"] == "75.0000"


def test_a_period_that_cuts_a_row_in_two_has_no_answer(weekly: Path) -> None:
    ran = opsctl("query", "spend", weekly, "--period", "2025-01", "--json")
    assert ran.figure("spend")["reason"] == "spans_days"
    assert opsctl("query", "spend", weekly, "--json").figure("spend")["value"] == "110.0000"


def test_by_the_day_and_the_month_a_row_stands_where_it_is_whole(weekly: Path) -> None:
    by_day = opsctl("query", "spend", weekly, "--by", "day", "--json").rows
    assert [(row["day"], row["spend"]["value"]) for row in by_day] == [("2025-01-14", "5.0000"), (None, "105.0000")]
    by_month = opsctl("query", "spend", weekly, "--by", "month", "--json").rows
    assert [(row["month"], row["spend"]["value"]) for row in by_month] == [("2025-01", "75.0000"), (None, "35.0000")]


def test_its_last_day_is_the_day_that_is_known(weekly: Path) -> None:
    assert opsctl("query", "spend", weekly, "--json").json["as_of"] == "2025-02-02"


def test_a_row_that_ends_before_it_begins_is_rejected(tmp_path: Path) -> None:
    text = "day,through,channel,spend\n2025-01-06,2025-01-01,A,70\n2025-01-06,,A,1\n"
    (tmp_path / "spend.csv").write_text(text, encoding="utf-8")
    ran = opsctl("query", "spend", tmp_path, "--json")
    assert (ran.code, ran.json["inputs"][0]["rejected"]) == (1, 1)


# --- files that say their days elsewhere, or nowhere ------------------------------------------------------

MAPPING = """version: 1
mappings:
  - platform: ledger
    exports:
      - table: spend
        file: {preamble: {period: "^Period: (.*)$"}}
        columns: {channel: [Medium], campaign: [Campaign], spend: [Budget used]}
"""
LEDGER = "Medium,Campaign,Budget used\nA,x,30\nA,y,12\n"


def ledger(folder: Path, text: str, name: str = "ledger.csv") -> Path:
    (folder / "opsctl.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("said", ["July 1, 2025 - July 7, 2025", "1 Jul 2025 - 7 Jul 2025", "20250701-20250707"])
def test_the_lines_above_the_header_say_the_days(tmp_path: Path, said: str) -> None:
    folder = ledger(tmp_path, f'"Period: {said}"\n{LEDGER}')
    ran = opsctl("query", "spend", folder, "--period", "2025-07", "--json")
    assert ran.figure("spend")["value"] == "42.0000"
    assert ran.json["inputs"][0]["days"] == {"from": "2025-07-01", "to": "2025-07-07"}
    assert (
        opsctl("query", "spend", folder, "--period", "2025-07-02", "--json").figure("spend")["reason"] == "spans_days"
    )


def test_a_name_says_the_days_where_it_gives_a_span(tmp_path: Path) -> None:
    folder = ledger(tmp_path, LEDGER, "ledger_20250701-20250707.csv")
    assert opsctl("query", "spend", folder, "--json").json["inputs"][0]["days"]["to"] == "2025-07-07"


def test_a_single_day_in_a_name_may_be_that_of_the_download_and_is_not_taken(tmp_path: Path) -> None:
    folder = ledger(tmp_path, LEDGER, "ledger_20250701.csv")
    assert opsctl("query", "spend", folder, "--json").json["as_of"] is None


def test_rows_without_days_count_where_no_period_is_asked_for(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", ledger(tmp_path, LEDGER), "--by", "campaign", "--json")
    assert (ran.json["as_of"], ran.json["period"]) == (None, {"from": None, "to": None})
    assert [(row["campaign"], row["spend"]["value"]) for row in ran.rows] == [("x", "30.0000"), ("y", "12.0000")]


def test_rows_without_days_are_of_the_period_asked_for_and_it_is_said(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", ledger(tmp_path, LEDGER), "--period", "2025-07", "--json")
    assert ran.figure("spend")["value"] == "42.0000"
    assert any("the period asked for" in note["text"] for note in ran.json["notes"])


def test_a_report_by_the_week_needs_days(tmp_path: Path) -> None:
    ran = opsctl("report", ledger(tmp_path, LEDGER))
    assert (ran.code, ran.out) == (3, "")
    assert "--period" in ran.err


# --- beside files that tell the same money by the day ------------------------------------------------------

UNITS = "时间-天,单元名称,消耗,展示数,点击数,转化数\n"


def weekly_and_daily(folder: Path, of_week: int) -> Path:
    (folder / "daily.csv").write_text(
        UNITS + "".join(f"2025-07-0{day},A,6,60,6,1\n" for day in range(1, 8)), encoding="utf-8"
    )
    (folder / "opsctl.yaml").write_text(
        """version: 1
mappings:
  - platform: oceanengine
    exports:
      - report: 周报
        table: spend
        columns: {day: [开始], through: [结束], channel: {const: douyin}, ad_group: [单元], spend: [周消耗]}
        currency: CNY
""",
        encoding="utf-8",
    )
    (folder / "weekly.csv").write_text(f"开始,结束,单元,周消耗\n2025-07-01,2025-07-07,A,{of_week}\n", encoding="utf-8")
    return folder


def test_a_week_that_days_tell_too_counts_once(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", weekly_and_daily(tmp_path, 42), "--json")
    assert ran.figure("spend")["value"] == "42.0000"
    assert ran.json["inputs"][1]["dropped"] == {"told by the day": 1}


def test_a_week_of_which_days_tell_another_sum_is_refused(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", weekly_and_daily(tmp_path, 50), "--json")
    assert (ran.code, "OPS109" in ran.err) == (1, True)
    assert ran.figure("spend")["value"] == "42.0000"
