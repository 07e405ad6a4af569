"""Claims beside own users: a jump is told from scatter, and where either side is not told nothing is said."""

from __future__ import annotations

import pytest

from opsctl.verdicts.claims import Claims, Untold, claims
from tests.verdicts.market import DAYS, Channel, Market, day, market

LAST_TWO_WEEKS = DAYS - 1 - 14  # claims booked on their day are settled a day later


def of(those: Market, channel: str = "a") -> Claims | Untold:
    return claims(those.known.evidence, those.history())[channel]


def told(those: Market, channel: str = "a") -> Claims:
    found = of(those, channel)
    assert isinstance(found, Claims)
    return found


def since(number: int, before: float, after: float) -> Channel:
    """Ten own users a day; so many claims before a day, and so many from it on."""
    return Channel("a", claims=lambda at: after if at >= number else before)


def test_steady_claims_are_a_gap_and_no_jump() -> None:
    found = told(market(Channel("a", claims=11)))
    assert not found.jumped
    assert found.gap == pytest.approx(0.1, abs=0.001)
    assert (found.usual, found.lately) == pytest.approx((1.1, 1.1), rel=0.01)
    assert (found.span.days, found.span.end) == (83, day(DAYS - 2))  # of 84 days the last is not settled


@pytest.mark.parametrize("lately", [5.0, 20.0, 0.0])
def test_half_or_double_or_none_in_the_last_two_weeks_is_a_jump(lately: float) -> None:
    found = told(market(since(LAST_TWO_WEEKS, 11, lately)))
    assert found.jumped
    assert found.lately == pytest.approx(lately / 10, abs=0.01)


def test_claims_that_go_on_while_own_users_stop_are_a_jump() -> None:
    broken = Channel("a", users=lambda at: 0 if at >= LAST_TWO_WEEKS else 10, claims=11)
    assert told(market(broken)).jumped


def test_a_tenth_more_is_no_jump_however_steady_the_weeks() -> None:
    found = told(market(since(LAST_TWO_WEEKS, 100, 109), Channel("b")))
    assert not found.jumped
    assert found.reach > 1.1


def test_a_jump_long_ago_is_history() -> None:
    assert not told(market(since(14, 5, 11))).jumped


def test_weeks_that_always_went_up_and_down_may_go_on_to() -> None:
    found = told(market(Channel("a", claims=lambda at: 8 if at // 7 % 2 else 13)))
    assert not found.jumped
    assert found.reach > 2


def test_few_users_may_differ_more() -> None:
    many, few = (told(market(Channel("a", users=users, claims=users))).reach for users in (40, 4))
    assert few > many


def test_fewer_than_fifty_on_either_side_tell_nothing() -> None:
    assert of(market(Channel("a", users=3, claims=3))) is Untold.FEW_USERS


def test_without_claims_nobody_knows() -> None:
    assert of(market(Channel("a"))) is Untold.NOT_SUPPLIED
    those = market(Channel("a", claims=11), Channel("b"))
    assert of(those, "b") is Untold.NOT_SUPPLIED


def test_claims_of_several_goals_are_not_added_up() -> None:
    those = market(Channel("a", claims=11, goal="activation"), Channel("a", claims=2, goal="pay", users=0))
    assert of(those) is Untold.MIXED_GOALS
    bases = market(Channel("a", claims=11, basis="event"), Channel("a", claims=2, basis="billing", users=0))
    assert of(bases) is Untold.MIXED_GOALS


def test_a_young_channel_has_no_usual() -> None:
    assert of(market(Channel("a", claims=11, begun=DAYS - 50), Channel("b"))) is Untold.FEW_WEEKS


def test_a_channel_that_stopped_has_no_lately() -> None:
    assert of(market(Channel("a", claims=11, ended=DAYS - 10), Channel("b"))) is Untold.FEW_WEEKS


def test_claims_booked_back_to_the_click_are_held_against_each_other_once_they_are_settled() -> None:
    """Of the last 30 days part is still to come: what looks like half is no jump."""
    those = market(Channel("a", claims=lambda at: 5 if at >= DAYS - 30 else 11, basis="billing"))
    found = told(those)
    assert not found.jumped
    assert found.span.end == day(DAYS - 1 - 30)


def test_days_on_which_some_money_does_not_say_count_on_neither_side() -> None:
    silent = Channel("a", spend=lambda at: 50.0 if at % 7 == 0 else 0.0, users=0)
    found = told(market(Channel("a", claims=11), silent))
    assert found.gap == pytest.approx(0.1, abs=0.002)
    assert of(market(Channel("a", claims=11), Channel("a", users=0))) is Untold.NOT_SUPPLIED
