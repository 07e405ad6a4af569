"""The chain ladder: own ratios where there are any, beyond them everybody's at the group's own level."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opsctl.stats.ladder import Curve, ladder


def test_a_group_that_reached_every_age_is_its_own_ratios() -> None:
    found = ladder([10, 5, 2], [10, 10, 10], [20, 20, 20], [20, 20, 20])
    assert found.rates == (1.0, 0.5, 0.2)
    assert (found.total, found.extrapolated) == (1.7, 0.0)


def test_ages_not_reached_take_the_others_ratio_at_the_group_s_level() -> None:
    """At age 1 it had 4 events where the others would have had 0.5 x 10: (4 + 2) / (5 + 2) of their 0.25."""
    found = ladder([10, 4, 0], [10, 10, 0], [20, 10, 5], [20, 20, 20])
    assert found.rates == pytest.approx((1.0, 0.4, 0.25 * 6 / 7))
    assert found.seen == 1
    assert found.extrapolated == pytest.approx(0.25 * 6 / 7 / (1.4 + 0.25 * 6 / 7))


def test_each_age_counts_the_users_who_reached_it() -> None:
    """Ten users came a day ago, ten today: all had their day 0, ten their day 1."""
    assert ladder([20, 3], [20, 10], [20, 3], [20, 10]).rates == (1.0, 0.3)


def test_only_the_last_fourteen_ages_tell_the_level() -> None:
    """Five times the others up to age 6, alike since: of ages 7 to 20 it had what they would have had."""
    ages = 21
    own = [100.0 if age < 7 else 20.0 for age in range(ages)] + [0.0]
    others = [20.0] * (ages + 1)
    found = ladder(own, [100.0] * ages + [0.0], others, [100.0] * (ages + 1))
    assert found.rates[-1] == pytest.approx(0.2)


def test_the_day_of_arrival_tells_no_level() -> None:
    """Everybody is there on day 0; a group seen on that day alone is laddered as all others."""
    assert ladder([50, 0], [10, 0], [60, 5], [20, 10]).rates == (5.0, 0.5)


def test_a_group_that_nobody_saw_is_laddered_as_all_others() -> None:
    found = ladder([0, 0], [0, 0], [10, 5], [10, 10])
    assert (found.rates, found.seen, found.extrapolated) == ((1.0, 0.5), -1, 1.0)


def test_nothing_seen_of_anybody_is_a_total_of_none() -> None:
    assert Curve((0.0, 0.0), -1).extrapolated == 0.0
    assert ladder([0], [0], [0], [0]).total == 0.0


def test_a_thin_group_does_not_run_away() -> None:
    """One event where 0.1 were expected is not ten times the others but (1 + 2) / (0.1 + 2)."""
    found = ladder([1, 1, 0], [1, 1, 0], [100, 10, 10], [100, 100, 100])
    assert found.rates[2] == pytest.approx(0.1 * 3 / 2.1)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40))
def test_a_group_that_is_everybody_is_everybody(ages: list[tuple[int, int]]) -> None:
    reached = sorted((users for _, users in ages), reverse=True)
    events = [min(count, users) for (count, _), users in zip(ages, reached, strict=True)]
    assume(reached[-1])  # beyond what anybody reached even everybody is laddered
    found = ladder(events, reached, events, reached)
    assert found.total == pytest.approx(sum(e / r for e, r in zip(events, reached, strict=True) if r))
    assert found.extrapolated == 0.0


def test_beyond_what_anybody_reached_the_rate_falls_off_as_one_over_the_age() -> None:
    """Half of all at ages 1 and 2; at age 4 half of that, 0.5 x 2 / 4."""
    found = ladder([10, 5, 5, 0, 0], [10, 10, 10, 0, 0], [10, 5, 5, 0, 0], [10, 10, 10, 0, 0])
    assert found.rates == pytest.approx((1, 0.5, 0.5, 0.5 * 2 / 3, 0.5 * 2 / 4))
    assert found.seen == 2
    assert found.extrapolated == pytest.approx((1 / 3 + 1 / 4) / (2 + 1 / 3 + 1 / 4))
