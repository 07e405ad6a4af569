"""What the last report said and is no longer so: what it was, what it is, and which file did it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import opsctl
from tests.cli.test_summary_tables import MAPPING
from tests.store.late_news import USERS, Shop, opened

D7 = "retention_d7"
LAST_WEEK = {"from": "2025-08-11", "to": "2025-08-17"}
DAYS = 7
SPEND = 100 * DAYS  # of a channel in a week
NEW = USERS * DAYS


def on(day: int) -> date:
    return date(2025, 8, day)


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Shops that were open for two weeks and reported on the second, by the exports that had not come by then."""
    made: dict[tuple[str, ...], Path] = {}

    def of(*missing: str) -> Path:
        if missing not in made:
            made[missing] = tmp_path_factory.mktemp("two_weeks")
            opened(made[missing] / "shop").deliver(on(4), on(17), *missing)
        return made[missing]

    return of


@pytest.fixture
def shop(two_weeks: Callable[..., Path], tmp_path: Path) -> Shop:
    return copied(two_weeks(), tmp_path)


def copied(folder: Path, to: Path) -> Shop:
    shutil.copytree(folder, to / "copy")
    return Shop(to / "copy" / "shop")


def told(answer: dict[str, Any], metric: str, channel: str | None = None) -> dict[str, Any]:
    """What is said of a metric of a channel, or of all that are paid for."""
    scope = None if channel else "public"
    (found,) = (
        one
        for one in answer["restatements"]
        if (one["metric"], one["channel"], one["scope"]) == (metric, channel, scope)
    )
    return dict(found)


def names(answer: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["metric"], one["channel"] or one["scope"]) for one in answer["restatements"]}


def test_a_corrected_day_is_told_with_what_was_said_what_is_known_and_the_file(shop: Shop) -> None:
    shop.spend("tencent", on(14), amount="136.40")
    shop.deliver(on(18), on(24))
    answer = shop.answer()
    assert answer["restated_since"] == "2025-08-17"
    assert names(answer) == {(metric, whom) for metric in ("spend", "cpa") for whom in ("public", "tencent")}
    cpa = told(answer, "cpa", "tencent")
    assert (cpa["was"], cpa["now"], cpa["period"]) == (SPEND / NEW, (SPEND + 36.4) / NEW, LAST_WEEK)
    assert cpa["relative"] == pytest.approx(36.4 / SPEND)
    spend = told(answer, "spend")
    assert (spend["was"], spend["now"], spend["at_stake"]) == ("1400.0000", "1436.4000", "36.4000")
    for one in (cpa, spend):
        (because,) = one["because"]
        assert (because["table"], because["channel"], because["day"]) == ("spend", "tencent", "2025-08-14")
        assert not because["late"]
        assert because["files"] == [{"file": "exports/tencent_0814.csv", "known": "2025-08-24"}]


def test_a_file_that_came_late_is_told_as_late(two_weeks: Callable[..., Path], tmp_path: Path) -> None:
    shop = copied(two_weeks("douyin_0812"), tmp_path)
    shop.spend("douyin", on(12))
    shop.deliver(on(18), on(24))
    spend = told(shop.answer(), "spend", "douyin")
    assert (spend["was"], spend["now"]) == ("600.0000", "700.0000")
    (because,) = spend["because"]
    assert (because["day"], because["late"]) == ("2025-08-12", True)
    assert [one["file"] for one in because["files"]] == ["exports/douyin_0812.csv"]


