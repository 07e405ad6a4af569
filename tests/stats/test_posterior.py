"""The probability that a cell is below a line."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.stats.posterior import probability_below

counts = st.integers(0, 5_000)
lines = st.floats(0.01, 0.99)


def by_chance(at_most: int, users: int, rate: float) -> float:
    """P(Binomial(users, rate) <= at_most)."""
    return sum(comb(users, k) * rate**k * (1 - rate) ** (users - k) for k in range(at_most + 1))


def test_a_good_cell_of_100_users_is_condemned_in_2_percent_of_weeks_not_18() -> None:
    condemned = [retained for retained in range(101) if probability_below(retained, 100, 0.15) >= 0.9]
    assert condemned == list(range(11))
    assert by_chance(10, 100, 0.18) == pytest.approx(0.020, abs=5e-4)
    assert by_chance(14, 100, 0.18) == pytest.approx(0.182, abs=5e-4)  # the point rule: below 15 of 100


def test_no_users_leave_the_prior() -> None:
    assert probability_below(0, 0, 0.5) == pytest.approx(0.5)


def test_a_few_users_never_prove_anything() -> None:
    assert probability_below(0, 3, 0.15) < 0.9


@given(successes=counts, failures=st.integers(1, 5_000), line=lines)
def test_it_is_a_probability_that_falls_with_every_success(successes: int, failures: int, line: float) -> None:
    trials = successes + failures
    fewer, more = (probability_below(won, trials, line) for won in (successes, successes + 1))
    assert 0 <= more <= fewer + 1e-9
    assert fewer <= 1


@given(successes=counts, failures=counts, line=lines)
def test_it_rises_with_the_line(successes: int, failures: int, line: float) -> None:
    at = probability_below(successes, successes + failures, line)
    assert at <= probability_below(successes, successes + failures, min(line * 1.1, 1.0)) + 1e-9


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="between"):
        probability_below(successes, trials, 0.15)
