"""The data of the benchmark: made by the generator beside the checkout, kept in a cache outside the tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT.parent / "shared" / "tools" / "perf"
GENERATOR = BESIDE / "gen.py"
FOLDER = "OPSCTL_BENCH_DATA"  # an environment variable: the folder in place of the cache
TABLES = ("users", "activity", "orders", "spend")
AS_OF = "2025-12-31"  # the last day there is
DAY_BEFORE = "2025-12-30"
CSV_SCALES = ("S", "M")  # of the largest the text alone would be 3.5 GB
# How opsctl reads them, with a key of their own; the generator has column names of its own.
PROJECT = """\
version: 1
timezone: Asia/Shanghai
currency: CNY
privacy: {hash_key_file: ../key}
mappings:
  - platform: bench
    exports:
      - report: spend
        table: spend
        file: {header_has: [cost, creative]}
        columns:
          day: date
          channel: channel
          campaign: campaign
          creative: creative
          impressions: impressions
          clicks: clicks
          spend: {from: cost, unit: CNY}
      - report: users
        table: acquisition
        file: {header_has: [acquired_at, user_id]}
        columns: {user: user_id, channel: channel, acquired_at: acquired_at}
      - report: activity
        table: activity
        file: {header_has: [event_time]}
        columns: {user: user_id, at: event_time, event: event}
      - report: orders
        table: order
        file: {header_has: [order_time]}
        columns:
          order: order_id
          user: user_id
          channel: channel
          paid_at: order_time
          paid: {from: amount, unit: CNY}
"""


@dataclass(frozen=True)
class Data:
    """The tables of one scale, as a folder of Parquet files for each."""

    scale: str
    folder: Path

    @property
    def parquet(self) -> list[Path]:
        """The folders of its tables."""
        return [self.folder / table for table in TABLES]

    @property
    def csv(self) -> list[Path]:
        """The files of its tables, where they were made as CSV, too."""
        folder = self.folder / "csv"
        return [folder / f"{table}.csv" for table in TABLES] if folder.is_dir() else []

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows it has: activity, users, orders, spend, …"""
        counts: Mapping[str, int] = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))["rows"]
        return counts

    @property
    def but_last_day(self) -> Data:
        """All days but the last; made by `split`."""
        return Data(self.scale, self.folder.with_name(f"{self.scale}.first"))

    @property
    def last_day(self) -> Data:
        """The last day alone; made by `split`."""
        return Data(self.scale, self.folder.with_name(f"{self.scale}.last"))


def home(chosen: Path | None) -> Path:
    """The folder of all data: named, else of the environment, else in the user's cache."""
    if chosen is None:
        named = os.environ.get(FOLDER)
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        chosen = Path(named) if named else cache / "opsctl-bench"
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen.resolve()


def ready(scale: str, within: Path) -> Data:
    """The data of a scale, made where they are not yet; in another folder first, so that they are whole or absent."""
    data = Data(scale, within / scale)
    if not data.folder.is_dir():
        _generate(scale, data.folder)
    elif scale in CSV_SCALES and not data.csv:  # made before by somebody else
        _generate(scale, data.folder / "csv", part="csv")
    return data


def _generate(scale: str, target: Path, part: str = ".") -> None:
    made = target.with_name(f"{target.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    _run(GENERATOR, "--scale", scale, "--out", str(made), *(["--csv"] if scale in CSV_SCALES else []))
    (made / part).rename(target)
    shutil.rmtree(made, ignore_errors=True)


def split(data: Data) -> None:
    """Make the two parts of the data, before and on the last day, where they are not there yet."""
    done = data.last_day.folder / "truth.json"
    if not done.is_file():
        parts = [part.folder for part in (data.but_last_day, data.last_day)]
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
        _run(Path(__file__).with_name("split.py"), *paths([data.folder, *parts]))
        shutil.copyfile(data.folder / "truth.json", done)


def _run(program: Path, *arguments: str) -> None:
    """Run a program of its own, as it would make this process large."""
    print(f"  {program.stem} {' '.join(arguments)}", file=sys.stderr)
    subprocess.run([sys.executable, program, *arguments], check=True, stdout=subprocess.DEVNULL)


def project(folder: Path) -> Path:
    """A fresh project that can read the data."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


def paths(of: Sequence[Path]) -> list[str]:
    """As they are named on a command line."""
    return [str(path) for path in of]
