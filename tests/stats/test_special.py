"""The incomplete functions against scipy, over the range that cells and channels have."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special as scipy

from opsctl.stats.special import gamma_quantile, incomplete_beta, incomplete_gamma, student_quantile

parameters = st.floats(0.5, 100_000)
shares = st.floats(0, 1)


@given(a=parameters, b=parameters, x=shares)
def test_the_incomplete_beta_is_that_of_scipy(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(scipy.betainc(a, b, x), abs=1e-9)


@given(a=parameters, spread=st.floats(-6, 6))
def test_the_incomplete_gamma_is_that_of_scipy(a: float, spread: float) -> None:
    x = max(a + spread * math.sqrt(a), 0.0)
    assert incomplete_gamma(a, x) == pytest.approx(scipy.gammainc(a, x), abs=1e-9)


@given(a=st.integers(1, 1_000_000), probability=st.floats(0.0005, 0.9995))
def test_the_quantile_is_that_of_scipy(a: int, probability: float) -> None:
    assert gamma_quantile(probability, a) == pytest.approx(scipy.gammaincinv(a, probability), rel=1e-9)


@given(freedom=st.floats(0.5, 10_000), probability=st.floats(0.5, 0.9995))
def test_the_quantile_of_students_t_is_that_of_scipy(freedom: float, probability: float) -> None:
    expected = scipy.stdtrit(freedom, probability)
    assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (3, 3.182), (12, 2.179), (51, 2.008)])
def test_the_quantiles_of_the_tables(freedom: int, t: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(t, abs=5e-4)


def test_beyond_its_ends_a_distribution_has_nothing() -> None:
    assert (incomplete_beta(2, 3, 0), incomplete_beta(2, 3, 1)) == (0, 1)
    assert (incomplete_beta(2, 3, -1), incomplete_beta(2, 3, 2)) == (0, 1)
    assert incomplete_gamma(2, 0) == 0
