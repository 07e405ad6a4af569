"""First-time buyers and those of them who bought again on a later day."""

from __future__ import annotations

import polars as pl

from opsctl.measures.cohort import brought, is_mature
from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, Family, Measure, Request, Unit, Wanted


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per user whose first buying order falls into the period, dated on that order's day.

    An order that kept no money after refunds makes no buyer; orders split over one day are one purchase.
    """
    buying = evidence.orders.filter(pl.col("paid") > pl.col("refunded"), pl.col("user").is_not_null())
    first = _first_orders(buying).filter(ask.within())
    found = split(evidence, ask, ("acquisition", "order"), _with_acquisition(evidence, first))
    if found is None:
        return None
    again = buying.select("user", bought="paid_day").join(found.select("user", "day"), on="user")
    gap = (pl.col("bought") - pl.col("day")).dt.total_days()
    next_gap = again.filter(gap > 0).group_by("user").agg(gap=gap.min())
    joined = found.join(next_gap, on="user", how="left", maintain_order="left")
    return joined.with_columns(**{name: _one(evidence, request) for name, request in wanted.items()})


def _first_orders(buying: pl.LazyFrame) -> pl.LazyFrame:
    dated = buying.with_columns(day=pl.col("paid_day")).sort("day", "paid_at", "order", nulls_last=True)
    return dated.unique("user", keep="first", maintain_order=True)


def _with_acquisition(evidence: Evidence, orders: pl.LazyFrame) -> pl.LazyFrame:
    """A buyer belongs to the channel that brought the user; where nobody knows it, to the order's own."""
    if "acquisition" not in evidence.tables:
        return orders
    people = brought(evidence).drop("day", "source_file", "source_line").rename({"channel": "brought_by"})
    joined = orders.join(people, on="user", how="left", maintain_order="left")
    return joined.with_columns(channel=pl.coalesce("brought_by", "channel"))


def _one(evidence: Evidence, request: Request) -> pl.Expr:
    if not request.numbers:
        if request.measure.unit is Unit.DAY:
            return pl.col("day").to_physical().cast(pl.Int64)
        return pl.lit(1, pl.Int64)
    days = request.numbers["N"]
    mature = is_mature(evidence, "order", days)
    if request.template == "repeat_buyers_Nd":
        mature = mature & (pl.col("gap") <= days).fill_null(value=False)
    return mature.cast(pl.Int64)


FAMILY = Family(
    table="order",
    measures={
        "first_buyers": COUNT,
        "last_first_purchase": Measure(Unit.DAY),
        "mature_buyers_Nd": COUNT,
        "repeat_buyers_Nd": COUNT,
    },
    rows=rows,
)
