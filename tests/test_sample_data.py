"""The sample data: written by its script to the byte, small, clean, and telling what its story says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"
KEPT_BY_HAND = {"README.md", "make.py", "making"}
MOST_BYTES = 1_500_000


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


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The report of the last week."""
    return answer("report")


@pytest.fixture(scope="module")
def channels() -> dict[str, dict[str, Any]]:
    """By channel, the figures of all sixteen weeks."""
    metrics = (
        "acquisitions,spend,cpa,cpa_platform,retention_d1,retention_d7,retention_d30,cost_per_retained_d7,"
        "orders,paid_orders,refunded_orders,roas,ltv_30d,ltv_90d,repurchase_rate_90d,low_efficiency_share"
    )
    return {row["channel"]: row for row in answer("query", metrics, "--by", "channel")["rows"]}


def value(row: dict[str, Any], metric: str) -> float:
    return float(row[metric]["value"])


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
    assert {one["mapping"] for one in inputs} == {"oceanengine/单元日报", "tmall/订单报表", "canonical"}
    assert {one["table"] for one in inputs} == {"spend", "order", "acquisition", "activity"}
    assert [one["file"] for one in inputs if one["rejected"]] == []
    assert {one["file"]: one["dropped"] for one in inputs if one["dropped"]} == {
        f"sample_data/oceanengine/ad_groups_2025-0{month}.csv": {"total": 1} for month in (2, 3, 4, 5)
    }


def test_every_file_of_ocean_engine_adds_up_to_its_own_total(report: dict[str, Any]) -> None:
    exports = [one for one in report["inputs"] if one["mapping"] == "oceanengine/单元日报"]
    assert len(exports) == 4
    for one in exports:
        assert {control["column"] for control in one["control"]} == {"spend", "impressions", "clicks", "conversions"}
        assert all(control["ok"] for control in one["control"])


def test_it_spans_sixteen_weeks_and_ends_on_a_sunday(report: dict[str, Any]) -> None:
    assert min(one["days"]["from"] for one in report["inputs"]) == "2025-02-03"
    assert max(one["days"]["to"] for one in report["inputs"]) == "2025-05-25"
    assert report["as_of"] == "2025-05-25"
    assert report["period"] == {"from": "2025-05-19", "to": "2025-05-25"}


def test_about_twelve_thousand_users_came(channels: dict[str, dict[str, Any]]) -> None:
    assert sum(value(row, "acquisitions") for row in channels.values()) == pytest.approx(12_000, rel=0.05)


@pytest.mark.parametrize(
    ("channel", "cpa", "within", "kept"),
    [
        ("douyin", 32, 1.0, 0.22),
        ("kuaishou", 26, 1.0, 0.12),
        ("xiaohongshu", 39, 1.5, 0.26),
        ("wecom", 8.8, 0.8, 0.38),
    ],
)
def test_a_channel_costs_and_keeps_what_the_story_says(
    channels: dict[str, dict[str, Any]], channel: str, cpa: float, within: float, kept: float
) -> None:
    row = channels[channel]
    assert value(row, "cpa") == pytest.approx(cpa, abs=within)
    assert value(row, "retention_d7") == pytest.approx(kept, abs=0.02)
    assert value(row, "retention_d1") > value(row, "retention_d7") > value(row, "retention_d30") > 0


def test_the_cheapest_bought_users_are_the_dearest_to_keep(channels: dict[str, dict[str, Any]]) -> None:
    bought = [channels[name] for name in ("douyin", "kuaishou", "xiaohongshu")]
    assert min(bought, key=lambda row: value(row, "cpa")) is channels["kuaishou"]
    dearest = max(bought, key=lambda row: value(row, "cost_per_retained_d7"))
    assert dearest is channels["kuaishou"]
    assert value(dearest, "cost_per_retained_d7") > 1.3 * value(channels["douyin"], "cost_per_retained_d7")
    assert value(channels["kuaishou"], "low_efficiency_share") == 1.0


def test_the_last_week_alone_shows_the_same(report: dict[str, Any]) -> None:
    rows = {row["channel"]: row for row in report["rows"]}
    assert value(rows["kuaishou"], "cpa") < value(rows["douyin"], "cpa") < value(rows["xiaohongshu"], "cpa")
    by_retention = sorted(("kuaishou", "douyin", "xiaohongshu"), key=lambda name: value(rows[name], "retention_d7"))
    assert by_retention == ["kuaishou", "douyin", "xiaohongshu"]


def test_users_whom_nothing_was_paid_for_have_no_cost(channels: dict[str, dict[str, Any]]) -> None:
    organic = channels["organic"]
    assert organic["cpa"]["value"] is None
    assert organic["cpa"]["reason"] == "no_cost"
    assert value(organic, "retention_d7") == pytest.approx(0.34, abs=0.02)


@pytest.mark.parametrize("metric", ["ltv_30d", "ltv_90d", "repurchase_rate_90d"])
@pytest.mark.parametrize("channel", ["douyin", "kuaishou", "xiaohongshu", "wecom", "organic"])
def test_what_users_are_worth_can_be_computed(channels: dict[str, dict[str, Any]], channel: str, metric: str) -> None:
    assert value(channels[channel], metric) > 0


def test_kuaishou_alone_earns_less_than_it_costs(channels: dict[str, dict[str, Any]]) -> None:
    roas = {name: value(channels[name], "roas") for name in ("douyin", "kuaishou", "xiaohongshu", "wecom")}
    assert [name for name, earned in roas.items() if earned < 1] == ["kuaishou"]


def test_platforms_claim_more_conversions_than_users_came(channels: dict[str, dict[str, Any]]) -> None:
    for name in ("douyin", "kuaishou", "xiaohongshu"):
        assert value(channels[name], "cpa_platform") < value(channels[name], "cpa")


def test_tmall_has_unpaid_and_refunded_orders_and_no_users(channels: dict[str, dict[str, Any]]) -> None:
    tmall = channels["tmall"]
    assert value(tmall, "orders") > value(tmall, "paid_orders") > value(tmall, "refunded_orders") > 0
    assert value(tmall, "acquisitions") == 0


def test_exports_look_as_the_platforms_write_them() -> None:
    (month,) = SAMPLE.glob("oceanengine/*-05.csv")
    lines = month.read_bytes().decode("gb18030").split("\r\n")
    assert lines[0].startswith("时间-天,单元名称,单元ID,转化目标")
    assert lines[-2].startswith('合计,-,-,-,-,"')  # thousands stand in quotes
    (orders,) = SAMPLE.glob("tmall/*-05.csv")
    header = orders.read_bytes().decode("gb18030").split("\r\n")[0].split(",")
    assert {name for name in header if name.endswith(" ")} == {"收货地址 ", "订单付款时间 ", "宝贝标题 "}
