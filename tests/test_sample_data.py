"""The sample data: written by its script to the byte, small, clean, and telling what its story says."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"
KEPT_BY_HAND = {"README.md", "make.py", "making"}
MOST_BYTES = 6_000_000
PUBLIC = ("douyin", "xiaohongshu", "tencent", "baidu", "kuaishou", "bilibili", "google")
STRONG, MIDDLE, WEAK = PUBLIC[:2], PUBLIC[2:4], PUBLIC[4:]
HALF_BEFORE, HALF_AFTER = "2025-01-01..2025-06-30", "2025-07-01..2025-12-31"
MID_YEAR, YEAR_END = "2025-06-30", "2025-12-31"
OF_CHANNELS = (
    "spend,acquisitions,cpa,cost_per_retained_d7,retention_d7,roas,low_efficiency_share,low_efficiency_share_point"
)
OF_YEARS = (
    "spend,acquisitions,net_paid,roas,high_value_share,repurchase_rate_90d,"
    "return_rate_8_30,retention_d7,retention_d30,orders,paid_orders,refunded_orders"
)
Row = dict[str, Any]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that the script writes, by its name in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    named = {path.relative_to(folder): path for path in files}
    return {name.as_posix(): path.read_bytes() for name, path in named.items() if name.parts[0] not in KEPT_BY_HAND}


def answer(*arguments: str) -> dict[str, Any]:
    """What opsctl answers about the sample as JSON, with exit code 0."""
    command = [sys.executable, "-m", "opsctl", *arguments, SAMPLE.name, "--json"]
    done = subprocess.run(command, cwd=SAMPLE.parent, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def by_channel(period: str) -> dict[str, Row]:
    return {row["channel"]: row for row in answer("query", OF_CHANNELS, "--by", "channel", "--period", period)["rows"]}


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The report of the last complete week."""
    return answer("report")


@pytest.fixture(scope="module")
def years() -> dict[int, Row]:
    """By year, the figures of all channels together."""
    return {year: answer("query", OF_YEARS, "--period", f"{year}")["rows"][0] for year in (2024, 2025)}


@pytest.fixture(scope="module")
def in_2024() -> dict[str, Row]:
    return by_channel("2024")


@pytest.fixture(scope="module")
def before() -> dict[str, Row]:
    """By channel, the half-year before the mid-year review."""
    return by_channel(HALF_BEFORE)


@pytest.fixture(scope="module")
def after() -> dict[str, Row]:
    """By channel, the half-year after it."""
    return by_channel(HALF_AFTER)


@cache
def verdicts_of(day: str) -> dict[str, Row]:
    """By channel, what is advised on what is known through a day."""
    return {row["channel"]: row for row in answer("prune", "--as-of", day)["rows"]}


@pytest.fixture(scope="module", params=[MID_YEAR, YEAR_END])
def advised(request: pytest.FixtureRequest) -> dict[str, Row]:
    """By channel, what is advised at a review."""
    return verdicts_of(request.param)


@pytest.fixture(scope="module")
def codes() -> dict[str, Row]:
    """By 渠道号, Kuaishou's users."""
    metrics = "acquisitions,retention_d1,retention_d7,ltv_revenue_90d"
    rows = answer("query", metrics, "--by", "sub_channel", "--where", "channel=kuaishou")["rows"]
    return {row["sub_channel"]: row for row in rows}


@pytest.fixture(scope="module")
def users() -> pl.DataFrame:
    table = pl.read_parquet(SAMPLE / "users" / "acquisition.parquet")
    return table.with_columns(pl.col("acquired_at").dt.convert_time_zone("Asia/Shanghai"))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SAMPLE / "opsctl.yaml").read_text(encoding="utf-8"))
    return found


def value(row: Row, metric: str) -> float:
    return float(row[metric]["value"])


def total(rows: dict[str, Row], channels: tuple[str, ...], metric: str, part: str = "value") -> float:
    return sum(float(rows[channel][metric][part] or 0) for channel in channels)


