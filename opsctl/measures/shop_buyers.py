"""Who bought under which channel, as the shop writes it on the order, and who of them bought there again."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsctl.core.period import ONE_DAY
from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, Family, Wanted

BUYER = ["user", "channel"]
AGAIN = 2  # paid orders
_LINES, _FILES = 2**36, 2**24  # at most


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per user and shop channel with a paid order in the period, dated on the first of these orders.

    Whoever bought under two channels is a buyer of each. What was refunded later was bought all the same.
    """
    paid = evidence.orders.filter(pl.col("paid_day").is_not_null(), pl.col("user").is_not_null())
    dated = paid.with_columns(day=pl.col("paid_day")).filter(ask.within())
    asked = split(evidence, replace(ask, by=()), "order", evidence.kept(dated))
    found = None if asked is None else split(evidence, replace(ask, where=()), "order", _first_orders(asked))
    if found is None:
        return None
    again = (pl.col("paid_orders") >= AGAIN).cast(pl.Int64)
    amounts = {"buyers_shop": pl.lit(1, pl.Int64), "repeat_buyers_shop": again}
    return found.with_columns(**{name: amounts[name] for name in wanted})


def _first_orders(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Of each buyer the first order, and how many `paid_orders` there are; of two at one time that read first."""
    end_of_day = (pl.col("day") + ONE_DAY).cast(pl.Datetime("us")).dt.epoch("us")
    paid_at = pl.coalesce(pl.col("paid_at").dt.epoch("us"), end_of_day).cast(pl.Int128)
    place = pl.col("source_file").cast(pl.Int128) * _LINES + pl.col("source_line")
    ranked = orders.with_columns(_rank=paid_at * _LINES * _FILES + place)
    others = pl.exclude(*BUYER, "day", "_rank").min_by("_rank")
    return ranked.group_by(BUYER).agg(others, pl.col("day").min(), paid_orders=pl.len())


FAMILY = Family(
    table="order",
    measures={"buyers_shop": COUNT, "repeat_buyers_shop": COUNT},
    rows=rows,
    periodic=frozenset({"buyers_shop", "repeat_buyers_shop"}),
)
