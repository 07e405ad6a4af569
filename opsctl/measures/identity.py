"""People as numbers: an id is compared millions of times, and of a number that costs half as much.

The numbers are hashes of the ids, made when tables are read and never kept: how they are made may change with any
version. Acquired users are proven to have a number each. That of somebody who only bought or was seen could in theory
be one of theirs: among millions of users about once in 10^12 such people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from opsctl.ingest.people import shortest_of
from opsctl.ingest.stretch import Stretch

Tables = Mapping[str, pl.LazyFrame]


def numbered(tables: Tables, stretches: Sequence[Stretch]) -> tuple[Tables, Sequence[Stretch]]:
    """The tables with the column `user` as numbers, where it is text; as they are, where two users had one number."""
    people = {name: rows for name, rows in tables.items() if "user" in rows.collect_schema()}
    if not all(rows.collect_schema()["user"] == pl.String for rows in people.values()):
        return tables, stretches
    acquired = people["acquisition"].select("user").collect()["user"] if "acquisition" in people else pl.Series([""])
    tidy = shortest_of(acquired) if stretches else 0
    stretches = [replace(stretch, tidy_up_to=tidy) for stretch in stretches]
    if not _are_unique(acquired):
        return tables, stretches
    numbers = {name: _numbered(rows) if name == "activity" else _made(rows) for name, rows in people.items()}
    return {**tables, **numbers}, [stretch.read(_numbered) for stretch in stretches]


def _are_unique(ids: pl.Series) -> bool:
    """Do no two ids have the same hash? As many hashes as rows are proof at little cost."""
    hashes = ids.hash().n_unique()
    return hashes == len(ids) or hashes == ids.n_unique()


def _numbered(rows: pl.LazyFrame) -> pl.LazyFrame:
    user = pl.col("user")
    return rows.with_columns(user=pl.when(user.is_not_null()).then(user.hash()))


def _made(rows: pl.LazyFrame) -> pl.LazyFrame:
    return _numbered(rows).collect().lazy()
