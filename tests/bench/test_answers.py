"""Answers of opsctl and of scripts can be held to each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench import answers


def figure(value: Any, numerator: int | None = None, denominator: int | None = None) -> dict[str, Any]:
    return {"value": value, "numerator": numerator, "denominator": denominator}


SPEND = {"spend": figure("120.0000"), "acquisitions": figure(4), "cpa": figure(30.0)}
WEEK = {"week": "2025-W01", "channel": "douyin", **SPEND, "retention_d7": figure(0.5, 1, 2)}
CHANNEL = {
    "channel": "douyin",
    **SPEND,
    "retention_d7": figure(0.5, 1, 2),
    "retention_d30": figure(None),
    "gross_paid": figure("99.5000"),
    "paid_orders": figure(3),
    "repeat_share_shop": figure(0.5, 1, 2),
    "high_value_share": figure(0.5, 1, 2),
    "no_return_share_d30": figure(None),
}
IN_THE_JOBS_WORDS = {
    "channel": "douyin",
    "cost": 120.0,
    "new_users": 4,
    "cpa": 30.0,
    "mature7": 2,
    "ret7": 1,
    "d7": 0.5,
    "mature30": 0,
    "ret30": 0,
    "d30": None,
    "revenue": 99.5,
    "orders": 3,
    "buyers": 2,
    "repeat_buyers": 1,
    "repurchase": 0.5,
    "hv_users": 1,
    "hv_share": 1 / 4,
    "low_users": 0,
    "low_share": None,
}


def told(folder: Path, weeks: list[dict[str, Any]]) -> Path:
    splits = [{"by": ["channel"], "rows": [CHANNEL]}, {"by": ["week", "channel"], "rows": weeks}]
    file = folder / "answer.json"
    file.write_text(json.dumps({"rows": [CHANNEL], "splits": splits}))
    return file


def test_figures_become_the_rows_of_the_job(tmp_path: Path) -> None:
    found = answers.of_opsctl(told(tmp_path, [WEEK]))
    assert found["channels"] == [IN_THE_JOBS_WORDS]
    (week,) = found["weekly"]
    assert week["week"] == "2024-12-30"  # the Monday of the first ISO week of 2025
    assert {name: week[name] for name in ("cost", "new_users", "mature7", "ret7", "d7")} == {
        name: IN_THE_JOBS_WORDS[name] for name in ("cost", "new_users", "mature7", "ret7", "d7")
    }


def test_a_week_that_brought_nobody_is_no_row_of_the_job(tmp_path: Path) -> None:
    empty = {**WEEK, "week": "2025-W02", "acquisitions": figure(0)}
    assert len(answers.of_opsctl(told(tmp_path, [WEEK, empty]))["weekly"]) == 1


def job(**changed: Any) -> answers.Answers:
    week = {"channel": "douyin", "week": "2025-01-06", "cost": 120.0}
    return {"channels": [{**IN_THE_JOBS_WORDS, **changed}], "weekly": [week]}


@pytest.mark.parametrize("changed", [{}, {"cost": 120.00001}, {"revenue": 99.5 * (1 + 9e-7)}])
def test_numbers_that_differ_by_less_than_a_millionth_are_the_same(changed: dict[str, Any]) -> None:
    assert answers.differences(job(), job(**changed)) == []


@pytest.mark.parametrize("changed", [{"ret7": 2}, {"cost": 120.001}, {"d7": None}, {"d30": 0.0}])
def test_a_count_that_is_one_off_is_a_difference(changed: dict[str, Any]) -> None:
    (difference,) = answers.differences(job(), job(**changed))
    assert difference.startswith(f"douyin {next(iter(changed))}:")


def test_a_row_that_only_one_of_them_has_is_a_difference() -> None:
    (difference,) = answers.differences(job(), {**job(), "weekly": []})
    assert "douyin 2025-01-06" in difference
