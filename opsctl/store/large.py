"""A table of events taken in: read once, as a stream, and never held in memory as a whole."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from opsctl.core.errors import CannotStore
from opsctl.ingest.account import Part
from opsctl.ingest.people import is_untidy
from opsctl.store import parquet, place, segments
from opsctl.store.catalog import Catalog
from opsctl.store.people import UID, People

_HASH = "hash"
_YEAR = 12
_MANY = 1_000_000  # events
_LOOKED_AT = 50_000  # of them
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
    days = part.account.days
    if days is None:
        return Taken(0, 0)
    if part.ids is not None:
        return _write_placed(catalog, people, part, {month: _name(load, file, month) for month in _months(*days)}, file)
    if part.account.accepted > _MANY and _is_crowd_of_strangers(part, people):
        everybody = _as_written(part).select("user", "line").unique("user").collect(engine="streaming")
        people.numbers(_tidied(part, everybody)["user"])
    files = {month: catalog.store / _name(load, file, month) for month in _months(*days)}
    try:
        rest = _poured(_as_written(part).with_columns(pl.col("user").hash().alias(_HASH)), part, people, files)
    except (OSError, pl.exceptions.ComputeError) as error:  # polars tells of a full disk in either
        raise CannotStore("the store cannot be written", hint="check the disk and the folder's rights") from error
    rest = _tidied(part, rest)
    numbers, erased = people.numbers(rest["user"])
    rest = rest.with_columns(numbers).filter(~erased)
    kept = sum(_entered(catalog, file, month, path) for month, path in files.items())
    segments.write(catalog, part.account.table, file, f"{segments.stem(load, file)}-strangers", rest)
    return Taken(kept + rest.height, int(erased.sum()))


def _write_placed(catalog: Catalog, people: People, part: Part, names: Mapping[str, str], file: int) -> Taken:
    """Write the events of a file whose users were told apart when it was read: each is the place of an id."""
    assert part.ids is not None  # noqa: S101 - as the caller made sure
    numbers = people.numbers_of(part.ids)
    kept = 0
    try:
        with ThreadPoolExecutor(1) as beside:  # a file is hashed while the next one is written
            poured = [
                (month, catalog.store / name, beside.submit(_pour, rows, part, place.beside(catalog.store / name)))
                for month, name in names.items()
                if (rows := _placed(part, numbers, month)) is not None
            ]
            for month, path, done in poured:
                done.result()
                kept += _entered(catalog, file, month, path)
    except (OSError, pl.exceptions.ComputeError) as error:  # polars tells of a full disk in either
        raise CannotStore("the store cannot be written", hint="check the disk and the folder's rights") from error
    return Taken(kept, part.account.accepted - kept)


def _pour(rows: pl.LazyFrame, part: Part, path: Path) -> None:
    parquet.pour(rows.select(_columns(rows, part)), path)


def _placed(part: Part, numbers: pl.Series, month: str) -> pl.LazyFrame | None:
    """The events of a month, whose users are places among numbers; None where none can be of it."""
    bits = [bit for stretch in part.stretches for bit in stretch.between(*_ends(month))]
    return _numbered(pl.concat(bits), numbers) if bits else None


def _numbered(rows: pl.LazyFrame, numbers: pl.Series) -> pl.LazyFrame:
    """Events whose users are places among numbers with these in their place, without those of nobody."""
    if _are_in_a_row(numbers):
        return rows.with_columns(user=pl.col("user") + numbers[0])  # no need to wait for Python, which is hashing
    found = pl.col("user").map_batches(numbers.gather, return_dtype=numbers.dtype, is_elementwise=True)
    told = rows.with_columns(user=found)
    return told.filter(pl.col("user").is_not_null()) if numbers.null_count() else told


def _are_in_a_row(numbers: pl.Series) -> bool:
    """Are they a number and the next ones, as those of people are whom the store meets for the first time?"""
    first = numbers[0] if len(numbers) else None
    return first is not None and numbers.equals(pl.int_range(first, first + len(numbers), dtype=UID, eager=True))


def ids_of(part: Part) -> pl.Series:
    """The people of a file of few events, each once; nobody's of one of very many, which is not read twice."""
    if part.ids is not None:
        return part.ids
    if part.account.accepted > _MANY:
        return pl.Series("user", [], pl.String)
    return part.rows.select(pl.col("user").unique()).collect(engine="streaming")["user"]


def _poured(events: pl.LazyFrame, part: Part, people: People, files: Mapping[str, Path]) -> pl.DataFrame:
    """Write the events of whoever was met into the files of their months; those of all others."""
    met = events.join(_met(events, part, people), on=_HASH, how="left")
    known = met.filter(pl.col("uid").is_not_null()).with_columns(user="uid")
    strangers = met.filter(pl.col("uid").is_null())
    sinks = [_sink(known, month, place.beside(path), _columns(known, part)) for month, path in files.items()]
    *_, rest = pl.collect_all([*sinks, strangers.select(_columns(strangers, part))], engine="streaming")
    return rest


def _met(events: pl.LazyFrame, part: Part, people: People) -> pl.LazyFrame:
    """Who was met, by hash; beside few events only those in them, since a table of all is dearer to make than these."""
    if part.account.accepted > _MANY:
        return people.met.lazy()
    here = events.select(pl.col(_HASH).unique()).collect(engine="streaming")
    return people.met.join(here, on=_HASH, how="semi").lazy()


def _is_crowd_of_strangers(part: Part, people: People) -> bool:
    """Are most people of the first events nobody who was met? Then the rows of all of them would have to be held."""
    hashes = _as_written(part).select(pl.col("user").hash().alias(_HASH))
    first = hashes.head(_LOOKED_AT).unique().collect(engine="streaming")
    met = people.met.join(first, on=_HASH, how="semi").height
    return met * 2 < first.height


def _as_written(part: Part) -> pl.LazyFrame:
    """The events with ids as the file has them: who is met by such an id is met, and only the others need a look."""
    plain = [stretch.as_written for stretch in part.stretches if stretch.as_written is not None]
    return pl.concat(plain) if plain and len(plain) == len(part.stretches) else part.rows


def _tidied(part: Part, rest: pl.DataFrame) -> pl.DataFrame:
    """The events of strangers with their ids as the table has them."""
    if not rest.select(is_untidy(pl.col("user")).any()).item():
        return rest
    lines = rest.select("line").lazy()
    return part.rows.join(lines, on="line", how="semi").select(rest.columns).collect(engine="streaming")


def _columns(rows: pl.LazyFrame, part: Part) -> list[str]:
    """The columns that are written: a column of nothing is dear to write, and comes back by itself."""
    there = rows.collect_schema().names()
    silent = {"value"} - part.supplied
    return [name for name in _COLUMNS if name in there and name not in silent]


def _months(first: date, last: date) -> Iterator[str]:
    """The months from one day to another, as 2025-03."""
    for number in range(first.year * _YEAR + first.month - 1, last.year * _YEAR + last.month):
        yield f"{number // _YEAR:04d}-{number % _YEAR + 1:02d}"


def _sink(known: pl.LazyFrame, month: str, path: Path, columns: list[str]) -> pl.LazyFrame:
    """The events of one month on their way to the disk; nothing is written before it is collected."""
    return parquet.sink(known.filter(_is_of(month)).select(columns), path)


def _is_of(month: str) -> pl.Expr:
    """True of the events of a month, by its ends: three times as fast as by the month of each day."""
    return pl.col("day").is_between(*_ends(month))


def _ends(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


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
