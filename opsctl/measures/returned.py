"""Who came back, on which days after acquisition: read off one word per user and calendar month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from opsctl.core.template import LONGEST
from opsctl.measures import summarised
from opsctl.measures.cohort import acquired, is_mature
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, Family, Request, Wanted

LAST_BIT = 30
MONTHS = 12
NO_RETURN_FROM = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Activity on any of the days d+first..d+last, judged once d+matures has been seen.

    `last` None: every day that has been seen. `first` 0 would be the day of acquisition itself, which
    counts for nothing but D0.
    """

    first: int
    last: int | None
    matures: int


def span(request: Request) -> Span:
    """The days that a measure of this family is about."""
    numbers = request.numbers
    if "A" in numbers:
        return Span(numbers["A"], numbers["B"], numbers["B"])
    n = numbers["N"]
    match request.template.partition("_dN")[2]:
        case "_onebased":
            return Span(n - 1, n - 1, n - 1)
        case "_within":
            return Span(1, n, n)
        case "_unbounded":
            return Span(n, None, n)
        case "_unbounded_30":
            return Span(n, n + 30, n + 30)
        case _ if request.template.startswith("unreturned"):
            return Span(NO_RETURN_FROM, n, n)
        case _:
            return Span(n, n, n)


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user: is the user mature, and of the mature, did the user return."""
    users = acquired(evidence, ask)
    through = evidence.through("activity")
    if users is None or through is None:
        return None
    spans = {name: span(request) for name, request in wanted.items()}
    asked = {name: found for name, found in spans.items() if not name.startswith("mature")}
    if asked:
        returned = active_in(users, evidence.days, asked, through)
        users = users.join(returned, on=["user", "day"], how="left", maintain_order="left")
    if any(name.startswith("unreturned") for name in asked):
        users = users.join(_buyers(evidence), on="user", how="left", maintain_order="left")
    return users.with_columns(**{name: _one(evidence, name, spans[name]) for name in wanted})


def _one(evidence: Evidence, name: str, span: Span) -> pl.Expr:
    mature = is_mature(evidence, "activity", span.matures)
    if name.startswith("mature"):
        return mature.cast(pl.Int64)
    came = pl.col(f"active_{name}").fill_null(value=False)
    if name.startswith("unreturned"):
        return (mature & ~came & pl.col("buyer").is_null()).cast(pl.Int64)
    return (mature & came).cast(pl.Int64)


def _buyers(evidence: Evidence) -> pl.LazyFrame:
    return evidence.purchases.select("user", buyer=pl.lit(value=True)).unique()


def active_in(users: pl.LazyFrame, days: pl.LazyFrame, spans: dict[str, Span], through: date) -> pl.LazyFrame:
    """For each user and acquisition day: was there activity in each span? Columns user, day, active_NAME."""
    month = pl.col("month")
    month_start = pl.date(month // MONTHS, month % MONTHS + 1, 1)
    pairs = (
        users.select("user", "day")
        .unique()
        .join(days, on="user")
        .with_columns(offset=(pl.col("day") - month_start).dt.total_days())
        .with_columns(seen=(pl.lit(through) - month_start).dt.total_days())
    )
    hits = {f"active_{name}": (_hit(asked)).any() for name, asked in spans.items()}
    return pairs.group_by("user", "day").agg(**hits)


def _hit(span: Span) -> pl.Expr:
    """Do the word's bits meet the span? Bit b is the day b after the first of the month."""
    end = pl.col("seen") if span.last is None else pl.col("offset") + span.last
    first = (pl.col("offset") + span.first).clip(0, LAST_BIT + 1)
    past = (end + 1).clip(0, LAST_BIT + 1)
    two = pl.lit(2, pl.Int64)
    bits = two.pow(past) - two.pow(first)
    return (past > first) & ((pl.col("word") & bits) != 0)


def proof(evidence: Evidence, counted: pl.LazyFrame, request: Request) -> dict[str, pl.LazyFrame]:
    """The events by which the counted users returned."""
    if not request.template.startswith("retained"):
        return {}
    asked = span(request)
    pairs = counted.select("user", since="day").join(evidence.activity, on="user")
    offset = (pl.col("day") - pl.col("since")).dt.total_days()
    within = (offset >= asked.first) & (offset <= (asked.last if asked.last is not None else pl.lit(LONGEST)))
    return {"activity": pairs.filter(within).select("source_file", "source_line")}


FAMILY = Family(
    table="acquisition",
    measures={
        f"{name}{suffix}": COUNT
        for name in ("retained", "mature")
        for suffix in ("_dN", "_dN_onebased", "_dN_within", "_dN_unbounded", "_dN_unbounded_30", "_A_B")
    },
    rows=rows,
    also=("activity",),
    proof=proof,
    summary=summarised.back_on_day,
)