def test_late_activity_is_told_of_the_users_whom_the_last_report_showed(
    two_weeks: Callable[..., Path], tmp_path: Path
) -> None:
    """Of those won from 4 to 10 August half are there a week later; on the 16th, those of the 9th."""
    shop = copied(two_weeks("events_0816"), tmp_path)
    shop.events(on(16))
    shop.deliver(on(18), on(24))
    retention = told(shop.answer(), "retention_d7", "tencent")
    back = NEW // 2
    assert retention["period"] == {"from": "2025-08-04", "to": "2025-08-10"}
    assert (retention["was"], retention["now"]) == ((back - USERS // 2) / NEW, back / NEW)
    assert [(one["table"], one["day"], one["late"]) for one in retention["because"]] == [
        ("activity", "2025-08-16", True)
    ]
    assert retention["because"][0]["files"][0]["file"] == "exports/events_0816.csv"


def test_a_refund_that_became_known_is_told_of_the_day_that_was_paid(shop: Shop) -> None:
    head = "order,user,paid_at,paid,refunded"
    shop.export("orders", head, ["o1,tencent-0812-0,2025-08-12,100.00,", "o2,douyin-0812-0,2025-08-12,50.00,"])
    shop.ingest()
    shop.export("orders", head, ["o1,tencent-0812-0,2025-08-12,100.00,40.00", "o2,douyin-0812-0,2025-08-12,50.00,"])
    shop.deliver(on(18), on(24))
    (net,) = (one for one in shop.answer()["restatements"] if one["metric"] == "net_paid")
    assert (net["scope"], net["was"], net["now"], net["provisional"]) == ("all", "150.0000", "110.0000", True)
    assert [(one["table"], one["day"]) for one in net["because"]] == [("order", "2025-08-12")]


@pytest.mark.parametrize(
    ("amount", "tolerance", "is_told"),
    [("107.00", None, False), ("107.01", None, True), ("93.00", None, False), ("107.01", "0.02", False)],
)
def test_only_what_exceeds_the_tolerance_is_told(
    shop: Shop,
    amount: str,
    tolerance: str | None,
    is_told: bool,  # noqa: FBT001 - a case
) -> None:
    """One percent of a channel's 700 is 7."""
    if tolerance:
        with (shop.folder / "opsctl.yaml").open("a", encoding="utf-8") as file:
            file.write(f"policy: {{restatement: {{tolerance: {tolerance}}}}}\n")
    shop.spend("tencent", on(14), amount=amount)
    shop.deliver(on(18), on(24))
    assert names(shop.answer()) == ({("spend", "tencent"), ("cpa", "tencent")} if is_told else set())


def test_what_could_still_change_is_marked_and_what_was_final_is_not(shop: Shop) -> None:
    """On the evening of the 17th its spend was a day from being final; two days later it was."""
    shop.deliver(on(18), on(19))
    shop.spend("tencent", on(14), amount="136.40")
    shop.deliver(on(20), on(26))
    answer = shop.answer()
    assert (answer["restated_since"], told(answer, "spend", "tencent")["provisional"]) == ("2025-08-19", False)
    again = shop.answer("--period", "2025-W34", "--as-of", "2025-08-24")
    assert again["restatements"] == []  # nobody knew of it yet


def test_a_report_that_was_only_possible_later_is_compared_with_what_was_known_then(shop: Shop) -> None:
    """Nothing came between the 19th and the 26th: on the 24th the week was not known to be what it was."""
    shop.deliver(on(18), on(19))
    shop.deliver(on(20), on(26))
    shop.spend("tencent", on(21), amount="136.40")
    shop.deliver(on(27), on(31))
    answer = shop.answer()
    assert answer["restated_since"] == "2025-08-26"
    assert names(answer) == {(metric, whom) for metric in ("spend", "cpa") for whom in ("public", "tencent")}
    assert told(answer, "spend", "tencent")["was"] == "700.0000"


def test_a_table_of_cohorts_is_held_against_what_it_said_then(tmp_path: Path) -> None:
    """Of 100 users a day 20 came back after a week; of those of 8 January it turns out that 30 did."""
    shop = Shop(tmp_path / "shop")
    shop.folder.mkdir()
    (shop.folder / "opsctl.yaml").write_text(MAPPING + "privacy: {hash_key_file: ../key}\n", encoding="utf-8")
    head = "日期,渠道,新增,次日留存率,7日留存率,LTV0,LTV7"
    weeks = [[f"2025-01-{day:02},抖音,100,40%,20%,10,20" for day in range(first, first + 7)] for first in (6, 13)]
    shop.export("first", head, weeks[0])
    shop.ingest()
    shop.export("second", head, [*weeks[1], weeks[0][2].replace("20%", "30%")])
    shop.ingest()
    (retention,) = (one for one in shop.answer()["restatements"] if (one["metric"], one["scope"]) == (D7, "all"))
    assert (retention["was"], retention["now"]) == (140 / 700, 150 / 700)
    assert [(one["table"], one["day"]) for one in retention["because"]] == [("cohort", "2025-01-08")]
    assert retention["because"][0]["files"][0]["file"] == "exports/second.csv"


def test_where_nothing_changed_nothing_is_told(shop: Shop) -> None:
    shop.deliver(on(18), on(24))
    answer = shop.answer()
    assert (answer["restatements"], answer["users_moved"]) == ([], {"day": 0, "channel": 0})
    assert "Revised" not in shop.report().out


def test_bare_files_and_a_store_that_remembers_nothing_older_tell_of_no_revision(shop: Shop, tmp_path: Path) -> None:
    shop.deliver(on(18), on(24))
    ran = opsctl("report", "-q", "--json", "exports", cwd=shop.folder)
    assert "restatements" not in ran.json
    fresh = opened(tmp_path / "fresh")
    fresh.deliver(on(4), on(24))
    assert "restatements" not in fresh.answer()


def test_a_user_whose_day_was_corrected_is_counted(shop: Shop) -> None:
    shop.moved("tencent", on(14), to=on(18))
    shop.deliver(on(18), on(24))
    answer = shop.answer()
    assert answer["users_moved"] == {"day": 1, "channel": 0}
    new = told(answer, "acquisitions", "tencent")
    assert (new["was"], new["now"]) == (NEW, NEW - 1)
    assert new["because"][0]["files"][0]["file"] == "exports/moved_0814.csv"
    assert "1 users are now acquired on another day, 0 through another channel" in shop.report().out


def test_users_who_moved_within_the_week_are_told_in_one_line(shop: Shop) -> None:
    shop.moved("tencent", on(14), to=on(15))
    shop.deliver(on(18), on(24))
    assert shop.answer()["restatements"] == []
    assert "Revised  1 users are now acquired on another day" in shop.report().out


@pytest.fixture
def revised(two_weeks: Callable[..., Path], tmp_path: Path) -> Shop:
    """One day corrected, one late."""
    found = copied(two_weeks("douyin_0812"), tmp_path)
    found.spend("tencent", on(14), amount="136.40")
    found.spend("douyin", on(12))
    found.deliver(on(18), on(19))
    found.deliver(on(20), on(24))
    return found


PAGE = """\
Revised since 17 Aug: what was reported for 11-17 Aug
Metric                     Was    Now  Change  Then
Paid media: Spend (CNY)  1,300  1,436  +10.5%  not final
Paid media: CPA          23.21  25.65  +10.5%  not final
Douyin: Spend (CNY)        600    700  +16.7%  not final
Douyin: CPA              21.43  25.00  +16.7%  not final
Tencent: Spend (CNY)       700    736   +5.2%  not final

Spend: exports/tencent_0814.csv (in with the data of 19 Aug) corrected 14 Aug
Spend: exports/douyin_0812.csv (in with the data of 19 Aug) came late with 12 Aug
1 more: see --json
"""
PAGE_ZH = """\
已修正：原报的8月11-17日的数（当时数据到 8月17日）
指标                   原报   现在    变化  当时
公域后台消耗(元)      1,300  1,436  +10.5%  未稳定
公域获客成本          23.21  25.65  +10.5%  未稳定
抖音后台消耗(元)        600    700  +16.7%  未稳定
抖音获客成本          21.43  25.00  +16.7%  未稳定
腾讯广告后台消耗(元)    700    736   +5.2%  未稳定

消耗：exports/tencent_0814.csv（随8月19日的数据到）更正了8月14日
消耗：exports/douyin_0812.csv（随8月19日的数据到）迟到，补上8月12日
另有 1 项，见 --json
"""


def test_the_page_tells_five_figures_and_why_and_the_json_all(revised: Shop) -> None:
    assert shop_page(revised, "en").endswith(PAGE)
    assert shop_page(revised, "zh-CN").endswith(PAGE_ZH)
    answer = revised.answer()
    assert [(one["metric"], one["at_stake"]) for one in answer["restatements"]] == [
        ("spend", "136.4000"),
        ("cpa", "136.4000"),
        ("spend", "100.0000"),
        ("cpa", "100.0000"),
        ("spend", "36.4000"),
        ("cpa", "36.4000"),
    ]


def shop_page(shop: Shop, locale: str) -> str:
    return shop.report("--locale", locale, "--width", "100").out


@pytest.mark.parametrize("name", ["md", "html"])
def test_every_page_tells_of_it(revised: Shop, name: str) -> None:
    text = revised.report("-f", name).out
    assert "Revised since 17 Aug" in text
    assert "tencent" in text


def test_a_spreadsheet_has_the_figures(revised: Shop) -> None:
    rows = [
        row for row in csv.DictReader(io.StringIO(revised.report("-f", "csv").out)) if row["table"] == "restatements"
    ]
    assert len(rows) == 5
    assert (rows[0]["metric"], rows[0]["was"], rows[0]["now"]) == ("Paid media: Spend (CNY)", "1300.0000", "1436.4000")


def test_the_answer_can_be_had_again_when_more_was_corrected(revised: Shop, tmp_path: Path) -> None:
    delivered = tmp_path / "w34.json"
    delivered.write_text(json.dumps(revised.answer()), encoding="utf-8")
    revised.spend("tencent", on(14), amount="99.00")
    revised.deliver(on(25), on(26))
    ran = opsctl("verify", delivered, cwd=revised.folder)
    assert (ran.code, "differ" in ran.out) == (0, False)


def test_what_only_a_store_remembers_is_not_missed_in_its_files(two_weeks: Callable[..., Path], tmp_path: Path) -> None:
    shop = copied(two_weeks("douyin_0812"), tmp_path)
    shop.spend("douyin", on(12))
    shop.deliver(on(18), on(24))
    delivered = tmp_path / "w34.json"
    delivered.write_text(json.dumps(shop.answer()), encoding="utf-8")
    ran = opsctl("verify", delivered, "exports", cwd=shop.folder)
    assert (ran.code, "differ" in ran.out) == (0, False), ran.out
