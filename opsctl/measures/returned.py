"""Who came back, on which days after acquisition."""

from __future__ import annotations

import polars as pl

from opsctl.core.period import Period
from opsctl.core.template import LONGEST
from opsctl.measures import summarised
from opsctl.measures.cohort import acquired, is_mature
from opsctl.measures.evidence import Ask, Days, Evidence
from opsctl.measures.family import COUNT, Family, Request, Wanted
from opsctl.measures.seen import Span, marked

NO_RETURN_FROM = 7


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


def spans(wanted: Wanted) -> dict[str, Span]:
    """By measure, the days on which activity is looked for; none for those that only count who is mature."""
    return {name: span(request) for name, request in wanted.items() if not name.startswith("mature")}


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user: is the user mature, and of the mature, did the user return."""
    asked = spans(wanted)
    users = acquired(evidence, ask, marked(evidence, asked, ask.period))
    if users is None or evidence.through("activity") is None:
        return None
    if any(name.startswith("unreturned") for name in asked):
        users = users.join(_buyers(evidence), on="user", how="left")
    return users.with_columns(**{name: _one(evidence, name, span(request)) for name, request in wanted.items()})


def looks(evidence: Evidence, ask: Ask, wanted: Wanted) -> dict[Period, set[Days]]:  # noqa: ARG001 - all are called alike
    """The ages that are looked at, of the users of the period."""
    return {ask.period: {found.days for found in spans(wanted).values()}}


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
    looks=looks,
    summary=summarised.back_on_day,
)
