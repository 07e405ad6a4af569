"""What a table of cohorts tells of new users: the same measures as rows of users do, added up by somebody else."""

from __future__ import annotations

import polars as pl

from opsctl.ingest.cohorts import COHORT
from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Request, Wanted

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


def off_by_rounding(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per cohort: by how many users its count of the N-th day may be off."""
    plain = {name for name, request in wanted.items() if request.template == "rounding_dN"}
    days = _on_offsets(evidence, ask, {name: wanted[name] for name in plain}, ("rounding", plain, (_CALENDAR,)))
    hours = _on_offsets(evidence, ask, wanted, ("rounding", set(wanted) - plain, ("24h",)))
    return days if len(plain) == len(wanted) else hours


def paid_up_to_day(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """Per cohort its users where its N-th day is known, and in rows of their own what it paid, by currency."""
    known = _on_offsets(evidence, ask, wanted, ("net_paid", set(wanted), (_CALENDAR, "24h")))
    if known is None:
        return None
    heads = {name: _users_alone(name) for name in wanted}
    paid = [_paid(evidence, known, name, request) for name, request in wanted.items() if not _is_mature(name)]
    users = known.with_columns(currency=pl.lit(None, pl.String), **heads)
    names = users.collect_schema().names()
    return pl.concat([users, *(rows.with_columns(_blank(wanted, but=name)).select(names) for name, rows in paid)])


def _is_mature(name: str) -> bool:
    return name.startswith("mature")


def _users_alone(name: str) -> pl.Expr:
    """A row of users pays nothing itself, where it is known what they paid."""
    return pl.col(name) if _is_mature(name) else pl.when(pl.col(name).is_not_null()).then(pl.lit(0, pl.Int64))


def _blank(wanted: Wanted, *, but: str) -> list[pl.Expr]:
    return [pl.lit(0, pl.Int64).alias(name) for name in wanted if name != but]


def _paid(evidence: Evidence, known: pl.LazyFrame, name: str, request: Request) -> tuple[str, pl.LazyFrame]:
    """What each cohort paid up to the N-th day, once per currency, on the line that says so."""
    told = _told(evidence, "net_paid", (_CALENDAR, "24h"), request.numbers["N"])
    once = told.unique([*COHORT, "currency"], keep="first", maintain_order=True)
    amounts = once.select(*COHORT, "currency", "source_file", "source_line", pl.col("net_paid").alias(name))
    places = ["currency", "source_file", "source_line", name]
    rows = known.drop(places, strict=False).join(amounts, on=COHORT, nulls_equal=True, maintain_order="left")
    return name, rows.with_columns(pl.col("currency").fill_null(evidence.currency))


def _cohorts(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    """Each cohort of the period once, with its asked dimensions."""
    told = evidence.cohort.filter(ask.within(), pl.col("users").is_not_null())
    once = told.sort("offset", "source_file", "source_line").unique(COHORT, keep="first", maintain_order=True)
    return split(evidence, ask, "cohort", evidence.kept(once))


def _told(evidence: Evidence, column: str, units: tuple[str, ...], n: int) -> pl.LazyFrame:
    """The rows that know an amount of the N-th day."""
    rows = evidence.cohort.filter(pl.col("day_unit").fill_null(_CALENDAR).is_in(units))
    return rows.filter(pl.col("offset") == n, pl.col(column).is_not_null()).sort("source_file", "source_line")


def _on_offsets(
    evidence: Evidence, ask: Ask, wanted: Wanted, asked: tuple[str, set[str], tuple[str, ...]]
) -> pl.LazyFrame | None:
    """Each cohort with what is known of its N-th days; of several files the first that knows.

    `source_file` and `source_line` are those of the amount, where a single day is asked for.
    """
    column, answerable, units = asked
    cohorts = _cohorts(evidence, ask)
    through = evidence.through("cohort")
    if cohorts is None or through is None:
        return None
    offsets = sorted({request.numbers["N"] for name, request in wanted.items() if name in answerable})
    for n in offsets:
        once = _told(evidence, column, units, n).unique(COHORT, keep="first", maintain_order=True)
        places = {f"{name}_{n}": name for name in ("source_file", "source_line")}
        known = once.select(*COHORT, pl.col(column).alias(f"known_{n}"), **places)
        cohorts = cohorts.join(known, on=COHORT, how="left", nulls_equal=True, maintain_order="left")
    if len(offsets) == 1:
        cohorts = cohorts.with_columns(
            pl.coalesce(f"{name}_{offsets[0]}", name).alias(name) for name in ("source_file", "source_line")
        )
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
