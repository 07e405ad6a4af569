"""The page to be signed: figures that can be recomputed, checks that say what they are, and none on half the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.cli.inside import opsctl
from tests.command import Ran
from tests.verdicts.market import DAYS, Channel, Market, day, market, promotion

GOOD, FAIR = Channel("good", paid=40, kept=3), Channel("fair", paid=24, kept=2)
POOR = Channel("poor", paid=8, kept=1)
EVERY = (GOOD, FAIR, POOR)
NAMES: dict[str, Any] = {
    "poor": {"name": {"zh": "差渠道", "en": "Poor"}, "aliases": ["差"]},
    "good": {"name": {"zh": "好渠道", "en": "Good"}},
}


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the three."""
    return market(*EVERY, channels=NAMES).written(tmp_path_factory.mktemp("every"))


@pytest.fixture(scope="module")
def poor(every: Path) -> dict[str, Any]:
    """The answer about the poor one."""
    found: dict[str, Any] = opsctl("prune", every, "--channel", "poor", "-q", "--json").json
    return found


@pytest.fixture(scope="module")
def shown(every: Path) -> str:
    """The page about the poor one."""
    return opsctl("prune", every, "--channel", "poor", "-q", "--locale", "zh-CN", "--width", "100").out


def page(those: Market, folder: Path, *arguments: str, channel: str = "poor") -> Ran:
    return opsctl("prune", those.written(folder), "--channel", channel, "-q", *arguments)


def told(those: Market, folder: Path, channel: str = "poor", *arguments: str) -> dict[str, Any]:
    ran = page(those, folder, "--json", *arguments, channel=channel)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    return found


def check(found: dict[str, Any], code: str) -> dict[str, Any]:
    (one,) = (one for one in found["checks"] if one["code"] == code)
    made: dict[str, Any] = one
    return made


# --- what it says ---------------------------------------------------------------------------------------


def test_a_stop_is_titled_as_one_and_has_lines_to_sign(shown: str) -> None:
    assert shown.startswith("停投建议单  差渠道  编号 2025-W21-poor")
    assert "差渠道：停投" in shown
    assert "值得投的可能性：不到 1%" in shown
    assert "签批    提出________  批准________\n" in shown
    assert "执行人________  执行日________  复核日 6月22日\n" in shown


def test_less_money_for_a_channel_that_pays_is_no_stop(tmp_path: Path) -> None:
    ran = page(market(*EVERY), tmp_path, "--locale", "zh-CN", channel="fair")
    assert ran.out.startswith("收量建议单  fair")
    assert "停投" not in ran.out
    assert "签批" in ran.out


@pytest.mark.parametrize(
    ("channel", "verdict"), [("good", "grow"), ("new", "test"), ("meta", "hold"), ("gone", "cut"), ("back", "test")]
)
def test_what_takes_no_money_away_is_advice_and_nothing_to_sign(tmp_path: Path, channel: str, verdict: str) -> None:
    those = market(
        *EVERY,
        Channel("new", begun=DAYS - 5),
        Channel("meta", currency="USD"),
        Channel("gone", paid=6, ended=DAYS - 30),
        Channel("back", paid=60, ended=DAYS - 30),
    )
    found = told(those, tmp_path, channel)
    assert (found["verdict"], found["proposal"], found["after"]) == (verdict, False, None)
    shown = page(those, tmp_path, "--locale", "zh-CN", channel=channel).out
    assert shown.startswith(f"渠道建议  {channel}（不是停投建议）")
    assert "签批" not in shown
    assert "停投建议单" not in shown


def test_the_basis_is_the_last_eight_weeks_from_monday_to_sunday_whose_users_had_their_day(
    poor: dict[str, Any],
) -> None:
    """Known through Sunday 25 May; those of 18 May had their day 7 on it."""
    basis = poor["basis"]
    assert (basis["from"], basis["to"], basis["weeks"]) == ("2025-03-24", "2025-05-18", 8)
    assert basis["users"] == 56 * 10
    assert basis["others"] == ["fair", "good"]


def test_the_channel_stands_beside_the_others_together_week_by_week(poor: dict[str, Any], shown: str) -> None:
    """One of ten stays at 100 a day; of the others 5 of 20 at 200."""
    basis = poor["basis"]
    retention, cost = basis["retention"], basis["cost_per_kept"]
    assert (retention["own"]["value"], retention["others"]["value"]) == (0.1, 0.25)
    assert (cost["own"]["value"], cost["others"]["value"]) == (100.0, 40.0)
    assert (retention["weeks_worse"], retention["weeks"]) == (8, 8)
    assert (cost["weeks_worse"], cost["weeks"]) == (8, 8)
    assert "8 周都低于其余" in shown
    assert "8 周都高于其余" in shown