def share(rows: dict[str, Row], channels: tuple[str, ...], metric: str, part: str) -> float:
    """What some of the public channels have of all public channels."""
    return total(rows, channels, metric, part) / total(rows, PUBLIC, metric, part)


def pooled(rows: dict[str, Row], channels: tuple[str, ...], metric: str) -> float:
    return total(rows, channels, metric, "numerator") / total(rows, channels, metric, "denominator")


# --- files ------------------------------------------------------------------------------------------------


def test_the_script_writes_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", SAMPLE / "make.py", tmp_path], check=True)
    written, committed = contents(tmp_path), contents(SAMPLE)
    assert written.keys() == committed.keys()
    assert [name for name in written if written[name] != committed[name]] == []


def test_the_folder_is_small() -> None:
    files = (path for path in SAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_every_row_is_loaded_and_only_total_rows_are_left_out(report: dict[str, Any]) -> None:
    inputs = report["inputs"]
    assert report["problems"] == []
    assert {one["mapping"].partition("/")[0] for one in inputs} == {
        "oceanengine", "tencent", "xiaohongshu", "baidu", "kuaishou", "bilibili", "google_ads", "tmall", "canonical",
    }  # fmt: skip
    assert {one["table"] for one in inputs} == {"spend", "order", "acquisition", "activity"}
    assert [one["file"] for one in inputs if one["rejected"]] == []
    assert {reason for one in inputs for reason in one["dropped"]} == {"total"}


@pytest.mark.parametrize("folder", ["oceanengine", "tencent", "xiaohongshu", "kuaishou", "google"])
def test_every_export_adds_up_to_its_own_total(report: dict[str, Any], folder: str) -> None:
    exports = [one for one in report["inputs"] if f"/{folder}/" in one["file"]]
    assert len(exports) == 4 if folder == "oceanengine" else 2
    for one in exports:
        assert {control["column"] for control in one["control"]} >= {"spend", "impressions", "clicks"}
        assert [control for control in one["control"] if not control["ok"]] == []


@pytest.mark.parametrize(
    ("name", "encoding", "begins", "ends"),
    [
        ("oceanengine/dy-01_2025.csv", "utf-8-sig", "时间-天,", "合计,-,"),
        ("tencent/25001001_2025.csv", "utf-8", "日期,账户ID,", "合计,-,"),
        ("xiaohongshu/xhs-01_2025.csv", "utf-8-sig", "时间,消费,展现量,点击量,", "合计,"),
        ("kuaishou/ks-01_2025.csv", "gb18030", "广告主ID,数据日期,花费（元）,封面曝光数,", "合计,-,"),
        ("bilibili/bili-01_2025.csv", "utf-8-sig", "日期,视频AVID,", "2025-12-31,"),
        ("baidu/chengzi-feed_2025.csv", "gb18030", "数据生成时间：2026-01-01 09:12,", "2025-12-31,"),
        ("google/ga-01_2025.csv", "utf-16", "Campaign report\n", "Total: Account\t"),
        ("tmall/orders_2025.csv", "gb18030", "订单编号,", '"=""24'),
    ],
)
def test_exports_look_as_the_platforms_write_them(name: str, encoding: str, begins: str, ends: str) -> None:
    text = (SAMPLE / name).read_bytes().decode(encoding)
    assert text.startswith(begins)
    assert text.splitlines()[-1].startswith(ends)


def test_tmall_keeps_the_headers_that_end_in_a_space() -> None:
    text = (SAMPLE / "tmall" / "orders_2025.csv").read_bytes().decode("gb18030")
    assert {name for name in text.split("\r\n")[0].split(",") if name.endswith(" ")} == {
        "收货地址 ", "订单付款时间 ", "宝贝标题 ",
    }  # fmt: skip


def test_it_spans_two_years(report: dict[str, Any]) -> None:
    assert min(one["days"]["from"] for one in report["inputs"]) == "2024-01-01"
    assert max(one["days"]["to"] for one in report["inputs"]) == "2025-12-31"
    assert report["as_of"] == "2025-12-31"
    assert report["period"] == {"from": "2025-12-22", "to": "2025-12-28"}


# --- the public platforms ---------------------------------------------------------------------------------


def test_three_of_seven_platforms_bring_a_fifth_of_the_public_new_users(
    in_2024: dict[str, Row], before: dict[str, Row]
) -> None:
    assert share(in_2024, WEAK, "acquisitions", "value") == pytest.approx(0.20, abs=0.02)
    assert share(before, WEAK, "acquisitions", "value") == pytest.approx(0.20, abs=0.02)


def test_and_two_fifths_of_the_low_quality_ones(before: dict[str, Row]) -> None:
    assert share(before, WEAK, "low_efficiency_share_point", "numerator") == pytest.approx(0.40, abs=0.04)


def test_weeks_that_are_low_beyond_doubt_are_theirs_even_more(in_2024: dict[str, Row], before: dict[str, Row]) -> None:
    for rows in (in_2024, before):
        low, by_rate = (
            share(rows, WEAK, metric, "numerator") for metric in ("low_efficiency_share", "low_efficiency_share_point")
        )
        assert low > by_rate > 1.5 * share(rows, WEAK, "acquisitions", "value")


@pytest.mark.parametrize("channel", WEAK)
def test_a_weak_platform_is_cheap_and_keeps_nobody(before: dict[str, Row], channel: str) -> None:
    row = before[channel]
    assert value(row, "cpa") < 0.9 * min(value(before[other], "cpa") for other in STRONG)
    assert value(row, "retention_d7") < 0.12
    assert value(row, "cost_per_retained_d7") > 1.4 * max(value(before[one], "cost_per_retained_d7") for one in STRONG)
    assert value(row, "roas") < 0.5 * min(value(before[other], "roas") for other in MIDDLE)


def test_a_strong_platform_keeps_more_than_a_middling_one_and_that_more_than_a_weak_one(
    in_2024: dict[str, Row], before: dict[str, Row], after: dict[str, Row]
) -> None:
    for rows in (in_2024, before, after):
        strong, middle, weak = ([value(rows[one], "retention_d7") for one in group] for group in (STRONG, MIDDLE, WEAK))
        assert min(strong) > max(middle) > min(middle) > max(weak)
        assert min(middle) > 0.135


def test_the_two_that_are_kept_cost_32_yuan_and_then_25(
    in_2024: dict[str, Row], before: dict[str, Row], after: dict[str, Row]
) -> None:
    costs = [total(rows, STRONG, "spend") / total(rows, STRONG, "acquisitions") for rows in (in_2024, before, after)]
    assert costs == [pytest.approx(32, abs=0.8), pytest.approx(32, abs=0.8), pytest.approx(25, abs=0.6)]


def test_and_keep_22_percent_and_then_30(
    in_2024: dict[str, Row], before: dict[str, Row], after: dict[str, Row]
) -> None:
    kept = [pooled(rows, STRONG, "retention_d7") for rows in (in_2024, before, after)]
    assert kept == [pytest.approx(0.22, abs=0.012), pytest.approx(0.22, abs=0.01), pytest.approx(0.30, abs=0.01)]


def test_after_the_review_the_money_goes_to_the_two(before: dict[str, Row], after: dict[str, Row]) -> None:
    assert share(before, STRONG, "spend", "value") < 0.56
    assert share(after, STRONG, "spend", "value") > 0.70
    for channel in ("kuaishou", "bilibili"):
        assert 0 < value(after[channel], "spend") < 0.5 * value(before[channel], "spend")


def test_google_is_paused_in_october(after: dict[str, Row]) -> None:
    lines = (SAMPLE / "google" / "ga-01_2025.csv").read_bytes().decode("utf-16").splitlines()
    rows = [row for row in csv.DictReader(lines[2:], delimiter="\t") if row["Day"] >= "2025-10"]
    assert {row["Cost"] for row in rows} == {"0.00"}
    assert [min(row["Day"] for row in rows), max(row["Day"] for row in rows)] == ["2025-10-01", "2025-10-14"]
    assert value(after["google"], "spend") > 0


def test_the_public_budget_is_flat_from_year_to_year(
    in_2024: dict[str, Row], before: dict[str, Row], after: dict[str, Row]
) -> None:
    in_2025 = total(before, PUBLIC, "spend") + total(after, PUBLIC, "spend")
    assert in_2025 == pytest.approx(total(in_2024, PUBLIC, "spend"), rel=0.02)


# --- what is advised --------------------------------------------------------------------------------------


def test_the_weak_are_stopped_the_strong_grow_and_the_middling_stay(advised: dict[str, Row]) -> None:
    verdicts = {channel: row["verdict"] for channel, row in advised.items()}
    assert {verdicts[channel] for channel in WEAK} <= {"cut", "reduce"}
    assert {verdicts[channel] for channel in STRONG} == {"grow"}
    assert {verdicts[channel] for channel in MIDDLE} <= {"keep", "hold"}


def test_google_that_stopped_stays_stopped() -> None:
    google = verdicts_of(YEAR_END)["google"]
    assert (google["verdict"], float(google["spend_now"]), float(google["spend_next"])) == ("cut", 0, 0)


def test_only_the_weak_do_not_pay_back(advised: dict[str, Row]) -> None:
    assert {channel for channel, row in advised.items() if row["p_below"] > 0.9} == set(WEAK)
    assert {channel for channel, row in advised.items() if row["p_below"] > 0.1} == set(WEAK)
    worth = [[advised[one]["value_per_cost"] for one in group] for group in (STRONG, MIDDLE, WEAK)]
    assert min(worth[0]) > max(worth[1]) > min(worth[1]) > 2 * max(worth[2])


def test_weekly_spend_moves_enough_to_tell_what_more_of_it_brings(advised: dict[str, Row]) -> None:
    reasons = {channel: {reason["code"] for reason in advised[channel]["reasons"]} for channel in PUBLIC}
    assert [channel for channel, codes in reasons.items() if "prior_only" in codes] == []


# --- the whole company ------------------------------------------------------------------------------------


def test_users_by_the_ten_thousand_come_in_both_years(years: dict[int, Row]) -> None:
    assert [value(years[year], "acquisitions") for year in (2024, 2025)] == [
        pytest.approx(21_500, rel=0.03), pytest.approx(23_500, rel=0.03),
    ]  # fmt: skip


def test_more_new_users_return_within_30_days_from_28_percent_to_35(years: dict[int, Row]) -> None:
    assert value(years[2024], "return_rate_8_30") == pytest.approx(0.28, abs=0.007)
    assert value(years[2025], "return_rate_8_30") == pytest.approx(0.35, abs=0.007)


def test_which_the_exact_day_30_could_never_be(years: dict[int, Row]) -> None:
    for row in years.values():
        assert 0.07 < value(row, "retention_d30") < 0.12 < value(row, "retention_d7") < value(row, "return_rate_8_30")


def test_buyers_of_high_value_grow_from_12_percent_to_18(years: dict[int, Row]) -> None:
    assert value(years[2024], "high_value_share") == pytest.approx(0.12, abs=0.01)
    assert value(years[2025], "high_value_share") == pytest.approx(0.18, abs=0.01)


def test_a_yuan_of_cost_brings_22_percent_more(years: dict[int, Row]) -> None:
    roas = {year: value(row, "roas") for year, row in years.items()}
    net_paid = {year: value(row, "net_paid") / value(row, "spend") for year, row in years.items()}
    assert roas[2025] / roas[2024] == pytest.approx(1.22, abs=0.02)
    assert net_paid[2025] / net_paid[2024] == pytest.approx(1.22, abs=0.02)


def test_more_first_buyers_buy_again_from_30_percent_to_45(years: dict[int, Row]) -> None:
    assert value(years[2024], "repurchase_rate_90d") == pytest.approx(0.30, abs=0.02)
    assert value(years[2025], "repurchase_rate_90d") == pytest.approx(0.45, abs=0.02)


def test_some_orders_are_never_paid_and_some_go_back(years: dict[int, Row]) -> None:
    for row in years.values():
        assert value(row, "orders") > value(row, "paid_orders") > 10 * value(row, "refunded_orders") > 0


# --- what is to be found ----------------------------------------------------------------------------------


def test_two_days_of_one_account_never_arrived(project: dict[str, Any]) -> None:
    lines = (SAMPLE / "bilibili" / "bili-01_2025.csv").read_text(encoding="utf-8-sig").splitlines()
    arrived = {date.fromisoformat(line[:10]) for line in lines[1:]}
    expected = {date(2025, 1, 1) + timedelta(days=offset) for offset in range(365)}
    assert expected - arrived == {date(2025, 12, 24), date(2025, 12, 25)}
    assert {one["account"] for one in project["accounts"]} >= {"bili-01", "dy-01", "dy-02", "ga-01"}


def test_two_agencies_share_the_accounts(project: dict[str, Any]) -> None:
    assert {one["agency"] for one in project["accounts"] if "agency" in one} == {"甲代理", "乙代理"}
    of_douyin = [one["agency"] for one in project["accounts"] if one["source"] == "oceanengine"]
    assert of_douyin == ["甲代理", "乙代理"]


def test_one_sub_channel_brings_users_at_night_who_never_buy(codes: dict[str, Row], users: pl.DataFrame) -> None:
    machines = codes.pop("KS-07")
    assert 0.07 < value(machines, "retention_d1") < 0.11
    assert value(machines, "retention_d7") == 0
    assert value(machines, "ltv_revenue_90d") == 0
    assert min(value(codes[code], "retention_d1") for code in ("KS-01", "KS-02", "KS-03")) > 0.18
    came = users.filter(pl.col("sub_channel") == "KS-07")["acquired_at"].dt
    assert set(came.hour()) == {1, 2, 3, 4}
    assert (came.date().min(), came.date().max()) == (date(2025, 3, 10), date(2025, 4, 6))


def test_the_dictionary_knows_all_codes_but_one(users: pl.DataFrame, project: dict[str, Any]) -> None:
    with (SAMPLE / project["channel_map"]).open(encoding="utf-8", newline="") as file:
        dictionary = {row["渠道号"]: row for row in csv.DictReader(file)}
    unknown = users.filter(~pl.col("sub_channel").is_in(list(dictionary)))
    assert set(unknown["sub_channel"]) == {"TEST-H5"}
    assert 0 < len(unknown) < 0.005 * len(users)
    known = users.filter(pl.col("sub_channel").is_in(list(dictionary)))
    pairs = known.select("sub_channel", "channel").unique().rows()
    names = {channel: about["name"]["zh"] for channel, about in project["channels"].items()}
    assert [code for code, channel in pairs if dictionary[code]["渠道"] != names[channel]] == []


def test_every_user_came_while_the_code_was_valid(users: pl.DataFrame) -> None:
    codes = pl.read_csv(SAMPLE / "channels.csv", try_parse_dates=True).rename({"渠道号": "sub_channel"})
    came = users.join(codes, on="sub_channel").with_columns(day=pl.col("acquired_at").dt.date())
    outside = (pl.col("day") < pl.col("生效日")) | (pl.col("day") > pl.col("失效日"))
    assert came.filter(outside).is_empty()


def test_the_public_channels_keep_to_their_budget_of_2025(
    project: dict[str, Any], before: dict[str, Row], after: dict[str, Row]
) -> None:
    assert {one["channel"] for one in project["budgets"]} == set(PUBLIC)
    for channel in STRONG + MIDDLE:
        planned = sum(one["amount"] for one in project["budgets"] if one["channel"] == channel)
        spent = value(before[channel], "spend") + value(after[channel], "spend")
        assert spent == pytest.approx(planned, rel=0.03)


def test_promotions_and_holidays_of_both_years_are_marked(project: dict[str, Any]) -> None:
    marked = {(one["name"].split()[0], one["from"].year) for one in project["events"]}
    assert marked == {(name, year) for name in ("春节", "三八节", "618", "双11") for year in (2024, 2025)}
