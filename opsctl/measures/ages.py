"""What users do by the age of their acquaintance: active days at age 0, 1, 2 … and what they paid on the way."""

from __future__ import annotations

from datetime import date

import polars as pl

from opsctl.measures.cohort import acquired
from opsctl.measures.dimension import expression
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.seen import LAST_BIT, MONTHS

UNIT = ["channel", "campaign"]


def by_campaign(evidence: Evidence) -> bool:
    """Do both what was spent and who came say their campaign?"""
    tables = ("spend", "acquisition")
    return all({"campaign", "campaign_id"} & evidence.supplied.get(table, frozenset()) for table in tables)


def newcomers(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    """Users acquired on the days asked: columns user, day, channel, campaign (null where nobody tells it)."""
    dimensions = UNIT if by_campaign(evidence) else UNIT[:1]
    found = acquired(evidence, Ask(ask.period, tuple(dimensions), ask.where))
    if found is None:
        return None
    named = {name: pl.col(f"by_{name}") if name in dimensions else pl.lit(None, pl.String) for name in UNIT}
    return found.select("user", "day", **named)


def money_by_day(evidence: Evidence, ask: Ask) -> pl.DataFrame:
    """What was spent in the project's currency, each money once: columns channel, campaign, day, spend.

    Spend is in ten-thousandths. Rows that span several days tell nothing of one of them and are left out.
    """
    told = by_campaign(evidence)
    spent = evidence.spend_by(UNIT if told else UNIT[:1]).filter(
        ask.within(),
        pl.coalesce("through", "day") == pl.col("day"),
        pl.col("currency").fill_null(evidence.currency) == evidence.currency,
    )
    campaign = expression(evidence, "spend", "campaign") if told else None
    named = pl.lit(None, pl.String) if campaign is None else campaign
    sums = spent.group_by("channel", "day", campaign=named).agg(pl.col("spend").sum())
    return sums.select(*UNIT, "day", "spend").sort(*UNIT, "day").collect(engine="streaming")


def money_unread(evidence: Evidence, ask: Ask) -> pl.DataFrame:
    """The channels with money of the days asked that `money_by_day` leaves out: columns channel, foreign.

    `foreign` is True where some of it is of another currency; else rows span several days, or name none.
    """
    foreign = pl.col("currency").fill_null(evidence.currency) != evidence.currency
    torn = (pl.col("through") > pl.col("day")).fill_null(pl.col("day").is_null())
    left_out = evidence.spend.filter(
        ask.touches() | pl.col("day").is_null(), foreign | torn, pl.col("spend") > 0, pl.col("channel").is_not_null()
    )
    return left_out.group_by("channel").agg(foreign=foreign.any()).sort("channel").collect(engine="streaming")


def users_by_day(users: pl.LazyFrame) -> pl.DataFrame:
    """How many came: columns channel, campaign, day, users."""
    counted = users.group_by(*UNIT, "day").agg(users=pl.len().cast(pl.Int64))
    return counted.sort(*UNIT, "day").collect(engine="streaming")


def active_days(evidence: Evidence) -> pl.LazyFrame | None:
    """Each user's days of activity: columns user, at. Without a table of activity, the days on which they bought."""
    if evidence.through("activity") is not None and "activity" in evidence.tables:
        return _spelt_out(evidence.days)
    if "order" in evidence.tables:
        return evidence.purchases.select("user", at="day").unique()
    return None


def _spelt_out(words: pl.LazyFrame) -> pl.LazyFrame:
    """One row per bit of every word."""
    first = pl.date(pl.col("month") // MONTHS, pl.col("month") % MONTHS + 1, 1)
    bits = [
        words.filter((pl.col("word") // 2**bit) % 2 == 1).select("user", at=first + pl.duration(days=bit))
        for bit in range(LAST_BIT + 1)
    ]
    return pl.concat(bits)


def at_ages(users: pl.LazyFrame, days: pl.LazyFrame, horizon: int) -> pl.LazyFrame:
    """The active days of newcomers within the horizon: columns user, day, channel, campaign, at, age."""
    joined = users.join(days, on="user").with_columns(age=(pl.col("at") - pl.col("day")).dt.total_days())
    return joined.filter(pl.col("age").is_between(0, horizon))


def last_seen(evidence: Evidence) -> date | None:
    """The last day whose activity, or else purchases, are seen whole."""
    return evidence.through("activity" if "activity" in evidence.tables else "order")


def payments(evidence: Evidence, users: pl.LazyFrame, horizon: int) -> pl.LazyFrame:
    """What newcomers paid within the horizon: columns channel, campaign, at, orders, net (ten-thousandths).

    Only money in the project's currency: what cannot be converted is no part of a value.
    """
    bought = evidence.purchases.filter(pl.col("currency") == evidence.currency)
    kept = bought.select("user", "orders", at="day", net=pl.col("paid") - pl.col("refunded"))
    joined = users.join(kept, on="user").with_columns(age=(pl.col("at") - pl.col("day")).dt.total_days())
    return joined.filter(pl.col("age").is_between(0, horizon))
