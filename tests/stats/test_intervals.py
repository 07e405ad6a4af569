"""Intervals against published figures and hand arithmetic."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.stats.intervals import RULE_OF_THREE, poisson_rate, wilson

counts = st.integers(0, 2_000)


def test_three_of_seven_retained() -> None:
    assert wilson(3, 7) == pytest.approx((0.158, 0.750), abs=5e-4)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [  # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_intervals_newcombe_published(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_at_all_or_none_one_bound_is_exact() -> None:
    z2 = 1.959963984540054**2
    assert wilson(0, 10)[0] == 0
    assert wilson(0, 10)[1] == pytest.approx(z2 / (10 + z2))
    assert wilson(10, 10)[0] == pytest.approx(10 / (10 + z2))
    assert wilson(10, 10)[1] == 1


def test_nothing_tried_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(successes=counts, failures=counts, level=st.sampled_from([0.5, 0.8, 0.95, 0.999]))
def test_the_share_lies_inside_and_a_higher_level_is_wider(successes: int, failures: int, level: float) -> None:
    trials = successes + failures
    low, high = wilson(successes, trials, level)
    assert 0 <= low <= (successes / trials if trials else 0.5) <= high <= 1
    wider = wilson(successes, trials, (1 + level) / 2)
    assert wider[0] <= low
    assert high <= wider[1]


@given(successes=counts, failures=st.integers(1, 2_000))
def test_one_more_success_moves_both_bounds_up(successes: int, failures: int) -> None:
    fewer, more = (wilson(won, successes + failures) for won in (successes, successes + 1))
    assert fewer[0] <= more[0]
    assert fewer[1] <= more[1]


@given(share=st.floats(0.01, 0.99), trials=st.floats(0.5, 10_000))
def test_fractions_of_trials_are_trials(share: float, trials: float) -> None:
    low, high = wilson(share * trials, trials)
    half_low, half_high = wilson(share * trials / 2, trials / 2)
    assert half_low <= low <= share * (1 + 1e-12)
    assert share * (1 - 1e-12) <= high <= half_high


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (math.nan, 5)])
def test_impossible_shares_are_refused(successes: float, trials: float) -> None:
    with pytest.raises(ValueError, match="between"):
        wilson(successes, trials)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [  # the limits of Garwood 1936
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (3, 0.6187, 8.767),
        (10, 4.795, 18.390),
        (30, 20.24, 42.83),
        (100, 81.36, 121.63),
    ],
)
def test_the_exact_limits_of_a_count(count: int, low: float, high: float) -> None:
    assert poisson_rate(count) == pytest.approx((low, high), rel=1e-3)


@given(count=st.integers(0, 100_000))
def test_a_count_lies_inside_and_rises_with_its_bounds(count: int) -> None:
    low, high = poisson_rate(count)
    more_low, more_high = poisson_rate(count + 1)
    assert 0 <= low <= count <= high
    assert low < more_low
    assert high < more_high


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        poisson_rate(-1)


def test_three_is_the_one_sided_bound_after_no_event() -> None:
    assert -math.log(0.05) == pytest.approx(RULE_OF_THREE, abs=0.005)
    assert poisson_rate(0, level=0.9)[1] == pytest.approx(-math.log(0.05))
    assert round(50 / RULE_OF_THREE, 2) == 16.67
