"""What platforms claim beside the project's own new users: where the one jumped over the other, nobody can judge.

Either the platform counts otherwise than before, or the project's own counting broke: users by cost, and with them
every verdict, would be about that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

import polars as pl

from opsctl.core import money
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.measures.evidence import Evidence
from opsctl.verdicts.history import History

LOOKED_AT = 12  # weeks
LATELY = 2  # of them the last ones, held against the others
ENOUGH_WEEKS = 6  # with fewer others nobody can say what is usual
ENOUGH_DAYS = 4  # fewer days of a week on which both are told: no week
ENOUGH_USERS = 50  # a week and its neighbour with fewer, on either side, tell nothing
USUAL_SCATTER = 0.05  # of the logarithm of a week's ratio, where the weeks seen happen to scatter less
DEVIATION = 1.4826  # times the median distance from the median: the standard deviation of normal values
# Simulated on ratios that scatter by 3 to 15 % from week to week, at 25 to 1,000 users a week: at most 2 % of channels
# are held for nothing; at 100 users a week 9 of 10 jumps by half are seen, of those by 30 % every second.
WIDTH = 3.0
LEAST_JUMP = math.log(1.1)  # a smaller gap is normal, however steady the weeks were


class Untold(StrEnum):
    """Why nothing can be said of a channel's claims."""

    NOT_SUPPLIED = "not_supplied"
    MIXED_GOALS = "mixed_goals"
    FEW_WEEKS = "few_weeks"
    FEW_USERS = "few_users"


@dataclass(frozen=True, slots=True)
class Claims:
    """Claimed conversions per own new user of a channel.

    Args:
        span: The weeks that were looked at.
        usual: In the middle one of the weeks before.
        lately: In the last two weeks.
        reach: How many times more, or less, than usual would still be normal; above 1.
        gap: Over all weeks, by how much more was claimed than came: 0.06 is 6 % more.
    """

    span: Period
    usual: float
    lately: float
    reach: float
    gap: float

    @property
    def jumped(self) -> bool:
        """Whether the last two weeks lie beyond what is normal."""
        return abs(math.log(self.lately / self.usual)) > math.log(self.reach)


def claims(evidence: Evidence, history: History) -> dict[str, Claims | Untold]:
    """The claims of every channel that spent, beside the users that came on the same days.

    Days on which either side is not whole count on neither. A channel that claims conversions of several goals or
    bases is not told: their mix moves with the money. Claims booked back to the click are taken once they are settled.
    """
    told = _by_goal(evidence, history.span)
    return {channel: _of(channel, told, evidence, history) for channel in history.channels}


_Goal = tuple[str | None, str | None]
_Days = Mapping[date, float]  # what was claimed, of the days on which every row with money says it


def _by_goal(evidence: Evidence, span: Period) -> dict[str, dict[_Goal, dict[date, float]]]:
    if "conversions" not in evidence.supplied.get("spend", frozenset()):
        return {}
    said = pl.col("conversions").is_not_null()
    rows = evidence.spend.filter(
        pl.col("day").is_between(span.start, span.end),
        pl.coalesce("through", "day") == pl.col("day"),
        said | (pl.col("spend") > 0),
    )
    silent = rows.filter(~said).select("channel", "day").unique()
    goals = ["channel", "conversion_goal", "conversion_basis"]
    sums = rows.join(silent, on=["channel", "day"], how="anti").group_by(*goals, "day").agg(pl.col("conversions").sum())
    found: dict[str, dict[_Goal, dict[date, float]]] = {}
    for channel, goal, basis, day, number in sums.sort("channel", "day").collect(engine="streaming").iter_rows():
        found.setdefault(channel, {}).setdefault((goal, basis), {})[day] = number / money.TEN_THOUSANDTHS
    return found


def _of(
    channel: str, told: Mapping[str, Mapping[_Goal, _Days]], evidence: Evidence, history: History
) -> Claims | Untold:
    goals = told.get(channel)
    if not goals:
        return Untold.NOT_SUPPLIED
    if len(goals) > 1:
        return Untold.MIXED_GOALS
    ((_, basis), days), *_ = goals.items()
    lags = evidence.policy.settle_days
    lag = lags.conversions_event if basis in {None, "event"} else lags.conversions_billing
    end = history.span.end - timedelta(days=lag)
    span = Period(max(end - timedelta(days=LOOKED_AT * WEEK_DAYS - 1), history.span.start), end)
    return _held(_weeks(channel, days, history, span), span)


@dataclass(frozen=True, slots=True)
class _Week:
    claimed: float
    own: float

    @property
    def log(self) -> float:
        """The logarithm of claims per user; half of one on both sides keeps it finite."""
        return math.log((self.claimed + 0.5) / (self.own + 0.5))


def _weeks(channel: str, days: _Days, history: History, span: Period) -> dict[int, _Week]:
    """By how many weeks ago, the latest 0; only of days on which both sides are told."""
    users, lost = history.channels[channel].users, history.lost.get(channel, frozenset())
    sums: dict[int, list[tuple[float, float]]] = {}
    for day, claimed in days.items():
        place = (day - history.span.start).days
        if span.start <= day <= span.end and place not in lost:
            sums.setdefault((span.end - day).days // WEEK_DAYS, []).append((claimed, users[place]))
    return {ago: _week(pairs) for ago, pairs in sums.items() if len(pairs) >= ENOUGH_DAYS}


def _week(pairs: Iterable[tuple[float, float]]) -> _Week:
    claimed, own = zip(*pairs, strict=True)
    return _Week(math.fsum(claimed), math.fsum(own))


def _held(weeks: Mapping[int, _Week], span: Period) -> Claims | Untold:
    """The last weeks against those before, by how these scatter and by what chance does to few."""
    last = [week for ago, week in weeks.items() if ago < LATELY]
    before = [week for ago, week in weeks.items() if ago >= LATELY]
    if len(last) < LATELY or len(before) < ENOUGH_WEEKS:
        return Untold.FEW_WEEKS
    lately, everything = _together(last), _together([*last, *before])
    counted = max(lately.claimed, lately.own)
    if counted < ENOUGH_USERS:
        return Untold.FEW_USERS
    logs = [week.log for week in before]
    usual = median(logs)
    scatter = max(DEVIATION * median([abs(log - usual) for log in logs]), USUAL_SCATTER)
    reach = max(WIDTH * math.sqrt(scatter**2 + 1 / counted), LEAST_JUMP)
    gap = (everything.claimed + 0.5) / (everything.own + 0.5) - 1
    return Claims(span, math.exp(usual), math.exp(lately.log), math.exp(reach), gap)


def _together(weeks: Sequence[_Week]) -> _Week:
    return _week([(week.claimed, week.own) for week in weeks])
