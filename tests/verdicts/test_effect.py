"""What a change of spend does to the blended figures: arithmetic in the middle, and a range as wide as the doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.verdicts.effect import Effect, Lane, effect

SURE = (0.5, 1e-9)


def lane(now: float, after: float, users: float, kept: float = 0, judged: float = 0, **others: object) -> Lane:
    known = {"users_sd": 1e-9, "elasticity": SURE, **others}
    return Lane(now, after, users, kept=kept, judged=judged, **known)  # type: ignore[arg-type]  # by name


def found(*lanes: Lane) -> Effect:
    made = effect(lanes)
    assert made is not None
    return made


def test_a_quarter_of_the_money_wins_half_of_the_users_at_an_elasticity_of_a_half() -> None:
    """400 -> 100 wins 20 of 40, 100 stays with 10: 500 / 50 = 10 before, 200 / 30 = 6.67 after."""
    made = found(lane(400, 100, 40), lane(100, 100, 10))
    assert (made.users.now, made.users.after) == (50, 30)
    assert (made.cpa.now, made.cpa.after) == pytest.approx((10, 200 / 30))


def test_kept_users_follow_each_channel_s_own_retention() -> None:
    """Of 40 a tenth stays, of 10 a half: 9 of 50 before; 2 + 5 of 30 after."""
    made = found(lane(400, 100, 40, 100, 1000), lane(100, 100, 10, 500, 1000))
    assert made.kept is not None
    assert made.retention is not None
    assert made.cost_per_kept is not None
    assert (made.kept.now, made.kept.after) == pytest.approx((9, 7))
    assert (made.retention.now, made.retention.after) == pytest.approx((9 / 50, 7 / 30))
    assert (made.cost_per_kept.now, made.cost_per_kept.after) == pytest.approx((500 / 9, 200 / 7))


def test_stopping_a_cheap_poor_channel_raises_the_cost_and_the_retention() -> None:
    made = found(lane(100, 0, 20, 100, 1000), lane(100, 100, 5, 300, 1000))
    assert (made.cpa.now, made.cpa.after) == (8, 20)
    assert made.retention is not None
    assert made.retention.after > made.retention.now


def test_where_nobody_is_kept_a_kept_user_has_no_cost() -> None:
    made = found(lane(100, 50, 10, 0, 100))
    assert made.kept is not None
    assert (made.kept.now, made.cost_per_kept) == (0, None)


def test_a_range_never_goes_below_nobody() -> None:
    """Nearly all money is taken away: what 400 a day truly win is doubtful, but not less than nothing is left."""
    made = found(lane(400, 1, 40, 100, 1000, users_sd=0.5, elasticity=(0.9, 0.1)))
    assert made.kept is not None
    assert made.cost_per_kept is not None
    assert min(made.users.low, made.kept.low, made.cpa.low, made.cost_per_kept.low) >= 0


def test_where_one_channel_s_retention_is_not_known_nobody_s_is_blended() -> None:
    made = found(lane(100, 50, 10, 10, 100), lane(100, 100, 10))
    assert (made.kept, made.retention, made.cost_per_kept) == (None, None, None)


def test_without_users_there_is_no_effect() -> None:
    assert effect([]) is None
    assert effect([lane(100, 0, 10)]) is None
    assert effect([lane(0, 50, 0)]) is None


def test_what_does_not_change_has_no_range() -> None:
    made = found(lane(100, 100, 10, 20, 100, users_sd=0.2, elasticity=(0.6, 0.2)))
    for change in (made.users, made.cpa, made.retention, made.kept):
        assert change is not None
        assert change.low == change.after == change.high == pytest.approx(change.now)


def test_the_range_holds_the_middle_and_widens_with_doubt() -> None:
    sure, unsure = (found(lane(100, 200, 10, elasticity=(0.6, sd)), lane(100, 100, 10)).users for sd in (0.02, 0.2))
    assert sure.low < sure.after < sure.high
    assert unsure.low < sure.low
    assert sure.high < unsure.high


def test_the_range_is_that_of_eight_cases_in_ten() -> None:
    """10 users with a log spread of 0.1 are stopped: the loss lies between 10 exp(+-1.2816 x 0.1) in 80 %."""
    users = found(lane(100, 0, 10, users_sd=0.1), lane(100, 100, 10)).users
    assert users.low == pytest.approx(20 - 10 * 1.1367, rel=0.02)
    assert users.high == pytest.approx(20 - 10 * 0.8797, rel=0.02)


def test_the_same_lanes_give_the_same_range() -> None:
    lanes = (lane(100, 50, 10, 20, 100, elasticity=(0.6, 0.2)), lane(100, 120, 8, 20, 90, users_sd=0.1))
    assert found(*lanes) == found(*lanes)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(1, 1e4), st.floats(0, 1e4), st.floats(0.1, 1e3)), min_size=1, max_size=6))
def test_more_money_everywhere_wins_more_users_and_in_one_channel_dearer_ones(
    of: list[tuple[float, float, float]],
) -> None:
    made = effect([lane(now, now + more, users) for now, more, users in of])
    assert made is not None
    assert made.users.after >= made.users.now * (1 - 1e-12)
    if len(of) == 1:  # of several the cheaper may grow most
        assert made.cpa.after >= made.cpa.now * (1 - 1e-9)


def test_a_price_is_dearer_where_a_page_would_show_a_higher_one() -> None:
    """Four times the money wins twice the users: 10 becomes 20. A thousandth of a cent is nothing."""
    assert found(lane(100, 400, 10)).is_dearer
    assert not found(lane(400, 100, 10)).is_dearer
    assert not found(lane(100, 100.0001, 10)).is_dearer
