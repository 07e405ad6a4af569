"""Weeks of more and of less money, and how many users money brings: fewer per yuan, the more there is of it.

Only both together tell what the next yuan would bring, so the sample has both.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from math import sqrt  # like plus and times, and unlike a power, the same last digit on every processor

from making.calendar import DAYS, rush, usual
from making.chance import Chance
from making.story import NEW_YEAR, REVIEW, Channel, Pace

SWING = 0.20  # what is new each week, as a share of the usual spend
MEMORY = 0.6  # of the week before
LEAST, MOST = 0.5, 1.6
DRAW = "waves 12291"  # any does; with this one the last weeks of both halves of 2025 are usual ones
SIXTEENTHS = (8, 4, 2, 1)


@cache
def waves(channel: Channel) -> dict[date, float]:
    """By day, this week's spend over the usual: around 1 in 2024 and in both halves of 2025, so budgets are kept."""
    weeks = _weeks(channel)
    by_day = {day: weeks[week(day)] for day in DAYS}
    found: dict[date, float] = {}
    for part in (
        [day for day in DAYS if day < NEW_YEAR],
        [day for day in DAYS if NEW_YEAR <= day < REVIEW],
        [day for day in DAYS if day >= REVIEW],
    ):
        usually = sum(usual(day).spending for day in part)
        mean = sum(usual(day).spending * by_day[day] for day in part) / usually
        found |= {day: by_day[day] / mean for day in part}
    return found


def brought(pace: Pace, yuan: float, day: date) -> float:
    """Users whom a day's money brings, on average."""
    return pace.yuan / pace.cpa * power(yuan / pace.yuan, pace.elasticity) * rush(day)


def week(day: date) -> tuple[int, int]:
    """The week of a day, as ISO counts them."""
    year, number, _ = day.isocalendar()
    return year, number


def power(base: float, sixteenths: int) -> float:
    """A number to the power of so many sixteenths, by square roots."""
    root, found = base, 1.0
    for part in SIXTEENTHS:
        root = sqrt(root)
        found *= root if sixteenths & part else 1
    return found


def _weeks(channel: Channel) -> dict[tuple[int, int], float]:
    chance = Chance(DRAW, channel.id)
    found: dict[tuple[int, int], float] = {}
    off = 0.0
    for one in sorted({week(day) for day in DAYS}):
        off = MEMORY * off + chance.about(1, SWING) - 1
        found[one] = min(max(1 + off, LEAST), MOST)
    return found
