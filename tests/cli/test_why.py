"""`opsctl why`: the change of a ratio, by channel or by campaign, in words and for programs."""

from __future__ import annotations

import math
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran

WEEKS = ("2025-03-05", "2025-03-12")  # Wednesdays of 2025-W10 and W11
TREE = """version: 1
channels:
  douyin: {name: {zh: 抖音, en: Douyin}, aliases: [抖音商业化]}
  baidu: {name: {zh: 百度, en: Baidu}}
  bilibili: {name: {zh: B站, en: Bilibili}}
"""
# channel, campaign, then spend, clicks and users of each week
MARKET = [
    ("douyin", "old", (400, 200, 20), (200, 100, 10)),
    ("douyin", "fresh", (0, 0, 0), (600, 200, 20)),
    ("baidu", "search", (300, 150, 10), (360, 120, 10)),
    ("bilibili", "video", (100, 50, 10), (0, 0, 0)),
    ("weibo", "feed", (0, 0, 0), (80, 40, 0)),
]
BEFORE, AFTER = 800 / 40, 1240 / 40


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("market")
    spend, users = ["day,channel,campaign,spend,clicks"], ["user,acquired_at,channel,campaign"]
    for at, day in enumerate(WEEKS):
        for channel, campaign, *weeks in MARKET:
            money, clicks, count = weeks[at]
            spend += [f"{day},{channel},{campaign},{money},{clicks}"] if money else []
            users += [f"{campaign}{at}{number},{day},{channel},{campaign}" for number in range(count)]
    edges = [f"edge{day},{day},free,none" for day in ("2025-03-03", "2025-03-16")]
    for name, lines in (("spend", spend), ("users", [*users, *edges])):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "opsctl.yaml").write_text(TREE, encoding="utf-8")
    return folder


def why(market: Path, metric: str, *arguments: str) -> Ran:
    return opsctl("why", metric, ".", "-q", *arguments, cwd=market)


def told(market: Path, metric: str, *arguments: str) -> Any:
    ran = why(market, metric, "--json", *arguments)
    assert ran.code == 0
    return ran.json


def by(found: Any, dimension: str = "channel") -> dict[str, Any]:
    return {one[dimension]: one for one in found["effects"]}


def test_the_effects_of_all_channels_add_up_to_the_change(market: Path) -> None:
    found = told(market, "cpa_paid")
    assert found["periods"] == {
        "before": {"from": "2025-03-03", "to": "2025-03-09"},
        "after": {"from": "2025-03-10", "to": "2025-03-16"},
    }
    assert (found["before"], found["after"], found["change"]) == (BEFORE, AFTER, AFTER - BEFORE)
    added = math.fsum(one[effect] for one in found["effects"] for effect in ("mix", "rate", "unmatched"))
    assert abs(added - found["change"]) < 1e-12
    assert found["mix"] + found["rate"] + found["unmatched"] == pytest.approx(found["change"], abs=1e-12)


def test_each_channel_has_its_effects_its_shares_and_its_status(market: Path) -> None:
    found = by(told(market, "cpa_paid"))
    assert {name: one["status"] for name, one in found.items()} == {
        "baidu": "stayed",
        "bilibili": "closed",
        "douyin": "stayed",
        "weibo": "new",
    }
    middle = (BEFORE + AFTER) / 2
    assert found["baidu"] == {
        "channel": "baidu",
        "before": 30.0,
        "after": 36.0,
        "share_before": 0.25,
        "share_after": 0.25,
        "mix": 0.0,
        "rate": 0.25 * 6,
        "unmatched": 0.0,
        "total": 1.5,
        "status": "stayed",
    }
    assert found["douyin"]["mix"] == pytest.approx(0.25 * ((20 + 800 / 30) / 2 - middle))
    assert found["douyin"]["rate"] == pytest.approx(0.625 * (800 / 30 - 20))
    assert (found["bilibili"]["mix"], found["bilibili"]["rate"]) == (-0.25 * (10 - middle), 0.0)
    assert (found["weibo"]["unmatched"], found["weibo"]["after"]) == (80 / 40, None)


def test_the_totals_are_the_metrics_own_figures(market: Path) -> None:
    found = told(market, "cpa_paid")
    for at, week in (("before", "2025-W10"), ("after", "2025-W11")):
        own = opsctl("query", "cpa_paid", ".", "--period", week, "--json", cwd=market).figure("cpa_paid")
        assert found["totals"][at] == own
        assert found[at] == own["value"]


def test_one_channel_is_told_by_campaign_and_by_the_steps_to_its_users(market: Path) -> None:
    found = told(market, "cpa", "--channel", "抖音商业化")
    assert (found["channel"], found["before"], found["after"]) == ("douyin", 20.0, 800 / 30)
    campaigns = by(found, "campaign")
    assert {name: one["status"] for name, one in campaigns.items()} == {"fresh": "new", "old": "stayed"}
    middle = (20 + 800 / 30) / 2
    assert campaigns["fresh"]["mix"] == pytest.approx(2 / 3 * (30 - middle))
    assert campaigns["old"]["mix"] == pytest.approx(-2 / 3 * (20 - middle))
    ((clicks, users),) = found["factors"]
    assert (clicks["name"], clicks["before"], clicks["after"]) == ("cpc", 2.0, 800 / 300)
    assert (users["name"], users["before"], users["after"]) == ("users_per_click", 0.1, 0.1)
    assert clicks["effect"] + users["effect"] == pytest.approx(found["change"], abs=1e-12)


