"""What a channel's money is worth: gross profit of the next user by day 90 over what that user costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from opsctl.core import money
from opsctl.stats.ladder import Curve, ladder
from opsctl.stats.response import Belief, Response, Week, fit
from opsctl.stats.shrinkage import Estimate, towards_mean
from opsctl.verdicts.history import History, Track

RECENT_DAYS = 28
SAFE = (0.05, 0.97)  # the elasticities that the split and its effect work with
LEAST_AGE = 28  # days that some user must have been seen: a shorter curve says nothing of a quarter
FEW_PEOPLE = 10
LEAST_PART = 0.01  # a channel that is said to bring nobody of its own has a price all the same
LADDER_ERROR = 0.25  # the relative error of what was laddered


class Missing(StrEnum):
    """Why a channel's worth is not known."""

    NO_RATE = "no_rate"
    SPANS_DAYS = "spans_days"
    NO_USERS = "no_users"
    NO_MARGIN = "no_margin"
    NO_ORDERS = "no_orders"
    TOO_NEW = "too_new"
    TOO_SHORT = "too_short"  # nobody is old enough yet to tell how users stay


@dataclass(frozen=True)
class Money:
    """A channel's spend a day: `now`, the mean of the last 28 days, `promo_days` of promotions left out.

    `reference` is the same, or where nothing is spent any more the mean of the last weeks that had money. Where
    fewer than seven days are outside promotions all of them count: `in_promotion`.
    """

    now: float
    reference: float
    promo_days: int
    in_promotion: bool


@dataclass(frozen=True)
class Worth:
    """What one channel's money is worth.

    Args:
        response: Its curve of users over spend.
        curve: Active days of a user by age.
        profit_day: Gross profit per active day.
        cost: What a user costs at the reference spend.
        own: The logarithm of its value per cost as its own data say, and the variance of that.
        drawn: The same drawn to the mean of all channels.
        people: The users whose days were counted.
    """

    response: Response
    curve: Curve
    profit_day: float
    cost: float
    own: Estimate
    drawn: Estimate
    people: int

    @property
    def profit(self) -> float:
        """Gross profit of a new user over the horizon."""
        return self.profit_day * self.curve.total


@dataclass(frozen=True)
class Beliefs:
    """What must be known beside the data: gross margin by channel, and the share of users that money truly brought."""

    response: Belief
    margin: Mapping[str, float | None]
    incrementality: Mapping[str, float]


def safe(elasticity: float) -> float:
    """An elasticity, kept to where money always brings a little more and never in proportion."""
    least, most = SAFE
    return min(max(elasticity, least), most)


def money_of(history: History, channel: str) -> Money:
    """What a channel spends a day."""
    spend = history.channels[channel].spend
    recent = history.recent(channel, RECENT_DAYS)
    in_promotion = any(history.promo[at] for at in recent)
    left_out = 0 if in_promotion else sum(history.promo[at] for at in history.last(channel, RECENT_DAYS))
    now = sum(spend[at] for at in recent) / len(recent) if recent else 0.0
    lately = [week.spend_day for week in history.weeks(channel)[:4]]
    return Money(now, now or (sum(lately) / len(lately) if lately else 0.0), left_out, in_promotion)


def worths(history: History, beliefs: Beliefs) -> dict[str, Worth | Missing]:
    """The worth of every channel that spent, those that are known drawn to their mean."""
    found = {channel: _worth(history, channel, beliefs) for channel in history.channels}
    known = {channel: worth for channel, worth in found.items() if isinstance(worth, Worth)}
    if not known:
        return dict(found)
    own = [worth.own for worth in known.values()]
    drawn = towards_mean([one.mean for one in own], [one.variance for one in own])
    return found | {
        channel: replace(worth, drawn=estimate) for (channel, worth), estimate in zip(known.items(), drawn, strict=True)
    }


def _worth(history: History, channel: str, beliefs: Beliefs) -> Worth | Missing:
    track, margin = history.channels[channel], beliefs.margin.get(channel)
    everyone = history.everyone
    weeks = history.weeks(channel)
    if channel in history.unread:
        return Missing(history.unread[channel])
    if not margin:
        return Missing.NO_MARGIN
    if not everyone.orders or not everyone.paying_days:
        return Missing.NO_ORDERS
    if _wins_nobody(track, everyone):
        return Missing.NO_USERS
    reference = money_of(history, channel).reference
    response = fit(_from_the_last(weeks), reference, beliefs.response)
    if response is None or track.people < FEW_PEOPLE or not track.paying_days:
        return Missing.TOO_NEW
    if not everyone.reached[min(LEAST_AGE, len(everyone.reached) - 1)]:
        return Missing.TOO_SHORT
    curve = ladder(track.active, track.reached, everyone.active, everyone.reached)
    profit_day, of_profit = _profit_day(track, everyone, margin)
    cost = reference / (response.users_day * max(beliefs.incrementality.get(channel, 1.0), LEAST_PART))
    variance = _of_days(track, curve) + of_profit + response.variance
    own = Estimate(math.log(profit_day * curve.total / cost), variance)
    return Worth(response, curve, profit_day, cost, own, own, track.people)


def _wins_nobody(track: Track, everyone: Track) -> bool:
    """Money that would have won others a handful of users won none: rather are its users counted elsewhere."""
    return not any(track.users) and sum(track.spend) * sum(everyone.users) >= FEW_PEOPLE * sum(everyone.spend)


def _from_the_last(weeks: Sequence[Week]) -> list[Week]:
    """Weeks counted from the last that had money: a channel that stopped is judged as it was then."""
    newest = min((week.ago for week in weeks), default=0.0)
    return [replace(week, ago=week.ago - newest) for week in weeks]


def _profit_day(track: Track, everyone: Track, margin: float) -> tuple[float, float]:
    """Gross profit per active day, and the variance of its logarithm; nobody who bought stands for half an order."""
    if track.orders and track.net_units > 0:
        net = track.net_units / money.TEN_THOUSANDTHS
        return margin * net / track.paying_days, track.units_squared / track.net_units**2
    half = everyone.net_units / money.TEN_THOUSANDTHS / everyone.orders / 2
    return margin * max(half, 1e-9) / track.paying_days, 2.0


def _of_days(track: Track, curve: Curve) -> float:
    """The variance of the log of active days per user: how users differ, and what nobody has seen yet."""
    mean = track.days / track.people
    spread = track.squares / track.people / mean**2 - 1
    return max(spread, 0.0) / track.people + (LADDER_ERROR * curve.extrapolated) ** 2
