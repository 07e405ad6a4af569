"""People as numbers: an id is compared millions of times, and of a number that costs half as much.

The numbers are hashes of the ids, made when tables are read and never kept: how they are made may change with any
version. Acquired users are proven to have a number each. That of somebody who only bought or was seen could in theory
be one of theirs: among millions of users about once in 10^12 such people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from opsctl.ingest.people import shortest_of
from opsctl.ingest.stretch import Stretch


@dataclass(frozen=True)
class People:
    """Tables of people, as measures see them.

    Args:
        tables: By name.
        stretches: Those of activity.
        once: Whether each user stands in one row of the acquisitions; None where that was not looked at.
    """

    tables: Mapping[str, pl.LazyFrame]
    stretches: Sequence[Stretch]
    once: bool | None = None


def numbered(tables: Mapping[str, pl.LazyFrame], stretches: Sequence[Stretch], *, one_a_row: bool = False) -> People:
    """The tables with the column `user` as numbers, where it is text; as they are, where two users had one number.

    `one_a_row`: it is known that the acquisitions have as many hashes of users as rows.
    """
    people = {name: rows for name, rows in tables.items() if "user" in rows.collect_schema()}
    if "acquisition" not in people or any(rows.collect_schema()["user"] != pl.String for rows in people.values()):
        return People(tables, stretches)
    acquired = people["acquisition"].select("user").collect()["user"]
    tidy = shortest_of(acquired) if stretches else 0
    stretches = [replace(stretch, tidy_up_to=tidy) for stretch in stretches]
    hashes = len(acquired) if one_a_row else acquired.hash().n_unique()
    once = hashes == len(acquired)  # as many hashes as rows: then no two ids share one either
    if not once and hashes < acquired.n_unique():
        return People(tables, stretches)
    numbers = {name: _numbered(rows) if name == "activity" else _made(rows) for name, rows in people.items()}
    seen = [_hashed(stretch) for stretch in stretches]
    if any(stretch.hashed is not None for stretch in stretches):  # then they are all of the table, and at hand
        numbers["activity"] = pl.concat([stretch.rows for stretch in seen], how="diagonal")
    return People({**tables, **numbers}, seen, once)


def _hashed(stretch: Stretch) -> Stretch:
    if stretch.hashed is None:
        return stretch.read(_numbered)
    return replace(stretch, rows=stretch.hashed, hashed=None)


def _numbered(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(pl.col("user").hash())


def _made(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows that are there: an order may be nobody's."""
    there = rows.collect()
    return there.with_columns(pl.when(pl.col("user").is_not_null()).then(pl.col("user").hash())).lazy()
