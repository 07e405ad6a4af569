"""Users whose net payments in a window exceed a threshold, and the base they are a share of."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from opsctl.core import money
from opsctl.core.period import Grain, Period
from opsctl.measures.cohort import acquired, brought, is_mature
from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Family, Measure, Reason, Wanted, later

YEAR = timedelta(days=365)
COHORT_DAYS = 365
CONVERTED = Measure(unknown=Reason.NO_RATE, strict=True)


def window(period: Period) -> Period:
    """The calendar year where the period is one, else the 365 days up to its end."""
    if period.grain is Grain.YEAR:
        return period
    return Period(period.end - YEAR + timedelta(days=1), period.end)


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """Payers of the window by their acquisition's dimensions, or new users with a year behind them."""
    of_cohort = any(name.endswith("_cohort365") for name in wanted)
    users = _cohort(evidence, ask) if of_cohort else _payers(evidence, ask)
    return None if users is None else users.with_columns(**{name: _one(evidence, name) for name in wanted})


def _payers(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    """Everyone who bought in the window, acquired or not; dated at the window's end, since a year has no day."""
    covered = window(ask.period)
    bought = evidence.purchases.filter(pl.col("day").is_between(covered.start, covered.end))
    people = brought(evidence).drop("day")
    joined = _net(evidence, bought, ["user"]).filter("buys").join(people, on="user", how="left")
    dated = joined.with_columns(day=pl.lit(covered.end), mature=pl.lit(value=True))
    return split(evidence, ask, "acquisition", dated)


def _cohort(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    users = acquired(evidence, ask)
    if users is None:
        return None
    bought = evidence.purchases.rename({"day": "bought"}).join(users.select("user", "day"), on="user")
    in_year = bought.filter(pl.col("bought").is_between(pl.col("day"), later("day", COHORT_DAYS - 1)))
    joined = users.join(_net(evidence, in_year, ["user", "day"]), on=["user", "day"], how="left")
    return joined.with_columns(
        mature=is_mature(evidence, "order", COHORT_DAYS - 1),
        net=pl.col("net").fill_null(0),
        foreign=pl.col("foreign").fill_null(value=False),
    )


def _net(evidence: Evidence, bought: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    foreign = pl.col("currency") != evidence.policy.high_value.currency
    return bought.group_by(keys).agg(
        net=(pl.col("paid") - pl.col("refunded")).sum(),
        buys=pl.col("buying").sum() > 0,
        foreign=foreign.any(),
    )


def _one(evidence: Evidence, name: str) -> pl.Expr:
    """Strictly above the threshold; a mature user with foreign money cannot be judged without a rate."""
    counted = pl.col("mature")
    if name.startswith("high_value"):
        counted = counted & (pl.col("net") > money.units(evidence.policy.high_value.threshold))
    return pl.when(~pl.col("mature") | ~pl.col("foreign")).then(counted.cast(pl.Int64))


FAMILY = Family(
    table="acquisition",
    measures={"high_value_users": CONVERTED, "payers": CONVERTED},
    rows=rows,
    also=("order",),
    periodic=frozenset({"high_value_users", "payers"}),
)
