"""What users will do at ages that none of them has reached yet: the chain ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEVEL_AGES = 14  # the last ages that say how far above or below all others somebody is
PRIOR_EVENTS = 2.0  # so many events as the others would have had keep a thin level from running away


@dataclass(frozen=True, slots=True)
class Curve:
    """Events per user at each age from 0: seen up to `seen`, beyond it laddered.

    Args:
        rates: By age.
        seen: The last age that some user reached; -1 where nobody has.
    """

    rates: tuple[float, ...]
    seen: int

    @property
    def total(self) -> float:
        """Events per user over all ages."""
        return sum(self.rates)

    @property
    def extrapolated(self) -> float:
        """The share of the total that lies beyond what was seen."""
        return sum(self.rates[self.seen + 1 :]) / self.total if self.total else 0.0


def ladder(
    events: Sequence[float], reached: Sequence[float], all_events: Sequence[float], all_reached: Sequence[float]
) -> Curve:
    """The age curve of one group: its own ratios where it has them, beyond the ratios of all at the group's level.

    All four are by age from 0, as long as the horizon: how many events there were at that age, and how many users
    have reached it. Beyond the ages that anybody has reached the pooled rate falls off as one over the age, from its
    mean over the last 14 that were. The level is events / (events that all others' ratios predict) over the last 14
    ages that the group itself reached.
    Source: the chain ladder of claims reserving (Mack 1993), on ages in days.

    Examples:
        >>> ladder([10, 4, 0], [10, 10, 0], [20, 10, 5], [20, 20, 20]).rates  # (4 + 2) / (5 + 2) x 0.25
        (1.0, 0.4, 0.21428571428571427)
    """
    seen = max((age for age, users in enumerate(reached) if users), default=-1)
    pooled = _pooled(all_events, all_reached)
    level = _level(events, reached, pooled, seen)
    own = [events[age] / reached[age] if reached[age] else 0.0 for age in range(seen + 1)]
    return Curve((*own, *(rate * level for rate in pooled[seen + 1 :])), seen)


def _pooled(events: Sequence[float], reached: Sequence[float]) -> list[float]:
    last = max((age for age, users in enumerate(reached) if users), default=-1)
    rates = [events[age] / reached[age] if reached[age] else 0.0 for age in range(last + 1)]
    tail = rates[max(last - LEVEL_AGES + 1, 1) :]
    level = sum(tail) / len(tail) if tail else 0.0
    return [*rates, *(level * last / age for age in range(last + 1, len(reached)) if age)][: len(reached)]


def _level(events: Sequence[float], reached: Sequence[float], pooled: Sequence[float], seen: int) -> float:
    """The day of acquisition itself says nothing: everybody is there."""
    ages = range(max(seen - LEVEL_AGES + 1, 1), seen + 1)
    expected = sum(pooled[age] * reached[age] for age in ages)
    return (sum(events[age] for age in ages) + PRIOR_EVENTS) / (expected + PRIOR_EVENTS)
