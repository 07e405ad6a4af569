"""Events to measures: the three reductions that another engine could take over, and nothing else.

Written in what polars and narwhals have in common, so that polars, DuckDB or a cluster computes the same; polars
without the detour. Kept to what every engine does alike: no Decimal, no bit operators, no division, no weekday,
no `unique`, no ties.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

MONTHS = 12


def days(activity: Any) -> Any:
    """Activity (user, day) to one word per user and calendar month: bit d-1 stands for day d of the month.

    Columns out: user, month (year * 12 + month - 1), word (0 < word < 2**31). Rows that come twice change
    nothing: a day's bit is counted once and distinct bits add up to their union.
    """
    return _reduced(activity, _days)


def purchases(orders: Any) -> Any:
    """Paid orders (user, day, currency, paid, refunded) to one row per user, day and currency.

    Columns out: user, day, currency, orders, buying (orders that kept money after refunds), paid, refunded,
    the last two in ten-thousandths.
    """
    return _reduced(orders, _purchases)


def day_sums(rows: Any, keys: list[str], amounts: list[str], greatest: list[str]) -> Any:
    """Rows to one row per key: of each amount its sum and how many rows knew it, and the greatest of others.

    Columns out: the keys, each amount and `known_AMOUNT` (rows in which it was not null), each of `greatest`
    (its maximum: a measure that merges so, such as a last day), and `rows`.
    """
    return _reduced(rows, _day_sums, keys, amounts, greatest)


def _reduced(rows: Any, reduction: Callable[..., Any], *arguments: list[str]) -> Any:
    """A reduction by the engine whose rows these are."""
    if isinstance(rows, pl.LazyFrame):
        return reduction(pl, rows, *arguments)
    import narwhals  # noqa: PLC0415 - a tenth of a second that polars does without

    return reduction(narwhals, narwhals.from_native(rows), *arguments).to_native()


def _days(of: Any, activity: Any) -> Any:
    day = of.col("day")
    bit = (of.lit(2) ** (day.dt.day() - 1)).cast(of.Int64)
    events = activity.filter(~of.col("user").is_null())
    marked = events.select("user", month=day.dt.year() * MONTHS + day.dt.month() - 1, bit=bit)
    once = marked.group_by("user", "month", "bit").agg(rows=of.len())
    return once.group_by("user", "month").agg(word=of.col("bit").sum().cast(of.Int64))


def _purchases(of: Any, orders: Any) -> Any:
    kept = (of.col("paid") > of.col("refunded")).cast(of.Int64)
    paid = orders.filter(~of.col("user").is_null(), ~of.col("day").is_null())
    rows = paid.select("user", "day", "currency", "paid", "refunded", one=of.lit(1), kept=kept)
    return rows.group_by("user", "day", "currency").agg(
        orders=of.col("one").sum().cast(of.Int64),
        buying=of.col("kept").sum().cast(of.Int64),
        paid=of.col("paid").sum().cast(of.Int64),
        refunded=of.col("refunded").sum().cast(of.Int64),
    )


def _day_sums(of: Any, rows: Any, keys: list[str], amounts: list[str], greatest: list[str]) -> Any:
    ones = {f"known_{name}": (~of.col(name).is_null()).cast(of.Int64) for name in amounts}
    sums = [of.col(name).sum().cast(of.Int64) for name in (*amounts, *ones, "rows")]
    tops = [of.col(name).max() for name in greatest]
    return rows.with_columns(**ones, rows=of.lit(1)).group_by(*keys).agg(*sums, *tops)
