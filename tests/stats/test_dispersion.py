"""Pooled weeks: how much n must shrink, and whether the shrunken n keeps its promise."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.stats.dispersion import dispersion, effective_trials, pooled_wilson
from opsctl.stats.intervals import wilson

week = st.integers(0, 300).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


def test_weeks_that_wander_by_hand() -> None:
    # pooled 60/200 = 0.3; each week is 5 off its 15; 25 / (50 x 0.3 x 0.7) = 2.381 a week, over 3 degrees
    assert dispersion([10, 20, 10, 20], [50] * 4) == pytest.approx(4 * 25 / 10.5 / 3)
    assert effective_trials([10, 20, 10, 20], [50] * 4) == pytest.approx(200 / 3.1746, rel=1e-4)


def test_weeks_more_alike_than_chance_do_not_raise_n() -> None:
    assert dispersion([15, 15, 15], [50, 50, 50]) == 1
    assert pooled_wilson([15, 15, 15], [50, 50, 50]) == wilson(45, 150)


@pytest.mark.parametrize(
    ("successes", "trials"),
    [([], []), ([3], [10]), ([3, 0], [10, 0]), ([0, 0], [10, 20]), ([10, 20], [10, 20]), ([0], [0])],
)
def test_where_no_dispersion_can_be_seen_there_is_none(successes: list[int], trials: list[int]) -> None:
    assert dispersion(successes, trials) == 1


def test_weeks_without_users_do_not_count() -> None:
    assert dispersion([10, 0, 20, 10, 20], [50, 0, 50, 50, 50]) == dispersion([10, 20, 10, 20], [50] * 4)


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


def test_the_scaled_interval_covers_where_the_plain_one_does_not() -> None:
    """13 weeks of 400 users, each week's true rate 25 % give or take 4 points: 400 quarters of one channel."""
    dice = random.Random(7)  # noqa: S311 - a simulation
    scaled = plain = 0
    worlds = 400
    for _ in range(worlds):
        rates = [dice.betavariate(0.25 * 116, 0.75 * 116) for _ in range(13)]  # sd = sqrt(.25 x .75 / 117) = 0.04
        won = [_binomial(dice, 400, rate) for rate in rates]
        of = [400] * 13
        low, high = pooled_wilson(won, of)
        scaled += low <= 0.25 <= high
        low, high = wilson(sum(won), sum(of))
        plain += low <= 0.25 <= high
    assert 0.90 <= scaled / worlds <= 0.97
    assert plain / worlds < 0.80


def _binomial(dice: random.Random, trials: int, rate: float) -> int:
    return sum(dice.random() < rate for _ in range(trials))
