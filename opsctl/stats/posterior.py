"""How likely the true rate of one cell is below a line, given its counts."""

from __future__ import annotations

from opsctl.stats.special import incomplete_beta

JEFFREYS = 0.5


def probability_below(successes: float, trials: float, line: float) -> float:
    """P(rate < line) under Jeffreys' prior, Beta(0.5, 0.5).

    Why this and not "the rate is below the line": at a true D7 of 18 %, 100 users and a line of 15 %, the point
    rule condemns at 14 retained users or fewer, which chance brings in 18.2 % of all weeks
    (P(Binomial(100, 0.18) <= 14) = 0.182). This condemns at P >= 0.9, that is at 10 or fewer:

        10 retained: P(Beta(10.5, 90.5) < 0.15) = 0.925, 11 retained: P(Beta(11.5, 89.5) < 0.15) = 0.871,

    which chance brings in 2.0 % (P(Binomial(100, 0.18) <= 10) = 0.020). A flat prior has the same limit of 10
    (0.907 and 0.846); Jeffreys' is nearer to what the counts say at a few users.

    Both counts may be fractions, as `dispersion.effective_trials` makes them.

    Raises:
        ValueError: There are more successes than trials, or less than none.

    Examples:
        >>> round(probability_below(10, 100, 0.15), 3)
        0.925
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes lie between 0 and the trials")
    return incomplete_beta(successes + JEFFREYS, trials - successes + JEFFREYS, line)
