"""Who bought under which channel, as the shop writes it on the order, and who of them bought there again."""

from __future__ import annotations

import polars as pl

from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, Family, Wanted, monday

BUYER = ["user", "channel"]
AGAIN = 2  # paid orders


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per user and shop channel with a paid order in the period, dated on the first of these orders.

    Whoever bought under two channels is a buyer of each. What was refunded later was bought all the same.
    """
    paid = evidence.orders.filter(pl.col("paid_day").is_not_null(), pl.col("user").is_not_null())
    dated = paid.with_columns(day=pl.col("paid_day")).filter(ask.within())
    found = split(evidence, ask, "order", evidence.kept(dated))
    if found is None:
        return None
    counted = found.with_columns(paid_orders=pl.len().over(BUYER)).sort("day", "paid_at", "order", nulls_last=True)
    first = counted.unique(BUYER, keep="first", maintain_order=True)
    amounts = {"buyers_shop": pl.lit(1, pl.Int64), "repeat_buyers_shop": _bought_again().cast(pl.Int64)}
    return first.with_columns(week=monday(), **{name: amounts[name] for name in wanted})


def _bought_again() -> pl.Expr:
    return pl.col("paid_orders") >= AGAIN


FAMILY = Family(
    table="order",
    measures={"buyers_shop": COUNT, "repeat_buyers_shop": COUNT},
    rows=rows,
    periodic=frozenset({"buyers_shop", "repeat_buyers_shop"}),
)
