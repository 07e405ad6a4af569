"""What happened, day by day and user by user: the story with chance in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from making.chance import Chance
from making.story import CHANNELS, CITY_TIERS, DAYS, DEMAND, GOODS, LAST, Campaign, Channel, usual

END = datetime.combine(LAST, time(23, 59, 59))  # the exports were made just after
PAUSED_DAYS = 14  # how long a platform goes on listing what was stopped

STAYERS = 1.6  # stayers per user active on day 7; a stayer comes on day 7 with 1 / 1.6
FADE = 7  # a stayer comes on day n with (7 + FADE) / (n + FADE) of the probability of day 7
SURE = 0.95  # nobody comes every day
PUSHED = 0.08  # users who get a push message on day 7, which is no activity of theirs


@dataclass(frozen=True)
class Taste:
    """How a user buys: the probability on a visit of habit, and the most pieces of one order."""

    a_visit: float
    pieces: int


FIRST_DAY = 0.07  # users of usual appetite who order on the day they come
TASTES = {
    "once": Taste(0.012, 3),
    "at times": Taste(0.06, 4),
    "often": Taste(0.15, 4),
    "for the office": Taste(0.12, 20),
}
HOW_MANY = {"once": 50, "at times": 37, "often": 11, "for the office": 2}


@dataclass(frozen=True)
class Spending:
    """One campaign's day. Money in cents, as billed."""

    day: date
    channel: Channel
    campaign: Campaign
    cents: int
    impressions: int
    clicks: int
    conversions: int


@dataclass(frozen=True)
class User:
    """One new user; the time is local."""

    id: str
    at: datetime
    channel: Channel
    campaign: Campaign
    platform: str
    city_tier: str


@dataclass(frozen=True)
class Event:
    """Something a user did or was sent, at a local time."""

    user: str
    at: datetime
    name: str


@dataclass(frozen=True)
class Order:
    """One order in the company's own shop. Money in cents; no `paid_at` means it was never paid."""

    user: str
    channel: str
    entry_path: str
    category: str
    created_at: datetime
    paid_at: datetime | None
    paid: int
    refunded: int
    refunded_at: datetime | None


@dataclass(frozen=True)
class World:
    """All that happened, each list in the order of time."""

    spending: list[Spending]
    users: list[User]
    events: list[Event]
    orders: list[Order]


def world() -> World:
    """The whole sample before anybody exports it."""
    spending: list[Spending] = []
    arrivals: list[User] = []
    for channel in CHANNELS:
        for campaign in channel.campaigns:
            for row, users in _days(channel, campaign):
                spending += [row] if campaign.yuan else []
                arrivals += users
    arrivals.sort(key=lambda user: user.at)  # users of one second stay in the order of the story
    users = [_numbered(user, at) for at, user in enumerate(arrivals, start=1)]
    events: list[Event] = []
    orders: list[Order] = []
    for channel in CHANNELS:
        chance = Chance("life", channel.id)
        stay = _stay_by_week(channel)
        for user in users:
            if user.channel is channel:
                _live(user, stay[user.at.isocalendar().week] * user.campaign.stay, chance, events, orders)
    events.sort(key=lambda event: (event.at, event.user, event.name))
    orders.sort(key=lambda order: (order.created_at, order.user))
    return World(spending, users, events, orders)


# --- campaigns and the users they bring ---------------------------------------------------------------------


def _days(channel: Channel, campaign: Campaign) -> Iterator[tuple[Spending, list[User]]]:
    """Each day on which a platform lists the campaign, with the users whom it brought."""
    chance = Chance("campaign", channel.id, campaign.ad_group or campaign.name or "")
    for day in DAYS:
        if day < campaign.first or day > campaign.last + timedelta(days=PAUSED_DAYS):
            continue
        if day > campaign.last:
            yield Spending(day, channel, campaign, 0, 0, 0, 0), []
            continue
        wanted = campaign.yuan * usual(day).spending
        cents = int(100 * chance.about(wanted, 0.07)) if campaign.yuan else 0
        mean = cents / 100 / chance.about(campaign.cpa, 0.05) if cents else campaign.users * usual(day).traffic
        users = [_arrival(day, channel, campaign, chance) for _ in range(chance.count(mean))]
        yield _traffic(day, channel, campaign, cents, len(users), chance), users


def _traffic(  # noqa: PLR0913, PLR0917 - one row's parts
    day: date, channel: Channel, campaign: Campaign, cents: int, users: int, chance: Chance
) -> Spending:
    if not channel.cpm:
        return Spending(day, channel, campaign, cents, 0, 0, 0)
    impressions = int(cents * 10 / chance.about(channel.cpm, 0.06))
    clicks = int(impressions * chance.about(channel.ctr, 0.05))
    return Spending(day, channel, campaign, cents, impressions, clicks, chance.count(users * channel.claimed))


