"""Who came back in the N-th 24 hours after acquisition: needs times of day, so it is read off the events."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl

from opsctl.core.period import ONE_DAY
from opsctl.measures import summarised
from opsctl.measures.cohort import acquired
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Family, Measure, Reason, Wanted

TIMED = Measure(unknown=Reason.DAY_PRECISION, strict=True)


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user; null where a time of day is missing on either side."""
    users = acquired(evidence, ask)
    through = evidence.through("activity")
    if users is None or through is None:
        return None
    users = users.with_row_index("row").with_columns(end=pl.lit(_end_of(through, evidence.zone)))
    offsets = sorted({request.numbers["N"] for request in wanted.values()})
    users = users.join(_returns(evidence, users, offsets), on="row", how="left", maintain_order="left")
    undated = evidence.activity.select(undated=pl.col("at").is_null().any())
    users = users.join(undated, how="cross")
    return users.with_columns(**{name: _one(name, request.numbers["N"]) for name, request in wanted.items()})


def _end_of(day: date, zone: str) -> datetime:
    """The first moment after a local day, also where the clocks skip or repeat midnight."""
    return datetime.combine(day + ONE_DAY, time(), ZoneInfo(zone)).astimezone(UTC)


def _returns(evidence: Evidence, users: pl.LazyFrame, offsets: list[int]) -> pl.LazyFrame:
    pairs = users.select("row", "user", "acquired_at").join(evidence.activity.select("user", "at"), on="user")
    start = pl.col("acquired_at")
    came = {
        f"came_{n}": (
            (pl.col("at") >= start + pl.duration(hours=24 * n))
            & (pl.col("at") < start + pl.duration(hours=24 * (n + 1)))
        ).any()
        for n in offsets
    }
    return pairs.group_by("row").agg(**came)


def _one(name: str, n: int) -> pl.Expr:
    mature = pl.col("acquired_at") + pl.duration(hours=24 * (n + 1)) <= pl.col("end")
    found = mature if name.startswith("mature") else mature & pl.col(f"came_{n}").fill_null(value=False)
    timed = pl.col("acquired_at").is_not_null() & ~pl.col("undated").fill_null(value=False)
    return pl.when(timed).then(found.cast(pl.Int64))


FAMILY = Family(
    table="acquisition",
    measures={"retained_dN_24h": TIMED, "mature_dN_24h": TIMED},
    rows=rows,
    also=("activity",),
    summary=summarised.back_after_hours,
)
