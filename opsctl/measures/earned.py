"""What the users of an acquisition channel paid in the period, whenever they were acquired."""

from __future__ import annotations

import polars as pl

from opsctl.measures.cohort import brought
from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import KEPT, Family, Request, Wanted


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per purchase day of an acquired user; its day is the day of purchase."""
    users = brought(evidence).drop("day")
    bought = evidence.purchases.filter(ask.within()).with_columns(net=pl.col("paid") - pl.col("refunded"))
    joined = bought.join(users, on="user", maintain_order="left")
    found = split(evidence, ask, "acquisition", evidence.kept(joined))
    return None if found is None else found.with_columns(**dict.fromkeys(wanted, pl.col("net")))


def proof(evidence: Evidence, counted: pl.LazyFrame, request: Request) -> dict[str, pl.LazyFrame]:  # noqa: ARG001
    """The orders behind the purchase days."""
    bought = counted.select("user", paid_day="day").unique()
    return {"order": evidence.orders.join(bought, on=["user", "paid_day"]).select("source_file", "source_line")}


FAMILY = Family(table="acquisition", measures={"earned": KEPT}, rows=rows, also=("order",), proof=proof)