def _arrival(day: date, channel: Channel, campaign: Campaign, chance: Chance) -> User:
    at = datetime.combine(day, time()) + timedelta(seconds=_second(chance))
    platform = "ios" if chance.happens(0.34) else "android"
    return User("", at, channel, campaign, platform, chance.one_of(CITY_TIERS))


def _numbered(user: User, number: int) -> User:
    return User(f"u{number:06}", user.at, user.channel, user.campaign, user.platform, user.city_tier)


def _second(chance: Chance) -> int:
    """A second of the day: few at night, many in the evening."""
    hour = chance.whole(0, 7) if chance.happens(0.08) else chance.whole(8, 18) if chance.happens(0.55) else None
    return 3600 * (chance.whole(18, 23) if hour is None else hour) + chance.whole(0, 3599)


# --- users and what they do -----------------------------------------------------------------------------


def _stay_by_week(channel: Channel) -> dict[int, float]:
    """Weeks differ by more than chance among users explains: a factor on retention for each."""
    chance = Chance("weeks", channel.id)
    return {week: chance.about(1, 0.06) for week in sorted({day.isocalendar().week for day in DAYS})}


def _live(user: User, stay: float, chance: Chance, events: list[Event], orders: list[Order]) -> None:
    """Everything a user does until the sample ends."""
    events.append(Event(user.id, user.at, "open"))
    if chance.happens(FIRST_DAY * user.channel.appetite):
        _buy(user, user.at, TASTES["once"], chance, events, orders)
    start = datetime.combine(user.at.date(), time())
    if chance.happens(PUSHED) and start + timedelta(days=7, hours=20) <= END:
        events.append(Event(user.id, start + timedelta(days=7, hours=20), "push"))
    taste = TASTES[chance.one_of(HOW_MANY)]
    appetite = user.channel.appetite * taste.a_visit
    for offset, keen in _visits(stay, (LAST - user.at.date()).days, chance):
        at = start + timedelta(days=offset, seconds=_second(chance))
        events.append(Event(user.id, at, "open"))
        if keen and chance.happens(appetite * usual(at.date()).shopping):
            _buy(user, at, taste, chance, events, orders)


def _visits(stay: float, days: int, chance: Chance) -> Iterator[tuple[int, bool]]:
    """The days after acquisition on which a user comes, and whether out of habit: a stayer's, not a last look's."""
    if not chance.happens(STAYERS * stay):
        yield from ((day, False) for day in (1, 2) if day <= days and chance.happens(0.4 * stay / day))
        return
    habit = (0.5 + chance.share()) / STAYERS
    for day in range(1, days + 1):
        if chance.happens(min(SURE, habit * (7 + FADE) / (day + FADE))):
            yield day, True


def _buy(  # noqa: PLR0913, PLR0917 - who, when, what, and where it is noted
    user: User, visit: datetime, taste: Taste, chance: Chance, events: list[Event], orders: list[Order]
) -> None:
    created_at = min(visit + timedelta(seconds=chance.whole(60, 900)), END)
    paid_at = min(created_at + timedelta(seconds=chance.whole(8, 300)), END)
    category = chance.one_of(DEMAND)
    _, yuan = GOODS[category][chance.whole(0, 2)]
    cents = yuan * 100 * (chance.whole(2, taste.pieces) if chance.happens(0.3) else 1) - chance.whole(0, 9) * 100
    channel, entry_path = _entry(user, chance)
    paid = not chance.happens(0.09)
    refunded, refunded_at = refund(cents, paid_at, chance) if paid else (0, None)
    orders.append(
        Order(
            user.id,
            channel,
            entry_path,
            category,
            created_at,
            paid_at if paid else None,
            cents if paid else 0,
            refunded,
            refunded_at,
        )
    )
    if paid:
        events.append(Event(user.id, paid_at, "order"))


def _entry(user: User, chance: Chance) -> tuple[str, str]:
    """The channel that the shop books an order to, and the way the buyer came in."""
    if user.channel.id == "wecom" or chance.happens(0.18):
        return "wecom", "community"
    if chance.happens(0.15):
        return "organic", "app"
    return user.channel.id, "mini_program" if chance.happens(0.4) else "app"


def refund(cents: int, paid_at: datetime, chance: Chance) -> tuple[int, datetime | None]:
    """Of some orders all or half the money goes back within days; what would come later is not known yet."""
    if not chance.happens(0.07):
        return 0, None
    at = paid_at + timedelta(seconds=chance.whole(3600, 9 * 86400))
    back = cents if chance.happens(0.6) else cents // 2
    return (back, at) if at <= END else (0, None)
