"""Users over spend: the curve is found where spend varied, and where it did not the belief stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from opsctl.stats.poisson import Floats, Noise, _extra_variance, _mode
from opsctl.stats.response import Belief, Response, Week, fit

WEEKS = 26


def weeks_of(
    elasticity: float, scale: float = 1.0, trend: float = 0.0, promo: float = 0.0, *, noise: int | None = None
) -> list[Week]:
    """Spend that goes up and down by 50 %, and the users that a curve of 100 a week at a spend of 1,000 wins."""
    dice = np.random.default_rng(noise)
    found = []
    for ago in range(WEEKS):
        spend = 1000 * math.exp(0.5 * math.sin(ago * 2.4))
        in_promo = 1.0 if ago in {5, 6} else 0.0
        users = 100 * scale * math.exp(elasticity * math.log(spend / 1000) - trend * ago + promo * in_promo)
        found.append(Week(spend, float(dice.poisson(users)) if noise is not None else users, ago, in_promo))
    return found


def fitted(weeks: Sequence[Week], belief: Belief | None = None, reference: float = 1000) -> Response:
    found = fit(weeks, reference, belief or Belief())
    assert found is not None
    return found


@pytest.mark.parametrize("elasticity", [0.35, 0.65, 0.9])
def test_with_many_users_the_elasticity_is_that_of_the_weeks(elasticity: float) -> None:
    found = fitted(weeks_of(elasticity, scale=1000), Belief(noise=1e-6))
    assert found.elasticity == pytest.approx(elasticity, abs=0.01)
    assert found.users_day == pytest.approx(100 * 1000 / 7, rel=0.01)


def test_with_few_users_the_elasticity_lies_between_the_belief_and_the_weeks() -> None:
    few, many = fitted(weeks_of(0.2, scale=0.1)), fitted(weeks_of(0.2, scale=100))
    assert 0.2 < many.elasticity < few.elasticity < 0.65
    assert many.elasticity_sd < few.elasticity_sd < 0.20


def test_where_spend_never_moved_the_belief_stands_and_it_shows() -> None:
    found = fitted([Week(500, 70, ago, 0) for ago in range(WEEKS)], reference=500)
    assert found.spread == 0
    assert found.elasticity == pytest.approx(0.65)
    assert found.elasticity_sd == pytest.approx(0.20)
    assert found.users_day == pytest.approx(10)


def test_the_level_is_that_of_the_last_week_without_a_promotion() -> None:
    falling = fitted(weeks_of(0.65, scale=100, trend=-0.01))  # 1 % fewer users a week ago, going back
    steady = fitted(weeks_of(0.65, scale=100))
    assert falling.users_day == pytest.approx(steady.users_day, rel=0.04)
    promoted = fitted(weeks_of(0.65, scale=100, promo=0.5))
    assert promoted.users_day == pytest.approx(steady.users_day, rel=0.02)


def test_the_most_seen_is_the_largest_week_and_the_spread_that_of_log_spend() -> None:
    found = fitted([Week(100, 10, 0, 0), Week(400, 25, 1, 0)])
    assert (found.most, found.weeks) == (400, 2)
    assert found.spread == pytest.approx(math.log(4) / 2)


def test_without_weeks_users_or_money_there_is_no_curve() -> None:
    assert fit([], 100, Belief()) is None
    assert fit([Week(100, 0, 0, 0)], 100, Belief()) is None
    assert fit([Week(100, 10, 0, 0)], 0, Belief()) is None


@pytest.mark.parametrize("noise", range(5))
def test_the_mode_is_the_one_that_a_general_optimiser_finds(noise: int) -> None:
    weeks = weeks_of(0.8, scale=0.3, noise=noise)
    belief = Belief()
    spend = np.log([week.spend_day / 1000 for week in weeks])
    users = np.array([week.users for week in weeks])
    ago, promo = np.array([week.ago for week in weeks]), np.array([week.promo for week in weeks])
    design = np.column_stack([np.ones(WEEKS), spend, -ago, promo])
    prior = np.array([math.log(users.mean()), *(belief.elasticity[0], 0.0, belief.promo[0])])
    sds = np.array([belief.elasticity[1], belief.trend, belief.promo[1]])

    def unlikely(coefficients: Floats) -> float:
        """Minus the logarithm of Poisson's likelihood times the belief's density."""
        mean = design @ coefficients
        return float(np.exp(mean).sum() - users @ mean + (((coefficients - prior)[1:] / sds) ** 2).sum() / 2)

    oracle = minimize(unlikely, prior, method="BFGS", options={"gtol": 1e-8})
    precision = np.diag([0.0, *(sds**-2)])
    mode, curvature = _mode(design, users, (prior, precision), prior.copy(), 0.0)
    assert mode == pytest.approx(oracle.x, abs=1e-4)
    assert curvature == pytest.approx(_second_differences(unlikely, mode), rel=1e-3, abs=0.5)


def _second_differences(of: Callable[[Floats], float], at: Floats, step: float = 1e-3) -> Floats:
    """How a function bends, without a derivative."""
    moves = np.eye(len(at)) * step
    bent = [
        [of(at + a + b) - of(at + a - b) - of(at - a + b) + of(at - a - b) for b in moves] for a in moves
    ]  # fmt: skip
    return np.array(bent) / (4 * step**2)


def test_weeks_that_scatter_more_than_chance_are_trusted_less() -> None:
    calm = weeks_of(0.65, scale=10)
    wild = [Week(one.spend_day, one.users * (1.5 if one.ago % 2 else 0.5), one.ago, 0) for one in calm]
    assert fitted(wild).variance > 4 * fitted(calm).variance


def test_the_extra_variance_of_weeks_by_chance_is_nearly_the_belief_s_share() -> None:
    """(0 x 24 degrees of freedom + 0.08^2 x 8 weeks) / 32."""
    users = np.full(26, 100.0)
    assert _extra_variance(users, users, Noise(0.08, 8)) == pytest.approx(0.08**2 * 8 / 32)


def test_the_extra_variance_is_that_at_which_pearson_s_statistic_is_its_degrees_of_freedom() -> None:
    """26 weeks of 100 +- 20: 26 x 400 / (100 + extra x 10,000) = 24, extra = 1/30."""
    users = np.array([80.0, 120.0] * 13)
    expected = (26 * 400 / 24 - 100) / 10_000
    found = _extra_variance(users, np.full(26, 100.0), Noise(0.08, 8))
    assert found == pytest.approx((expected * 24 + 0.0064 * 8) / 32)


@given(
    st.lists(
        st.builds(Week, st.floats(0.01, 1e6), st.integers(0, 10**6), st.just(0), st.floats(0, 1)),
        min_size=1,
        max_size=30,
    ),
    st.floats(0.01, 1e6),
)
def test_whatever_the_weeks_the_curve_is_finite(weeks: list[Week], reference: float) -> None:
    numbered = [Week(one.spend_day, one.users, at, one.promo) for at, one in enumerate(weeks)]
    found = fit(numbered, reference, Belief())
    if found is None:
        assert not any(one.users for one in weeks)
        return
    assert all(map(math.isfinite, (found.users_day, found.variance, found.elasticity, found.elasticity_sd)))
    assert found.users_day > 0
    assert found.variance > 0
    assert found.elasticity_sd > 0
