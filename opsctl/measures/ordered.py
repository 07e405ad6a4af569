"""What the shop sold: sums of the order table, by the order's own channel and day."""

from __future__ import annotations

import polars as pl

from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, KEPT, PAID, Family, Wanted

_MADE = {"orders": pl.lit(1, pl.Int64)}
_PAID = {
    "paid_orders": pl.lit(1, pl.Int64),
    "refunded_orders": (pl.col("refunded") > 0).cast(pl.Int64),
    "gross_paid": pl.col("paid"),
    "refunded": pl.col("refunded"),
    "net_paid": pl.col("paid") - pl.col("refunded"),
}


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """Orders on the day they were made, and once more, with their money, on the day they were paid."""
    paid = evidence.orders.filter(pl.col("paid_day").is_not_null()).with_columns(day=pl.col("paid_day"))
    parts = [
        _part(evidence, ask, evidence.orders, {name: _MADE.get(name) for name in wanted}),
        _part(evidence, ask, paid, {name: _PAID.get(name) for name in wanted}),
    ]
    kept = [part for part in parts if part is not None]
    return pl.concat(kept) if kept else None


def _part(
    evidence: Evidence, ask: Ask, orders: pl.LazyFrame, amounts: dict[str, pl.Expr | None]
) -> pl.LazyFrame | None:
    found = split(evidence, ask, "order", evidence.kept(orders.filter(ask.covers())))
    if found is None:
        return None
    keys = [f"by_{name}" for name in ask.by]
    nothing = pl.lit(0, pl.Int64)
    return found.select(
        *keys,
        "source_file",
        "source_line",
        "day",
        currency=pl.col("currency").fill_null(evidence.currency),
        **{name: nothing if amount is None else amount for name, amount in amounts.items()},
    )


FAMILY = Family(
    table="order",
    measures={
        "orders": COUNT,
        "paid_orders": COUNT,
        "refunded_orders": COUNT,
        "gross_paid": PAID,
        "refunded": KEPT,
        "net_paid": KEPT,
    },
    rows=rows,
)