def test_the_head_line_says_what_moved_by_how_much_and_of_what_it_consists(market: Path) -> None:
    shown = why(market, "cpa_paid", "--locale", "zh-CN").out
    found = told(market, "cpa_paid")
    assert shown.startswith("付费获客成本变化从哪里来  3月10-16日，上期 3月3-9日\n")
    mix, rate = (f"{found[effect]:+.2f}" for effect in ("mix", "rate"))
    assert f"付费获客成本由 20.00 变为 31.00（+11.00）：结构影响 {mix}，自身变化 {rate}，有花费无产出 +2.00\n" in shown
    assert "历史不足，不能判断是否正常波动：至少要有 6 期的升降，现有 0 期\n" in shown
    assert "变化发生在哪些渠道，不说明由什么引起" in shown
    english = why(market, "cpa_paid", "--locale", "en").out
    assert "Paid CPA went from 20.00 to 31.00 (+11.00): mix " in english
    assert "this says in which channels the change happened, not what caused it" in english


def test_the_table_has_the_strongest_effect_first_and_names_new_and_stopped_channels(market: Path) -> None:
    lines = why(market, "cpa_paid", "--locale", "zh-CN").out.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("渠道"))
    assert [line.split()[0] for line in lines[start + 1 : start + 6]] == [
        "B站（停）",
        "抖音",
        "weibo（新）",
        "百度",
        "合计",
    ]
    assert lines[start + 5].split()[-1] == "+11.00"
    assert lines[start + 4].split()[-4:] == ["0.00", "+1.50", "0.00", "+1.50"]


def test_a_rate_moves_in_points(market: Path, tmp_path: Path) -> None:
    for name in ("users.csv", "opsctl.yaml"):
        copyfile(market / name, tmp_path / name)
    back = [f"old{at}{number},{day},open" for at, day in enumerate(("2025-03-06", "2025-03-13")) for number in range(5)]
    (tmp_path / "active.csv").write_text("\n".join(["user,at,event", *back, "x,2025-03-17,open"]), encoding="utf-8")
    shown = why(tmp_path, "retention_d1", "--locale", "zh-CN", "--channel", "douyin").out
    assert "抖音1日留存由 25.0% 变为 16.7%（-8.3 个百分点）：结构影响 " in shown
    assert "\n计划 " in shown


def test_an_answer_is_the_same_every_time_in_every_language(market: Path) -> None:
    first = why(market, "cpa_paid", "--json").out
    assert why(market, "cpa_paid", "--json", "--locale", "zh-CN").out == first
    assert (
        opsctl("why", "cpa_paid", "users.csv", "spend.csv", "-q", "--json", cwd=market).json["effects"]
        == (told(market, "cpa_paid")["effects"])
    )


@pytest.mark.parametrize("metric", ["spend", "low_efficiency_lift"])
def test_what_is_no_ratio_of_two_sums_is_refused_with_what_can_be_asked(market: Path, metric: str) -> None:
    ran = why(market, metric)
    assert (ran.code, ran.out) == (2, "")
    assert f"'{metric}' is no ratio" in ran.err
    assert "can be asked: average_order_value, cost_per_retained_d7, cpa, cpa_paid," in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["cpaa"], "did you mean 'cpa'"), (["cpa", "--channel", "douyinn"], "no channel in the data is called 'douyinn'")],
)
def test_names_that_do_not_exist_are_asked_about(market: Path, arguments: list[str], said: str) -> None:
    ran = why(market, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_a_week_before_there_is_no_answer_and_it_says_so(market: Path) -> None:
    ran = why(market, "cpa", "--period", "2025-W10", "--json")
    assert ran.code == 3
    assert (ran.json["before"], ran.json["after"], ran.json["unsplit"]) == (None, 800 / 41, "no_before")
    assert "not every day of 24 Feb-2 Mar is known" in why(market, "cpa", "--period", "2025-W10", "--locale", "en").out


def test_where_nothing_was_spent_the_reason_is_said(market: Path) -> None:
    ran = why(market, "cpa", "--channel", "weibo", "--locale", "zh-CN")
    assert ran.code == 3
    assert "微博" not in ran.out  # the project does not name it
    assert "weibo获客成本没有可比的数：3月3-9日" in ran.out


def test_where_campaigns_are_not_told_the_change_is_still_said(market: Path, tmp_path: Path) -> None:
    for name in ("spend.csv", "opsctl.yaml"):
        copyfile(market / name, tmp_path / name)
    lines = (market / "users.csv").read_text(encoding="utf-8").splitlines()
    bare = "\n".join(line.rpartition(",")[0] for line in lines) + "\n"
    (tmp_path / "users.csv").write_text(bare, encoding="utf-8")
    ran = why(tmp_path, "cpa", "--channel", "douyin", "--json")
    assert (ran.code, ran.json["unsplit"], ran.json["effects"]) == (0, "not_told", [])
    shown = why(tmp_path, "cpa", "--channel", "douyin", "--locale", "zh-CN").out
    assert "抖音获客成本由 20.00 变为 26.67（+6.67）。不能按计划拆开" in shown
