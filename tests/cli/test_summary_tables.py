"""A data department's tables of cohorts answer what rows of users would, as far as they tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opsctl.stats.intervals import wilson
from tests.cli.inside import opsctl
from tests.ingest.books import book, put

HEAD = "日期,渠道,新增,次日留存率,7日留存率,LTV0,LTV7\n"
ROWS = """2025-01-01,抖音,1000,38.2%,22.3%,120,500
2025-01-02,抖音,400,37.0,22.0,100,200
2025-01-01,快手,500,30.0%,12.0%,10,30
2025-01-09,快手,300,35%,-,10,-
"""
MAPPING = """version: 1
mappings:
  - platform: data_team
    exports:
      - table: cohort
        columns: {day: [日期], channel: [渠道], users: [新增]}
        melt:
          into: offset
          columns:
            active: {from: {"1": [次日留存率], "7": [7日留存率]}, unit: percent}
            net_paid: {from: {"0": [LTV0], "7": [LTV7]}}
        summary: {day_base: 0, day_unit: calendar, amounts: cumulative}
        nulls: ["-"]
"""


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    (tmp_path / "opsctl.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "cohorts.csv").write_text(HEAD + ROWS, encoding="utf-8")
    return tmp_path


def test_a_wide_table_tells_new_users_and_those_who_came_back(wide: Path) -> None:
    ran = opsctl("query", "acquisitions,retention_d1,retention_d7,ltv_revenue_7d", wide, "--by", "channel", "--json")
    assert ran.figure("acquisitions", channel="抖音")["value"] == 1400
    kept = ran.figure("retention_d7", channel="抖音")
    assert (kept["numerator"], kept["denominator"]) == (223 + 88, 1400)
    assert ran.figure("retention_d1", channel="抖音")["numerator"] == 382 + 148
    assert ran.figure("ltv_revenue_7d", channel="抖音")["value"] == pytest.approx((500 + 200) / 1400)


def test_a_rate_that_was_rounded_widens_the_interval_by_what_it_hides(wide: Path) -> None:
    """22.3 % of 1,000 and 22.0 % of 400 are off by up to 0.05 points each: 0.7 of 1,400 users."""
    found = opsctl("query", "retention_d7", wide, "--by", "channel", "--json").figure("retention_d7", channel="抖音")
    low, high = wilson(311, 1400)
    assert found["low"] == pytest.approx(low - 0.7 / 1400)
    assert found["high"] == pytest.approx(high + 0.7 / 1400)


def test_a_cohort_whose_day_has_not_come_is_immature_not_lost(wide: Path) -> None:
    found = opsctl("query", "retention_d7", wide, "--json").figure("retention_d7")
    assert (found["numerator"], found["denominator"]) == (223 + 88 + 60, 1900)
    assert (found["users"], found["mature"], found["matures_on"]) == (2200, 1900, "2025-01-16")


def test_what_the_table_does_not_tell_is_unknown(wide: Path) -> None:
    ran = opsctl("query", "acquisitions,retention_d3,retention_d7_within,retention_d7_24h", wide, "--json")
    reasons = {metric: ran.figure(metric)["reason"] for metric in ("retention_d3", "retention_d7_within")}
    assert set(reasons.values()) == {"not_supplied"}
    assert ran.figure("retention_d7_24h")["reason"] == "day_precision"


def test_spend_and_a_table_of_cohorts_make_prices(wide: Path) -> None:
    spend = "day,channel,spend\n2025-01-01,抖音,3000\n2025-01-02,抖音,1200\n2025-01-01,快手,900\n2025-01-09,快手,600\n"
    (wide / "spend.csv").write_text(spend, encoding="utf-8")
    ran = opsctl("query", "cpa,cost_per_retained_d7", wide, "--by", "channel", "--json")
    assert ran.figure("cpa", channel="抖音")["value"] == 4200 / 1400
    assert ran.figure("cost_per_retained_d7", channel="快手")["value"] == 900 / 60
    assert "summary_table" in {note["code"] for note in ran.json["notes"]}


def test_rows_of_users_come_before_a_table_that_adds_them_up(wide: Path) -> None:
    (wide / "users.csv").write_text("user,acquired_at,channel\nu1,2025-01-01,抖音\n", encoding="utf-8")
    ran = opsctl("query", "acquisitions", wide, "--json")
    assert ran.code == 1
    assert "OPS109" in ran.err
    assert ran.figure("acquisitions")["value"] == 1


def test_the_source_s_own_number_for_the_first_day_is_taken_off(wide: Path) -> None:
    one_based = MAPPING.replace("day_base: 0", "day_base: 1").replace('{"1": [次', '{"2": [次')
    (wide / "opsctl.yaml").write_text(one_based.replace('"7": [7', '"8": [7'), encoding="utf-8")
    assert opsctl("query", "retention_d7", wide, "--json").figure("retention_d7")["numerator"] == 223 + 88 + 60


def test_days_of_24_hours_answer_the_metric_of_24_hours(wide: Path) -> None:
    (wide / "opsctl.yaml").write_text(MAPPING.replace("calendar", "24h"), encoding="utf-8")
    ran = opsctl("query", "retention_d7,retention_d7_24h", wide, "--json")
    assert ran.figure("retention_d7")["reason"] == "not_supplied"
    assert ran.figure("retention_d7_24h")["numerator"] == 223 + 88 + 60


def test_amounts_of_single_days_are_added_up_as_far_as_no_day_is_missing(tmp_path: Path) -> None:
    mapping = """version: 1