def test_a_channel_that_is_worse_in_some_weeks_says_in_how_many(tmp_path: Path) -> None:
    """Of each week's ten a day one stays, but in two weeks everybody else stays away."""
    lucky = Channel("good", paid=40, kept=0, begun=21, ended=35)
    usual = [Channel("good", paid=40, kept=3, ended=21), Channel("good", paid=40, kept=3, begun=35)]
    retention = told(market(POOR, lucky, *usual), tmp_path)["basis"]["retention"]
    assert (retention["weeks_worse"], retention["weeks"]) == (6, 8)


def test_the_line_is_the_channel_s_target_where_it_has_one(tmp_path: Path) -> None:
    target = {"metric": "retention_d7", "channel": "poor", "period": "2025", "target": "0.22"}
    general = {"metric": "cost_per_retained_d7", "period": "2025", "target": "55"}
    shown = page(market(*EVERY, targets=[target, general]), tmp_path, "--locale", "zh-CN", "--width", "100").out
    rows = {line.split()[0]: line.split() for line in shown.splitlines() if line.startswith(("7日", "7留"))}
    assert rows["7日留存"][1:4] == ["10.0%", "25.0%", "22.0%"]
    assert rows["7留成本"][1:4] == ["100.00", "40.00", "55.00"]


def test_money_adds_up_at_the_middle_and_at_the_upper_end(poor: dict[str, Any], shown: str) -> None:
    value, money = poor["basis"]["value_per_cost"], poor["money"]
    assert money["spent"] == "700.0000"
    assert float(money["profit"]) == pytest.approx(value["own"] * 700, abs=0.01)
    assert float(money["surplus"]) == pytest.approx((value["own"] - 1) * 700, abs=0.01)
    assert float(money["surplus_high"]) == pytest.approx((value["high"] - 1) * 700, abs=0.01)
    assert money["if_wrong"] == "0.0000"  # even the upper end lies below the line
    assert f"每周消耗 700 元，90 天收回毛利约 {float(money['profit']):,.0f} 元，亏约" in shown
    assert "停了不亏" in shown


def test_what_a_wrong_stop_would_miss_is_what_the_upper_end_brings(tmp_path: Path) -> None:
    """At a line so high that a doubtful channel is stopped with its upper end above it."""
    unsure = Channel("unsure", paid=20, users=1, spend=10)
    those = market(GOOD, FAIR, unsure, policy={"line": "1.25", "cut_p": "0.6", "stop_p": "0.6"})
    found = told(those, tmp_path, "unsure")
    high = found["basis"]["value_per_cost"]["high"]
    assert found["verdict"] == "cut"
    assert high > 1.25
    assert float(found["money"]["if_wrong"]) == pytest.approx((high - 1.25) * 70, abs=0.01)
    assert "停投每周少赚约" in page(those, tmp_path, "--locale", "zh-CN", "--width", "0", channel="unsure").out


def test_a_stop_in_doubt_is_a_proposal_to_reduce_in_every_word(tmp_path: Path) -> None:
    unsure = Channel("unsure", paid=20, users=1, spend=10)
    those = market(GOOD, FAIR, unsure, policy={"line": "1.25", "cut_p": "0.6"})
    found = told(those, tmp_path, "unsure")
    assert (found["verdict"], found["advice"]) == ("cut", "reduce")
    shown = page(those, tmp_path, "--locale", "zh-CN", "--width", "0", channel="unsure").out
    assert shown.startswith("收量建议单  unsure")
    assert "停投" not in shown


def test_less_money_misses_only_what_that_money_would_have_brought(tmp_path: Path) -> None:
    found = told(market(*EVERY), tmp_path, "fair")
    assert found["verdict"] == "reduce"
    assert 0 <= float(found["money"]["if_wrong"]) < float(found["money"]["surplus_high"])


def test_accounts_and_campaigns_are_counted_and_the_best_one_named(tmp_path: Path) -> None:
    those = market(
        Channel("good", campaign="g", paid=40),
        Channel("poor", campaign="x", paid=8, users=14),
        Channel("poor", campaign="y", paid=8, users=6),
    )
    for row in those.rows["spend"]:
        row["account"] = f"acc-{row['campaign']}"
    shown = page(those, tmp_path, "--locale", "zh-CN", "--width", "0").out
    assert "acc-x、acc-y 共 2 个账户；2 条计划，没有一条单独到线，最好的是「x」" in shown


