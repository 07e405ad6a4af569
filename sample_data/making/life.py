"""What users do after they came, until the sample ends: visits, orders, refunds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from making.arrivals import END, User, minute
from making.calendar import LAST, usual
from making.chance import Chance
from making.shops import COMMUNITY, COUPON, DEMAND, FIRST_DAY, GOODS, HABITS, ONCE, TASTES, Taste
from making.story import BURST

STAYERS = 1.33  # stayers per user active on day 7; a stayer comes on day 7 with 1 / 1.33
FADE = 7  # a stayer comes on day n with (7 + FADE) / (n + FADE) of the probability of day 7,
LATE, MEMORY = 30, 200  # and past a month with MEMORY / (MEMORY + days since then) of that
SURE = 0.95  # nobody comes every day
LOOKS_BACK = 0.13  # of those who do not stay, on day 1; half of that on day 2
GOLDEN = 2654435769  # 2**32 over the golden ratio: its multiples spread evenly, however many are taken
PUSHED = 0.05  # users who get a push message on day 7, which is no activity of theirs


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


class Lives:
    """What all users did, in two lists that grow."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.orders: list[Order] = []
        self._come: Counter[tuple[str, int, bool]] = Counter()

    def live(self, user: User) -> None:
        """Everything a user does, the same however many come by other channels."""
        self.events.append(Event(user.id, user.at, "open"))
        turn = self._turn(user)
        if not user.is_one:
            self._come_once_more(user, turn)
            return
        chance = Chance("life", user.channel.id, str(user.at.year), str(turn))
        if chance.happens(FIRST_DAY[user.at.year] * user.channel.appetite):
            self._buy(user, user.at, ONCE, chance)
        elif chance.happens(user.channel.coupon):
            self._buy(user, user.at, COUPON, chance)
        start = datetime.combine(user.at.date(), time())
        if chance.happens(PUSHED) and start + timedelta(days=7, hours=20) <= END:
            self.events.append(Event(user.id, start + timedelta(days=7, hours=20), "push"))
        stays, taste = self._kind(user, turn, chance)
        bought: Counter[int] = Counter()
        for offset in _visits(user, stays, chance):
            at = start + timedelta(days=offset, minutes=minute(chance))
            self.events.append(Event(user.id, at, "open"))
            if not taste or not taste.wants(offset, bought[at.year]):
                continue
            if chance.happens(taste.a_visit * usual(at.date()).shopping):
                bought[at.year] += 1
                self._buy(user, at, taste, chance)

    def _come_once_more(self, user: User, turn: int) -> None:
        if turn % BURST.next_day == 0:
            self.events.append(Event(user.id, user.at + timedelta(days=1), "open"))

    def _kind(self, user: User, turn: int, chance: Chance) -> tuple[bool, Taste | None]:
        """Whether a user stays, and how the user buys: who buys stays, and who stays for longer need not buy.

        Buyers are few and each weighs much, so they come in turn, as evenly as numbers can, and not by chance.
        """
        at = luck = turn * GOLDEN % 2**32 / 2**32 / user.channel.appetite
        for name, share in HABITS[user.at.year].items():
            if at < share:
                return True, TASTES[name]
            at -= share
        buyers = (luck - at) * user.channel.appetite
        return chance.happens((STAYERS * user.stay - buyers) / (1 - buyers)), None

    def _turn(self, user: User) -> int:
        """How many have come by now, of that channel, year and kind."""
        come = (user.channel.id, user.at.year, user.is_one)
        self._come[come] += 1
        return self._come[come]

    def _buy(self, user: User, visit: datetime, taste: Taste, chance: Chance) -> None:
        created_at = min(visit + timedelta(minutes=chance.whole(1, 15)), END)
        paid_at = min(created_at + timedelta(minutes=chance.whole(0, 5)), END)
        category = chance.one_of(DEMAND)
        _, yuan = GOODS[category][chance.whole(0, 2)]
        cents = yuan * 100 * chance.whole(taste.fewest, taste.most) - chance.whole(0, 9) * 100
        channel, entry_path = _entry(user, taste, chance)
        paid = not chance.happens(0.09)
        back, back_at = refund(cents, paid_at, chance) if paid else (0, None)
        bought = (created_at, paid_at if paid else None, cents if paid else 0, back, back_at)
        self.orders.append(Order(user.id, channel, entry_path, category, *bought))
        if paid:
            self.events.append(Event(user.id, paid_at, "order"))


def lives(users: Sequence[User]) -> Lives:
    """What all users did, each list in the order of time."""
    found = Lives()
    for user in users:
        found.live(user)
    found.events.sort(key=lambda event: (event.at, event.user, event.name))
    found.orders.sort(key=lambda order: (order.created_at, order.user))
    return found


def _visits(user: User, stays: bool, chance: Chance) -> Iterator[int]:  # noqa: FBT001 - of a user, as drawn
    """The days after acquisition on which a user comes: by habit, or for a last look."""
    days = (LAST - user.at.date()).days
    if not stays:
        yield from (day for day in (1, 2) if day <= days and chance.happens(LOOKS_BACK / day))
        return
    habit = (0.5 + chance.share()) / STAYERS
    for day in range(1, days + 1):
        late = MEMORY / (MEMORY + day - LATE) if day > LATE else 1
        if chance.happens(min(SURE, habit * (7 + FADE) / (day + FADE) * late)):
            yield day


def _entry(user: User, taste: Taste, chance: Chance) -> tuple[str, str]:
    """The channel that the shop books an order to, and the way the buyer came in."""
    if user.channel.id == "wecom" or chance.happens(COMMUNITY[taste.regular]):
        return "wecom", "community"
    if chance.happens(0.15):
        return "organic", "app"
    return user.channel.id, "mini_program" if chance.happens(0.4) else "app"


def refund(cents: int, paid_at: datetime, chance: Chance) -> tuple[int, datetime | None]:
    """Of some orders all or half the money goes back within days; what would come later is not known yet."""
    if not chance.happens(0.07):
        return 0, None
    at = paid_at + timedelta(minutes=chance.whole(60, 9 * 1440))
    back = cents if chance.happens(0.6) else cents // 2
    return (back, at) if at <= END else (0, None)
