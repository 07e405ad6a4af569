"""How far a share or a count may be from the truth, by chance alone."""

from __future__ import annotations

import math

from opsctl.stats.special import gamma_quantile, normal_quantile

RULE_OF_THREE = 3.0
"""With no event seen, the expected number is below 3 at 95 %, one-sided: -ln(0.05) = 2.996, rounded up to say so.

So a channel that spent 50 and won nobody has a CPA of at least 50 / 3.0 = 16.67.
"""


def wilson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's two-sided interval of a share; (0, 1) where nothing was tried.

    Both counts may be fractions: `dispersion.effective_trials` scales them down where weeks differ by more than
    chance.

    Raises:
        ValueError: There are more successes than trials, or less than none.

    Examples:
        >>> [round(bound, 3) for bound in wilson(3, 7)]
        [0.158, 0.75]
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes lie between 0 and the trials")
    if trials == 0:
        return 0.0, 1.0
    z2 = normal_quantile((1 + level) / 2) ** 2
    share = successes / trials
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * trials)) / trials) / (1 + z2 / trials)
    # At no and at all successes the bound is exact, whatever the rounding.
    low = 0.0 if successes == 0 else min(max(middle - half, 0.0), share)
    high = 1.0 if successes == trials else max(min(middle + half, 1.0), share)
    return low, high


def poisson_rate(count: float, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of the expected number of events, after `count` of them.

    30 conversions stand for 20.2 to 42.8, so a CPA of 10 on a spend of 300 for 7.0 to 14.8.

    Raises:
        ValueError: The count is negative.

    Examples:
        >>> [round(bound, 2) for bound in poisson_rate(30)]
        [20.24, 42.83]
    """
    if count < 0:
        raise ValueError("a count is not negative")
    tail = (1 - level) / 2
    low = gamma_quantile(tail, count) if count else 0.0
    return low, gamma_quantile(1 - tail, count + 1)
