"""People as numbers: an id is compared millions of times, and of a number that costs half as much.

The numbers are hashes of the ids, made when tables are read and never kept: how they are made may change with any
version. Acquired users are proven to have a number each. That of somebody who only bought or was seen could in theory
be one of theirs: among millions of users about once in 10^12 such people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from opsctl.ingest.stretch import Stretch

Tables = Mapping[str, pl.LazyFrame]


def numbered(tables: Tables, stretches: Sequence[Stretch]) -> tuple[Tables, Sequence[Stretch]]:
    """The tables with the column `user` as numbers, where it is text; as they are, where two users had one number."""
    people = {name: rows for name, rows in tables.items() if "user" in rows.collect_schema()}
    texts = all(rows.collect_schema()["user"] == pl.String for rows in people.values())
    if not texts or not _are_unique(people.get("acquisition")):
        return tables, stretches
    numbers = {name: _numbered(rows) if name == "activity" else _made(rows) for name, rows in people.items()}
    return {**tables, **numbers}, [stretch.read(_numbered) for stretch in stretches]


def _are_unique(people: pl.LazyFrame | None) -> bool:
    """Do no two ids have the same hash? As many hashes as rows are proof at little cost."""
    if people is None:
        return True
    ids = people.select("user").collect()["user"]
    hashes = ids.hash().n_unique()
    return hashes in (len(ids), ids.n_unique())


def _numbered(rows: pl.LazyFrame) -> pl.LazyFrame:
    user = pl.col("user")
    return rows.with_columns(user=pl.when(user.is_not_null()).then(user.hash()))


def _made(rows: pl.LazyFrame) -> pl.LazyFrame:
    return _numbered(rows).collect().lazy()
