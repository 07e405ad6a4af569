"""Chance that falls the same way on every machine and Python.

Only `random()` keeps its sequence from one Python to the next, and only plus, minus, times and divided by
give the same last digit on every processor; so there is no gauss, log or power here.
"""

from __future__ import annotations

from random import Random

SEED = 20250264  # any number does; with this one the figures come nearest to the story


class Chance:
    """One stream of draws per topic: a topic that is added later leaves the others as they were."""

    def __init__(self, *topic: str) -> None:
        self._random = Random("/".join((str(SEED), *topic)))

    def share(self) -> float:
        """Anything from 0 to below 1."""
        return self._random.random()

    def happens(self, probability: float) -> bool:
        """Whether something of this probability comes true."""
        return self._random.random() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def about(self, mean: float, spread: float) -> float:
        """A number around the mean, nearly normal, with the spread as a share of the mean."""
        twelve = sum(self._random.random() for _ in range(12))
        return mean * (1 + spread * (twelve - 6))

    def count(self, mean: float) -> int:
        """How many of something rare happen, nearly as Poisson says."""
        trials = 20 * (int(mean) + 1)
        return sum(self._random.random() < mean / trials for _ in range(trials))

    def one_of(self, weights: dict[str, int]) -> str:
        """One of the keys, as often as its weight says."""
        at = self._random.random() * sum(weights.values())
        for name, weight in weights.items():
            at -= weight
            if at < 0:
                return name
        raise AssertionError("the weights do not add up")
