"""The status says what is there, missing, late or not read yet; it ends with 1 where there is something to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from opsctl.core.period import ONE_DAY, Period
from tests.cli.inside import opsctl
from tests.command import Ran

PROJECT = """version: 1
locale: en
privacy: {hash_key_file: ../key}
channels: {b: {name: {zh: 百度, en: Baidu}}, a: {name: {zh: 抖音, en: Douyin}}}
sources: [{path: a/*.csv, account: a1}, {path: b/*.csv}, {path: users/*.csv}]
"""
MARCH = Period(date(2025, 3, 1), date(2025, 3, 14))


def days(period: Period, but: Iterable[int] = ()) -> list[date]:
    """The days of a period but for some, by their number in the month."""
    every = (period.start + at * ONE_DAY for at in range(period.days))
    return [day for day in every if day.day not in set(but)]


def spend(channel: str, of: Iterable[date]) -> str:
    return "day,channel,spend,currency\n" + "".join(f"{day},{channel},10,CNY\n" for day in of)


def users(of: Iterable[date]) -> str:
    rows = "".join(f"u{day:%m%d},{day},a\n" for day in of)
    return f"user,acquired_at,channel\n{rows}"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two channels and their users, two weeks of each, taken in."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    put(folder, "a/1.csv", spend("a", days(MARCH)))
    put(folder, "b/1.csv", spend("b", days(MARCH)))
    put(folder, "users/1.csv", users(days(MARCH)))
    ingest(folder)
    return folder


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def ingest(folder: Path) -> None:
    ran = opsctl("ingest", "-q", cwd=folder)
    assert ran.code in (0, 1), ran.err


def status(folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    ran = opsctl("status", *arguments, "--json", cwd=folder)
    assert ran.code == code, ran.out + ran.err
    assert ran.json["whole"] == (code == 0)
    found: dict[str, Any] = ran.json
    return found


def source(told: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (row for row in told["rows"] if row["source"] == name)
    return dict(found)


# --- all is there ---------------------------------------------------------------------------------------------


def test_a_store_with_all_its_days_is_whole(shop: Path) -> None:
    told = status(shop)
    assert told["as_of"] == "2025-03-14"
    assert [(row["source"], row["table"], row["files"], row["rows"]) for row in told["rows"]] == [
        ("a/*.csv", "spend", 1, 14),
        ("b/*.csv", "spend", 1, 14),
        ("users/*.csv", "acquisition", 1, 14),
    ]
    assert {(row["first"], row["last"], row["days_behind"], row["late"]) for row in told["rows"]} == {
        ("2025-03-01", "2025-03-14", 0, False)
    }
    assert [(one["channel"], set(one["days"])) for one in told["coverage"]] == [("b", {"whole"}), ("a", {"whole"})]
    assert (told["missing"], told["waiting"], told["remap"], told["refused"]) == ([], [], [], [])


def test_spend_is_final_as_many_days_back_as_the_policy_says(shop: Path) -> None:
    assert source(status(shop), "a/*.csv")["settled"] == {"spend": {"through": "2025-03-13", "provisional": True}}
    (shop / "opsctl.yaml").write_text(PROJECT + "policy: {settle_days: {spend: 3}}\n", encoding="utf-8")
    assert source(status(shop), "a/*.csv")["settled"]["spend"]["through"] == "2025-03-11"
    by_then = status(shop, "--as-of", "2025-03-17", code=1)  # three days later, and all are late
    assert source(by_then, "a/*.csv")["settled"]["spend"] == {"through": "2025-03-14", "provisional": False}


def test_conversions_booked_back_to_the_click_are_final_a_month_later(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text("version: 1\nlocale: en\nprivacy: {hash_key_file: ../key}\n")
    rows = "".join(f"{day},a,10,CNY,5,billing\n" for day in days(Period(date(2025, 3, 1), date(2025, 4, 30))))
    put(tmp_path, "x/spend.csv", f"day,channel,spend,currency,conversions,conversion_basis\n{rows}")
    assert opsctl("ingest", "x", "-q", cwd=tmp_path).code == 0
    (told,) = status(tmp_path)["rows"]
    assert told["settled"] == {
        "spend": {"through": "2025-04-29", "provisional": True},
        "conversions": {"through": "2025-03-31", "provisional": True},
    }


# --- late -----------------------------------------------------------------------------------------------------


def test_a_source_behind_the_others_is_late_by_its_own_rhythm(shop: Path) -> None:
    more = Period(date(2025, 3, 15), date(2025, 3, 16))
    put(shop, "b/2.csv", spend("b", days(more)))
    ingest(shop)
    told = status(shop, code=1)
    behind = {row["source"]: (row["days_behind"], row["usual_days_behind"], row["late"]) for row in told["rows"]}
    assert behind == {"a/*.csv": (2, 1, True), "b/*.csv": (0, 1, False), "users/*.csv": (2, 1, True)}


def test_a_source_that_comes_weekly_is_late_after_a_week(shop: Path) -> None:
    for week in range(2, 6):
        first = MARCH.start + timedelta(days=7 * week)
        put(shop, f"a/{week}.csv", spend("a", days(Period(first, first + 6 * ONE_DAY))))
        put(shop, "b/2.csv", spend("b", days(Period(MARCH.end + ONE_DAY, first + 6 * ONE_DAY))))
        put(shop, "users/2.csv", users(days(Period(MARCH.end + ONE_DAY, first + 6 * ONE_DAY))))
        ingest(shop)
    seven, eight = (str(MARCH.start + timedelta(days=41 + behind)) for behind in (7, 8))
    assert not source(status(shop, "--as-of", seven), "a/*.csv")["late"]
    assert source(status(shop, "--as-of", eight, code=1), "a/*.csv")["late"]


def test_a_shop_without_orders_on_some_days_is_not_late_for_one_more(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text("version: 1\nlocale: en\nprivacy: {hash_key_file: ../key}\n")
    sold = [day for day in days(Period(date(2025, 3, 1), date(2025, 4, 29))) if day.toordinal() % 3 == 0]
    put(tmp_path, "x/order.csv", "order,paid_at,paid\n" + "".join(f"o{day},{day},5\n" for day in sold))
    put(tmp_path, "x/spend.csv", spend("a", days(Period(date(2025, 3, 1), sold[-1] + 3 * ONE_DAY))))
    assert opsctl("ingest", "x", "-q", cwd=tmp_path).code in (0, 1)
    orders = next(row for row in status(tmp_path)["rows"] if row["table"] == "order")
    assert (orders["days_behind"], orders["usual_days_behind"], orders["late"]) == (3, 3, False)


def test_an_account_that_has_ended_is_not_late(shop: Path) -> None:
    accounts = "accounts: [{source: canonical, account: a1, to: 2025-03-14}]\n"
    (shop / "opsctl.yaml").write_text(PROJECT + accounts, encoding="utf-8")
    told = status(shop, "--as-of", "2025-03-20", code=1)
    assert source(told, "a/*.csv")["ended"] == "2025-03-14"
    assert not source(told, "a/*.csv")["late"]


# --- missing --------------------------------------------------------------------------------------------------


def test_a_day_within_a_channels_own_span_is_missing(shop: Path) -> None:
    put(shop, "a/1.csv", spend("a", days(MARCH, but=[5, 6])))
    opsctl("ingest", "--replace", "-q", cwd=shop)  # the older export still tells of both days
    assert status(shop)["missing"] == []
    put(shop, "c/1.csv", spend("c", days(MARCH, but=[5, 6])))
    opsctl("ingest", "c", "-q", cwd=shop)
    told = status(shop, code=1)
    gap = {"channels": ["c"], "source": None, "account": None, "days": ["2025-03-05", "2025-03-06"]}
    assert told["missing"] == [gap]
    (of_c,) = (one["days"] for one in told["coverage"] if one["channel"] == "c")
    assert of_c == ["whole"] * 4 + ["missing"] * 2 + ["whole"] * 8


def test_what_must_arrive_is_missing_also_before_and_after_what_came(shop: Path) -> None:
    accounts = "accounts: [{source: canonical, account: a1, from: 2025-02-27}]\n"
    (shop / "opsctl.yaml").write_text(PROJECT + accounts, encoding="utf-8")
    told = status(shop, "--as-of", "2025-03-15", code=1)
    (of_account,) = (one for one in told["missing"] if one.get("account") == "a1")
    assert (of_account["source"], of_account["days"][-1]) == ("canonical", "2025-03-15")


def test_a_gap_further_back_than_asked_for_is_not_said(shop: Path) -> None:
    put(shop, "c/1.csv", spend("c", days(MARCH, but=[5])))
    opsctl("ingest", "c", "-q", cwd=shop)
    assert status(shop, "--days", "9")["missing"] == []
    assert status(shop, "--days", "10", code=1)["missing"][0]["days"] == ["2025-03-05"]


def test_a_day_without_any_user_is_a_hole_in_the_export_of_users(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    came = [day for day in days(Period(date(2025, 1, 1), date(2025, 3, 14))) if day != date(2025, 3, 9)]
    put(tmp_path, "users/1.csv", users(came))
    ingest(tmp_path)
    told = status(tmp_path, "--days", "7", code=1)
    assert {"source": "users/*.csv", "table": "acquisition", "days": ["2025-03-09"]} in told["missing"]


# --- to be read -----------------------------------------------------------------------------------------------


def test_files_of_the_sources_that_are_new_or_changed_are_named(shop: Path) -> None:
    put(shop, "a/2.csv", spend("a", [date(2025, 3, 15)]))
    put(shop, "users/1.csv", users(days(MARCH)) + "u9,2025-03-15,a\n")
    told = status(shop, code=1)
    assert told["waiting"] == [
        {"file": "a/2.csv", "state": "new"},
        {"file": "users/1.csv", "state": "changed"},
    ]
    ingest(shop)
    assert status(shop)["waiting"] == []


def test_a_file_that_was_moved_away_is_read_no_otherwise(shop: Path) -> None:
    (shop / "a" / "1.csv").unlink()
    assert status(shop)["remap"] == []
    assert source(status(shop), "a/*.csv")["rows"] == 14


def test_a_word_in_the_sources_that_changes_how_a_file_is_read_is_noticed(shop: Path) -> None:
    (shop / "opsctl.yaml").write_text(PROJECT.replace("account: a1", "account: a2"), encoding="utf-8")
    assert status(shop, code=1)["remap"] == [{"file": "a/1.csv", "mapping": "canonical", "original": True}]


def test_without_a_store_there_is_no_status(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    ran = opsctl("status", cwd=tmp_path)
    assert (ran.code, ran.out, "OPS601" in ran.err) == (3, "", True)


# --- on a page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_no_line_is_wider_than_the_page(shop: Path, locale: str, width: int) -> None:
    put(shop, "a/2.csv", spend("a", days(Period(date(2025, 3, 15), date(2025, 3, 18)))))
    ingest(shop)
    ran = opsctl("status", "--locale", locale, "--width", str(width), cwd=shop)
    assert ran.code == 1
    assert max(map(cell_len, ran.out.splitlines())) <= width


def test_what_is_to_be_done_is_said_in_both_languages(shop: Path) -> None:
    put(shop, "a/2.csv", spend("a", days(Period(date(2025, 3, 15), date(2025, 3, 18)))))
    ingest(shop)
    put(shop, "b/2.csv", spend("b", days(Period(date(2025, 3, 15), date(2025, 3, 18)))))
    english, chinese = (page(shop, locale).out for locale in ("en", "zh-CN"))
    assert "Late: b/*.csv (through 2025-03-14, 4 days behind, usually at most 1)" in english
    assert "1 files are not taken in yet: b/2.csv" in english
    assert "迟到：b/*.csv（只到 2025-03-14，落后 4 天，平时最多 1 天）" in chinese
    assert "1 个文件还没入库：b/2.csv" in chinese


def page(folder: Path, locale: str) -> Ran:
    return opsctl("status", "--locale", locale, "--width", "0", cwd=folder)


def test_a_report_from_the_store_says_which_sources_are_late(shop: Path) -> None:
    assert "late" not in opsctl("report", cwd=shop).out
    put(shop, "a/2.csv", spend("a", days(Period(date(2025, 3, 15), date(2025, 3, 18)))))
    ingest(shop)
    out = " ".join(opsctl("report", "--width", "0", cwd=shop).out.split())
    assert "known through 2025-03-18; 2 late: b/*.csv (through 2025-03-14, 4 days behind" in out
