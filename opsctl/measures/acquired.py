"""How many users were acquired."""

from __future__ import annotations

import polars as pl

from opsctl.measures.cohort import acquired
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, Family, Measure, Unit, Wanted


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user. `acquisitions_paid` counts those of channels that spent in the period."""
    users = acquired(evidence, ask)
    if users is None:
        return None
    found = {"acquisitions": pl.lit(1, pl.Int64), "last_acquired": pl.col("day").to_physical().cast(pl.Int64)}
    if "acquisitions_paid" in wanted:
        users = _with_paid(users, evidence, ask)
        found["acquisitions_paid"] = pl.col("paid")
    return users.with_columns(**{name: found[name] for name in wanted})


def _with_paid(users: pl.LazyFrame, evidence: Evidence, ask: Ask) -> pl.LazyFrame:
    """Users with `paid`: 1 where their channel spent in the period, null where nobody knows what was spent."""
    if "spend" not in evidence.tables:
        return users.with_columns(paid=pl.lit(None, pl.Int64))
    spent = evidence.spend.filter(ask.touches(), pl.col("spend") > 0)
    channels = spent.select("channel", paid=pl.lit(1, pl.Int64)).unique()
    return users.join(channels, on="channel", how="left").with_columns(pl.col("paid").fill_null(0))


FAMILY = Family(
    table="acquisition",
    measures={
        "acquisitions": COUNT,
        "acquisitions_paid": COUNT,
        "last_acquired": Measure(Unit.DAY),
    },
    rows=rows,
)
