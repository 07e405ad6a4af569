"""Weeks of one channel differ by more than chance, so that pooled users tell less than their number says."""

from __future__ import annotations

from collections.abc import Sequence

from opsctl.stats.intervals import wilson


def dispersion(successes: Sequence[float], trials: Sequence[float]) -> float:
    """Pearson's chi-square of the weekly shares over its degrees of freedom, and never below 1.

    One entry per week; weeks without trials do not count, and one week alone cannot show any dispersion.

    Raises:
        ValueError: The two sequences differ in length.

    Examples:
        >>> dispersion([10, 20, 10, 20], [50, 50, 50, 50])  # 0.3 pooled: 4 * 25 / (50 * 0.3 * 0.7) / 3
        3.1746031746031744
    """
    weeks = [(won, of) for won, of in zip(successes, trials, strict=True) if of > 0]
    share = sum(won for won, _ in weeks) / sum(of for _, of in weeks) if weeks else 0.0
    if len(weeks) == 1 or not 0 < share < 1:
        return 1.0
    chi_square = sum((won - of * share) ** 2 / (of * share * (1 - share)) for won, of in weeks)
    return max(1.0, chi_square / (len(weeks) - 1))


def effective_trials(successes: Sequence[float], trials: Sequence[float]) -> float:
    """The number of independent trials that would tell as much as all of these."""
    return sum(trials) / dispersion(successes, trials)


def pooled_wilson(successes: Sequence[float], trials: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of the pooled share, as wide as the weeks say it must be.

    Simulated with weekly rates that wander by 4 points around 25 %, 400 users a week, the nominal 95 % covers
    93 to 95 % from 13 weeks on, 91 % at 8 and 87 % at 4, where three degrees of freedom hardly show the
    dispersion. The plain interval covers about 65 % at any number of weeks.

    Examples:
        >>> [round(bound, 3) for bound in pooled_wilson([10, 20, 10, 20], [50, 50, 50, 50])]
        [0.201, 0.422]
    """
    phi = dispersion(successes, trials)
    return wilson(sum(successes) / phi, sum(trials) / phi, level)
