"""The accepted rows of one file and month as one immutable Parquet file, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from opsctl.core.errors import DamagedStore
from opsctl.ingest.control import sums
from opsctl.ingest.privacy import PERSONAL_IDS
from opsctl.schemas import tables
from opsctl.schemas.table import physical_schema
from opsctl.store import place
from opsctl.store.catalog import Catalog
from opsctl.store.people import UID

PEOPLE = ("user", "inviter")  # ids that a store keeps as numbers; others as hashes
UNDATED = "undated"


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


def stored_schema(table: str) -> dict[str, pl.DataType]:
    """The columns of a table in the store: those of a checked frame, people as numbers, orders hashed, `line`."""
    ids = {name: UID if name in PEOPLE else pl.Binary() for name in PERSONAL_IDS.get(table, ())}
    return {**physical_schema(tables()[table]), **ids, "line": pl.Int64()}


def write(catalog: Catalog, table: str, file: int, load: int, frame: pl.DataFrame) -> None:
    """Write a file's rows, month by month, and their entries in the catalog.

    Raises:
        CannotStore: The disk is full.
    """
    months = (
        frame.with_columns(_month=pl.col("day").dt.to_string("%Y-%m").fill_null(UNDATED))
        if dated(table)
        else (frame.with_columns(_month=pl.lit(UNDATED)))
    )
    for (month,), rows in sorted(months.partition_by("_month", as_dict=True, maintain_order=True).items()):
        name = f"{place.DATA}/{table}/{month}/{load:06d}-{file:06d}.parquet"
        catalog.insert(
            "segment", file=file, month=month, **written(catalog.store / name, name, table, rows.drop("_month"))
        )


def dated(table: str) -> bool:
    """Has the table a day by which its rows are kept apart? Orders have several days, and are kept by none."""
    return "day" in stored_schema(table)


def written(path: Path, name: str, table: str, rows: pl.DataFrame) -> dict[str, str | int]:
    """A segment on the disk; what the catalog says of it."""
    told = rows.select(column for column in rows if column.null_count() < rows.height)
    place.durable(path, lambda part: told.write_parquet(part, compression="zstd", statistics=False))
    return {
        "path": name,
        "sha256": place.sha256_of(path),
        "bytes": path.stat().st_size,
        "rows": rows.height,
        "sums": json.dumps(sums(rows, table)),
        "days": json.dumps(by_day(rows) if dated(table) else {}),
    }


def by_day(rows: pl.DataFrame) -> dict[str, int]:
    """How many rows each day has."""
    counted = rows.filter(pl.col("day").is_not_null()).group_by("day").len().sort("day")
    return {str(day): count for day, count in counted.iter_rows()}


def of_files(catalog: Catalog, files: Sequence[int]) -> Mapping[int, list[Segment]]:
    """The segments of some files, by file, in the order of their months."""
    found: dict[int, list[Segment]] = {file: [] for file in files}
    for row in catalog.rows("SELECT * FROM segment ORDER BY file, month, id"):
        if row["file"] in found:
            found[row["file"]].append(Segment(**dict(row)))
    return found


def scan_of(catalog: Catalog, table: str, segments: Sequence[Segment]) -> pl.LazyFrame:
    """The rows of a file, month by month, read when they are needed."""
    schema = stored_schema(table)
    scans = [
        pl.scan_parquet(catalog.store / segment.path, schema=schema, missing_columns="insert") for segment in segments
    ]
    return pl.concat(scans) if scans else pl.LazyFrame(schema=schema)


def frame_of(catalog: Catalog, table: str, segments: Sequence[Segment]) -> pl.DataFrame:
    """The rows of a file, in the file's order, with all columns of its table.

    Raises:
        DamagedStore: One of its segments cannot be read.
    """
    schema = stored_schema(table)
    empty = pl.DataFrame(schema=schema)
    try:
        frames = [pl.read_parquet(catalog.store / segment.path) for segment in segments]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DamagedStore("a file of the store cannot be read", hint="opsctl verify names it") from error
    return pl.concat([empty, *frames], how="diagonal").sort("line", maintain_order=True)
