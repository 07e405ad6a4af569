"""How many users a channel's money brings at another level of spend: a concave curve fitted to its own weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ROUNDS = 4  # of fitting the curve and the noise in turn
STEPS = 40
CLOSE = 1e-10
WIDEST_STEP = 1.0
_LEVEL, _ELASTICITY, _TREND, _PROMO = range(4)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a channel: money a day, users in all, how many weeks before the last, the share of promotion days."""

    spend_day: float
    users: float
    ago: float
    promo: float


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed before the weeks are seen: a mean and a standard deviation each.

    Args:
        elasticity: Percent more users for a percent more money.
        trend: The weekly growth of users at the same money, around none.
        promo: By how much, in logs, a promotion adds users at the same money.
        noise: The usual scatter of a week around its curve, beyond chance; in logs.
        noise_weeks: How many weeks that is worth against the channel's own scatter.
    """

    elasticity: tuple[float, float] = (0.65, 0.20)
    trend: float = 0.01
    promo: tuple[float, float] = (0.10, 0.20)
    noise: float = 0.08
    noise_weeks: float = 8.0


@dataclass(frozen=True, slots=True)
class Response:
    """A channel's curve: users a day ~ users_day x (spend / reference) ^ elasticity.

    Args:
        users_day: Users a day at the reference spend, in the last week and without a promotion.
        variance: Of the logarithm of `users_day`.
        elasticity: And its standard deviation `elasticity_sd`.
        spread: The standard deviation of the log of weekly spend: with hardly any, the elasticity is the belief's.
        weeks: How many were fitted.
        most: The most money a day that any of them saw.
    """

    users_day: float
    variance: float
    elasticity: float
    elasticity_sd: float
    spread: float
    weeks: int
    most: float


def fit(weeks: Sequence[Week], reference: float, belief: Belief) -> Response | None:
    """The curve of a channel by Poisson regression with prior beliefs (iteratively reweighted least squares).

    log E[users] = level + elasticity log(spend / reference) + trend x weeks ago + promo x share of promotion days.
    A week's variance is its mean plus `extra` x mean^2: the extra part is estimated from the residuals (Pearson's
    statistic equals its degrees of freedom) and drawn to the usual noise. None without a week of money, or where
    no user was ever won.

    Examples:
        >>> steady = [Week(100, 70, ago, 0) for ago in range(8)]
        >>> round(fit(steady, 100, Belief()).users_day)
        10
    """
    if not weeks or reference <= 0 or not any(week.users for week in weeks):
        return None
    spend = np.log([week.spend_day / reference for week in weeks])
    design = np.column_stack(
        [np.ones(len(weeks)), spend, [-week.ago for week in weeks], [week.promo for week in weeks]]
    )
    users = np.array([week.users for week in weeks], dtype=float)
    found, covariance = _fitted(design, users, belief)
    return Response(
        users_day=float(np.exp(found[_LEVEL])) / 7,
        variance=float(covariance[_LEVEL, _LEVEL]),
        elasticity=float(found[_ELASTICITY]),
        elasticity_sd=math.sqrt(covariance[_ELASTICITY, _ELASTICITY]),
        spread=float(np.std(spend)),
        weeks=len(weeks),
        most=max(week.spend_day for week in weeks),
    )


def _fitted(design: Floats, users: Floats, belief: Belief) -> tuple[Floats, Floats]:
    prior = np.array([math.log(users.mean()), belief.elasticity[0], 0.0, belief.promo[0]])
    precision = np.diag([0.0, belief.elasticity[1] ** -2, belief.trend**-2, belief.promo[1] ** -2])
    found, extra = prior.copy(), belief.noise**2
    curvature = precision
    for _ in range(ROUNDS):
        found, curvature = _mode(design, users, (prior, precision), found, extra)
        extra = _extra_variance(users, np.exp(design @ found), belief)
    return found, np.linalg.inv(curvature)


def _mode(
    design: Floats, users: Floats, prior: tuple[Floats, Floats], start: Floats, extra: float
) -> tuple[Floats, Floats]:
    """The most probable coefficients by Newton's steps, and the curvature there."""
    found = start
    curvature = prior[1]
    for _ in range(STEPS):
        mean = np.exp(design @ found)
        weight = 1 / (1 + extra * mean)
        slope = design.T @ ((users - mean) * weight) - prior[1] @ (found - prior[0])
        curvature = design.T @ (design * (mean * weight)[:, None]) + prior[1]
        step = np.clip(np.linalg.solve(curvature, slope), -WIDEST_STEP, WIDEST_STEP)
        found = found + step
        if np.abs(step).max() < CLOSE:
            break
    return found, curvature


def _extra_variance(users: Floats, mean: Floats, belief: Belief) -> float:
    """How much the weeks scatter beyond chance, drawn to what is usual."""
    freedom = max(len(users) - 2, 1)

    def too_much(extra: float) -> bool:
        return float(((users - mean) ** 2 / (mean + extra * mean**2)).sum()) > freedom

    low, high = 0.0, 4.0
    for _ in range(50 if too_much(0.0) else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if too_much(middle) else (low, middle)
    return (low * freedom + belief.noise**2 * belief.noise_weeks) / (freedom + belief.noise_weeks)
