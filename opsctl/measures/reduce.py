"""Events to measures: the three reductions that another engine could take over, and nothing else.

Written against narwhals' lazy frames, so that polars, DuckDB or a cluster computes the same. Kept to what
every engine does alike: no Decimal, no bit operators, no division, no weekday, no `unique`, no ties.
"""

from __future__ import annotations

from typing import Any

MONTHS = 12


def days(activity: Any) -> Any:
    """Activity (user, day) to one word per user and calendar month: bit d-1 stands for day d of the month.

    Columns out: user, month (year * 12 + month - 1), word (0 < word < 2**31). Rows that come twice change
    nothing: a day's bit is counted once and distinct bits add up to their union.
    """
    import narwhals as nw  # noqa: PLC0415 - a tenth of a second that a kept answer does without

    day = nw.col("day")
    bit = (nw.lit(2) ** (day.dt.day() - 1)).cast(nw.Int64)
    events = nw.from_native(activity).filter(~nw.col("user").is_null())
    marked = events.select("user", month=day.dt.year() * MONTHS + day.dt.month() - 1, bit=bit)
    once = marked.group_by("user", "month", "bit").agg(rows=nw.len())
    return once.group_by("user", "month").agg(word=nw.col("bit").sum().cast(nw.Int64)).to_native()


def purchases(orders: Any) -> Any:
    """Paid orders (user, day, currency, paid, refunded) to one row per user, day and currency.

    Columns out: user, day, currency, orders, buying (orders that kept money after refunds), paid, refunded,
    the last two in ten-thousandths.
    """
    import narwhals as nw  # noqa: PLC0415 - a tenth of a second that a kept answer does without

    kept = (nw.col("paid") > nw.col("refunded")).cast(nw.Int64)
    paid = nw.from_native(orders).filter(~nw.col("user").is_null(), ~nw.col("day").is_null())
    rows = paid.select("user", "day", "currency", "paid", "refunded", one=nw.lit(1), kept=kept)
    sums = rows.group_by("user", "day", "currency").agg(
        orders=nw.col("one").sum().cast(nw.Int64),
        buying=nw.col("kept").sum().cast(nw.Int64),
        paid=nw.col("paid").sum().cast(nw.Int64),
        refunded=nw.col("refunded").sum().cast(nw.Int64),
    )
    return sums.to_native()


def day_sums(rows: Any, keys: list[str], amounts: list[str], greatest: list[str]) -> Any:
    """Rows to one row per key: of each amount its sum and how many rows knew it, and the greatest of others.

    Columns out: the keys, each amount and `known_AMOUNT` (rows in which it was not null), each of `greatest`
    (its maximum: a measure that merges so, such as a last day), and `rows`.
    """
    import narwhals as nw  # noqa: PLC0415 - a tenth of a second that a kept answer does without

    ones = {f"known_{name}": (~nw.col(name).is_null()).cast(nw.Int64) for name in amounts}
    sums = [nw.col(name).sum().cast(nw.Int64) for name in (*amounts, *ones, "rows")]
    tops = [nw.col(name).max() for name in greatest]
    counted = nw.from_native(rows).with_columns(**ones, rows=nw.lit(1))
    return counted.group_by(*keys).agg(*sums, *tops).to_native()
