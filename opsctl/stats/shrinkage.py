"""Estimates of several groups, each drawn to the others as far as its own noise deserves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and the variance of what is believed about it."""

    mean: float
    variance: float


def between(values: Sequence[float], variances: Sequence[float]) -> float:
    """How much the groups truly differ: the variance between them by DerSimonian and Laird (1986), not below 0.

    Examples:
        >>> between([0.0, 2.0], [0.5, 0.5])
        1.5
    """
    return between_within([(values, variances)])


def between_within(
    groups: Sequence[tuple[Sequence[float], Sequence[float]]], usual: float = 0.0, usual_groups: float = 0.0
) -> float:
    """The same of members around the mean of their own group, all groups together.

    `usual` is what to expect before looking, worth `usual_groups` members.
    """
    spread = freedom = scale = 0.0
    for values, variances in groups:
        if len(values) < 2:  # noqa: PLR2004 - one alone differs from nobody
            continue
        weights = [1 / variance for variance in variances]
        total = sum(weights)
        mean = sum(weight * value for weight, value in zip(weights, values, strict=True)) / total
        spread += sum(weight * (value - mean) ** 2 for weight, value in zip(weights, values, strict=True))
        freedom += len(values) - 1
        scale += total - sum(weight**2 for weight in weights) / total
    found = max(0.0, (spread - freedom) / scale) if scale else 0.0
    return (found * freedom + usual * usual_groups) / (freedom + usual_groups) if freedom + usual_groups else 0.0


def towards_mean(values: Sequence[float], variances: Sequence[float]) -> list[Estimate]:
    """Each group's value drawn to the weighted mean of all: the noisier it is, the further.

    The variance left is that of the drawn value, and of the mean itself as far as it was drawn there.

    Examples:
        >>> [round(one.mean, 2) for one in towards_mean([0.0, 2.0], [0.5, 0.5])]
        [0.25, 1.75]
    """
    if not values:
        return []
    spread = between(values, variances)
    weights = [1 / (variance + spread) for variance in variances]
    mean = sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)
    return [
        _drawn(value, variance, spread, mean, 1 / sum(weights))
        for value, variance in zip(values, variances, strict=True)
    ]


def _drawn(value: float, variance: float, spread: float, mean: float, of_mean: float) -> Estimate:
    own = spread / (spread + variance)
    return Estimate(mean + own * (value - mean), own * variance + (1 - own) ** 2 * of_mean)


def credible(value: float, variance: float, spread: float) -> Estimate:
    """A member's difference from its group, drawn to none: Buhlmann's credibility with the variance between members.

    Examples:
        >>> credible(1.0, 0.5, 0.5)
        Estimate(mean=0.5, variance=0.25)
    """
    own = spread / (spread + variance)
    return Estimate(own * value, own * variance)
