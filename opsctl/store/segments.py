"""The accepted rows of one file and month as one immutable Parquet file, and back."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath

import polars as pl

from opsctl.core.errors import DamagedStore
from opsctl.ingest.people import PERSONAL_IDS
from opsctl.schemas import tables
from opsctl.schemas.table import Merge, physical_schema
from opsctl.store import parquet, place
from opsctl.store.catalog import Catalog
from opsctl.store.people import UID

PEOPLE = ("user", "inviter")  # ids that a store keeps as numbers; others as hashes
UNDATED = "undated"
_AGAIN = "-again"  # in the name of a file that was written in the place of an older one


@dataclass(frozen=True, slots=True)
class Segment:
    """One Parquet file of the store, as the catalog lists it."""

    id: int
    file: int
    month: str
    path: str
    sha256: str
    bytes: int
    rows: int
    sums: str
    days: str


@cache
def stored_schema(table: str) -> dict[str, pl.DataType]:
    """The columns of a table in the store: those of a checked frame, people as numbers, orders hashed, `line`."""
    ids = {name: UID if name in PEOPLE else pl.Binary() for name in PERSONAL_IDS.get(table, ())}
    return {**physical_schema(tables()[table]), **ids, "line": pl.Int64()}


def stem(load: int, file: int) -> str:
    """What the segments of a file are called."""
    return f"{load:06d}-{file:06d}"


def write(catalog: Catalog, table: str, file: int, stem: str, frame: pl.DataFrame) -> None:
    """Write a file's rows, month by month, and their entries in the catalog.

    Raises:
        CannotStore: The disk is full.
    """
    from opsctl.ingest.control import sums  # noqa: PLC0415 - whoever reads segments adds nothing up

    day = pl.col("day").dt.to_string("%Y-%m").fill_null(UNDATED) if dated(table) else pl.lit(UNDATED)
    months = frame.with_columns(_month=day).partition_by("_month", as_dict=True, maintain_order=True, include_key=False)
    for (month,), rows in sorted(months.items()):
        name = f"{place.DATA}/{table}/{month}/{stem}.parquet"
        _put(catalog.store / name, rows)
        enter(
            catalog,
            file,
            month,
            name,
            rows=rows.height,
            sums=sums(rows, table),
            days=by_day(rows.lazy()) if dated(table) else {},
        )


def _put(path: Path, rows: pl.DataFrame) -> None:
    """A file of rows, without columns that are empty."""
    told = rows.select(column for column in rows if column.null_count() < rows.height)
    place.durable(path, lambda part: parquet.write(told, part))


def replace(catalog: Catalog, table: str, segment: Segment, rows: pl.LazyFrame) -> None:
    """Put other rows in a segment's place: a new file under a new name, its entry; where none is left, neither.

    The old file stays until the transaction counts. A large table's rows are never held in memory as a whole.

    Raises:
        CannotStore: The disk is full.
        DamagedStore: The segment's file cannot be read.
    """
    from opsctl.ingest.control import sums  # noqa: PLC0415 - whoever reads segments adds nothing up

    catalog.change("DELETE FROM segment WHERE id = ?", segment.id)
    name = _renewed(segment.path, catalog.generation + 1)
    path = catalog.store / name
    try:
        if tables()[table].MERGE is Merge.APPEND:
            place.durable(path, lambda part: parquet.pour(rows, part))
            added: dict[str, int] = {}
            left = pl.scan_parquet(path)
        else:
            held = _whole(table, [rows.collect()])
            added, left = sums(held, table), held.lazy()
            _put(path, held)
    except pl.exceptions.PolarsError as error:
        raise _unreadable() from error
    height = int(left.select(pl.len()).collect().item())
    if not height:
        path.unlink()
        return
    days = by_day(left) if dated(table) else {}
    enter(catalog, segment.file, segment.month, name, rows=height, sums=added, days=days, number=segment.id)


def _renewed(name: str, generation: int) -> str:
    """The name of a segment's file that takes the place of an older one."""
    path = PurePosixPath(name)
    stem = path.stem.partition(_AGAIN)[0]
    return str(path.with_name(f"{stem}{_AGAIN}{generation:06d}.parquet"))


