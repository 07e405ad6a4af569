"""The incomplete beta and gamma functions, since importing scipy takes longer than a small report.

Both follow the usual expansions (DLMF 8.7, 8.9, 8.17); tests hold them to scipy.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import count
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSE = 1e-15


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The probability that a Beta(a, b) variable is below `x`, for `a` and `b` above 0.

    Examples:
        >>> round(incomplete_beta(3, 3, 0.5), 12)
        0.5
    """
    if x <= 0 or x >= 1:
        return float(x > 0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x > (a + 1) / (a + b + 2):  # beyond the mean the fraction of the other tail is the one that converges
        return max(1 - front / b * _continued(_beta_terms(b, a, 1 - x)), 0.0)
    return min(front / a * _continued(_beta_terms(a, b, x)), 1.0)


def _beta_terms(a: float, b: float, x: float) -> Iterator[float]:
    for m in count():
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        n = m + 1
        yield n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n))


def _continued(terms: Iterator[float]) -> float:
    """1/(1 + t1/(1 + t2/(1 + ...))), by Lentz's method."""
    value, upper, lower = 1.0, math.inf, 1.0
    for term in terms:
        upper, lower = 1 + term / upper, 1 / (1 + term * lower)
        value *= upper * lower
        if abs(upper * lower - 1) < _CLOSE:
            break
    return value


def incomplete_gamma(a: float, x: float) -> float:
    """The probability that a Gamma(a, 1) variable is below `x`, for `a` above 0.

    Examples:
        >>> round(incomplete_gamma(1, math.log(2)), 12)
        0.5
    """
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        return min(front * _gamma_series(a, x), 1.0)
    return max(1 - front * _gamma_fraction(a, x), 0.0)


def _gamma_series(a: float, x: float) -> float:
    total = term = 1 / a
    for n in count(1):
        term *= x / (a + n)
        total += term
        if term < total * _CLOSE:
            break
    return total


def _gamma_fraction(a: float, x: float) -> float:
    """1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))), by Lentz's method."""
    base = x + 1 - a
    value = lower = 1 / base
    upper = math.inf
    for n in count(1):
        base += 2
        upper, lower = base - n * (n - a) / upper, 1 / (base - n * (n - a) * lower)
        value *= upper * lower
        if abs(upper * lower - 1) < _CLOSE:
            break
    return value


@lru_cache(maxsize=64)
def normal_quantile(probability: float) -> float:
    """The `z` below which a standard normal variable is with this probability."""
    return NormalDist().inv_cdf(probability)


@lru_cache(maxsize=4096)
def gamma_quantile(probability: float, a: float) -> float:
    """The `x` below which a Gamma(a, 1) variable is with this probability, for `a` of 1 and more.

    Newton's steps from Wilson and Hilferty's approximation, kept inside a bracket that only shrinks.
    """
    z = normal_quantile(probability)
    guess = a * max(1 - 1 / (9 * a) + z / (3 * math.sqrt(a)), 0.1) ** 3
    low, high = 0.0, math.inf
    for _ in range(100):
        excess = incomplete_gamma(a, guess) - probability
        low, high = (low, guess) if excess > 0 else (guess, high)
        density = math.exp((a - 1) * math.log(guess) - guess - math.lgamma(a))
        step = guess - excess / density if density > 0 else math.inf
        following = step if low < step < high else (low + min(high, 2 * guess + 1)) / 2
        if abs(following - guess) <= 1e-13 * guess:
            break
        guess = following
    return guess


@lru_cache(maxsize=1024)
def student_quantile(probability: float, freedom: float) -> float:
    """The `t` below which Student's t is with this probability, of one half and more, for `freedom` above 0.

    Newton's steps from the normal quantile, which is below: the distribution is concave there, so that no step
    goes too far.
    """
    t = normal_quantile(probability)
    log_front = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    for _ in range(100):
        beyond = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
        density = math.exp(log_front - (freedom + 1) / 2 * math.log1p(t * t / freedom))
        step = (beyond - (1 - probability)) / density
        t += step
        if abs(step) <= 1e-13 * t:
            break
    return t
