"""How many users a channel's money brings at another level of spend: a concave curve fitted to its own weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

_LEVEL, _ELASTICITY = range(2)


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
    from opsctl.stats import poisson  # noqa: PLC0415 - numpy is slow to import, and most answers need no curve

    spends = [math.log(week.spend_day / reference) for week in weeks]
    users = [week.users for week in weeks]
    rows = [(1.0, spend, -week.ago, week.promo) for spend, week in zip(spends, weeks, strict=True)]
    prior = [
        (math.log(fmean(users)), 0.0),
        (belief.elasticity[0], belief.elasticity[1] ** -2),
        (0.0, belief.trend**-2),
        (belief.promo[0], belief.promo[1] ** -2),
    ]
    found, covariance = poisson.fitted(rows, users, prior, poisson.Noise(belief.noise, belief.noise_weeks))
    return Response(
        users_day=math.exp(found[_LEVEL]) / 7,
        variance=covariance[_LEVEL][_LEVEL],
        elasticity=found[_ELASTICITY],
        elasticity_sd=math.sqrt(covariance[_ELASTICITY][_ELASTICITY]),
        spread=pstdev(spends),
        weeks=len(weeks),
        most=max(week.spend_day for week in weeks),
    )
