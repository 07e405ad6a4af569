"""Verdicts on hand-made markets: who grows, who is stopped, who cannot be judged and why, and where the money goes."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from opsctl.config.plans import Account
from opsctl.core.period import Period
from opsctl.measures.coverage import Arrival
from opsctl.verdicts.judgement import Judgement, Verdict
from opsctl.verdicts.prune import prune
from tests.verdicts.market import DAYS, FIRST, LAST, Channel, Market, day, market, promotion

GOOD, FAIR, POOR = Channel("good", paid=40), Channel("fair", paid=24), Channel("poor", paid=8)
RICH = Channel("rich", paid=80)
NEW = Channel("new", begun=DAYS - 5)
EVERY = (GOOD, FAIR, POOR)


def codes(of: Judgement) -> list[str]:
    return [why.code for why in of.reasons]


def numbers(of: Judgement, code: str) -> dict[str, float]:
    (found,) = (why for why in (*of.reasons, *of.flips) if why.code == code)
    return dict(found.numbers)


# --- where the money goes -------------------------------------------------------------------------------


def test_the_best_grows_and_what_loses_money_is_stopped() -> None:
    found = market(*EVERY).judged()
    assert {name: one.verdict for name, one in found.items()} == {
        "good": Verdict.GROW,
        "fair": Verdict.REDUCE,
        "poor": Verdict.CUT,
    }
    assert found["good"].value is not None
    assert found["good"].value.middle == pytest.approx(2.0, rel=0.05)
    assert (found["poor"].p_below or 0) > 0.99
    assert found["poor"].at_stake == pytest.approx(-60, rel=0.05)  # 100 a day bring 40


def test_money_below_the_line_goes_down_to_where_its_last_unit_brings_the_line() -> None:
    """value x e x (b / 100)^(e - 1) = 1, solved for b."""
    poor = market(*EVERY, channels={"poor": {"fixed_cost_day": "0.5"}}).judged()["poor"]
    assert poor.value is not None
    elasticity = numbers(poor, "margin")["elasticity"]
    assert poor.spend_next == pytest.approx(100 * (poor.value.middle * elasticity) ** (1 / (1 - elasticity)))


def test_a_stop_that_would_leave_next_to_nothing_leaves_nothing() -> None:
    poor = market(*EVERY).judged()["poor"]
    assert (poor.verdict, poor.spend_next) == (Verdict.CUT, 0.0)


def test_less_money_in_doubt_leaves_a_twentieth_and_no_more_is_planned_than_there_is() -> None:
    """Where money wins users nearly in proportion, the split itself would leave next to nothing."""
    unsure = Channel("unsure", users=1, spend=10)
    steep = {"line": "1.25", "cut_p": "0.6", "elasticity": {"mean": "0.95", "sd": "0.01"}}
    doubted = market(GOOD, FAIR, unsure, policy=steep)
    found = doubted.judged()["unsure"]
    assert (found.verdict, found.stop, found.advice) == (Verdict.CUT, False, Verdict.REDUCE)
    assert found.spend_next == pytest.approx(0.05 * 10)
    assert sum(one.spend_next for one in doubted.judged(budget=1).values()) <= 1 + 1e-6
    settled = market(GOOD, FAIR, unsure, policy={**steep, "stop_p": "0.6"}).judged()["unsure"]
    assert (settled.verdict, settled.stop, settled.spend_next) == (Verdict.CUT, True, 0.0)


def test_a_campaign_of_a_channel_that_stops_stops_with_it() -> None:
    pruned = market(GOOD, *(Channel("poor", campaign=name, paid=8) for name in "xy")).pruned()
    (poor,) = (one for one in pruned.channels if one.channel == "poor")
    assert (poor.stop, poor.spend_next) == (True, 0.0)
    assert {(one.stop, one.spend_next) for one in pruned.campaigns} == {(True, 0.0)}


def test_further_users_are_taken_to_be_worth_a_little_less() -> None:
    poor = market(*EVERY, policy={"elasticity": {"dilution": "0.05"}}).judged()["poor"]
    assert numbers(poor, "margin")["elasticity"] == pytest.approx(0.65 - 0.05)


def test_no_more_is_planned_than_is_spent_today_or_than_the_budget() -> None:
    pruned = market(*EVERY).pruned()
    assert pruned.total == pytest.approx(300)
    assert sum(one.spend_next for one in pruned.channels) + pruned.unspent == pytest.approx(300, abs=0.01)
    small = market(*EVERY).pruned(budget=90)
    assert 85 < sum(one.spend_next for one in small.channels) <= 90  # less what a stop would leave of the poor one
    assert {one.channel: one.verdict for one in small.channels}["good"] is not Verdict.GROW


def test_the_budget_asked_for_comes_before_the_policy_s_and_that_before_today_s() -> None:
    of_policy = market(*EVERY, policy={"total_budget_day": "200"})
    assert of_policy.pruned().total == 200
    assert of_policy.pruned(budget=120).total == 120


def test_with_no_money_at_all_nothing_is_planned() -> None:
    assert all(one.spend_next == 0 for one in market(*EVERY).pruned(budget=0).channels)


def test_nobody_gets_more_than_the_step_or_the_ceiling() -> None:
    rich = market(RICH, POOR).judged(budget=10_000)["rich"]
    assert rich.spend_next == pytest.approx(200)
    assert numbers(rich, "step") == {"step": 2.0}
    capped = market(RICH, POOR, policy={"cap": "1.5"}).judged(budget=10_000)["rich"]
    assert capped.spend_next == pytest.approx(150)


def test_a_higher_line_stops_more() -> None:
    assert market(*EVERY, policy={"line": "1.6"}).judged()["fair"].verdict is Verdict.CUT
    assert market(*EVERY, policy={"line": "0.2"}).judged()["poor"].verdict is not Verdict.CUT


def test_channels_that_are_all_alike_keep_their_money() -> None:
    found = market(*(Channel(name, paid=60) for name in "abc")).judged()
    assert {one.verdict for one in found.values()} == {Verdict.KEEP}
    assert all(one.move == 0 for one in found.values())


def test_what_the_channel_costs_beside_its_spend_decides_between_less_and_nothing() -> None:
    """At 2 a day the poor channel still brings about one more than it takes: enough for 0.5 a day, not for 50."""
    cheap, dear = (
        market(*EVERY, channels={"poor": {"fixed_cost_day": cost}}).judged()["poor"] for cost in ("0.5", "50")
    )
    assert cheap.verdict is Verdict.REDUCE
    assert dear.verdict is Verdict.CUT
    assert cheap.spend_next > dear.spend_next == 0


def test_only_users_that_money_truly_brought_count() -> None:
    found = market(*EVERY, incrementality={"good": "0.25"}).judged()["good"]
    assert found.value is not None
    assert found.value.middle == pytest.approx(0.5, rel=0.15)
    assert found.verdict is Verdict.CUT


def test_days_of_promotions_do_not_count_as_today_s_spend() -> None:
    def in_sale(at: int) -> float:
        return 400.0 if at >= DAYS - 10 else 100.0

    sold = market(Channel("good", spend=in_sale, paid=40), POOR, events=[promotion(DAYS - 10, DAYS - 1)])
    good = sold.judged()["good"]
    assert good.spend_now == pytest.approx(100)
    assert numbers(good, "promotion") == {"days": 10}


def test_with_fewer_than_seven_calm_days_all_count_and_it_is_said() -> None:
    found = market(*EVERY, events=[promotion(DAYS - 22, DAYS - 1)]).judged()["good"]
    assert found.spend_now == pytest.approx(100)
    assert "in_promotion" in codes(found)
    assert "promotion" not in codes(found)


def test_where_spend_never_moved_it_says_that_only_belief_speaks() -> None:
    assert "prior_only" in codes(market(*EVERY).judged()["good"])
    moving = Channel("good", spend=lambda at: 150.0 if at // 7 % 2 else 70.0, paid=40)
    assert "prior_only" not in codes(market(moving, POOR).judged()["good"])


def test_more_than_was_ever_spent_is_flagged() -> None:
    grown = market(*EVERY).judged()["good"]
    assert numbers(grown, "beyond_seen")["most"] == pytest.approx(100)


def test_what_would_change_a_stop_is_the_cost_at_which_the_line_is_reached() -> None:
    poor = market(*EVERY).judged()["poor"]
    assert poor.value is not None
    assert numbers(poor, "cost_to")["cost"] == pytest.approx(10 * poor.value.middle, rel=0.03)


# --- who cannot be judged -------------------------------------------------------------------------------


def test_without_a_margin_of_its_own_a_channel_is_left_as_it_is() -> None:
    those = market(*EVERY, margin={"channel": {"good": "0.5", "fair": "0.5"}})
    poor = those.judged()["poor"]
    assert (poor.verdict, codes(poor)) == (Verdict.HOLD, ["no_margin"])
    assert poor.spend_next == poor.spend_now == 100
    assert (poor.value, poor.p_below, poor.at_stake) == (None, None, None)


def test_without_any_margin_or_order_everybody_is_left_alone() -> None:
    for those, why in ((market(*EVERY, margin={}), "no_margin"), (market(*EVERY).without("order"), "no_orders")):
        found = those.judged()
        assert {(one.verdict, *codes(one)) for one in found.values()} == {(Verdict.HOLD, why)}


def test_a_channel_nobody_of_which_buys_is_stopped_on_enough_users_and_not_on_few() -> None:
    assert market(GOOD, FAIR, Channel("none", paid=0)).judged()["none"].verdict is Verdict.CUT
    few = market(GOOD, FAIR, Channel("none", paid=0, users=1, spend=10)).judged()["none"]
    assert (few.p_below or 1) < 1


def test_a_new_channel_is_tested_with_what_it_has_or_a_fiftieth_of_the_budget() -> None:
    big = market(*EVERY, NEW).judged()["new"]
    assert (big.verdict, codes(big)) == (Verdict.TEST, ["too_new"])
    assert big.spend_now == big.spend_next == 100
    small = market(*EVERY, Channel("new", begun=DAYS - 5, spend=1)).judged()["new"]
    assert small.spend_next == pytest.approx(0.02 * 301)


def test_many_tests_together_take_no_more_than_the_others_leave() -> None:
    """Sixty fiftieths are more than all: each new channel would get 120 of 6,000, and there are only 6,000."""
    made = market(*(Channel(f"n{at:02}", begun=DAYS - 3) for at in range(60))).pruned(budget=6_000)
    assert {one.verdict for one in made.channels} == {Verdict.TEST}
    assert sum(one.spend_next for one in made.channels) == pytest.approx(6_000)
    unchanged = market(*(Channel(f"n{at:02}", begun=DAYS - 3) for at in range(60))).pruned()
    assert all(one.spend_next == one.spend_now for one in unchanged.channels)


def test_money_of_another_currency_is_held_and_said() -> None:
    those = market(*EVERY, Channel("meta", currency="USD"))
    meta = those.judged()["meta"]
    assert (meta.verdict, codes(meta)) == (Verdict.HOLD, ["no_rate"])
    assert (meta.spend_now, meta.spend_next) == (0, 0)
    assert those.pruned().total == pytest.approx(300)


def test_a_channel_partly_in_another_currency_is_held_with_the_money_that_is_known() -> None:
    half = {"day": day(60), "channel": "good", "spend": "90", "currency": "USD"}
    good = market(*EVERY, more={"spend": [half]}).judged()["good"]
    assert (good.verdict, codes(good), good.spend_now) == (Verdict.HOLD, ["no_rate"], 100)


def test_money_of_rows_that_span_days_or_name_none_is_held_and_said() -> None:
    for how in ({"through": day(9)}, {"day": None}):
        row = {"day": day(3), "channel": "poor", "spend": "500", **how}
        poor = market(*EVERY, more={"spend": [row]}).judged()["poor"]
        assert (poor.verdict, codes(poor)) == (Verdict.HOLD, ["spans_days"])


def test_a_market_all_in_another_currency_is_all_held() -> None:
    found = market(Channel("meta", currency="USD"), Channel("google", currency="USD")).judged()
    assert {(name, one.verdict) for name, one in found.items()} == {("meta", Verdict.HOLD), ("google", Verdict.HOLD)}


def test_money_that_wins_nobody_at_all_is_held_for_its_attribution() -> None:
    lost = market(*EVERY, Channel("lost", users=0)).judged()["lost"]
    assert (lost.verdict, codes(lost)) == (Verdict.HOLD, ["no_users"])


def arrived(channel: str, gone: int) -> Arrival:
    """An account that must arrive every day, and did not on the last few."""
    came = frozenset(FIRST + timedelta(days=at) for at in range(DAYS - gone))
    return Arrival(Account(source=channel), (channel,), Period(FIRST, LAST), came)


@pytest.mark.parametrize(("gone", "told"), [(4, True), (5, False)])
def test_below_95_percent_of_its_account_days_there_is_no_verdict(gone: int, told: bool) -> None:  # noqa: FBT001
    """Of 84 days 80 are 95.2 %, 79 are 94.0 %."""
    those = market(*EVERY)
    found = Market(those.rows, those.project, (arrived("good", gone),)).judged()["good"]
    if told:
        assert found.verdict is Verdict.GROW
    else:
        assert found.verdict is Verdict.NO_DATA
        assert numbers(found, "coverage")["share"] == pytest.approx(79 / 84)
        assert found.spend_next == found.spend_now


def test_where_the_platform_s_claims_jumped_over_the_own_count_there_is_no_verdict() -> None:
    def doubled(at: int) -> float:
        return 22.0 if at >= DAYS - 12 else 11.0

    jumped = market(Channel("good", paid=40, claims=doubled), FAIR, POOR).judged()["good"]
    assert (jumped.verdict, codes(jumped)) == (Verdict.NO_DATA, ["claims_jumped"])
    steady = market(Channel("good", paid=40, claims=11.0), FAIR, POOR).judged()["good"]
    assert steady.verdict is Verdict.GROW


def test_channels_that_cannot_be_judged_keep_their_money_and_the_others_share_the_rest() -> None:
    found = market(*EVERY, Channel("held", spend=100, users=0)).pruned()
    assert sum(one.spend_next for one in found.channels) <= found.total + 0.01
    assert {one.channel: one.spend_next for one in found.channels}["held"] == 100


# --- what stopped ---------------------------------------------------------------------------------------


def test_a_channel_that_stopped_and_lost_stays_stopped() -> None:
    poor = market(GOOD, FAIR, Channel("poor", paid=8, ended=DAYS - 30)).judged()["poor"]
    assert (poor.verdict, poor.spend_now, poor.spend_next) == (Verdict.CUT, 0, 0)
    assert codes(poor)[0] == "stopped"


def test_a_channel_that_stopped_and_paid_is_tested_again() -> None:
    good = market(Channel("good", paid=40, ended=DAYS - 30), FAIR, POOR).judged()["good"]
    assert (good.verdict, codes(good)[0]) == (Verdict.TEST, "stopped")
    assert good.spend_next == pytest.approx(0.02 * 200)


# --- doubt ----------------------------------------------------------------------------------------------


def test_few_users_leave_the_verdict_open_and_say_how_many_more_would_tell() -> None:
    tiny = Channel("tiny", users=lambda at: 1 if at % 6 == 0 else 0, spend=2, paid=20)
    found = market(
        Channel("b", users=40, spend=400, paid=20), Channel("c", users=40, spend=400, paid=60), tiny
    ).judged()
    assert found["tiny"].verdict in {Verdict.HOLD, Verdict.KEEP, Verdict.REDUCE}
    wide = found["tiny"].value
    sharp = found["b"].value
    assert wide is not None
    assert sharp is not None
    assert math.log(wide.high / wide.low) > 3 * math.log(sharp.high / sharp.low)


def test_drift_widens_what_is_believed_and_moves_nothing() -> None:
    calm, wild = (market(*EVERY, policy={"drift": drift}).judged()["fair"].value for drift in ("0", "0.5"))
    assert calm is not None
    assert wild is not None
    assert wild.middle == pytest.approx(calm.middle)
    assert math.log(wild.high / wild.low) > 2 * math.log(calm.high / calm.low)


@pytest.mark.parametrize("policy", [{"cut_p": "1"}, {"cut_p": "0"}, {"elasticity": {"mean": "1", "sd": "0"}}])
def test_the_ends_of_what_can_be_configured_still_answer(policy: dict[str, object]) -> None:
    found = market(*EVERY, policy=policy).judged()
    assert set(found) == {"good", "fair", "poor"}


# --- campaigns ------------------------------------------------------------------------------------------


def test_campaigns_share_their_channel_s_money_and_the_poor_ones_are_stopped() -> None:
    pruned = market(
        Channel("a", campaign="x", users=18, paid=24),
        Channel("a", campaign="y", users=2, paid=24),
        Channel("b", campaign="z"),
    ).pruned()
    found = {one.campaign: one for one in pruned.campaigns}
    assert found["y"].verdict is Verdict.CUT
    assert found["x"].verdict is not Verdict.CUT
    (channel,) = (one for one in pruned.channels if one.channel == "a")
    assert (found["x"].spend_next + found["y"].spend_next) <= channel.spend_next + 0.01


def test_a_campaign_alone_is_its_channel() -> None:
    pruned = market(Channel("a", campaign="only"), Channel("b", campaign="z")).pruned()
    only, channel = ({one.channel: one for one in judged}["a"] for judged in (pruned.campaigns, pruned.channels))
    assert only.value == channel.value


def test_money_without_a_campaign_makes_no_campaign() -> None:
    bare = market(Channel("a"), Channel("b", campaign="z"), Channel("b", campaign="y"))
    pruned = bare.pruned()
    assert {one.channel for one in pruned.channels} == {"a", "b"}
    assert {one.campaign for one in pruned.campaigns} == {"y", "z"}


# --- always ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["spend", "acquisition"])
def test_without_money_or_users_there_is_no_judging(table: str) -> None:
    those = market(*EVERY).without(table)
    assert prune(those.known, those.settings) is None


def test_without_activity_the_days_of_purchases_stand_for_it() -> None:
    found = market(*EVERY).without("activity").judged()
    assert found["good"].verdict is Verdict.GROW
    assert found["poor"].verdict is Verdict.CUT


def test_the_order_of_rows_changes_nothing() -> None:
    those = market(*EVERY, NEW, Channel("a", campaign="x"), Channel("a", campaign="y"))
    first = those.pruned()
    for seed in (1, 2):
        again = those.shuffled(seed).pruned()
        assert again.channels == first.channels
        assert again.campaigns == first.campaigns


def test_every_channel_that_spent_is_told_once_with_the_largest_first() -> None:
    found = market(*EVERY, NEW, Channel("big", spend=900), Channel("meta", currency="USD")).pruned()
    names = [one.channel for one in found.channels]
    assert len(names) == len(set(names)) == 6
    assert names[0] == "big"
    assert names[-1] == "meta"
