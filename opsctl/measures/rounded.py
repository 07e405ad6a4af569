"""How far counts of returning users may be off, because a table of cohorts gave rates and not users."""

from __future__ import annotations

import polars as pl

from opsctl.measures import summarised
from opsctl.measures.cohort import acquired
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Family, Measure, Unit, Wanted


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user; users who are counted one by one are never off."""
    users = acquired(evidence, ask)
    return None if users is None else users.with_columns(**dict.fromkeys(wanted, pl.lit(0, pl.Int64)))


FAMILY = Family(
    table="acquisition",
    measures={"rounding_dN": Measure(Unit.QUANTITY), "rounding_dN_24h": Measure(Unit.QUANTITY)},
    rows=rows,
    also=("activity",),
    summary=summarised.off_by_rounding,
)
