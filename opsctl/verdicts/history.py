"""What is known of each channel and campaign that spent: its money and users day by day, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from opsctl.core import money
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.measures import ages
from opsctl.measures.evidence import Ask, Evidence
from opsctl.stats.response import Week

Unit = tuple[str, str | None]  # a channel, and its campaign where it is about one


@dataclass(frozen=True)
class Track:
    """One channel or campaign over the days of a history.

    Args:
        spend: Money by day.
        users: New users by day.
        active: By age 0, 1 … how many were active at it.
        reached: By age how many have been seen at it.
        people: The users whose active days are counted below.
        days: Their active days within the horizon.
        squares: The sum of each one's active days, squared.
        paying_days: Active days of the days on which what was paid counts.
        orders: Paid orders on these days.
        net_units: What was paid for them after refunds, in ten-thousandths.
        units_squared: The sum of the squares of what a user paid on one day.
    """

    spend: tuple[float, ...]
    users: tuple[int, ...]
    active: tuple[int, ...]
    reached: tuple[int, ...]
    people: int = 0
    days: int = 0
    squares: int = 0
    paying_days: int = 0
    orders: int = 0
    net_units: int = 0
    units_squared: int = 0

    @staticmethod
    def total(tracks: Sequence[Track]) -> Track:
        """Several tracks added up; at least one."""

        def sums(name: str) -> tuple[float, ...]:
            return tuple(map(sum, zip(*(getattr(one, name) for one in tracks), strict=True)))

        rows = {name: sums(name) for name in ("spend", "users", "active", "reached")}
        single = ("people", "days", "squares", "paying_days", "orders", "net_units", "units_squared")
        return Track(**rows, **{name: sum(getattr(one, name) for one in tracks) for name in single})  # type: ignore[arg-type]  # by name


@dataclass(frozen=True)
class History:
    """All tracks over the same days.

    Args:
        span: The days, the last of them the last that money and users are known of.
        promo: Which of them lie in a promotion.
        lost: By channel, the days (counted from the first) of which money is missing.
        campaigns: Every track by channel and campaign; a campaign that nobody tells is None.
        told_by_campaign: Whether money and users both say their campaign.
        unread: The channels with money that no track holds, and why: `no_rate` where it is of another currency,
            `spans_days` where its rows span several days or name none.
    """

    span: Period
    promo: tuple[bool, ...]
    lost: Mapping[str, frozenset[int]]
    campaigns: Mapping[Unit, Track]
    told_by_campaign: bool
    unread: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def channels(self) -> dict[str, Track]:
        """Every channel, its campaigns added up."""
        return {name: Track.total([self.campaigns[unit] for unit in units]) for name, units in self.members.items()}

    @cached_property
    def members(self) -> dict[str, list[Unit]]:
        """By channel its campaigns, the one that nobody tells among them."""
        found: dict[str, list[Unit]] = {}
        for unit in self.campaigns:
            found.setdefault(unit[0], []).append(unit)
        return found

    @cached_property
    def everyone(self) -> Track:
        """All channels together."""
        return Track.total(list(self.channels.values()))

    def last(self, channel: str, days: int) -> list[int]:
        """Those of the last days that are whole, from the channel's first money on."""
        spend, lost = self.channels[channel].spend, self._lost(channel)
        begun = next((at for at, spent in enumerate(spend) if spent), 0)
        return [at for at in range(max(self.span.days - days, begun), self.span.days) if at not in lost]

    def recent(self, channel: str, days: int) -> list[int]:
        """The same, where seven of them are outside promotions, without these."""
        last = self.last(channel, days)
        calm = [at for at in last if not self.promo[at]]
        return calm if len(calm) >= WEEK_DAYS else last

    def weeks(self, channel: str) -> list[Week]:
        """The channel's whole weeks with money, counted back from the last day."""
        return list(self._weeks(channel, self.channels[channel]))

    def _weeks(self, channel: str, track: Track) -> Iterator[Week]:
        for ago in range(self.span.days // WEEK_DAYS):
            stop = self.span.days - ago * WEEK_DAYS
            days = range(stop - WEEK_DAYS, stop)
            if any(at in self._lost(channel) or not track.spend[at] for at in days):
                continue
            yield Week(
                spend_day=sum(track.spend[at] for at in days) / WEEK_DAYS,
                users=sum(track.users[at] for at in days),
                ago=ago,
                promo=sum(self.promo[at] for at in days) / WEEK_DAYS,
            )

    def _lost(self, channel: str) -> frozenset[int]:
        return self.lost.get(channel, frozenset())


def history(evidence: Evidence, promotions: Iterable[Period], weeks: int, horizon: int) -> History | None:
    """The last weeks of everything that spent; None where money or users are not known at all.

    Users won in a promotion stay less than others and buy more during it: neither they nor its days tell what the
    next user is worth, as long as others make up half.
    """
    ends = [evidence.through(table) for table in ("spend", "acquisition")]
    if not {"spend", "acquisition"} <= evidence.tables.keys() or None in ends:
        return None
    last = min(end for end in ends if end is not None)
    first = max(last - timedelta(days=weeks * WEEK_DAYS - 1), _first_day(evidence))
    span = Period(first, last)
    promo_days = [day for one in promotions for day in _days(one)]
    ask = Ask(span)
    users = ages.newcomers(evidence, ask)
    if users is None:
        return None
    promo = tuple(first + timedelta(days=at) in set(promo_days) for at in range(span.days))
    unread = _unread(evidence, ask)
    found = _Tracks(span, horizon)
    found.add_money(ages.money_by_day(evidence, ask))
    came = ages.users_by_day(users)
    found.add_users(came)
    calm = ~pl.col("day").is_in(promo_days)
    told = came.filter(calm)
    if told["users"].sum() * 2 < came["users"].sum():
        promo_days, told = [], came
    found.add_ages(evidence, users.filter(~pl.col("day").is_in(promo_days)), told, promo_days)
    tracks = found.made(unread)
    return History(span, promo, _lost(evidence, span), tracks, ages.by_campaign(evidence), unread)


def _unread(evidence: Evidence, ask: Ask) -> dict[str, str]:
    rows = ages.money_unread(evidence, ask).iter_rows()
    return {channel: "no_rate" if foreign else "spans_days" for channel, foreign in rows}


def _first_day(evidence: Evidence) -> date:
    day: date = evidence.spend.select(pl.col("day").min()).collect().item()
    return day


def _days(period: Period) -> list[date]:
    return [period.start + timedelta(days=at) for at in range(period.days)]


def _lost(evidence: Evidence, span: Period) -> dict[str, frozenset[int]]:
    within = evidence.gaps.filter(pl.col("day").is_between(span.start, span.end))
    places = within.with_columns(at=(pl.col("day") - span.start).dt.total_days())
    return {channel: frozenset(days) for channel, days in places.group_by("channel").agg("at").iter_rows()}


class _Tracks:
    """Tracks in the making, filled column by column."""

    def __init__(self, span: Period, horizon: int) -> None:
        self.span, self.horizon = span, horizon
        self._series: dict[Unit, dict[str, list[float]]] = {}
        self._single: dict[Unit, dict[str, float]] = {}

    def _of(self, unit: Unit) -> dict[str, list[float]]:
        lengths = {"spend": self.span.days, "users": self.span.days, "active": self.horizon + 1}
        lengths["reached"] = self.horizon + 1
        return self._series.setdefault(unit, {name: [0] * length for name, length in lengths.items()})

    def add_money(self, rows: pl.DataFrame) -> None:
        for channel, campaign, day, spend in rows.iter_rows():
            place = (day - self.span.start).days
            self._of((channel, campaign))["spend"][place] = (spend or 0) / money.TEN_THOUSANDTHS

    def add_users(self, rows: pl.DataFrame) -> None:
        for channel, campaign, day, users in rows.iter_rows():
            self._of((channel, campaign))["users"][(day - self.span.start).days] = users

    def add_ages(self, evidence: Evidence, users: pl.LazyFrame, counted: pl.DataFrame, left_out: list[date]) -> None:
        through = ages.last_seen(evidence)
        found = None if through is None else ages.activity(evidence, users, self.horizon, left_out)
        if found is None or through is None:
            return
        self._add_reached(counted, through)
        for channel, campaign, age, number in found.by_age.iter_rows():
            self._of((channel, campaign))["active"][age] = number
        self._add(found.sums.lazy())
        self._add(counted.lazy().group_by(ages.UNIT).agg(people=pl.col("users").sum()))
        calm = ~pl.col("at").is_in(left_out)
        if "order" in evidence.tables:
            self._add_paid(ages.payments(evidence, users, self.horizon).filter(calm))

    def _add_paid(self, paid: pl.LazyFrame) -> None:
        net = pl.col("net")
        exact = net.cast(pl.Int128)  # a float's sum would depend on the order of its rows
        self._add(
            paid.group_by(ages.UNIT).agg(
                pl.col("orders").sum(), net_units=net.sum(), units_squared=(exact * exact).sum()
            )
        )

    def _add_reached(self, counted: pl.DataFrame, through: date) -> None:
        for channel, campaign, day, users in counted.iter_rows():
            oldest = min((through - day).days, self.horizon)
            reached = self._of((channel, campaign))["reached"]
            for age in range(oldest + 1):
                reached[age] += users

    def _add(self, rows: pl.LazyFrame) -> None:
        for row in rows.sort(ages.UNIT).collect(engine="streaming").iter_rows(named=True):
            unit = (row.pop("channel"), row.pop("campaign"))
            self._single.setdefault(unit, {}).update(row)

    def made(self, unread: Iterable[str]) -> dict[Unit, Track]:
        """Of what spent at all, sorted; money without a channel is of nobody."""
        spending = {unit[0] for unit, series in self._series.items() if unit[0] and any(series["spend"])}
        for channel in set(unread) - spending:
            spending.add(channel)
            self._of((channel, None))
        units = sorted(
            (unit for unit in self._series if unit[0] in spending), key=lambda unit: (unit[0], unit[1] or "")
        )
        return {unit: self._track(unit) for unit in units}

    def _track(self, unit: Unit) -> Track:
        series = {name: tuple(values) for name, values in self._series[unit].items()}
        return Track(**series, **self._single.get(unit, {}))  # type: ignore[arg-type]  # by name
