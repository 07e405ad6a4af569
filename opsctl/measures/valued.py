"""What new users paid by their N-th day: purchases joined to the cohort, refunds booked to the order's day."""

from __future__ import annotations

import polars as pl

from opsctl.measures import summarised
from opsctl.measures.cohort import acquired, is_mature
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, KEPT, Family, Request, Wanted, later


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user and currency of purchase; users who bought nothing count with nothing."""
    users = acquired(evidence, ask)
    if users is None:
        return None
    users = users.with_row_index("row").with_columns(purchase=pl.lit(value=False))
    heads = users.with_columns(currency=pl.lit(None, pl.String), net=pl.lit(0, pl.Int64), bought=pl.col("day"))
    bought = evidence.purchases.select("user", "currency", bought="day", net=pl.col("paid") - pl.col("refunded"))
    buys = users.join(bought, on="user").with_columns(purchase=pl.lit(value=True))
    both = pl.concat([heads, buys.select(heads.collect_schema().names())])
    return both.with_columns(**{name: _amount(evidence, name, want.numbers["N"]) for name, want in wanted.items()})


def _amount(evidence: Evidence, name: str, days: int) -> pl.Expr:
    mature = is_mature(evidence, "order", days)
    if name.startswith("mature"):
        return (mature & ~pl.col("purchase")).cast(pl.Int64)
    within = pl.col("bought").is_between(pl.col("day"), later("day", days))
    return pl.when(mature & within).then("net").otherwise(pl.lit(0, pl.Int64))


def proof(evidence: Evidence, counted: pl.LazyFrame, request: Request) -> dict[str, pl.LazyFrame]:
    """The paid orders of the counted users within their days."""
    if request.template.startswith("mature"):
        return {}
    people = counted.select("user", since="day").unique()
    bought = evidence.orders.filter(pl.col("paid_day").is_not_null()).join(people, on="user")
    offset = (pl.col("paid_day") - pl.col("since")).dt.total_days()
    return {"order": bought.filter(offset.is_between(0, request.numbers["N"])).select("source_file", "source_line")}


FAMILY = Family(
    table="acquisition",
    measures={"net_paid_dN": KEPT, "mature_orders_dN": COUNT},
    rows=rows,
    also=("order",),
    proof=proof,
    summary=summarised.paid_up_to_day,
)
