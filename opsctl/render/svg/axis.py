"""Axes: round numbers that cover the data, written as short as they are, and labels that never touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from math import ceil, floor

from opsctl.render.svg.letters import width

MOST = 6
GAP = 10.0  # between two labels
NEAR_ZERO = 0.6  # data that reach down to this part of their height start at zero
MANTISSAS = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))


@dataclass(frozen=True, slots=True)
class Axis:
    """From values to places on the canvas; `start` is where the lowest tick is."""

    ticks: tuple[float, ...]
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        low, high = self.ticks[0], self.ticks[-1]
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def ticks_of(values: Sequence[float], *, most: int = MOST, whole: bool = False) -> tuple[float, ...]:
    """At most so many round numbers, evenly apart, the first not above the data and the last not below.

    `whole`: nothing lies between two whole numbers.
    """
    low, high = (Fraction(str(value)) for value in (min(values, default=0), max(values, default=0)))
    if low == high:
        low, high = (min(low, Fraction(0)), max(high, Fraction(0))) if low else (Fraction(0), Fraction(1))
    step = _step((high - low) / (most - 1), whole=whole)
    while ceil(high / step) - floor(low / step) >= most:
        step = _step(step * Fraction(11, 10), whole=whole)
    return tuple(float(at * step) for at in range(floor(low / step), ceil(high / step) + 1))


def _step(least: Fraction, *, whole: bool) -> Fraction:
    """The smallest round number that is not below `least`."""
    least = max(least, Fraction(1)) if whole else least
    power = Fraction(1)
    while power > least:
        power /= 10
    while power * 10 <= least:
        power *= 10
    steps = (mantissa * power for mantissa in MANTISSAS)
    return next(step for step in steps if step >= least and (step.denominator == 1 or not whole))


def from_zero(values: Sequence[float]) -> list[float]:
    """The values, with a zero where it is so near that leaving it out would make small movements look large."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    near = 0 <= low <= high * NEAR_ZERO or low * NEAR_ZERO <= high <= 0
    return [*values, 0.0] if near else list(values)


def with_zero(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis that nobody sees: from zero as far as the values go."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return (min(low, 0.0), max(high, 0.0)) if low or high else (0.0, 1.0)


def shown_labels(labels: Sequence[str], apart: float, gap: float = GAP) -> list[int]:
    """Which labels of evenly spaced places are written so that none touches its neighbour.

    Of a label that repeats only the first place counts; a first stretch that is too short for its label gives way
    to the next.
    """
    starts = [next(run)[0] for _, run in groupby(enumerate(labels), key=lambda pair: pair[1])]
    if len(starts) > 2 and _touch(labels, starts[0], starts[1], apart, gap) and starts[1] < starts[2] - starts[1]:  # noqa: PLR2004
        starts = starts[1:]
    for stride in range(1, len(starts) + 1):
        chosen = starts[::stride]
        if not any(_touch(labels, one, other, apart, gap) for one, other in pairwise(chosen)):
            return chosen
    return starts[:1]


def _touch(labels: Sequence[str], one: int, other: int, apart: float, gap: float) -> bool:
    return (width(labels[one]) + width(labels[other])) / 2 + gap > (other - one) * apart
