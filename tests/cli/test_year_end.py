"""`opsctl year-end`: the review of a year, with people's notes, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.paths import shipped
from tests.cli.inside import opsctl
from tests.reports.two_years import write

STRONG, WEAK = {"douyin", "xiaohongshu"}, {"kuaishou", "bilibili", "google"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    ran = opsctl("year-end", "2025", ".", "-q", "--json", cwd=shipped("sample_data"))
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    return found


def test_several_formats_come_out_of_one_run(company: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("year.html", "year.md", "year.json")]
    ran = opsctl("year-end", "2025", ".", "-q", *(part for file in files for part in ("-o", file)), cwd=company)
    assert (ran.code, ran.out) == (0, "")
    assert "<svg" in files[0].read_text(encoding="utf-8")
    assert files[1].read_text(encoding="utf-8").startswith("# 2025 channel review")
    assert json.loads(files[2].read_text(encoding="utf-8"))["period"] == {"from": "2025-01-01", "to": "2025-12-31"}


def test_a_target_of_nothing_is_a_target(tmp_path: Path) -> None:
    write(tmp_path, project=False)
    targets = "version: 1\ntargets: [{metric: acquisitions, period: 2025, target: 0}]\n"
    (tmp_path / "opsctl.yaml").write_text(targets, encoding="utf-8")
    ran = opsctl("year-end", "2025", tmp_path, "--json", "-q")
    assert ran.code == 0, ran.err
    assert {one["key"]: one["target"] for one in ran.json["kpis"]}["all.acquisitions"] == 0


def test_notes_of_the_year_beside_the_project_are_read(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "notes").mkdir()
    (folder / "notes" / "2025.md").write_text("## 摘要补充\n预算由总部统一批复。\n", encoding="utf-8")
    shown = {
        year: opsctl("year-end", year, ".", "-q", "--locale", "zh-CN", cwd=folder).out for year in ("2025", "2024")
    }
    assert "预算由总部统一批复。" in shown["2025"]
    assert "预算由总部统一批复。" not in shown["2024"]


def test_notes_that_are_named_come_before_the_usual_ones(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "notes").mkdir()
    (folder / "notes" / "2025.md").write_text("## plan\nthe usual plan\n", encoding="utf-8")
    (folder / "other.md").write_text("## plan\nanother plan\n", encoding="utf-8")
    ran = opsctl("year-end", "2025", ".", "-q", "--notes", "other.md", cwd=folder)
    assert "another plan" in ran.out
    assert "the usual plan" not in ran.out


def test_a_mistyped_block_is_told_before_anything_is_answered(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "notes.md").write_text("## plans\nless\n", encoding="utf-8")
    ran = opsctl("year-end", "2025", ".", "-q", "--notes", "notes.md", cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert "error[OPS303]" in ran.err
    assert "did you mean 'plan'?" in ran.err


@pytest.mark.parametrize("year", ["25", "2025-Q1", "last-week", "1885"])
def test_what_is_no_year_is_refused(company: Path, year: str) -> None:
    ran = opsctl("year-end", year, ".", "-q", cwd=company)
    assert (ran.code, ran.out) == (2, "")
    assert "error[OPS002]" in ran.err


def test_a_year_of_which_nothing_is_known_has_no_review(company: Path) -> None:
    ran = opsctl("year-end", "2023", ".", "-q", cwd=company)
    assert (ran.code, ran.out) == (3, "")
    assert "error[OPS401]" in ran.err


def test_the_same_data_give_the_same_bytes(company: Path) -> None:
    first, second = (opsctl("year-end", "2025", ".", "-q", "-f", "html", cwd=company).out for _ in range(2))
    assert first == second


# --- the sample's story ---------------------------------------------------------------------------------


def test_three_platforms_of_the_sample_bring_a_fifth_of_users_and_two_fifths_of_poor_ones(
    sample: dict[str, Any],
) -> None:
    weak = sample["halves"]["weak"]
    assert set(weak["channels"]) == WEAK
    assert weak["share_of_users"] == pytest.approx(0.20, abs=0.03)
    assert weak["share_of_low_point"] == pytest.approx(0.40, abs=0.05)
    assert weak["share_of_low"] > weak["share_of_low_point"]


def test_and_its_money_goes_to_the_two_that_keep_their_users(sample: dict[str, Any]) -> None:
    assert set(sample["halves"]["gaining"]) == STRONG


def test_its_goals_are_told_as_reached_or_not(sample: dict[str, Any]) -> None:
    judged = {one["key"]: one["reached"] for one in sample["kpis"] if one["target"] is not None and one["over"]}
    assert {"all.return_rate_8_30", "all.high_value_share", "all.roas"} <= judged.keys()
    for one in (*sample["kpis"], *sample["goals"]):
        if one["reached"] is not None:
            better = float(one["now"]["value"]) - one["target"]
            assert one["reached"] is (better <= 0 if one["metric"] == "cpa" else better >= 0)


def test_its_changes_add_up(sample: dict[str, Any]) -> None:
    assert set(sample["effects"]) == {"cpa", "retention_d7"}
    for one in sample["effects"].values():
        assert one["mix"] + one["rate"] == pytest.approx(one["change"])
        assert one["after"] - one["before"] == pytest.approx(one["change"])


def test_what_was_advised_at_midyear_was_known_at_midyear(sample: dict[str, Any]) -> None:
    advised = {one["channel"]: one["verdict"] for one in sample["followed"] if one["day"] == "2025-06-30"}
    assert {advised.get(channel) for channel in WEAK} <= {"cut", "reduce"}
    assert all(one["taken"] for one in sample["followed"] if one["day"] == "2025-06-30" and one["channel"] in WEAK)


def test_it_has_all_chapters(sample: dict[str, Any]) -> None:
    assert sample["sections"] == [
        "summary", "panorama", "channels", "quality", "moves", "shortfalls", "plan", "appendix",
    ]  # fmt: skip


def test_on_the_same_day_it_asks_for_the_same_stops_as_the_channel_advice() -> None:
    """Bilibili is below the line for the second review in a row: a stop wherever it is told."""
    review = opsctl("year-end", "2025", ".", "-q", "--locale", "en", cwd=shipped("sample_data")).out
    advice = opsctl("prune", ".", "-q", "--locale", "en", cwd=shipped("sample_data")).out
    for stop in ("Kuaishou: stop now, review on 28 Jan", "Bilibili: stop now, review on 28 Jan"):
        assert stop in advice
        assert stop in review


def test_what_the_last_advice_of_a_year_would_do_is_told_from_what_was_known_then() -> None:
    """The retention of later users says nothing of a year that is over."""
    sample = shipped("sample_data")
    review = opsctl("year-end", "2024", ".", "-q", "--locale", "en", "--width", "0", cwd=sample).out
    advice = opsctl(
        "prune", ".", "-q", "--locale", "en", "--width", "0", "--as-of", "2024-12-31", cwd=sample
    ).out  # fmt: skip
    (kept,) = (line.strip() for line in advice.splitlines() if line.strip().startswith("kept to day 7"))
    assert kept in review


def test_the_appendix_names_no_least_number_of_users_but_the_projects() -> None:
    """The sample judges campaign-weeks of 30 users on; the usual 100 would contradict its own chapter three."""
    review = opsctl("year-end", "2025", ".", "-q", "--locale", "zh-CN", cwd=shipped("sample_data")).out
    assert "不少于 30 人才判" in review.replace("\n", "")
    assert "100 人" not in review
