"""A table of events taken in: read once, as a stream, and never held in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from opsctl.ingest.account import Part
from opsctl.store import place, segments
from opsctl.store.catalog import Catalog
from opsctl.store.people import People

_HASH = "hash"
_YEAR = 12
_COLUMNS = ("user", "at", "day", "event", "value", "line")


@dataclass(frozen=True)
class Taken:
    """What became of a file's rows: how many were kept, and how many are of people who were erased."""

    kept: int
    erased: int


def write(catalog: Catalog, people: People, part: Part, file: int, load: int) -> Taken:
    """Write the events of a file, month by month, people as numbers.

    Whoever was met in this run is found by a hash of the id as it is written; the others are few, or the file is one
    day's, and are looked up one by one.

    Raises:
        CannotStore: The disk is full.
    """
    scan, days = part.rows, part.account.days
    if days is None:
        return Taken(0, 0)
    if people.met.is_empty():
        people.numbers(scan.select("user").unique().collect(engine="streaming")["user"])
    met = scan.with_columns(pl.col("user").hash().alias(_HASH)).join(people.met.lazy(), on=_HASH, how="left")
    known = met.filter(pl.col("uid").is_not_null()).with_columns(user="uid")
    strangers = met.filter(pl.col("uid").is_null()).select(_columns(scan))
    files = {month: catalog.store / _name(load, file, month) for month in _months(*days)}
    sinks = [_sink(known, month, place.beside(path), _columns(scan)) for month, path in files.items()]
    try:
        *_, rest = pl.collect_all([*sinks, strangers], engine="streaming")
    except OSError as error:
        raise place.cannot(error) from error
    numbers, erased = people.numbers(rest["user"])
    rest = rest.with_columns(numbers).filter(~erased)
    kept = sum(_entered(catalog, file, month, path) for month, path in files.items())
    segments.write(catalog, part.account.table, file, f"{segments.stem(load, file)}-strangers", rest)
    return Taken(kept + rest.height, int(erased.sum()))


def _columns(scan: pl.LazyFrame) -> list[str]:
    there = scan.collect_schema().names()
    return [name for name in _COLUMNS if name in there]


def _months(first: date, last: date) -> Iterator[str]:
    """The months from one day to another, as 2025-03."""
    for number in range(first.year * _YEAR + first.month - 1, last.year * _YEAR + last.month):
        yield f"{number // _YEAR:04d}-{number % _YEAR + 1:02d}"


def _sink(known: pl.LazyFrame, month: str, path: Path, columns: list[str]) -> pl.LazyFrame:
    """The events of one month on their way to the disk; nothing is written before it is collected."""
    first = date.fromisoformat(f"{month}-01")
    rows = known.filter(pl.col("day").dt.month_start() == first)
    return segments.sink(rows.select(columns), path)


def _entered(catalog: Catalog, file: int, month: str, path: Path) -> int:
    """A file that was written takes its place, and is entered in the catalog, unless it holds nothing; its rows."""
    place.settled(path)
    days = segments.by_day(pl.scan_parquet(path))
    rows = sum(days.values())
    if not rows:
        path.unlink()
        return 0
    name = path.relative_to(catalog.store).as_posix()
    segments.enter(catalog, file, month, name, rows=rows, sums={}, days=days)
    return rows


def _name(load: int, file: int, month: str) -> str:
    return f"{place.DATA}/activity/{month}/{segments.stem(load, file)}.parquet"
