"""A small project with exports of several tables, and its store: what tests of the store break and mend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.cli.inside import opsctl
from tests.command import Ran
from tests.command import opsctl as opsctl_in_a_shell

FIRST = date(2025, 1, 30)  # so that a few days lie in two months
CHANNELS = ("douyin", "tencent")
OPSCTL_YAML = """version: 1
timezone: Asia/Shanghai
currency: CNY
channels:
  douyin: {name: {zh: 抖音, en: Douyin}, group: public}
  tencent: {name: {zh: 腾讯广告, en: Tencent}, group: public}
"""
QUESTION = ("query", "spend,acquisitions,cpa,retention_d1,net_paid", "--by", "channel,day", "--json", "-q")
HEADS = {
    "spend": "day,channel,spend",
    "users": "user,acquired_at,channel",
    "events": "user,at,event",
    "orders": "order,paid_at,paid,user",
}


@dataclass(frozen=True)
class Project:
    """A project's folder, and a home folder for its key."""

    folder: Path
    home: Path

    @property
    def store(self) -> Path:
        """Where its store is."""
        return self.folder / ".opsctl"

    @property
    def environ(self) -> dict[str, str]:
        """An environment of nothing but the home folder."""
        return {"HOME": str(self.home)}

    def run(self, *arguments: str | Path) -> Ran:
        """The command, in this very process."""
        return opsctl(*arguments, "-C", self.folder, environ=self.environ)

    def run_outside(self, *arguments: str | Path, timeout: float = 120) -> Ran:
        """The command, in a process of its own."""
        return opsctl_in_a_shell(*arguments, "-C", self.folder, environ=self.environ, timeout=timeout)

    def ingest(self, days: int) -> Ran:
        """Take in the exports of the first days."""
        return self.run("ingest", "-q", *(self.folder / f"day{day}" for day in range(days)))

    def answer(self) -> str:
        """What the store says of every channel and day, and what came of every file; never an answer that was kept."""
        environ = {**self.environ, "OPSCTL_NO_CACHE": "1"}
        ran = opsctl(*QUESTION, "-C", self.folder, environ=environ)
        return ran.out if ran.code == 0 else f"exit {ran.code}: {ran.err}"


def made(folder: Path, days: int, users: int = 4) -> Project:
    """A project with a folder of exports for each day: `day0/spend.csv` and so on; nothing is taken in yet."""
    found = Project(folder / "project", folder / "home")
    found.folder.mkdir(parents=True)
    found.home.mkdir()
    (found.folder / "opsctl.yaml").write_text(OPSCTL_YAML, encoding="utf-8")
    for number in range(days):
        inside = found.folder / f"day{number}"
        inside.mkdir()
        for table, head in HEADS.items():
            lines = [head, *_lines(table, number, users)]
            (inside / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def _lines(table: str, number: int, users: int) -> list[str]:
    day = FIRST + timedelta(days=number)
    before = [(f"{channel}-{number - 1}-{at}", channel) for channel in CHANNELS for at in range(users)]
    today = [(f"{channel}-{number}-{at}", channel) for channel in CHANNELS for at in range(users)]
    match table:
        case "spend":
            return [f"{day},{channel},{100 + number}.{at}5" for at, channel in enumerate(CHANNELS)]
        case "users":
            return [f"{user},{day} 10:00:00,{channel}" for user, channel in today]
        case "events":
            return [f"{user},{day} 12:30:00,open" for at, (user, _) in enumerate(today + before) if at % 3]
        case _:
            return [f"o-{user},{day} 20:00:00,{at + 9}.50,{user}" for at, (user, _) in enumerate(today) if at % 2]
