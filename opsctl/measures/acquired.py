"""How many users were acquired."""

from __future__ import annotations

import polars as pl

from opsctl.measures import summarised
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
        users = summarised.with_paid(users, evidence, ask)
        found["acquisitions_paid"] = pl.col("paid")
    return users.with_columns(**{name: found[name] for name in wanted})


FAMILY = Family(
    table="acquisition",
    measures={
        "acquisitions": COUNT,
        "acquisitions_paid": COUNT,
        "last_acquired": Measure(Unit.DAY),
    },
    rows=rows,
    summary=summarised.new_users,
    periodic=frozenset({"acquisitions_paid"}),
)
