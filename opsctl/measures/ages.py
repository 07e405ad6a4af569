"""What users do by the age of their acquaintance: active days at age 0, 1, 2 … and what they paid on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from opsctl.measures.cohort import acquired
from opsctl.measures.dimension import expression
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.masks import BITS, LAST_AGE, until_age
from opsctl.measures.seen import LAST_BIT, MONTHS

UNIT = ["channel", "campaign"]


def by_campaign(evidence: Evidence) -> bool:
    """Do both what was spent and who came say their campaign?"""
    tables = ("spend", "acquisition")
    return all({"campaign", "campaign_id"} & evidence.supplied.get(table, frozenset()) for table in tables)


def newcomers(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    """Users acquired on the days asked: columns row, user, day, channel, campaign (null where nobody tells it).

    Whoever is acquired twice, for two products, is two newcomers: `row` tells them apart. Where a store keeps masks of
    their active days, these stand beside: `mask_0` …
    """
    dimensions = UNIT if by_campaign(evidence) else UNIT[:1]
    if "acquisition" not in evidence.tables:
        return None
    kept = evidence.masks(LAST_AGE) or []
    rows = pl.concat([evidence.tables["acquisition"], *kept], how="horizontal")
    asked = Ask(ask.period, tuple(dimensions), ask.where)
    found = acquired(evidence, asked, evidence.known_acquisition(rows))
    if found is None:
        return None
    named = {name: pl.col(f"by_{name}") if name in dimensions else pl.lit(None, pl.String) for name in UNIT}
    return found.with_row_index("row").select("row", "user", "day", *_masks(len(kept)), **named)


def _masks(count: int) -> list[str]:
    return [f"mask_{block}" for block in range(count)]


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


@dataclass(frozen=True)
class Activity:
    """On how many days newcomers were active within a horizon.

    Args:
        by_age: Columns channel, campaign, age, number: how many were active at that age, where any was.
        sums: Columns channel, campaign, days (their active days), squares (the sum of each one's, squared) and
            paying_days (those outside the days left out).
    """

    by_age: pl.DataFrame
    sums: pl.DataFrame


def activity(evidence: Evidence, users: pl.LazyFrame, horizon: int, left_out: Sequence[date]) -> Activity | None:
    """The active days of newcomers; None where nothing is known of any.

    Without a table of activity it is the days on which they bought that count.
    """
    there = [name for name in users.collect_schema() if name.startswith("mask_")]
    if there and horizon <= LAST_AGE:
        return _by_masks(users, _masks(horizon // BITS + 1), horizon, left_out)
    days = _active_days(evidence)
    return None if days is None else _by_days(users, days, horizon, left_out)


def _by_masks(users: pl.LazyFrame, names: Sequence[str], horizon: int, left_out: Sequence[date]) -> Activity:
    cut = users.with_columns(until_age(pl.col(name), block, horizon) for block, name in enumerate(names))
    calm = cut.join(_left_out(users, names, left_out), on="day", how="left")
    days = pl.sum_horizontal(pl.col(name).bitwise_count_ones() for name in names).cast(pl.Int64)
    paying = pl.sum_horizontal(
        (pl.col(name) & ~pl.col(f"out_{name}").fill_null(0)).bitwise_count_ones() for name in names
    ).cast(pl.Int64)
    ages = {
        str(age): (pl.col(names[age // BITS]) & pl.lit(2 ** (age % BITS), pl.UInt64)) != 0 for age in range(horizon + 1)
    }
    summed = (
        calm.select(*UNIT, days=days, squares=days**2, paying_days=paying, **ages)
        .group_by(UNIT)
        .agg(pl.all().sum())
        .sort(UNIT)
        .collect(engine="streaming")
    )
    long = summed.unpivot(list(ages), index=UNIT, variable_name="age", value_name="number")
    by_age = long.with_columns(pl.col("age", "number").cast(pl.Int64)).filter(pl.col("number") > 0)
    return Activity(by_age.sort(*UNIT, "age"), summed.drop(list(ages)))


def _left_out(users: pl.LazyFrame, names: Sequence[str], days: Sequence[date]) -> pl.LazyFrame:
    """For each day of acquisition the ages that fall on days left out, as masks: columns day, out_NAME."""
    told = users.select("day").unique().collect(engine="streaming")["day"]
    ages = {day: [(out - day).days for out in days] for day in told}
    masks = {
        f"out_{name}": [sum(2 ** (age % BITS) for age in set(found) if age // BITS == block) for found in ages.values()]
        for block, name in enumerate(names)
    }
    return pl.LazyFrame({"day": list(ages), **masks}, schema={"day": pl.Date, **dict.fromkeys(masks, pl.UInt64)})


def _by_days(users: pl.LazyFrame, days: pl.LazyFrame, horizon: int, left_out: Sequence[date]) -> Activity:
    joined = users.join(days, on="user").with_columns(age=(pl.col("at") - pl.col("day")).dt.total_days())
    active = joined.filter(pl.col("age").is_between(0, horizon)).collect(engine="streaming").lazy()
    number = pl.len().cast(pl.Int64)
    by_age = active.group_by(*UNIT, "age").agg(number=number).sort(*UNIT, "age")
    each = active.group_by("row", *UNIT).agg(
        days=number, paying_days=(~pl.col("at").is_in(left_out)).sum().cast(pl.Int64)
    )
    sums = each.group_by(UNIT).agg(
        pl.col("days").sum(), squares=(pl.col("days") ** 2).sum(), paying_days=pl.col("paying_days").sum()
    )
    return Activity(*pl.collect_all([by_age, sums.sort(UNIT)], engine="streaming"))


def _active_days(evidence: Evidence) -> pl.LazyFrame | None:
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
