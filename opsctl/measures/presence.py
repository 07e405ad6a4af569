"""Which days of which channels are there: as far as accounts must arrive, else within the days that a channel has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.period import Period
from opsctl.measures.coverage import Arrival
from opsctl.measures.known import Known

USERS_A_DAY = 10  # a channel that usually brings so many does not bring none: its users are missing


class Presence(StrEnum):
    """How a day of a channel stands."""

    WHOLE = "whole"
    PART = "part"  # some of its accounts, or a day that was not over
    MISSING = "missing"
    NONE = "none"  # nothing is expected of it


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel's days, in the order of the period, each with the share of what was expected that arrived."""

    channel: str
    days: tuple[Presence, ...]
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that are missing: of an account that must arrive, or of a channel's own."""

    channels: tuple[str, ...]
    account: Arrival | None
    days: tuple[date, ...]


def channels(known: Known, settings: Settings, period: Period) -> list[Channel]:
    """Every channel with rows or an account in a period, in the order of the project's tree, then by name."""
    own = _own(known)
    named = {channel for one in known.arrivals if one.days(period) for channel in one.channels}
    seen = {channel for channel, span in own.items() if span.touches(period)}
    tree = {channel: at for at, channel in enumerate(settings.project.channels)}
    found = [
        _channel(channel, known, own.get(channel), period)
        for channel in sorted(named | seen, key=lambda name: (tree.get(name, len(tree)), name))
    ]
    return [one for one in found if set(one.days) != {Presence.NONE}]


def gaps(known: Known, period: Period) -> list[Gap]:
    """What is missing in a period: account by account where the project lists them, else channel by channel."""
    listed = {channel for one in known.arrivals for channel in one.channels}
    of_accounts = [Gap(one.channels, one, tuple(one.missing(period))) for one in known.arrivals]
    of_channels = [
        Gap((channel,), None, tuple(day for day in _days(period) if span.lacks(day)))
        for channel, span in sorted(_own(known).items())
        if channel not in listed
    ]
    return [gap for gap in (*of_accounts, *of_channels) if gap.days]


def _channel(channel: str, known: Known, own: _Own | None, period: Period) -> Channel:
    listed = [one for one in known.arrivals if channel in one.channels]
    torn = set(known.evidence.gaps.filter(pl.col("channel") == channel)["day"]) if listed else set()
    shares = tuple(_share(day, listed, own, known) for day in _days(period))
    days = tuple(_presence(share, torn=day in torn) for day, share in zip(_days(period), shares, strict=True))
    return Channel(channel, days, shares)


def _share(day: date, listed: list[Arrival], own: _Own | None, known: Known) -> float | None:
    """How much of what is expected of a day arrived; None where nothing is."""
    if day > known.evidence.as_of:
        return None
    if listed:
        expected = [one for one in listed if one.days(Period(day, day))]
        return sum(day in one.arrived for one in expected) / len(expected) if expected else None
    if own is None or not own.first <= day <= own.last:
        return None
    return 0.0 if own.lacks(day) else 1.0


def _presence(share: float | None, *, torn: bool) -> Presence:
    if share is None:
        return Presence.NONE
    if share == 0:
        return Presence.MISSING
    return Presence.WHOLE if share == 1 and not torn else Presence.PART


def _days(period: Period) -> list[date]:
    return [period.start + timedelta(days=at) for at in range(period.days)]


# --- the days that a channel has itself -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Own:
    """From the first to the last day of a channel: those with rows, and whether the others are missing."""

    first: date
    last: date
    there: frozenset[date]
    dense: bool
    everyone: frozenset[date]

    def lacks(self, day: date) -> bool:
        """Is the day missing? One without a user is, of a small channel, only where nobody came at all."""
        if not self.first <= day <= self.last or day in self.there:
            return False
        return self.dense or day not in self.everyone

    def touches(self, period: Period) -> bool:
        """Does it have days in a period?"""
        return self.first <= period.end and period.start <= self.last


def _own(known: Known) -> dict[str, _Own]:
    """The days of each channel: of its money where it costs any, else of its users."""
    users, money = _users_by_day(known), _money_by_day(known)
    return {**_spans(users, dense=False), **_spans(money, dense=True)}


def _spans(rows: pl.DataFrame, *, dense: bool) -> dict[str, _Own]:
    everyone = frozenset(rows["day"])
    found: dict[str, _Own] = {}
    for (name,), of_channel in rows.group_by("channel"):
        there: Mapping[date, int] = dict(of_channel.select("day", "amount").iter_rows())
        first, last = min(there), max(there)
        often = sum(there.values()) >= USERS_A_DAY * ((last - first).days + 1)
        found[str(name)] = _Own(first, last, frozenset(there), dense or often, everyone)
    return found


def _money_by_day(known: Known) -> pl.DataFrame:
    """The channels and days with rows of money: columns channel, day, amount (rows)."""
    if "spend" not in known.evidence.tables:
        return _NOTHING
    rows = known.evidence.tables["spend"].filter(pl.col("day").is_not_null(), pl.col("channel").is_not_null())
    spans = rows.select("channel", "day", last=pl.coalesce("through", "day")).unique().collect()
    days = spans.select("channel", day=pl.date_ranges("day", "last")).explode("day")
    return days.group_by("channel", "day").agg(amount=pl.len())


def _users_by_day(known: Known) -> pl.DataFrame:
    """The channels and days with new users, one by one or in sums: columns channel, day, amount (users)."""
    tables = known.evidence.tables
    found = [_NOTHING]
    for table in ("acquisition", "cohort"):
        if table in tables:
            amount = pl.len() if table == "acquisition" else pl.col("users").max()
            rows = tables[table].filter(pl.col("channel").is_not_null()).group_by("channel", "day")
            found.append(rows.agg(amount=amount.cast(pl.UInt32).fill_null(0)).collect())
    return pl.concat(found).group_by("channel", "day").agg(pl.col("amount").sum())


_NOTHING = pl.DataFrame(schema={"channel": pl.String, "day": pl.Date, "amount": pl.UInt32})