mappings:
  - platform: data_team
    exports:
      - table: cohort
        columns: {day: [date], channel: {const: game}, users: [installs], offset: {days_to: [on]}, net_paid: [revenue]}
        summary: {day_base: 0, day_unit: calendar, amounts: daily}
"""
    rows = ["date,installs,on,revenue"]
    rows += [f"2025-01-01,10,2025-01-0{day},{day}" for day in range(1, 7)]
    rows += [f"2025-01-02,10,2025-01-0{day},5" for day in (2, 4)]
    rows += ["2025-01-03,10,2025-01-01,0"]  # a matrix has cells from before the cohort
    (tmp_path / "opsctl.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "matrix.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ran = opsctl("query", "ltv_revenue_2d", tmp_path, "--by", "day", "--json")
    assert ran.figure("ltv_revenue_2d", day="2025-01-01")["value"] == (1 + 2 + 3) / 10
    assert ran.figure("ltv_revenue_2d", day="2025-01-02")["reason"] == "not_supplied"
    assert ran.json["inputs"][0]["dropped"] == {"nothing there": 1}


def test_a_figure_names_the_lines_of_the_table_it_was_counted_from(wide: Path) -> None:
    ran = opsctl("explain", "retention_d7", wide, "--channel", "快手", "--json")
    (counted, _) = ran.json["sides"]
    assert [(source["table"], source["lines"]) for source in counted["sources"]] == [("cohort", "4")]


def test_what_needs_rows_of_users_is_unknown_beside_what_the_table_tells(wide: Path) -> None:
    ran = opsctl("query", "return_rate_8_30,retention_d7", wide, "--json")
    assert ran.figure("return_rate_8_30")["reason"] == "not_supplied"
    assert ran.figure("retention_d7")["numerator"] == 223 + 88 + 60


def test_a_year_is_reviewed_from_a_table_of_cohorts(wide: Path) -> None:
    ran = opsctl("year-end", "2025", wide, "--locale", "en")
    assert ran.code == 0, ran.err
    assert "D7 retention" in ran.out


def test_a_wide_table_in_a_workbook_says_the_same(wide: Path) -> None:
    asked = ("query", "acquisitions,retention_d7,ltv_revenue_7d", wide, "--by", "channel", "--json")
    text = opsctl(*asked).rows
    (wide / "cohorts.csv").unlink()

    def write(sheet: Any, made: Any) -> None:
        percent = made.add_format({"num_format": "0.0%"})
        for row, line in enumerate((HEAD + ROWS).splitlines()):
            for column, cell in enumerate(line.split(",")):
                if cell.endswith("%"):
                    sheet.write_number(row, column, float(cell[:-1]) / 100, percent)
                else:
                    put(sheet, row, column, cell)

    (wide / "cohorts.xlsx").write_bytes(book({"LTV": write}))
    assert opsctl(*asked).rows == text
