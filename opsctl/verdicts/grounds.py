"""What a proposal about one channel stands on: its last eight weeks beside the other channels', and the checks made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from opsctl.core.period import WEEK_DAYS, Period
from opsctl.measures.coverage import share
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.answer import Row, answer
from opsctl.metrics.figure import Figure
from opsctl.verdicts.claims import Untold, claims
from opsctl.verdicts.prune import Pruning

WEEKS = 8


class State(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its stable code, what came of it, why where it was not made, and the numbers that belong to it."""

    code: str
    state: State
    reason: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of a channel beside the same of the others together.

    Args:
        own: The channel's.
        others: None where there is no other.
        worse: In how many weeks the channel's was the worse one.
        weeks: Of how many in which both are known.
    """

    own: Figure
    others: Figure | None
    worse: int
    weeks: int


@dataclass(frozen=True)
class Basis:
    """The last whole weeks whose users can all be judged.

    Args:
        span: From a Monday to a Sunday.
        day: The day of retention.
        others: The channels that the channel is held against.
        users: How many users it won.
        retention: How they stayed.
        cost: What one who stayed cost.
    """

    span: Period
    day: int
    others: tuple[str, ...]
    users: int
    retention: Beside
    cost: Beside


def basis(evidence: Evidence, found: Pruning, channel: str) -> Basis | None:
    """The weeks that a proposal about a channel rests on; None where there is no whole one."""
    day = evidence.policy.low_efficiency.day
    span = _mature_weeks(evidence, found.span, day)
    if span is None:
        return None
    others = tuple(one.channel for one in found.channels if one.channel != channel and one.spend_now)
    names = (f"retention_d{day}", f"cost_per_retained_d{day}")
    own, beside = (_Weeks.of(evidence, span, names, channels) for channels in ((channel,), others))
    users = own.whole["acquisitions"].value or 0
    return Basis(span, day, others, int(users), *(_beside(own, beside, name) for name in names))


def _mature_weeks(evidence: Evidence, span: Period, day: int) -> Period | None:
    """The last eight weeks from Monday to Sunday within a span whose users had their day of retention."""
    seen = evidence.through("activity") or span.end
    last = min(seen - timedelta(days=day), span.end)
    sunday = last - timedelta(days=(last.weekday() + 1) % WEEK_DAYS)
    monday = span.start + timedelta(days=-span.start.weekday() % WEEK_DAYS)
    first = max(sunday - timedelta(days=WEEKS * WEEK_DAYS - 1), monday)
    return Period(first, sunday) if first < sunday else None


@dataclass(frozen=True)
class _Weeks:
    """Figures of some channels together over a span and over each of its weeks."""

    whole: Mapping[str, Figure]
    weekly: Mapping[str, Mapping[str, Figure]]

    @staticmethod
    def of(evidence: Evidence, span: Period, names: Sequence[str], channels: tuple[str, ...]) -> _Weeks:
        if not channels:
            return _Weeks({}, {})
        metrics = [load(name) for name in ("acquisitions", *names)]
        where = (("channel", channels),)
        (whole,) = answer(evidence, Ask(span, (), where), metrics)
        weekly: list[Row] = answer(evidence, Ask(span, ("week",), where), metrics)
        return _Weeks(whole.figures, {str(row.group["week"]): row.figures for row in weekly})


def _beside(own: _Weeks, others: _Weeks, name: str) -> Beside:
    metric = load(name)
    pairs = [
        (mine[name].value, others.weekly[week][name].value)
        for week, mine in own.weekly.items()
        if week in others.weekly
    ]
    known = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
    worse = sum(mine > theirs if metric.better == "lower" else mine < theirs for mine, theirs in known)
    return Beside(own.whole[name], others.whole.get(name), worse, len(known))


# --- checks ---------------------------------------------------------------------------------------------


def checks(known: Known, found: Pruning, channel: str, span: Period, promotions: Sequence[Period]) -> list[Check]:
    """Every check that a stop should have passed: those that can be made, and those that cannot, with the reason."""
    return [
        _arrived(known, channel, span),
        _claimed(known.evidence, found, channel),
        _timing(span, promotions),
        Check("learning", State.NOT_CHECKED, "no_bidding_data"),
        Check("fake_traffic", State.NOT_CHECKED, "no_device_data"),
        Check("organic", State.NOT_CHECKED, "no_pause"),
    ]


def _arrived(known: Known, channel: str, span: Period) -> Check:
    """Whether money and users are there for the days of the basis.

    Without accounts that must arrive a day without money may be one on which nothing was spent.
    """
    evidence, least = known.evidence, float(known.evidence.policy.min_coverage)
    expected = share(known.arrivals, channel, span)
    spend = expected if expected is not None else _told_of(evidence, channel, span)
    numbers = {"spend": spend, "users": _days(evidence, span) / span.days}
    if min(numbers.values()) >= least:
        return Check("data", State.PASSED, None, numbers)
    if expected is None and numbers["users"] >= least:
        return Check("data", State.NOT_CHECKED, "no_accounts", numbers)
    return Check("data", State.FAILED, None, numbers)


def _told_of(evidence: Evidence, channel: str, span: Period) -> float:
    """The share of a span's days, from the channel's first money on, on which there is money of it."""
    mine = evidence.spend.filter(pl.col("channel") == channel, pl.col("day").is_not_null())
    days: list[date] = mine.select(pl.col("day").unique()).collect()["day"].to_list()
    first = max(span.start, min(days, default=span.end))
    if first > span.end:
        return 0.0
    told = sum(first <= day <= span.end for day in days)
    return told / ((span.end - first).days + 1)


def _days(evidence: Evidence, span: Period) -> int:
    """On how many days of a span anybody came."""
    kept = evidence.acquisition.filter(pl.col("day").is_between(span.start, span.end))
    found: int = kept.select(pl.col("day").n_unique()).collect().item()
    return found


def accounts(evidence: Evidence, channel: str, span: Period) -> list[str]:
    """The accounts that spent for a channel on some days, sorted; none where nobody says."""
    mine = evidence.spend.filter(pl.col("channel") == channel, pl.col("day").is_between(span.start, span.end))
    return sorted(mine.select(pl.col("account").unique()).collect()["account"].drop_nulls())


def _claimed(evidence: Evidence, found: Pruning, channel: str) -> Check:
    told = claims(evidence, found.history)[channel]
    if isinstance(told, Untold):
        return Check("claims", State.NOT_CHECKED, told.value)
    numbers = {"gap": told.gap, "usual": told.usual, "lately": told.lately, "normal": told.reach - 1}
    return Check("claims", State.FAILED if told.jumped else State.PASSED, None, numbers)


def _timing(span: Period, promotions: Sequence[Period]) -> Check:
    if not promotions:
        return Check("timing", State.NOT_CHECKED, "no_events")
    days = sum(any(one.start <= day <= one.end for one in promotions) for day in _each(span))
    return Check("timing", State.FAILED if days else State.PASSED, None, {"days": days})


def _each(span: Period) -> list[date]:
    return [span.start + timedelta(days=at) for at in range(span.days)]
