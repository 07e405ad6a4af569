"""A shop that sends its exports day by day: every figure of a week can be worked out in one's head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.cli.inside import opsctl
from tests.command import Ran

FIRST = date(2025, 8, 4)  # a Monday
CHANNELS = ("douyin", "tencent")
USERS = 4  # a day and channel; half of them are there a week later
PROJECT = """version: 1
locale: en
privacy: {hash_key_file: ../key}
activity: {qualifying: [open]}
channels:
  douyin: {name: {zh: 抖音, en: Douyin}, group: public}
  tencent: {name: {zh: 腾讯广告, en: Tencent}, group: public}
"""


@dataclass(frozen=True)
class Shop:
    """A project's folder."""

    folder: Path

    def deliver(self, first: date, last: date, *without: str) -> None:
        """Take in what some days brought, 100 a day and channel, but for days named as `douyin_0812`."""
        days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
        for channel in CHANNELS:
            told = [day for day in days if f"{channel}_{day:%m%d}" not in without]
            self.spend(channel, *told)
        came = [f"{user},{day},{channel}" for day in days for channel in CHANNELS for user in _users(channel, day)]
        self.export(f"users_{first:%m%d}", "user,acquired_at,channel", came)
        self.events(*(day for day in days if f"events_{day:%m%d}" not in without))
        self.ingest()

    def spend(self, channel: str, *days: date, amount: str = "100.00") -> None:
        self.export(f"{channel}_{days[0]:%m%d}", "day,channel,spend", [f"{day},{channel},{amount}" for day in days])

    def events(self, *days: date) -> None:
        there = [f"{user},{day},open" for day in days for user in _there(day)]
        self.export(f"events_{days[0]:%m%d}", "user,at,event", there)

    def moved(self, channel: str, day: date, to: date) -> None:
        """The users of a channel's day anew: the last of them came on another day."""
        days = [*[day] * (USERS - 1), to]
        rows = [f"{user},{on},{channel}" for user, on in zip(_users(channel, day), days, strict=True)]
        self.export(f"moved_{day:%m%d}", "user,acquired_at,channel", rows)

    def export(self, name: str, head: str, rows: list[str]) -> None:
        path = self.folder / "exports" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")

    def ingest(self, *arguments: str) -> None:
        ran = opsctl("ingest", "-q", *arguments, "exports", cwd=self.folder)
        assert ran.code == 0, ran.err

    def report(self, *arguments: str) -> Ran:
        ran = opsctl("report", "-q", *arguments, cwd=self.folder)
        assert ran.code == 0, ran.err
        return ran

    def answer(self, *arguments: str) -> dict[str, Any]:
        """The report for programs."""
        found: dict[str, Any] = self.report("--json", *arguments).json
        return found


def opened(folder: Path) -> Shop:
    """A shop with its configuration; nothing is taken in yet."""
    folder.mkdir()
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    return Shop(folder)


def _users(channel: str, day: date) -> list[str]:
    return [f"{channel}-{day:%m%d}-{at}" for at in range(USERS)]


def _there(day: date) -> list[str]:
    """Who was there on a day: all who came, and half of those who came a week before."""
    before = day - timedelta(days=7)
    back = [user for channel in CHANNELS for user in _users(channel, before)[: USERS // 2] if before >= FIRST]
    return [*(user for channel in CHANNELS for user in _users(channel, day)), *back]
