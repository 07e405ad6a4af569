"""How many users belong elsewhere than they did: a corrected day or channel of acquisition moves all that they do."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_KEY = ["user", "product"]


def moved(before: pl.LazyFrame, after: pl.LazyFrame, of: pl.LazyFrame) -> Mapping[str, int]:
    """How many users are now acquired on another `day`, and how many through another `channel`.

    `before` and `after` are tables of acquisitions; `of` has the column user: who may have moved, those of whom
    something new was read.
    """
    columns = [*_KEY, "day", "channel"]
    sides = (rows.select(columns).join(of.select("user").unique(), on="user", how="semi") for rows in (before, after))
    both = next(sides).join(next(sides), on=_KEY, nulls_equal=True, suffix="_now")
    counted = both.select(
        day=(pl.col("day") != pl.col("day_now")).sum(),
        channel=pl.col("channel").ne_missing(pl.col("channel_now")).sum(),
    )
    return {name: int(count) for name, count in counted.collect().row(0, named=True).items()}