def test_accounts_that_all_arrived_pass_the_check_and_name_their_agency(tmp_path: Path) -> None:
    """Without `accounts:` the three days of no money would forbid a proposal; a row of nothing has arrived."""
    account = {"source": "oceanengine", "account": "a1", "agency": "甲"}
    source = {"path": "a1.csv", "account": "a1"}
    those = market(GOOD, FAIR, Channel("douyin", paid=8, kept=1), accounts=[account], sources=[source])
    those.rows["spend"] = [row for row in those.rows["spend"] if row["channel"] != "douyin"]
    days = [f"{day(at)},{0 if at in {30, 37, 44} else 100},1000,100,10" for at in range(DAYS)]
    (tmp_path / "a1.csv").write_text("\n".join(["时间-天,消耗,展示数,点击数,转化数", *days, ""]), encoding="utf-8")
    shown = page(those, tmp_path, "--locale", "zh-CN", "--width", "0", channel="douyin").out
    assert "a1 共 1 个账户（代理 甲）" in shown
    assert "[过] 数据：8 周消耗到齐 100%" in shown


def test_where_neither_accounts_nor_campaigns_are_told_it_says_so(shown: str) -> None:
    assert "消耗数据没有写账户；消耗或新增没有写计划" in shown


def test_afterwards_the_money_wins_users_where_the_plan_puts_it(every: Path, poor: dict[str, Any]) -> None:
    after = poor["after"]
    rows = {row["channel"]: row for row in opsctl("prune", every, "--json", "-q").rows}
    more = float(rows["good"]["spend_next"]) / 100
    assert after["to"] == ["good"]
    assert after["today"]["users"] == pytest.approx(70, rel=0.02)
    assert after["today"]["kept"] == pytest.approx(7, rel=0.02)
    freed, added = 100 - float(rows["poor"]["spend_next"]), 100 * (more - 1)
    of_all = freed + 100 - float(rows["fair"]["spend_next"])  # both give some up, and each page tells its part
    assert float(after["freed"]) == pytest.approx(7 * freed, abs=0.05)
    assert of_all > added
    assert after["gained"]["users"] == pytest.approx(70 * (more**0.65 - 1) * freed / of_all, rel=0.02)
    assert after["gained"]["kept"] == pytest.approx(0.3 * after["gained"]["users"])


def test_a_headline_cost_that_rises_is_said_before_anybody_finds_out(tmp_path: Path) -> None:
    cheap = Channel("poor", users=20, paid=2, kept=1)
    those = market(Channel("good", paid=60, users=5, kept=2), cheap)
    after = told(those, tmp_path)["after"]
    assert after["cpa"]["after"] > after["cpa"]["now"]
    shown = page(those, tmp_path, "--locale", "zh-CN", "--width", "0").out
    assert f"账面获客成本由 {after['cpa']['now']:.2f} 升到 {after['cpa']['after']:.2f}" in shown


def test_users_that_nobody_can_reckon_are_not_none(tmp_path: Path) -> None:
    """The new channel gets a little more to be tested with; what that wins is not known."""
    those = market(*EVERY, Channel("new", begun=DAYS - 5, spend=1))
    assert told(those, tmp_path)["after"]["gained"] is None
    shown = page(those, tmp_path, "--locale", "zh-CN", "--width", "0").out
    assert "转good、new：能带来多少新增还推算不了" in shown


def test_less_than_the_line_asks_for_is_no_loss(tmp_path: Path) -> None:
    shown = page(
        market(*EVERY, policy={"line": "1.5"}), tmp_path, "--locale", "zh-CN", "--width", "0", channel="fair"
    ).out
    assert "比 1.50 的线少约" in shown
    assert "亏约" not in shown


def test_what_could_never_come_about_reverses_nothing(tmp_path: Path) -> None:
    """Of a channel that kept nobody no multiple of its retention is one."""
    lost = Channel("poor", paid=8, kept=0)
    shown = page(market(GOOD, FAIR, lost), tmp_path, "--locale", "zh-CN", "--width", "0").out
    (flips,) = (line for line in shown.splitlines() if line.startswith("改判"))
    assert flips.rstrip("，；或 ") == flips.rstrip()


def test_what_would_reverse_it_is_said(shown: str) -> None:
    assert "改判    获客成本降到" in shown


# --- checks ---------------------------------------------------------------------------------------------


def test_what_cannot_be_checked_is_never_passed(poor: dict[str, Any], shown: str) -> None:
    open_ = {one["code"]: one["reason"] for one in poor["checks"] if one["state"] == "not_checked"}
    assert open_ == {
        "claims": "not_supplied",
        "timing": "no_events",
        "learning": "no_bidding_data",
        "fake_traffic": "no_device_data",
        "organic": "no_pause",
    }
    assert "[未查] 假量：缺少设备和时段数据" in shown
    assert shown.count("[过]") == 1


def test_claims_beside_own_users_are_a_check(tmp_path: Path) -> None:
    found = told(market(GOOD, FAIR, Channel("poor", paid=8, claims=11)), tmp_path)
    claims = check(found, "claims")
    assert claims["state"] == "passed"
    assert claims["numbers"]["gap"] == pytest.approx(0.1, abs=0.001)


