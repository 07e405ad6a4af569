"""What a campaign's money is worth beside its channel's: its own data as far as they carry, else the channel's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsctl.stats.shrinkage import Estimate, between_within, credible
from opsctl.verdicts.history import History, Track, Unit

RUNS = 3.0  # active days come in runs: the variance of their number over that of single days
USUAL = (0.05, 0.01, 0.03)  # how much campaigns differ in users per cost, days and orders: variance of the log
USUAL_MEMBERS = 30.0


@dataclass(frozen=True)
class _Parts:
    """How far a campaign lies from its channel in users per cost, active days and orders: logs, and variances."""

    values: tuple[float, float, float]
    variances: tuple[float, float, float]


def beside_channel(history: History) -> dict[Unit, Estimate]:
    """By campaign the log of its value per cost over its channel's, drawn to none part by part.

    Three parts are drawn each for itself, since they are known unequally well: users per cost after a few dozen users,
    how long they stay after more, what they buy only after many. Buhlmann's credibility, its variance between
    campaigns estimated over all channels together.
    """
    parts = {unit: _parts(history, unit) for unit in history.campaigns if _has_siblings(history, unit)}
    spreads = [_spread(parts, at) for at in range(3)]
    return {unit: _total(parts.get(unit), spreads) for unit in history.campaigns if unit[1] is not None}


def _has_siblings(history: History, unit: Unit) -> bool:
    siblings = [other for other in history.members[unit[0]] if other[1] is not None]
    return unit[1] is not None and len(siblings) > 1 and any(history.channels[unit[0]].spend)


def _parts(history: History, unit: Unit) -> _Parts:
    track, channel = history.campaigns[unit], history.channels[unit[0]]
    users, all_users = sum(track.users), sum(channel.users)
    share = sum(track.spend) / sum(channel.spend)
    paying = track.paying_days / channel.paying_days if channel.paying_days else 0.0
    return _Parts(
        (
            math.log((users + 0.5) / (all_users * share + 0.5)),
            math.log((sum(track.active) + 1) / (_expected_days(track, channel) + 1)),
            math.log((track.orders + 1) / (channel.orders * paying + 1)),
        ),
        (1 / max(users, 1), RUNS / max(users, 1), 1 / max(track.orders, 1)),
    )


def _expected_days(track: Track, channel: Track) -> float:
    """The active days that its users would have had at the channel's rates."""
    ages = zip(track.reached, channel.active, channel.reached, strict=True)
    return sum(own * active / reached for own, active, reached in ages if reached)


def _spread(parts: Mapping[Unit, _Parts], at: int) -> float:
    members: dict[str, list[_Parts]] = {}
    for unit, one in sorted(parts.items(), key=lambda pair: (pair[0][0], pair[0][1] or "")):
        members.setdefault(unit[0], []).append(one)
    groups = [([one.values[at] for one in group], [one.variances[at] for one in group]) for group in members.values()]
    return between_within(groups, USUAL[at], USUAL_MEMBERS)


def _total(parts: _Parts | None, spreads: Sequence[float]) -> Estimate:
    if parts is None:
        return Estimate(0.0, 0.0)
    found = [credible(*of) for of in zip(parts.values, parts.variances, spreads, strict=True)]
    return Estimate(sum(one.mean for one in found), sum(one.variance for one in found))
