"""How to split a sum of money so that the last unit brings the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HALVINGS = 200
LARGEST_LOG = 700.0  # its exponential is the largest that a float holds


@dataclass(frozen=True, slots=True)
class Purse:
    """Where money can go.

    Args:
        now: What goes there today.
        value: What a unit of money brings there today, on average.
        elasticity: Percent more of it for a percent more money, between 0 and 1.
        most: As much as may go there.
        least: As much as stays there however little it brings; of all purses together no more than is split.
    """

    now: float
    value: float
    elasticity: float
    most: float
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Split:
    """What goes to each purse, and what the last unit of all of them brings."""

    spends: tuple[float, ...]
    margin: float


def equal_margins(purses: Sequence[Purse], total: float, line: float) -> Split:
    """The split at which every purse's last unit brings the same, none less than the line, `total` at most.

    A purse at spend b brings value x now x (b / now)^e, so its last unit brings value x e x (b / now)^(e - 1); that is
    solved for b at a common margin, which is raised by bisection until the money suffices. What would bring less
    than the line stays unspent.

    Examples:
        >>> equal_margins([Purse(100, 2, 0.5, 400), Purse(100, 1, 0.5, 400)], 200, 0.1).spends
        (160.0, 40.0)
    """
    if sum(_at(line, purse) for purse in purses) <= total:
        return Split(tuple(_at(line, purse) for purse in purses), line)
    low, high = line, line * 2
    while sum(_at(high, purse) for purse in purses) > total:
        low, high = high, high * 4
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        if middle in {low, high}:
            break
        low, high = (middle, high) if sum(_at(middle, purse) for purse in purses) > total else (low, middle)
    return Split(tuple(round(_at(high, purse), 6) for purse in purses), high)


def _at(margin: float, purse: Purse) -> float:
    """The spend at which a purse's last unit brings the margin, as far as it may go up and down."""
    log = (math.log(purse.value * purse.elasticity) - math.log(margin)) / (1 - purse.elasticity)
    return max(min(purse.now * math.exp(min(log, LARGEST_LOG)), purse.most), purse.least)


def margin_at(purse: Purse, spend: float) -> float:
    """What the last unit of money brings at a spend above 0."""
    return purse.value * purse.elasticity * math.pow(spend / purse.now, purse.elasticity - 1)
