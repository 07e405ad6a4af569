"""What happened, day by day: the money that went out and the users who came for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from making.calendar import DAYS, LAST, usual
from making.chance import Chance
from making.shops import CITY_TIERS
from making.story import BURST, CHANNELS, STRAY_CODE, STRAYS, Channel, Pace, Unit
from making.waves import brought, waves, week

END = datetime.combine(LAST, time(23, 59))  # the exports were made just after
PAUSED_DAYS = 14  # how long a platform goes on listing what was stopped


@dataclass(frozen=True)
class Spending:
    """One unit's day. Money in cents, as billed."""

    day: date
    channel: Channel
    unit: Unit
    cents: int
    impressions: int
    clicks: int
    conversions: int


@dataclass(frozen=True)
class User:
    """One new user; the time is local. `stay`: the share of such users who are active on day 7."""

    id: str
    at: datetime
    channel: Channel
    unit: Unit
    code: str
    stay: float
    platform: str
    city_tier: str
    is_one: bool = True  # and no machine


def spending_and_users() -> tuple[list[Spending], list[User]]:
    """What was spent, in the order of the story, and who came, in the order of time."""
    spending: list[Spending] = []
    arrivals: list[User] = []
    for channel in CHANNELS:
        weeks = _weeks(channel)
        for unit in channel.units:
            for row, users in _days(channel, unit, weeks):
                spending += [row] if unit.pace(unit.last).yuan else []
                arrivals += users
    arrivals += _machines()
    arrivals.sort(key=lambda user: user.at)  # users of one minute stay in the order of the story
    return spending, [replace(user, id=f"u{at:05}") for at, user in enumerate(arrivals, start=1)]


def _weeks(channel: Channel) -> dict[tuple[int, int], float]:
    """Weeks differ by more than chance among users explains: a factor on retention for each."""
    chance = Chance("weeks", channel.id)
    return {one: chance.about(1, 0.06) for one in sorted({week(day) for day in DAYS})}


def _days(channel: Channel, unit: Unit, weeks: dict[tuple[int, int], float]) -> Iterator[tuple[Spending, list[User]]]:
    """Each day on which a platform lists the unit, with the users whom it brought."""
    chance = Chance("unit", channel.id, *unit.codes)
    wave, due = waves(channel), chance.share()
    for day in DAYS:
        if day < unit.first or day > unit.last + timedelta(days=PAUSED_DAYS):
            continue
        if day > unit.last:
            yield Spending(day, channel, unit, 0, 0, 0, 0), []
            continue
        pace = unit.pace(day)
        planned = pace.yuan * usual(day).spending * wave[day]
        cents = int(100 * chance.about(planned, 0.07)) if pace.yuan else 0
        mean = brought(pace, cents / 100, day) if cents else pace.users * usual(day).traffic
        due += chance.about(mean, 0.12)  # by mere chance a few dozen users a week would hide what money does
        stay = pace.stay * weeks[week(day)]
        users = [_arrival(day, channel, unit, stay, chance) for _ in range(int(due))]
        due -= int(due)
        yield _traffic(day, channel, unit, cents, len(users), chance), users


def _traffic(  # noqa: PLR0913, PLR0917 - one row's parts
    day: date, channel: Channel, unit: Unit, cents: int, users: int, chance: Chance
) -> Spending:
    if not channel.cpm:
        return Spending(day, channel, unit, cents, 0, 0, 0)
    impressions = int(cents * 10 / chance.about(channel.cpm, 0.06))
    clicks = int(impressions * chance.about(channel.ctr, 0.05))
    return Spending(day, channel, unit, cents, impressions, clicks, min(clicks, chance.count(users * channel.claimed)))


def _arrival(day: date, channel: Channel, unit: Unit, stay: float, chance: Chance) -> User:
    at = datetime.combine(day, time()) + timedelta(minutes=minute(chance))
    stray = chance.happens(STRAYS)
    code = unit.codes[chance.whole(0, len(unit.codes) - 1)]
    platform = "ios" if chance.happens(0.34) else "android"
    return User("", at, channel, unit, STRAY_CODE if stray else code, stay, platform, chance.one_of(CITY_TIERS))


def _machines() -> Iterator[User]:
    """The burst: on Android, between one and five at night."""
    chance = Chance("burst")
    channel = next(one for one in CHANNELS if one.id == BURST.channel)
    unit = Unit(BURST.account, (BURST.code,), (Pace(BURST.first),))
    for day in DAYS:
        if BURST.first <= day <= BURST.last:
            for _ in range(chance.count(BURST.a_day)):
                at = datetime.combine(day, time(1)) + timedelta(minutes=chance.whole(0, 239))
                yield User("", at, channel, unit, BURST.code, 0, "android", "三线及以下", is_one=False)


def minute(chance: Chance) -> int:
    """A minute of the day: few at night, many in the evening."""
    hour = chance.whole(0, 7) if chance.happens(0.08) else chance.whole(8, 18) if chance.happens(0.55) else None
    return 60 * (chance.whole(18, 23) if hour is None else hour) + chance.whole(0, 59)
