"""Up to which day everything is known, which days a report is about, and from when a figure can be told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran

MONDAY = date(2025, 3, 3)
LAST = MONDAY + timedelta(days=28)  # the fifth Monday: four whole weeks before it


def write(folder: Path, days: int, last: int = 100) -> Path:
    """A day costs 100 and brings two users who come every day; the last day holds `last` percent of all."""
    every = [MONDAY + timedelta(days=at) for at in range(days)]
    spend = [f"{day},A,{last if day == every[-1] else 100}\n" for day in every]
    (folder / "spend.csv").write_text("day,channel,spend\n" + "".join(spend))
    users = [f"{name}{day},{day} 10:00,A\n" for day in every for name in "uv"]
    (folder / "users.csv").write_text("user,acquired_at,channel\n" + "".join(users))
    events = [f"{name}{day},{later} 12:00,open\n" for day in every for later in every if later >= day for name in "uv"]
    (folder / "events.csv").write_text("user,at,event\n" + "".join(events))
    return folder


def only(folder: Path, name: str) -> Path:
    """The folder with one of its files alone."""
    for path in folder.iterdir():
        if path.stem != name:
            path.unlink()
    return folder


def codes(ran: Ran) -> list[str]:
    return [note["code"] for note in ran.json["notes"]]


# --- the last day -------------------------------------------------------------------------------------------


def test_the_last_day_that_any_table_has_is_the_last_known(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", write(tmp_path, 29), "--json")
    assert ran.json["as_of"] == str(LAST)
    assert "last_day_left_out" not in codes(ran)


@pytest.mark.parametrize(
    ("percent", "as_of"), [(10, "2025-03-30"), (59, "2025-03-30"), (60, "2025-03-31"), (100, "2025-03-31")]
)
def test_a_last_day_with_far_less_than_its_weekday_usually_has_was_not_over(
    tmp_path: Path, percent: int, as_of: str
) -> None:
    ran = opsctl("query", "spend", only(write(tmp_path, 29, percent), "spend"), "--json")
    assert ran.json["as_of"] == as_of
    assert ("last_day_left_out" in codes(ran)) is (as_of == "2025-03-30")


def test_the_day_left_out_is_said_and_its_money_is_not_counted(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", only(write(tmp_path, 29, 10), "spend"), "--json")
    assert ran.figure("spend")["value"] == "2800.0000"
    assert "note: spend: 2025-03-31 was not over when it was exported, and does not count as known" in ran.err


def test_whoever_names_the_last_day_gets_it(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", only(write(tmp_path, 29, 10), "spend"), "--json", "--as-of", "2025-03-31")
    assert ran.json["as_of"] == "2025-03-31"
    assert ran.figure("spend")["value"] == "2810.0000"
    assert "last_day_left_out" not in codes(ran)


def test_with_fewer_than_three_such_weekdays_nothing_is_left_out(tmp_path: Path) -> None:
    ran = opsctl("query", "spend", only(write(tmp_path, 15, 1), "spend"), "--json")  # two Mondays before the last
    assert ran.json["as_of"] == "2025-03-17"


def test_the_share_and_the_weekdays_are_the_projects(tmp_path: Path) -> None:
    folder = only(write(tmp_path, 15, 10), "spend")
    (folder / "opsctl.yaml").write_text("version: 1\npolicy: {last_day: {share: 0.05, weekdays: 2}}\n")
    assert opsctl("query", "spend", folder, "--json").json["as_of"] == "2025-03-17"
    (folder / "opsctl.yaml").write_text("version: 1\npolicy: {last_day: {share: 0.2, weekdays: 2}}\n")
    assert opsctl("query", "spend", folder, "--json").json["as_of"] == "2025-03-16"


def test_what_is_dated_later_does_not_exist(tmp_path: Path) -> None:
    folder = write(tmp_path, 29)
    early = opsctl("query", "spend,acquisitions,retention_d1", folder, "--json", "--as-of", "2025-03-09")
    assert early.json["as_of"] == "2025-03-09"
    assert (early.figure("spend")["value"], early.figure("acquisitions")["value"]) == ("700.0000", 14)
    assert (early.figure("retention_d1")["users"], early.figure("retention_d1")["mature"]) == (14, 12)


def test_an_activity_export_that_stops_early_makes_users_immature_and_not_lost(tmp_path: Path) -> None:
    folder = write(tmp_path, 14)
    rows = (folder / "events.csv").read_text().splitlines()
    (folder / "events.csv").write_text(
        "\n".join([rows[0], *(row for row in rows[1:] if row.split(",")[1] < "2025-03-10")])
    )
    figure = opsctl("query", "retention_d1", folder, "--json").figure("retention_d1")
    assert (figure["value"], figure["numerator"], figure["mature"], figure["users"]) == (1.0, 12, 12, 28)


# --- the days of a report -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        (28, "2025-03-24", "2025-03-30"),  # known through a Sunday: the week that ends there
        (29, "2025-03-24", "2025-03-30"),
        (34, "2025-03-24", "2025-03-30"),
        (35, "2025-03-31", "2025-04-06"),
        (8, "2025-03-03", "2025-03-09"),
        (5, "2025-03-03", "2025-03-07"),  # less than a week: all of it
    ],
)
def test_a_report_is_about_the_last_complete_week(tmp_path: Path, days: int, first: str, last: str) -> None:
    assert opsctl("report", write(tmp_path, days), "--json").json["period"] == {"from": first, "to": last}


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("2025-W11", "2025-03-10", "2025-03-16"),
        ("last-week", "2025-03-24", "2025-03-30"),
        ("yesterday", "2025-03-31", "2025-03-31"),
        ("last-month", "2025-03-01", "2025-03-31"),
        ("2025-03-05..2025-03-07", "2025-03-05", "2025-03-07"),
    ],
)
def test_a_period_is_understood_from_the_last_known_day(tmp_path: Path, asked: str, first: str, last: str) -> None:
    ran = opsctl("query", "spend", write(tmp_path, 29), "--period", asked, "--json")
    assert ran.json["period"] == {"from": first, "to": last}
    days = (date.fromisoformat(last) - max(date.fromisoformat(first), MONDAY)).days + 1
    assert ran.figure("spend")["value"] == f"{100 * days}.0000"


def test_a_report_shows_a_cohort_metric_for_the_latest_week_whose_users_are_all_mature(tmp_path: Path) -> None:
    report = opsctl("report", write(tmp_path, 49), "--json").json  # through Sunday 20 April
    assert report["period"] == {"from": "2025-04-14", "to": "2025-04-20"}
    total = report["total"]
    assert total["cpa"]["cohort"] is None
    assert total["retention_d7"]["cohort"] == {"from": "2025-04-07", "to": "2025-04-13"}
    assert total["retention_d30"]["cohort"] == {"from": "2025-03-10", "to": "2025-03-16"}
    for name in ("retention_d7", "retention_d30"):
        assert (total[name]["users"], total[name]["mature"], total[name]["value"]) == (14, 14, 1.0)


def test_cost_per_kept_user_is_of_the_same_cohorts_as_retention(tmp_path: Path) -> None:
    total = opsctl("report", write(tmp_path, 49), "--json").json["total"]
    assert total["cost_per_retained_d7"]["cohort"] == total["retention_d7"]["cohort"]
    assert total["cost_per_retained_d7"]["value"] == 700 / 14


@pytest.mark.parametrize(("locale", "head"), [("zh-CN", "4月7-13日新增"), ("en", "won 7-13 Apr")])
def test_the_head_of_the_column_says_which_days(tmp_path: Path, locale: str, head: str) -> None:
    assert head in opsctl("report", write(tmp_path, 49), "--locale", locale).out


def test_the_comparison_is_with_the_cohort_before(tmp_path: Path) -> None:
    changes = opsctl("report", write(tmp_path, 49), "--json").json["changes"]
    (retention,) = (one for one in changes if (one["channel"], one["metric"]) == ("A", "retention_d7"))
    assert retention["before_cohort"] == {"from": "2025-03-31", "to": "2025-04-06"}
    assert (retention["before"], retention["now"], retention["relative"]) == (1.0, 1.0, 0.0)


def test_a_period_whose_users_are_mature_is_not_shifted(tmp_path: Path) -> None:
    report = opsctl("report", write(tmp_path, 49), "--json", "--period", "2025-W11").json
    assert report["total"]["retention_d7"]["cohort"] == report["period"] == {"from": "2025-03-10", "to": "2025-03-16"}


def test_where_no_cohort_is_old_enough_the_report_says_when_there_will_be_one(tmp_path: Path) -> None:
    folder = write(tmp_path, 5)
    figure = opsctl("report", folder, "--json").json["total"]["retention_d7"]
    assert (figure["value"], figure["reason"], figure["matures_on"]) == (None, "immature", "2025-03-14")
    assert figure["cohort"] == {"from": "2025-03-03", "to": "2025-03-07"}
    assert "2025-04-06" in opsctl("report", folder, "--locale", "zh-CN").out  # D30 of 7 March


def test_a_query_pools_the_mature_users_of_the_period_and_says_when_the_rest_will_be(tmp_path: Path) -> None:
    ran = opsctl("query", "retention_d7", write(tmp_path, 28), "--period", "2025-W12", "--json")
    figure = ran.figure("retention_d7")
    assert (figure["cohort"], figure["users"], figure["mature"]) == ({"from": "2025-03-17", "to": "2025-03-23"}, 14, 14)
    later = opsctl("query", "retention_d7", tmp_path, "--period", "2025-W13", "--json").figure("retention_d7")
    assert (later["value"], later["users"], later["mature"]) == (None, 14, 0)
    assert (later["status"], later["matures_on"]) == ("immature", "2025-04-06")
    partly = opsctl("query", "retention_d7", tmp_path, "--period", "2025-03-21..2025-03-26", "--json")
    assert (partly.figure("retention_d7")["mature"], partly.figure("retention_d7")["matures_on"]) == (6, "2025-04-02")
