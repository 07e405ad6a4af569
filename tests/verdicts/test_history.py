"""What verdicts are judged on: each money once, users on the day they came, and nothing of what is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opsctl.core import money
from opsctl.core.period import Period
from opsctl.verdicts.history import history
from tests.notation import active, evidence, orders, spend, users
from tests.verdicts.market import DAYS, FIRST, LAST, Channel, day, market, promotion


def test_money_and_users_stand_on_their_days() -> None:
    found = market(Channel("a", spend=lambda at: 50.0 + at, users=lambda at: at % 3)).history()
    track = found.channels["a"]
    assert found.span == Period(FIRST, LAST)
    assert track.spend == tuple(50.0 + at for at in range(DAYS))
    assert track.users == tuple(at % 3 for at in range(DAYS))


def test_ages_count_those_who_were_active_over_those_who_reached_them() -> None:
    """Ten a day, two of them back on day 7; of 84 days the last 7 have not seen it."""
    track = market(Channel("a", users=10, kept=2)).history().channels["a"]
    assert (track.reached[0], track.active[0]) == (840, 840)
    assert (track.reached[7], track.active[7]) == (770, 154)
    assert (track.active[6], track.active[8]) == (0, 0)
    assert track.reached[90] == 0


def test_users_days_orders_and_what_was_paid_add_up() -> None:
    track = market(Channel("a", users=10, kept=2, paid=20)).history().channels["a"]
    assert (track.people, track.days, track.orders) == (840, 840 + 154, 840)
    assert track.squares == (840 - 154) * 1 + 154 * 4
    assert track.net_units == 840 * 20 * money.TEN_THOUSANDTHS
    assert track.units_squared == 840 * (20 * money.TEN_THOUSANDTHS) ** 2


def test_it_looks_back_no_further_than_asked() -> None:
    found = market(Channel("a"), policy={"look_back_weeks": "4"}).history()
    assert found.span == Period(LAST - timedelta(days=27), LAST)
    assert sum(found.channels["a"].users) == 280


def test_it_ends_where_money_and_users_are_both_known() -> None:
    known = evidence(
        spend=spend("2025-01-01 A 10", "2025-01-09 A 10"),
        acquisition=users("2025-01-02: a"),
        until="2025-01-09",
        seen={"acquisition": "2025-01-05"},
    )
    found = history(known, [], 26, 90)
    assert found is not None
    assert found.span == Period(known.until("spend").replace(day=1), known.until("spend").replace(day=5))


def test_campaigns_are_told_apart_and_add_up_to_their_channel() -> None:
    found = market(Channel("a", campaign="x", spend=30), Channel("a", campaign="y", spend=70, users=4)).history()
    assert found.told_by_campaign
    assert set(found.campaigns) == {("a", "x"), ("a", "y")}
    assert found.channels["a"].spend[0] == 100
    assert found.channels["a"].users[0] == 14
    assert found.channels["a"].orders == sum(track.orders for track in found.campaigns.values())


def test_where_users_do_not_say_their_campaign_money_is_not_split_either() -> None:
    split = market(Channel("a", campaign="x"), Channel("a", campaign="y"))
    split.rows["acquisition"] = [{**row, "campaign": None} for row in split.rows["acquisition"]]
    found = split.history()
    assert not found.told_by_campaign
    assert set(found.campaigns) == {("a", None)}
    assert found.channels["a"].spend[0] == 200


def test_who_brought_users_for_nothing_is_no_channel_that_spent() -> None:
    found = market(Channel("a"), Channel("organic", spend=0)).history()
    assert set(found.channels) == {"a"}


def test_money_and_users_without_a_channel_are_of_nobody() -> None:
    nobody = market(Channel("a"))
    nobody.rows["acquisition"] += [
        {**row, "user": f"x{row['user']}", "channel": None} for row in nobody.rows["acquisition"]
    ]
    found = nobody.history()
    assert set(found.channels) == {"a"}
    assert sum(found.channels["a"].users) == 840


def test_users_won_in_a_promotion_tell_neither_how_they_stay_nor_what_they_pay() -> None:
    track = market(Channel("a", users=10), events=[promotion(0, 9)]).history().channels["a"]
    assert track.people == 840 - 100
    assert track.orders == 740
    assert sum(track.users) == 840  # the curve of users over spend knows of promotions


def test_where_promotions_brought_most_users_they_count_all_the_same() -> None:
    track = market(Channel("a", users=10), events=[promotion(0, 59)]).history().channels["a"]
    assert track.people == 840


def test_the_last_days_leave_promotions_out_while_seven_others_remain() -> None:
    some = market(Channel("a"), events=[promotion(DAYS - 21, DAYS - 1)]).history()
    assert some.recent("a", 28) == list(range(DAYS - 28, DAYS - 21))
    most = market(Channel("a"), events=[promotion(DAYS - 22, DAYS - 1)]).history()
    assert most.recent("a", 28) == list(range(DAYS - 28, DAYS))


def test_the_last_days_begin_with_the_channel_s_own_first_money() -> None:
    found = market(Channel("a"), Channel("young", begun=DAYS - 10)).history()
    assert found.recent("young", 28) == list(range(DAYS - 10, DAYS))
    assert len(found.recent("a", 28)) == 28


def test_weeks_are_whole_ones_counted_back_with_their_share_of_promotion_days() -> None:
    gap = DAYS - 10  # in the last week but one
    found = market(
        Channel("a", spend=lambda at: 0 if at == gap else 70.0, users=3), events=[promotion(DAYS - 3, DAYS - 1)]
    ).history()
    weeks = found.weeks("a")
    assert [week.ago for week in weeks] == [ago for ago in range(DAYS // 7) if ago != 1]
    assert (weeks[0].spend_day, weeks[0].users, weeks[0].promo) == pytest.approx((70.0, 21, 3 / 7))
    assert weeks[1].promo == 0


def test_money_of_another_currency_or_of_several_days_is_named_not_dropped() -> None:
    foreign, torn, undated = (
        {"day": day(3), "channel": name, "spend": "5", **how}
        for name, how in (
            ("meta", {"currency": "USD"}),
            ("quarterly", {"through": day(9).isoformat()}),
            ("someday", {"day": None}),
        )
    )
    nothing = {"day": day(3), "channel": "a", "spend": "0", "currency": "USD"}
    found = market(Channel("a"), more={"spend": [foreign, torn, undated, nothing]}).history()
    assert found.unread == {"meta": "no_rate", "quarterly": "spans_days", "someday": "spans_days"}
    assert set(found.channels) == {"a", *found.unread}
    assert not any(found.channels["meta"].spend)


def test_without_activity_the_days_on_which_users_bought_are_their_days() -> None:
    track = market(Channel("a", users=10, kept=2)).without("activity").history().channels["a"]
    assert (track.active[0], track.active[7]) == (840, 0)
    assert track.people == 840


def test_without_money_or_users_there_is_no_history() -> None:
    for table in ("spend", "acquisition"):
        assert history(market(Channel("a")).without(table).evidence, [], 26, 90) is None


def test_an_order_of_another_currency_is_no_part_of_a_value() -> None:
    known = evidence(
        spend=spend("2025-01-01 A 10"),
        acquisition=users("2025-01-01: a b"),
        activity=active("2025-01-01: a b"),
        order=orders("2025-01-01 a 30", "2025-01-01 b 50 USD", "2025-01-02 a 8 refunded=3"),
        until="2025-01-09",
    )
    found = history(known, [], 26, 90)
    assert found is not None
    assert found.channels["A"].net_units == 35 * money.TEN_THOUSANDTHS
    assert found.channels["A"].orders == 2
