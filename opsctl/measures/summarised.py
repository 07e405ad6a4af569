"""What a table of cohorts tells of new users: the same measures as rows of users do, added up by somebody else."""

from __future__ import annotations

import polars as pl

from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Request, Wanted, monday

COHORT = ("day", "channel", "product", "account", "campaign")
_CALENDAR = "calendar"  # what a day is where nobody says otherwise


def new_users(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per cohort with the users that it brought."""
    cohorts = _cohorts(evidence, ask)
    if cohorts is None:
        return None
    found = {"acquisitions": pl.col("users"), "last_acquired": pl.col("day").to_physical().cast(pl.Int64)}
    if "acquisitions_paid" in wanted:
        cohorts = with_paid(cohorts, evidence, ask)
        found["acquisitions_paid"] = pl.col("users") * pl.col("paid")
    return cohorts.with_columns(**{name: found[name] for name in wanted})


def with_paid(users: pl.LazyFrame, evidence: Evidence, ask: Ask) -> pl.LazyFrame:
    """Rows with `paid`: 1 where their channel spent in the period, null where nobody knows what was spent."""
    if "spend" not in evidence.tables:
        return users.with_columns(paid=pl.lit(None, pl.Int64))
    spent = evidence.spend.filter(ask.touches(), pl.col("spend") > 0)
    channels = spent.select("channel", paid=pl.lit(1, pl.Int64)).unique()
    return users.join(channels, on="channel", how="left").with_columns(pl.col("paid").fill_null(0))


def back_on_day(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per cohort: its users where the N-th day is known, and those active on it; local dates only."""
    plain = {name for name, request in wanted.items() if request.template in ("retained_dN", "mature_dN")}
    return _on_offsets(evidence, ask, wanted, ("active", plain, (_CALENDAR,)))


def back_after_hours(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """The same of tables whose days are 24 hours from the acquisition."""
    return _on_offsets(evidence, ask, wanted, ("active", set(wanted), ("24h",)))


def paid_up_to_day(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per cohort: what it paid up to its N-th day, and its users where that is known."""
    found = _on_offsets(evidence, ask, wanted, ("net_paid", set(wanted), (_CALENDAR, "24h")))
    return None if found is None else found.with_columns(pl.col("currency").fill_null(evidence.currency))


def _cohorts(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    """Each cohort of the period once, with its asked dimensions and `week`."""
    told = evidence.cohort.filter(ask.within(), pl.col("users").is_not_null())
    once = told.sort("offset", "source_file", "source_line").unique(COHORT, keep="first", maintain_order=True)
    found = split(evidence, ask, "cohort", evidence.kept(once))
    return None if found is None else found.with_columns(week=monday())


def _on_offsets(
    evidence: Evidence, ask: Ask, wanted: Wanted, asked: tuple[str, set[str], tuple[str, ...]]
) -> pl.LazyFrame | None:
    column, answerable, units = asked
    cohorts = _cohorts(evidence, ask)
    through = evidence.through("cohort")
    if cohorts is None or through is None:
        return None
    rows = evidence.cohort.filter(pl.col("day_unit").fill_null(_CALENDAR).is_in(units))
    for n in sorted({request.numbers["N"] for request in wanted.values()}):
        at = rows.filter(pl.col("offset") == n, pl.col(column).is_not_null())
        once = at.select(*COHORT, pl.col(column).alias(f"known_{n}")).unique(COHORT, keep="first", maintain_order=True)
        cohorts = cohorts.join(once, on=COHORT, how="left", nulls_equal=True, maintain_order="left")
    seen = pl.lit(through)
    return cohorts.with_columns(
        **{name: _amount(name, request, seen) if name in answerable else _nothing() for name, request in wanted.items()}
    )


def _amount(name: str, request: Request, seen: pl.Expr) -> pl.Expr:
    """Known; not old enough to be known, where that day of older cohorts is; or not told."""
    n = request.numbers["N"]
    known = pl.col(f"known_{n}")
    said = pl.col("users") if name.startswith("mature") else known
    told = known.is_not_null().any().over(COHORT[1:])
    young = told & (pl.col("day") + pl.duration(days=n) > seen)
    return pl.when(known.is_not_null()).then(said).when(young).then(pl.lit(0, pl.Int64))


def _nothing() -> pl.Expr:
    return pl.lit(None, pl.Int64)
