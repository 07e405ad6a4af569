"""Users of cells that keep too few: a cell is a channel's campaign in one week of acquisition."""

from __future__ import annotations

import polars as pl

from opsctl.measures.cohort import acquired, is_mature
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, Family, Wanted
from opsctl.measures.returned import Span, active_in
from opsctl.stats.posterior import probability_below

CELL = ["channel", "cell", "week"]


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """One row per new user, with what was decided about the user's cell; the immature decide nothing."""
    users = acquired(evidence, ask)
    through = evidence.through("activity")
    if users is None or through is None:
        return None
    day = evidence.policy.low_efficiency.day
    spans = {"day": Span(day, day, day)}
    came = pl.col("active_day").fill_null(value=False)
    judged = (
        users.join(active_in(users, evidence.days, spans, through), on=["user", "day"], how="left")
        .with_columns(mature=is_mature(evidence, "activity", day), cell=_cell(evidence))
        .with_columns(kept=(pl.col("mature") & came))
    )
    decided = judged.join(_verdicts(evidence, judged), on=CELL, how="left", nulls_equal=True)
    return decided.with_columns(**{name: _FOUND[name].cast(pl.Int64) for name in wanted})


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

FAMILY = Family(table="acquisition", measures=dict.fromkeys(_FOUND, COUNT), rows=rows, also=("activity",))
