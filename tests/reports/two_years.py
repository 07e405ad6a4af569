"""Two small years of a company whose figures can be worked out in the head.

On the fifth of each month two bought platforms and two channels of the company's own bring users. Until June 2025
`strong` takes 400 for 10 users of whom 2 are back on day 7, `weak` 200 for 10 users of whom none is. From July on
`strong` takes 500 for 20 users of whom 8 are back, and `weak` nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

PROJECT = """version: 1
project: {name: 二年, department: 渠道部, owner: 林}
channels:
  strong: {name: {zh: 甲台, en: Strong}, group: public}
  weak: {name: {zh: 乙台, en: Weak}, group: public}
  club: {name: {zh: 社群, en: Club}, group: private}
  organic: {name: {zh: 自然量, en: Organic}, group: organic}
policy: {low_efficiency: {min_users: 10}}
targets:
  - {metric: cpa, group: public, period: 2025, target: 28}
  - {metric: retention_d7, group: public, period: 2025, target: 0.3}
  - {metric: cpa, channel: strong, period: 2025-Q4, target: 26}
events:
  - {name: 双11, from: 2025-11-01, to: 2025-11-11, promo: true}
budgets:
"""
BUDGET = 550  # a month


@dataclass(frozen=True)
class Batch:
    """What one channel brought on one day."""

    channel: str
    spend: int
    users: int
    kept: int


def batches(day: date) -> list[Batch]:
    """What each channel brought on a day of the plan above."""
    later = day >= date(2025, 7, 1)
    return [
        Batch("strong", 500, 20, 8) if later else Batch("strong", 400, 10, 2),
        Batch("weak", 0, 0, 0) if later else Batch("weak", 200, 10, 0),
        Batch("club", 50, 10, 5),
        Batch("organic", 0, 5, 2),
    ]


def days() -> Iterator[date]:
    """The fifth of each month of both years."""
    return (date(year, month, 5) for year in (2024, 2025) for month in range(1, 13))


def write(folder: Path, *, users: bool = True, project: bool = True) -> Path:
    """The two years as files; an organic user on the first and on the last day spans them."""
    spend, acquired = ["day,channel,spend,impressions,clicks"], ["user,acquired_at,channel"]
    active = ["user,at,event"]
    for day in days():
        for one in batches(day):
            spend += [f"{day},{one.channel},{one.spend},{one.spend * 40},{one.spend}"] if one.spend else []
            names = [f"{one.channel}-{day}-{number}" for number in range(one.users)]
            acquired += [f"{name},{day},{one.channel}" for name in names]
            active += [f"{name},{day + timedelta(days=7)},open" for name in names[: one.kept]]
    for edge in ("2024-01-01", "2025-12-31"):
        acquired.append(f"edge-{edge},{edge},organic")
        active.append(f"edge-{edge},{edge},open")
    spend.append("2025-12-31,strong,0,0,0")
    tables = {"spend": spend} | ({"users": acquired, "activity": active} if users else {})
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if project:
        months = (f"  - {{month: 2025-{month:02}, channel: strong, amount: {BUDGET}}}\n" for month in range(1, 13))
        (folder / "opsctl.yaml").write_text(PROJECT + "".join(months), encoding="utf-8")
    return folder