def enter(  # noqa: PLR0913 - all that the catalog says of a segment
    catalog: Catalog,
    file: int,
    month: str,
    name: str,
    *,
    rows: int,
    sums: Mapping[str, int],
    days: Mapping[str, int],
    number: int | None = None,
) -> None:
    """Enter a segment that is in its place in the catalog, under the number that it had before or a new one."""
    path = catalog.store / name
    catalog.insert(
        "segment",
        id=number,
        file=file,
        month=month,
        path=name,
        sha256=place.sha256_of(path),
        bytes=path.stat().st_size,
        rows=rows,
        sums=json.dumps(sums),
        days=json.dumps(days),
    )


def dated(table: str) -> bool:
    """Has the table a day by which its rows are kept apart? Orders have several days, and are kept by none."""
    return "day" in stored_schema(table)


def by_day(rows: pl.LazyFrame) -> dict[str, int]:
    """How many rows each day has."""
    runs = rows.select(pl.col("day").drop_nulls().rle()).unnest("day")  # few where rows lie as they came, day by day
    counted = runs.group_by("value").agg(pl.col("len").sum()).sort("value").collect(engine="streaming")
    return {str(day): count for day, count in counted.iter_rows()}


def days_of(catalog: Catalog, files: Sequence[int]) -> list[Mapping[date, int]]:
    """Of each of some files, how many rows its segments have of each day."""
    found: list[Mapping[date, int]] = []
    for segments in of_files(catalog, files).values():
        days: Counter[str] = Counter()
        for segment in segments:
            days.update(json.loads(segment.days))
        found.append({date.fromisoformat(day): rows for day, rows in days.items()})
    return found


def of_files(catalog: Catalog, files: Sequence[int]) -> Mapping[int, list[Segment]]:
    """The segments of some files, by file, in the order of their months."""
    found: dict[int, list[Segment]] = {file: [] for file in files}
    for row in catalog.rows("SELECT * FROM segment ORDER BY file, month, id"):
        if row["file"] in found:
            found[row["file"]].append(Segment(**dict(row)))
    return found


def state(segments: Sequence[Segment]) -> str:
    """A hash of what some segments hold."""
    return hashlib.sha256("\n".join(sorted(one.sha256 for one in segments)).encode()).hexdigest()[:24]


def scan_of(catalog: Catalog, table: str, segments: Sequence[Segment]) -> pl.LazyFrame:
    """The rows of a file, month by month, read when they are needed.

    Raises:
        DamagedStore: One of its segments is gone, or was cut.
    """
    schema = stored_schema(table)
    paths = [_uncut(catalog, segment) for segment in segments]
    scans = [pl.scan_parquet(path, schema=schema, missing_columns="insert") for path in paths]
    return pl.concat(scans) if scans else pl.LazyFrame(schema=schema)


def frame_of(catalog: Catalog, table: str, segments: Sequence[Segment]) -> pl.DataFrame:
    """The rows of a file, in the file's order, with all columns of its table.

    Raises:
        DamagedStore: One of its segments cannot be read.
    """
    try:
        frames = [pl.read_parquet(catalog.store / segment.path) for segment in segments]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable() from error
    rows = _whole(table, frames) if frames else _nothing(table)
    return rows.sort("line", maintain_order=True) if len(frames) > 1 else rows


@cache
def _nothing(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema=stored_schema(table))


def _whole(table: str, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of frames with all columns of their table."""
    return pl.concat([_nothing(table), *frames], how="diagonal")


def _uncut(catalog: Catalog, segment: Segment) -> Path:
    """Where a segment is, if it is as long as it was: its bytes are only looked at when somebody verifies."""
    path = catalog.store / segment.path
    try:
        same = path.stat().st_size == segment.bytes
    except OSError:
        same = False
    if not same:
        raise _unreadable()
    return path


def _unreadable() -> DamagedStore:
    return DamagedStore("a file of the store cannot be read", hint="opsctl verify names it")
