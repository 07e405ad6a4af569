"""The days of the sample, and which of them are not like the others: weekdays, festivals, promotions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

FIRST = date(2024, 1, 1)
LAST = date(2025, 12, 31)
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]

WEEKDAYS = (0.96, 0.95, 0.97, 0.98, 1.0, 1.06, 1.08)


@dataclass(frozen=True)
class Event:
    """Days on which spending, free traffic and shopping differ from the usual by these factors."""

    name: str
    first: date
    last: date
    spending: float
    traffic: float
    shopping: float
    promo: bool = True


EVENTS = (
    Event("春节 2024", date(2024, 2, 9), date(2024, 2, 17), spending=0.6, traffic=0.8, shopping=0.6, promo=False),
    Event("三八节 2024", date(2024, 3, 4), date(2024, 3, 8), spending=1.2, traffic=1.1, shopping=1.5),
    Event("618 2024", date(2024, 6, 10), date(2024, 6, 20), spending=1.25, traffic=1.1, shopping=1.7),
    Event("双11 2024", date(2024, 11, 1), date(2024, 11, 11), spending=1.3, traffic=1.15, shopping=1.9),
    Event("春节 2025", date(2025, 1, 28), date(2025, 2, 5), spending=0.6, traffic=0.8, shopping=0.6, promo=False),
    Event("三八节 2025", date(2025, 3, 4), date(2025, 3, 8), spending=1.2, traffic=1.1, shopping=1.5),
    Event("618 2025", date(2025, 6, 10), date(2025, 6, 20), spending=1.25, traffic=1.1, shopping=1.7),
    Event("双11 2025", date(2025, 11, 1), date(2025, 11, 11), spending=1.3, traffic=1.15, shopping=1.9),
)


@cache
def usual(day: date) -> Event:
    """The factors of a day, its weekday's included."""
    weekday = WEEKDAYS[day.weekday()]
    plain = Event("", day, day, 1, 1, 1)
    event = next((event for event in EVENTS if event.first <= day <= event.last), plain)
    return Event(event.name, day, day, event.spending * weekday, event.traffic * weekday, event.shopping * weekday)


def rush(day: date) -> float:
    """How many times as many users the same money brings: in a promotion people look for offers."""
    return next((event.traffic for event in EVENTS if event.promo and event.first <= day <= event.last), 1)


def quarter(day: date) -> str:
    """The quarter of a day, as files are named after it: 2025-Q1."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
