"""The canonical tables as they stood at the end of the day that is known, row by row, for those who take them along."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from opsctl.measures.evidence import Evidence
from opsctl.store.views import BREAKDOWN, COUNTED


def as_known(evidence: Evidence) -> dict[str, pl.LazyFrame]:
    """Every table without what was not known yet, by name.

    Spend keeps its rows at every breakdown, with the columns `counted` (true for the rows that add up to each money
    once) and `breakdown` (null where money is told at one alone).
    """
    made: dict[str, Callable[[Evidence], pl.LazyFrame]] = {
        "spend": _spend,
        "acquisition": lambda of: of.acquisition,
        "activity": _activity,
        "order": _orders,
        "cohort": lambda of: of.cohort,
    }
    return {name: made[name](evidence) for name in sorted(evidence.tables)}


def _spend(evidence: Evidence) -> pl.LazyFrame:
    rows = evidence.tables["spend"]
    known = rows.filter((pl.col("day") <= evidence.until("spend")) | pl.col("day").is_null())
    if "rank" not in rows.collect_schema():
        return known.with_columns(pl.lit(value=True).alias(COUNTED), pl.lit(None, pl.String).alias(BREAKDOWN))
    counted = pl.col("rank").is_null() | (pl.col("rank") == 0)
    return known.with_columns(counted.alias(COUNTED), pl.col("cut").alias(BREAKDOWN)).drop("rank", "cut", "platform")


def _activity(evidence: Evidence) -> pl.LazyFrame:
    """All events, also those that count as no activity."""
    return evidence.tables["activity"].filter(pl.col("day") <= evidence.until("activity"))


def _orders(evidence: Evidence) -> pl.LazyFrame:
    """Orders that were made by then; what was paid or refunded later is not yet paid or refunded."""
    made = pl.coalesce("created_day", "paid_day")
    refunded = pl.coalesce("refunded_day", "paid_day") <= evidence.as_of
    return (
        evidence.tables["order"]
        .filter((made <= evidence.as_of) | made.is_null())
        .with_columns(pl.when(refunded).then(name).alias(name) for name in ("refunded", "refunded_at", "refunded_day"))
        .with_columns(
            pl.when(pl.col("paid_day") <= evidence.as_of).then(name).alias(name) for name in ("paid_at", "paid_day")
        )
    )