def test_promotions_within_the_weeks_fail_the_check_of_timing(tmp_path: Path) -> None:
    """Day 21 is the first of the basis."""
    within = told(market(*EVERY, events=[promotion(19, 22)]), tmp_path)
    assert check(within, "timing") == {"code": "timing", "state": "failed", "reason": None, "numbers": {"days": 2}}
    before = told(market(*EVERY, events=[promotion(0, 6)]), tmp_path)
    assert check(before, "timing")["state"] == "passed"


# --- when there is none ---------------------------------------------------------------------------------


def test_no_page_where_the_claims_jumped(tmp_path: Path) -> None:
    jumped = Channel("poor", paid=8, claims=lambda at: 30 if at >= DAYS - 12 else 11)
    ran = page(market(GOOD, FAIR, jumped), tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert "nothing can be advised of 'poor': the platform claims" in ran.err


def gapped(gone: set[int]) -> Market:
    return market(GOOD, FAIR, Channel("poor", paid=8, kept=1, spend=lambda at: 0.0 if at in gone else 100.0))


def test_no_proposal_where_days_without_money_may_be_days_that_are_missing(tmp_path: Path) -> None:
    """Three of 56 days are 5.4 %."""
    ran = page(gapped({30, 37, 44}), tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert "no proposal is made for 'poor'" in ran.err
    assert "`accounts:` must say" in ran.err
    assert check(told(gapped({30}), tmp_path), "data")["numbers"]["spend"] == pytest.approx(55 / 56, abs=1e-6)


@pytest.mark.parametrize("late", [7, 6])
def test_a_channel_that_began_after_the_weeks_of_the_basis_has_no_day_of_them(tmp_path: Path, late: int) -> None:
    """The basis ends seven days before the last."""
    ran = page(market(*EVERY, Channel("late", begun=DAYS - late)), tmp_path, "--locale", "en", channel="late")
    assert ran.code in (0, 3)
    assert "only 0% of the days have spend" in ran.out + ran.err


def test_advice_that_takes_no_money_away_may_rest_on_fewer_days(tmp_path: Path) -> None:
    good = Channel("good", paid=40, kept=3, spend=lambda at: 0.0 if at in {30, 37, 44} else 100.0)
    assert told(market(good, FAIR, POOR), tmp_path, "good")["verdict"] == "grow"


def test_no_proposal_without_the_new_users_of_some_days(tmp_path: Path) -> None:
    silent = {30, 37, 44, 51}
    those = [
        Channel(one.name, paid=one.paid, kept=one.kept, users=lambda at: 0 if at in silent else 10) for one in EVERY
    ]
    ran = page(market(*those), tmp_path)
    assert ran.code == 3
    assert "only 100% of spend and 93% of new users arrived" in ran.err


def test_a_channel_that_never_spent_is_asked_about(every: Path) -> None:
    ran = opsctl("prune", every, "--channel", "poo")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'poor'" in ran.err


def test_a_channel_goes_by_every_name_that_it_has(every: Path) -> None:
    assert opsctl("prune", every, "--channel", "差", "--json", "-q").json["channel"] == "poor"


# --- how it looks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [60, 100])
def test_nothing_is_wider_than_the_page_and_no_figure_is_lost(every: Path, locale: str, width: int) -> None:
    ran = opsctl("prune", every, "--channel", "poor", "-q", "--locale", locale, "--width", str(width))
    assert max(cell_len(line) for line in ran.out.splitlines()) <= width
    assert all(figure in ran.out for figure in ("10.0%", "25.0%", "100.00", "40.00", "0.41 (0.35-0.47)", "700"))


@pytest.mark.parametrize(("name", "figure"), [("md", "10.0%"), ("html", "10.0%"), ("csv", ",0.1,0.25,0.15,")])
def test_every_format_writes_it(every: Path, name: str, figure: str) -> None:
    assert figure in opsctl("prune", every, "--channel", "poor", "-q", "-f", name).out


def test_a_money_that_is_no_yuan_keeps_its_letters(tmp_path: Path) -> None:
    those = market(*EVERY, currency="EUR")
    assert "EUR 700 a week is spent" in page(those, tmp_path, "--locale", "en", "--width", "0").out


def test_two_reports_at_once_are_refused(every: Path) -> None:
    ran = opsctl("prune", every, "--channel", "poor", "--what-if", "cut=poor")
    assert (ran.code, ran.out) == (2, "")


def test_the_answer_is_the_same_in_every_language_and_the_last_day_known_dates_it(
    every: Path, poor: dict[str, Any]
) -> None:
    assert opsctl("prune", every, "--channel", "poor", "-q", "--json", "--locale", "zh-CN").json == poor
    assert poor["as_of"] == day(DAYS - 1).isoformat()
