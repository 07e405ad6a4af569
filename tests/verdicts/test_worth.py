"""What a channel's money is worth: by arithmetic where it can be, and unknown for a reason where it cannot."""

from __future__ import annotations

import math

import pytest

from opsctl.stats.response import Belief
from opsctl.verdicts.worth import Beliefs, Missing, Worth, money_of, worths
from tests.verdicts.market import DAYS, Channel, Market, day, market, promotion


def worth_of(those: Market, channel: str, margin: float | None = 0.5, **incrementality: float) -> Worth | Missing:
    found = those.history()
    return worths(found, Beliefs(Belief(), dict.fromkeys(found.channels, margin), incrementality))[channel]


def known(those: Market, channel: str = "a", **incrementality: float) -> Worth:
    found = worth_of(those, channel, **incrementality)
    assert isinstance(found, Worth)
    return found


def test_half_of_what_ten_users_pay_over_what_they_cost() -> None:
    """Of 100 a day ten users at 10 each; each pays 20 at a margin of a half."""
    found = known(market(Channel("a", spend=100, users=10, paid=20, kept=0)))
    assert found.cost == pytest.approx(10, rel=0.02)  # the belief about promotions leaves the curve nearly alone
    assert found.profit == pytest.approx(10)
    assert found.curve.total == pytest.approx(1)
    assert math.exp(found.own.mean) == pytest.approx(1, rel=0.02)
    assert found.people == 840


def test_those_who_come_back_add_days_and_not_money() -> None:
    plain, back = (known(market(Channel("a", kept=kept))) for kept in (0, 5))
    assert back.curve.total == pytest.approx(1.5, rel=0.01)
    assert back.profit_day == pytest.approx(10 * 840 / (840 + 5 * 77))
    assert back.profit == pytest.approx(plain.profit, rel=0.05)


def test_users_that_would_have_come_anyway_make_the_others_dearer() -> None:
    whole, half = known(market(Channel("a"))), known(market(Channel("a")), a=0.5)
    assert half.cost == pytest.approx(2 * whole.cost)
    assert half.own.mean == pytest.approx(whole.own.mean - math.log(2))
    assert known(market(Channel("a")), a=0.0).cost == pytest.approx(100 * whole.cost)


def test_a_channel_whose_users_never_buy_is_worth_half_an_order_at_most_and_very_doubtful() -> None:
    """The other sold 840 orders of 20 each, so that half an order is 10 and a margin of it 5, over 840 users."""
    found = known(market(Channel("a", paid=0, kept=0), Channel("b", paid=20, kept=0)))
    assert found.profit == pytest.approx(5 / 840)
    assert found.own.variance > 2


def test_what_was_never_seen_is_laddered_and_doubtful() -> None:
    """Users of three weeks have no day 28; the others' is taken, at their level."""
    young = known(market(Channel("a", begun=DAYS - 21, kept=2), Channel("b", kept=2)))
    assert young.curve.seen == 20
    old = known(market(Channel("a", kept=2), Channel("b", kept=2)))
    assert old.curve.seen == 83
    assert young.own.variance > old.own.variance


def test_noisy_channels_are_drawn_to_the_mean_of_all() -> None:
    those = market(Channel("small", users=1, spend=5, paid=40), *(Channel(name, users=20) for name in "bcd"))
    small, big = known(those, "small"), known(those, "b")
    assert big.own.mean < small.drawn.mean < small.own.mean
    assert abs(big.drawn.mean - big.own.mean) < abs(small.drawn.mean - small.own.mean)


@pytest.mark.parametrize("margin", [None, 0.0])
def test_without_a_margin_nothing_is_worth_anything_that_could_be_said(margin: float | None) -> None:
    assert worth_of(market(Channel("a")), "a", margin) is Missing.NO_MARGIN


def test_without_orders_nobody_knows() -> None:
    assert worth_of(market(Channel("a")).without("order"), "a") is Missing.NO_ORDERS
    assert worth_of(market(Channel("a", paid=0)), "a") is Missing.NO_ORDERS


def test_a_handful_of_users_or_less_than_a_week_is_too_new() -> None:
    those = market(Channel("a"), Channel("nine", begun=DAYS - 9, users=1), Channel("days", begun=DAYS - 6))
    assert worth_of(those, "nine") is Missing.TOO_NEW
    assert worth_of(those, "days") is Missing.TOO_NEW


def test_money_that_wins_nobody_at_all_asks_for_the_attribution() -> None:
    assert worth_of(market(Channel("a"), Channel("lost", users=0)), "lost") is Missing.NO_USERS
    assert worth_of(market(Channel("a"), Channel("tiny", users=0, spend=1)), "tiny") is Missing.TOO_NEW


@pytest.mark.parametrize(("how", "why"), [({"currency": "USD"}, "no_rate"), ({"through": day(9)}, "spans_days")])
def test_money_that_cannot_be_read_is_no_ground_for_a_worth(how: dict[str, object], why: str) -> None:
    row = {"day": day(3), "channel": "a", "spend": "500", **how}
    assert worth_of(market(Channel("a"), more={"spend": [row]}), "a") is Missing(why)


def test_with_nothing_known_of_anybody_nothing_is_drawn_anywhere() -> None:
    assert worth_of(market(Channel("a"), Channel("b")), "b", None) is Missing.NO_MARGIN


def test_spend_now_is_that_of_the_last_28_days_outside_promotions() -> None:
    def in_sale(at: int) -> float:
        return 900.0 if at >= DAYS - 14 else 100.0

    plain = money_of(market(Channel("a", spend=in_sale)).history(), "a")
    assert (plain.now, plain.promo_days, plain.in_promotion) == (500.0, 0, False)
    calm = money_of(market(Channel("a", spend=in_sale), events=[promotion(DAYS - 14, DAYS - 1)]).history(), "a")
    assert (calm.now, calm.promo_days, calm.in_promotion) == (100.0, 14, False)
    whole = money_of(market(Channel("a", spend=in_sale), events=[promotion(DAYS - 25, DAYS - 1)]).history(), "a")
    assert (whole.now, whole.promo_days, whole.in_promotion) == (500.0, 0, True)


def test_a_channel_that_stopped_is_measured_by_its_last_weeks_with_money() -> None:
    found = money_of(market(Channel("a", ended=DAYS - 30), Channel("b")).history(), "a")
    assert (found.now, found.reference) == (0.0, 100.0)
    assert known(market(Channel("a", ended=DAYS - 30), Channel("b"))).cost == pytest.approx(10, rel=0.03)
