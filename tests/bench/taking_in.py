"""How fast a clean CSV file of 20 M events is taken in, against DuckDB, which only copies it; run with `make bench`.

opsctl proves that every row is good, gives people numbers and keyed hashes, and keeps accounts and hashes of the file;
DuckDB reads texts and times and writes Parquet, and promises nothing. Whole processes of two threads, in rounds.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import polars as pl

from tests.bench import data
from tests.bench.contenders import ENVIRONMENT, ingest
from tests.bench.timing import Contender, Failed, Step, ratios, rounds

ROUNDS = 5
SLOWEST = 1 / 0.67  # of DuckDB's time
LARGEST = 1_000  # MB
COPY = """
import duckdb, sys
database = duckdb.connect()
database.execute("SET threads = 2; SET preserve_insertion_order = false")
rows = "SELECT * FROM read_csv(?, columns = {'user_id': 'VARCHAR', 'event_time': 'TIMESTAMP', 'event': 'VARCHAR'})"
database.execute(f"COPY ({rows}) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)", [sys.argv[1]])
"""


def contenders(events: Path, rows: int, work: Path) -> list[Contender]:
    """opsctl and DuckDB, each beginning with nothing and checked for all of the rows."""
    project, copied = work / "project", work / "copied.parquet"
    key = {"HOME": str(work), **ENVIRONMENT}

    def empty() -> None:
        shutil.rmtree(project, ignore_errors=True)
        data.project(project)

    def holds_all(paths: list[Path]) -> None:
        found = pl.scan_parquet(paths).select(pl.len()).collect().item()
        if found != rows:
            raise SystemExit(f"{found} rows of {rows} were written")

    kept = project / ".opsctl" / "data" / "activity"
    return [
        Contender(
            "duckdb COPY",
            [Step([sys.executable, "-c", COPY, str(events), str(copied)])],
            lambda: None,
            lambda: holds_all([copied]),
        ),
        Contender(
            "opsctl ingest",
            [Step(ingest([str(events)], project), key)],
            empty,
            lambda: holds_all(sorted(kept.rglob("*.parquet"))),
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    """Print the table; never fail for being slow."""
    parser = ArgumentParser(prog="tests.bench.taking_in")
    parser.add_argument("--data", type=Path, help=f"the folder of the data; else {data.FOLDER}, else a cache")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    if not data.GENERATOR.is_file():
        print(f"no generator of data beside this checkout ({data.GENERATOR.name}): taking in is not measured")
        return 0
    of = data.ready("M", data.home(asked.data))
    with TemporaryDirectory(dir=of.folder) as work:
        events = of.folder / "csv" / "activity.csv"
        try:
            found = rounds(contenders(events, of.rows["activity"], Path(work)), asked.rounds)
        except Failed as error:
            print(error)
            return 1
    theirs, ours = found["duckdb COPY"], found["opsctl ingest"]
    taken, peak = median(ratios(ours, theirs)), median(run.rss for run in ours)
    print(f"a clean CSV of {of.rows['activity']:,} events, read, validated and written as Parquet:")
    print(f"  {taken:.2f} times DuckDB's COPY without validation (at most {SLOWEST:.2f}), {1 / taken:.2f} of its speed")
    print(f"  {peak:,.0f} MB at the peak (at most {LARGEST:,})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
