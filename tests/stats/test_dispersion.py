"""Pooled weeks: how much wider than by chance an interval must be, and whether it then keeps its promise."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.stats.dispersion import (
    STRAY_OF_COUNTS,
    STRAY_OF_SHARES,
    effective_trials,
    pooled_poisson,
    pooled_wilson,
    spread_of_counts,
    spread_of_shares,
)
from opsctl.stats.intervals import poisson_rate, wilson

T3_BY_Z = 3.182446 / 1.959964  # the 97.5 % quantiles of Student's t with three degrees of freedom, and of the normal

week = st.integers(0, 300).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
paid_week = st.tuples(st.integers(0, 300), st.integers(0, 10_000))


# --- by hand --------------------------------------------------------------------------------------------


def test_four_weeks_that_stray_tell_as_much_as_a_seventh_of_their_users() -> None:
    # pooled 60/200 = 0.3; each week is 5 off its 15: 25 / (50 x 0.3 x 0.7) = 2.381 a week, three in all by chance
    spread = spread_of_shares([10, 20, 10, 20], [50] * 4)
    assert spread.excess == pytest.approx(4 * 25 / 10.5 - 3)
    assert spread.freedom == pytest.approx(3)
    factor = 1 + (4 * 25 / 10.5 - 3) / 3 * T3_BY_Z**2
    assert effective_trials([10, 20, 10, 20], [50] * 4) == pytest.approx(200 / factor, rel=1e-6)
    assert pooled_wilson([10, 20, 10, 20], [50] * 4) == pytest.approx(wilson(60 / factor, 200 / factor), rel=1e-6)


def test_counts_stray_around_what_their_money_lets_expect() -> None:
    # 60 users for 200: 15 for each 50; each week is 5 off: 25 / 15 a week
    spread = spread_of_counts([10, 20, 10, 20], [50] * 4)
    assert spread.excess == pytest.approx(4 * 25 / 15 - 3)
    further = math.sqrt(1 + (4 * 25 / 15 - 3) / 3 * T3_BY_Z**2)
    low, high = (60 * (bound / 60) ** further for bound in poisson_rate(60))
    assert pooled_poisson([10, 20, 10, 20], [50] * 4) == pytest.approx((low, high), rel=1e-6)


def test_twice_the_money_for_twice_the_users_is_no_straying() -> None:
    assert pooled_poisson([10, 20, 30, 20, 20], [50, 100, 150, 100, 100]) == poisson_rate(100)


def test_two_weeks_are_lent_two_degrees_of_freedom_of_the_usual_stray() -> None:
    # 0.3 pooled: 2 x 25 / 10.5, less one by chance; an information of 50 x 0.21 a week
    usual = STRAY_OF_SHARES**2 * 50 * 0.21
    added = (2 * 25 / 10.5 - 1 + 2 * usual) / 3
    assert spread_of_shares([10, 20], [50, 50]).factor(0.95) == pytest.approx(1 + added * T3_BY_Z**2, rel=1e-6)
    usual = STRAY_OF_COUNTS**2 * 15
    added = (2 * 25 / 15 - 1 + 2 * usual) / 3
    assert spread_of_counts([10, 20], [50, 50]).factor(0.95) == pytest.approx(1 + added * T3_BY_Z**2, rel=1e-6)


def test_weeks_of_unequal_size_count_as_fewer_even_ones() -> None:
    # 40 + 120 users weigh as much as 160^2 / (40^2 + 120^2) = 1.6 even weeks
    spread = spread_of_shares([10, 50], [40, 120])
    assert spread.freedom == pytest.approx(0.6)
    # pooled 60/160 = 0.375: 5 off in each, of variances 40 x 0.234 and 120 x 0.234
    assert spread.excess == pytest.approx(25 / (40 * 0.375 * 0.625) + 25 / (120 * 0.375 * 0.625) - 1)
    assert spread.usual == pytest.approx(STRAY_OF_SHARES**2 * 0.375 * 0.625 * (40**2 + 120**2) / 160)


# --- what does not change -------------------------------------------------------------------------------


def test_one_week_is_taken_as_it_is() -> None:
    assert pooled_wilson([3], [10]) == wilson(3, 10)
    assert pooled_poisson([30], [300]) == poisson_rate(30)


def test_a_first_user_of_a_second_week_changes_little() -> None:
    low, high = pooled_wilson([210, 0], [700, 1])
    plain_low, plain_high = wilson(210, 701)
    assert plain_high - plain_low < high - low < 1.05 * (plain_high - plain_low)


def test_four_weeks_more_alike_than_chance_are_no_surer_than_chance() -> None:
    assert pooled_wilson([15] * 4, [50] * 4) == wilson(60, 200)
    assert pooled_poisson([15] * 4, [50] * 4) == poisson_rate(60)


@pytest.mark.parametrize(
    ("successes", "trials"),
    [([], []), ([3], [10]), ([3, 0], [10, 0]), ([0, 0], [10, 20]), ([10, 20], [10, 20]), ([0], [0])],
)
def test_where_nothing_can_stray_the_interval_is_plain(successes: list[int], trials: list[int]) -> None:
    assert pooled_wilson(successes, trials) == wilson(sum(successes), sum(trials))


def test_weeks_without_users_or_money_show_nothing() -> None:
    assert pooled_wilson([10, 0, 20, 10, 20], [50, 0, 50, 50, 50]) == pooled_wilson([10, 20, 10, 20], [50] * 4)
    assert spread_of_counts([10, 3, 20, 10, 20], [50, 0, 50, 50, 50]) == spread_of_counts([10, 20, 10, 20], [50] * 4)


def test_users_of_weeks_without_money_are_users() -> None:
    assert pooled_poisson([10, 5], [50, 0]) == poisson_rate(15)


@pytest.mark.parametrize("spread", [spread_of_shares, spread_of_counts])
def test_a_week_without_its_other_side_is_refused(spread: Callable[[list[float], list[float]], object]) -> None:
    with pytest.raises(ValueError, match="zip"):
        spread([1], [2, 3])


# --- laws -----------------------------------------------------------------------------------------------


@given(weeks=st.lists(week, max_size=30))
def test_the_pooled_share_lies_inside_an_interval_no_narrower_than_the_plain_one(
    weeks: list[tuple[int, int]],
) -> None:
    successes, trials = [won for won, _ in weeks], [of for _, of in weeks]
    low, high = pooled_wilson(successes, trials)
    plain_low, plain_high = wilson(sum(successes), sum(trials))
    assert 0 <= low <= plain_low + 1e-12
    assert plain_high - 1e-12 <= high <= 1
    if sum(trials):
        assert low - 1e-12 <= sum(successes) / sum(trials) <= high + 1e-12


@given(weeks=st.lists(paid_week, min_size=1, max_size=30))
def test_the_count_lies_inside_an_interval_no_narrower_than_the_exact_one(weeks: list[tuple[int, int]]) -> None:
    counts, money = [count for count, _ in weeks], [paid for _, paid in weeks]
    low, high = pooled_poisson(counts, money)
    plain_low, plain_high = poisson_rate(sum(counts))
    assert 0 <= low <= plain_low * (1 + 1e-12)
    assert low <= sum(counts) <= high
    assert plain_high * (1 - 1e-12) <= high < math.inf


@given(weeks=st.lists(week, min_size=2, max_size=10), order=st.randoms(use_true_random=False))
def test_the_order_of_the_weeks_is_nothing(weeks: list[tuple[int, int]], order: random.Random) -> None:
    mixed = order.sample(weeks, len(weeks))
    (won, of), (mixed_won, mixed_of) = zip(*weeks, strict=True), zip(*mixed, strict=True)
    for interval in (pooled_wilson, pooled_poisson):
        assert interval(mixed_won, mixed_of) == pytest.approx(interval(won, of), rel=1e-9)


# --- the promise; `make bench` holds it to many more worlds ---------------------------------------------


@pytest.mark.parametrize("weeks", [4, 13])
def test_the_pooled_interval_covers_where_the_plain_one_does_not(weeks: int) -> None:
    """400 users a week, each week's true rate 25 % give or take 4 points."""
    dice = random.Random(7)  # noqa: S311 - a simulation
    wide = plain = 0
    worlds = 400
    for _ in range(worlds):
        rates = [dice.betavariate(0.25 * 116, 0.75 * 116) for _ in range(weeks)]  # sd = sqrt(.25 x .75 / 117) = 0.04
        won = [_binomial(dice, 400, rate) for rate in rates]
        low, high = pooled_wilson(won, [400] * weeks)
        wide += low <= 0.25 <= high
        low, high = wilson(sum(won), 400 * weeks)
        plain += low <= 0.25 <= high
    assert 0.90 <= wide / worlds <= 0.97
    assert plain / worlds < 0.80


def _binomial(dice: random.Random, trials: int, rate: float) -> int:
    return sum(dice.random() < rate for _ in range(trials))
