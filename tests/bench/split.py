"""The days of generated data before their last, and the last alone; a program, as what imports polars grows large.

    python split.py FROM FIRST LAST

Files that hold nothing of the last day are linked, not copied.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path

import polars as pl

LAST = date(2025, 12, 31)
TIMES = {"users": "acquired_at", "activity": "event_time", "orders": "order_time", "spend": "date"}


def divide(file: Path, time: str, first: Path, last: Path) -> None:
    """The rows of a file before the last day, and those on it where there are any."""
    rows = pl.scan_parquet(file)
    day = pl.col(time).cast(pl.Date)
    if rows.select(day.max()).collect().item() < LAST:
        link(file, first / file.name)
    else:
        for condition, into in ((day < LAST, first), (day == LAST, last)):
            rows.filter(condition).collect(engine="streaming").write_parquet(into / file.name, compression="zstd")


def link(file: Path, target: Path) -> None:
    """The same file at another place; a copy where that is on another disk."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def main(source: Path, first: Path, last: Path) -> None:
    """Every file of every table."""
    for table, time in TIMES.items():
        for folder in (first, last):
            (folder / table).mkdir(parents=True)
        for file in sorted((source / table).glob("*.parquet")):
            divide(file, time, first / table, last / table)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
