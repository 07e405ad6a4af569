"""A seeded world of users, money and orders that holds everything that makes counting hard.

Acquisition days run over a leap day, ends of months and years. Rows are sent twice, activity comes before
acquisition and from people nobody acquired, refunds have dates, late dates and none, orders are never paid or
were made by nobody known, some users are acquired again for another product, and rows are dated later than known.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from opsctl.measures.evidence import Evidence
from tests.notation import Row, Rows, frame, of_frames

FIRST_DAY = date(2023, 12, 1)
UNTIL = date(2025, 2, 10)
EDGES = [
    *(date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29)),
    *(date(2024, 3, 1), date(2024, 4, 30), date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 1)),
]
CHANNELS = ["douyin", "kuaishou", "weibo", "shop"]
PAID_CHANNELS = [*CHANNELS[:3], "billboard"]  # the shop costs nothing, the billboard brings nobody
FOREIGN = "weibo"


@dataclass(frozen=True)
class World:
    """Rows by table, in no particular order."""

    rows: dict[str, Rows]
    until: date = UNTIL

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows with all columns of their tables."""
        return {name: frame(name, rows) for name, rows in self.rows.items()}

    def evidence(self, **others: Any) -> Evidence:
        """All that is known on the day `until`."""
        return of_frames(self.frames, until=self.until, **others)


def world(seed: int, people: int, *, foreign: bool = False) -> World:
    """A world of so many users; `foreign` bills and sells partly in dollars in one of the channels."""
    rng = random.Random(seed)  # noqa: S311 - the same world for the same seed, and no secret
    acquired = [_acquisition(rng, f"u{number}") for number in range(people)]
    again = [_second_product(rng, row) for row in rng.sample(acquired, people // 20)]
    rows = {
        "acquisition": acquired + again,
        "activity": _activity(rng, acquired),
        "order": _orders(rng, acquired, foreign=foreign),
        "spend": _spend(rng, foreign=foreign),
    }
    for of_table in rows.values():
        rng.shuffle(of_table)
    return World(rows)


def _day(rng: random.Random) -> date:
    days = (UNTIL - FIRST_DAY).days
    return rng.choice(EDGES) if rng.random() < 0.1 else FIRST_DAY + timedelta(days=rng.randrange(days + 15))


def _moment(rng: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randrange(24), rng.randrange(60), rng.randrange(60)))


def _acquisition(rng: random.Random, user: str) -> Row:
    channel = rng.choices(CHANNELS, [5, 3, 2, 2])[0]
    return {
        "user": user,
        "acquired_at": _moment(rng, _day(rng)),
        "channel": channel,
        "product": "tea",
        "campaign": rng.choice([None, f"{channel}-1", f"{channel}-2"]),
        "city_tier": rng.choice(["1", "2", "3", None]),
        "attribute_network": rng.choice(["5g", "wifi"]),
    }


def _second_product(rng: random.Random, row: Row) -> Row:
    later = row["acquired_at"] + timedelta(days=rng.randrange(90))
    return {**row, "product": "coffee", "channel": rng.choice(CHANNELS), "acquired_at": later}


def _activity(rng: random.Random, acquired: Rows) -> Rows:
    found: Rows = []
    for row in acquired:
        for _ in range(rng.choice([0, 1, 2, 5, 12])):
            gap = rng.choice([-3, 0, 1, 7, 7, 30, 30, rng.randrange(45), rng.randrange(120)])
            day = row["acquired_at"].date() + timedelta(days=gap)
            found.append({"user": row["user"], "at": _moment(rng, day), "event": rng.choice(["open", "order"])})
    orphans = [{"user": f"x{number}", "at": _moment(rng, _day(rng)), "event": "open"} for number in range(20)]
    return [*found, *orphans, *rng.sample(found, len(found) // 15)]


def _orders(rng: random.Random, acquired: Rows, *, foreign: bool) -> Rows:
    found: Rows = []
    for row in acquired:
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 4])):
            currency = "USD" if foreign and row["channel"] == FOREIGN and rng.random() < 0.3 else None
            day = row["acquired_at"].date() + timedelta(days=rng.choice([-5, 0, 0, 1, 30, 90, rng.randrange(200)]))
            found.append(_order(rng, row["user"], day, currency))
    found += [_order(rng, rng.choice([None, f"x{number}"]), _day(rng), None) for number in range(30)]
    return [{"order": f"o{number}", **row} for number, row in enumerate(found)]


def _order(rng: random.Random, user: str | None, day: date, currency: str | None) -> Row:
    paid = rng.choice(["0.01", "19.99", "128.00", "1500", "2999.99", "3000", "3000.01", "5200"])
    row: Row = {"user": user, "currency": currency, "paid": paid, "channel": rng.choice([*CHANNELS, None])}
    row["created_at"] = _moment(rng, day)
    row["category"] = rng.choice(["leaf", "pot"])
    if rng.random() < 0.1:
        return row  # never paid
    row["paid_at"] = row["created_at"] + timedelta(minutes=rng.choice([0, 1, 2000]))
    if rng.random() < 0.25:
        row["refunded"] = rng.choice([paid, paid, "0.01", "6000"])
        row["refunded_at"] = rng.choice([None, row["paid_at"] + timedelta(days=rng.choice([0, 3, 40, 400]))])
    return row


def _spend(rng: random.Random, *, foreign: bool) -> Rows:
    found: Rows = []
    for number in range((UNTIL - FIRST_DAY).days + 10):
        for channel in PAID_CHANNELS:
            if rng.random() < 0.3:
                continue
            dollars = foreign and channel == FOREIGN and rng.random() < 0.5
            found.append(_bill(rng, FIRST_DAY + timedelta(days=number), channel, "USD" if dollars else None))
    return found


def _bill(rng: random.Random, day: date, channel: str, currency: str | None) -> Row:
    shown = rng.choice([None, 0, rng.randrange(1, 5000)])
    return {
        "day": day,
        "channel": channel,
        "campaign": f"{channel}-{rng.choice('12')}",
        "currency": currency,
        "spend": f"{rng.randrange(50_000)}.{rng.randrange(100):02}",
        "impressions": shown,
        "clicks": None if shown is None or rng.random() < 0.1 else rng.randrange(shown + 1),
        "conversions": rng.choice([None, "0.5", rng.randrange(20)]),
        "conversion_goal": "pay",
        "conversion_basis": "event",
    }
