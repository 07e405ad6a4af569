"""What a change of spend would do to all paid channels together: users, cost, retention, each with its range."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsctl.stats.posterior import JEFFREYS
from opsctl.verdicts.judgement import LEVEL
from opsctl.verdicts.worth import safe

DRAWS = 2_000
SEED = 7  # any: the same answer comes out of the same data


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel: its money, its users, and what is known of how they answer.

    Args:
        now: Spend a day.
        next: Spend a day after the change.
        users: Users a day at today's spend.
        users_sd: The standard deviation of the log of that.
        elasticity: With its standard deviation.
        kept: How many of `judged` users were back on the day of retention.
        judged: None: nobody knows.
    """

    now: float
    next: float
    users: float
    users_sd: float
    elasticity: tuple[float, float]
    kept: float
    judged: float


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and after, and the 80 % range of the one after."""

    now: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of spend would do, a day.

    Args:
        users: New users.
        kept: Of these, those back on the day of retention; None where retention is not known of all.
        cpa: Spend per new user.
        retention: Kept / users.
        cost_per_kept: Spend per kept user; None where nobody is kept.
    """

    users: Change
    kept: Change | None
    cpa: Change
    retention: Change | None
    cost_per_kept: Change | None

    @property
    def is_dearer(self) -> bool:
        """Does a user cost more afterwards, to the cent that a page shows? It is said before anybody finds out."""
        return round(self.cpa.after, 2) > round(self.cpa.now, 2)


def effect(lanes: Sequence[Lane]) -> Effect | None:
    """The blended figures before and after.

    A mechanical recomputation: each channel's users follow its own curve, its retention stays. The range comes from
    draws of what is not known exactly: the elasticities, the users won at today's spend, the retentions.
    None where nobody is won.
    """
    chance = random.Random(SEED)  # noqa: S311 - a simulation
    middle = _Outcome.of(lanes, [_middle(lane) for lane in lanes])
    if middle is None:
        return None
    draws = [_Outcome.of(lanes, [_drawn(lane, chance) for lane in lanes]) for _ in range(DRAWS)]
    found = [one for one in draws if one is not None]
    known = all(lane.judged for lane in lanes)
    stays = known and middle.now.kept > 0 and middle.after.kept > 0

    def change(figure: Callable[[_Sides], float]) -> Change:
        # The range is that of the change, around what is expected: before and after share their luck.
        moves = sorted(figure(one.after) - figure(one.now) for one in found)
        tail = round(len(moves) * (1 - LEVEL) / 2)
        now, after = figure(middle.now), figure(middle.after)
        return Change(now, after, max(now + moves[tail], 0.0), now + moves[-1 - tail])

    return Effect(
        change(lambda side: side.users),
        change(lambda side: side.kept) if known else None,
        change(lambda side: side.spend / side.users),
        change(lambda side: side.kept / side.users) if known else None,
        change(lambda side: side.spend / side.kept) if stays else None,
    )


@dataclass(frozen=True, slots=True)
class _Luck:
    users: float
    elasticity: float
    retention: float


@dataclass(frozen=True, slots=True)
class _Sides:
    spend: float
    users: float
    kept: float


@dataclass(frozen=True, slots=True)
class _Outcome:
    now: _Sides
    after: _Sides

    @staticmethod
    def of(lanes: Sequence[Lane], luck: Sequence[_Luck]) -> _Outcome | None:
        sides = []
        for spends in ([lane.now for lane in lanes], [lane.next for lane in lanes]):
            each = zip(lanes, luck, spends, strict=True)
            users = [one.users * _times(lane, spend, one.elasticity) for lane, one, spend in each]
            kept = sum(number * one.retention for number, one in zip(users, luck, strict=True))
            sides.append(_Sides(sum(spends), sum(users), kept))
        return _Outcome(*sides) if all(side.users > 0 for side in sides) else None


def _times(lane: Lane, spend: float, elasticity: float) -> float:
    return (spend / lane.now) ** elasticity if lane.now and spend else float(spend == lane.now)


def _middle(lane: Lane) -> _Luck:
    return _Luck(lane.users, lane.elasticity[0], lane.kept / lane.judged if lane.judged else 0.0)


def _drawn(lane: Lane, chance: random.Random) -> _Luck:
    retention = chance.betavariate(lane.kept + JEFFREYS, lane.judged - lane.kept + JEFFREYS) if lane.judged else 0.0
    users = lane.users * chance.lognormvariate(0.0, lane.users_sd)
    return _Luck(users, safe(chance.gauss(*lane.elasticity)), retention)
