"""A shop that sends its exports every day: most are right, some come late, some twice, some wrong first."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2025, 1, 1)
CHANNELS = ("douyin", "tencent")
PROJECT = """version: 1
timezone: Asia/Shanghai
currency: CNY
locale: en
activity: {qualifying: [open]}
channels:
  douyin: {name: {zh: 抖音, en: Douyin}, group: public}
  tencent: {name: {zh: 腾讯广告, en: Tencent}, group: public}
"""


@dataclass(frozen=True)
class Delivery:
    """One export: where it lies, what it says, and the day on whose morning after it arrives."""

    name: str
    text: str
    arrives: date


@dataclass(frozen=True)
class Truth:
    """What every export should have said, by name, and the deliveries in which it came, by day."""

    final: dict[str, str]
    deliveries: dict[date, list[Delivery]]


@dataclass(frozen=True)
class Shares:
    """How many files go wrong on the way."""

    again: float = 0.05
    corrected: float = 0.03
    late: float = 0.02


def simulated(days: int, seed: int, shares: Shares | None = None) -> Truth:
    """`days` days of four tables for two channels; what goes wrong is drawn from the seed."""
    draw = random.Random(seed)  # noqa: S311 - a simulation
    shares = shares or Shares()
    final = dict(_exports(days, draw))
    deliveries: dict[date, list[Delivery]] = defaultdict(list)
    for name, text in final.items():
        day = date.fromisoformat(name.split("/")[1].removesuffix(".csv"))
        for delivery in _ways(name, text, day, draw, shares):
            deliveries[delivery.arrives].append(delivery)
    return Truth(final, dict(deliveries))


def _ways(name: str, text: str, day: date, draw: random.Random, shares: Shares) -> Iterator[Delivery]:
    """How an export arrives: once on its day, or late, or wrong and then right, and perhaps once more."""
    arrives = day
    luck = draw.random()
    if luck < shares.late:
        arrives += timedelta(days=draw.randint(1, 20))
    elif luck < shares.late + shares.corrected:
        yield Delivery(name, _wrong(text, draw), day)
        arrives += timedelta(days=draw.randint(1, 30))
    yield Delivery(name, text, arrives)
    if draw.random() < shares.again:
        yield Delivery(f"again/{name}", text, arrives + timedelta(days=draw.randint(0, 15)))


def _exports(days: int, draw: random.Random) -> Iterator[tuple[str, str]]:
    known: list[tuple[str, int]] = []
    number = 0
    for at in range(days):
        day = FIRST + timedelta(days=at)
        spend, users, activity, orders = ([head] for head in _HEADS)
        for channel in CHANNELS:
            amount = draw.randint(5000, 20000) / 100
            spend.append(f"{day},{channel},{amount:.2f},{draw.randint(900, 5000)},{draw.randint(10, 90)}")
            for _ in range(draw.randint(2, 6)):
                number += 1
                known.append((f"u{number:05d}", at))
                users.append(f"u{number:05d},{day} {draw.randint(8, 22):02d}:15:00,{channel}")
        for user, since in known[-400:]:
            if draw.random() < 0.6 / (1 + (at - since)) + 0.05:
                activity.append(f"{user},{day} {draw.randint(0, 23):02d}:40:00,open")
            if draw.random() < 0.02:
                orders.append(f"{day:%Y%m%d}{user},{user},{day} 20:00:00,{draw.randint(1000, 90000) / 100:.2f},0.00")
        for table, rows in zip(_TABLES, (spend, users, activity, orders), strict=True):
            if len(rows) > 1:
                yield f"{table}/{day}.csv", "\n".join(rows) + "\n"


_TABLES = ("spend", "users", "activity", "orders")
_HEADS = (
    "day,channel,spend,impressions,clicks",
    "user,acquired_at,channel",
    "user,at,event",
    "order,user,paid_at,paid,refunded",
)


def _wrong(text: str, draw: random.Random) -> str:
    """The export as it came first: an amount, a channel or a user's day differs, or rows of activity are missing."""
    head, *rows = text.splitlines()
    if head == _HEADS[2]:
        return "\n".join([head, *rows[: max(1, len(rows) * 2 // 3)]]) + "\n"
    at = draw.randrange(len(rows))
    cells = rows[at].split(",")
    if head == _HEADS[0]:
        cells[2] = f"{float(cells[2]) * 0.9:.2f}"
    elif head == _HEADS[1] and draw.random() < _HALF:
        cells[2] = CHANNELS[cells[2] == CHANNELS[0]]
    elif head == _HEADS[1]:  # a user of the day before, who the export of that day will tell of too
        return "\n".join([head, *rows, _moved_here(cells, draw)]) + "\n"
    else:
        cells[3] = f"{float(cells[3]) + 5:.2f}"
    rows[at] = ",".join(cells)
    return "\n".join([head, *rows]) + "\n"


def _moved_here(cells: list[str], draw: random.Random) -> str:
    """A user whom the truth has on the next day, by the number that follows the export's own."""
    number, day = int(cells[0][1:]), cells[1][:10]
    return f"u{number + draw.randint(1, 9):05d},{day} 12:00:00,{cells[2]}"


_HALF = 0.5


def project(folder: Path) -> Path:
    """A project's folder with its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


def deliver(delivery: Delivery, folder: Path) -> Path:
    """The export, where it arrives."""
    path = folder / "exports" / delivery.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(delivery.text, encoding="utf-8")
    return path
