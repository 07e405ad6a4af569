"""Users of cells that keep too few: a cell is a channel's campaign in one week of acquisition."""

from __future__ import annotations

import polars as pl

from opsctl.core.period import Period, week
from opsctl.measures.cohort import acquired, is_mature
from opsctl.measures.evidence import Ask, Days, Evidence
from opsctl.measures.family import COUNT, Family, Wanted, monday
from opsctl.measures.seen import Span, marked
from opsctl.stats.posterior import probability_below

CELL = ["channel", "cell", "week"]


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user, with what was decided about the user's cell; the immature decide nothing."""
    weeks = _whole_weeks(ask.period)
    day = evidence.policy.low_efficiency.day
    came = marked(evidence, {"day": Span(day, day, day)}, weeks)
    users, everyone = (acquired(evidence, each, came) for each in (ask, Ask(weeks)))
    if users is None or everyone is None or evidence.through("activity") is None:
        return None
    verdicts = _verdicts(evidence, _judged(evidence, everyone))
    decided = _judged(evidence, users).join(verdicts, on=CELL, how="left", nulls_equal=True)
    return decided.with_columns(**{name: _FOUND[name].cast(pl.Int64) for name in wanted})


def looks(evidence: Evidence, ask: Ask, wanted: Wanted) -> dict[Period, set[Days]]:  # noqa: ARG001 - all are called alike
    """The age at which a cell is judged, of the users of whole weeks."""
    day = evidence.policy.low_efficiency.day
    return {_whole_weeks(ask.period): {(day, day)}}


def _whole_weeks(period: Period) -> Period:
    """A cell is judged on its whole week, whatever part of it was asked for."""
    return Period(week(period.start).start, week(period.end).end)


def _judged(evidence: Evidence, users: pl.LazyFrame) -> pl.LazyFrame:
    mature = is_mature(evidence, "activity", evidence.policy.low_efficiency.day)
    kept = pl.col("mature") & pl.col("active_day").fill_null(value=False)
    return users.with_columns(mature=mature, cell=_cell(evidence), week=monday()).with_columns(kept=kept)


def _cell(evidence: Evidence) -> pl.Expr:
    supplied = evidence.supplied["acquisition"]
    campaign = [name for name in ("campaign_id", "campaign") if name in supplied]
    return pl.coalesce(campaign) if campaign else pl.lit(None, pl.String)


def _verdicts(evidence: Evidence, judged: pl.LazyFrame) -> pl.LazyFrame:
    """Per cell: low beyond doubt, fine beyond doubt, or undecided; and what the point estimate says."""
    rule = evidence.policy.low_efficiency
    counts = judged.group_by(CELL).agg(n=pl.col("mature").sum(), k=pl.col("kept").sum())
    cells = counts.collect(engine="streaming")
    line = float(rule.line)
    line_above, line_below = rule.line.as_integer_ratio()
    below = pl.Series([probability_below(k, n, line) for n, k in cells.select("n", "k").iter_rows()], dtype=pl.Float64)
    enough = pl.col("n") >= rule.min_users
    sure = float(rule.probability)
    return cells.lazy().select(
        *CELL,
        low=enough & (pl.lit(below) >= sure),
        fine=enough & (pl.lit(below) <= 1 - sure),
        low_point=pl.col("k") * line_below < pl.col("n") * line_above,
    )


_MATURE = pl.col("mature")
_FOUND = {
    "low_users": _MATURE & pl.col("low"),
    "decided_users": _MATURE & (pl.col("low") | pl.col("fine")),
    "undecided_users": _MATURE & ~(pl.col("low") | pl.col("fine")),
    "low_users_point": _MATURE & pl.col("low_point"),
    "judged_users": _MATURE,
}

FAMILY = Family(table="acquisition", measures=dict.fromkeys(_FOUND, COUNT), rows=rows, also=("activity",), looks=looks)
