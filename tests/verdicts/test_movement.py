"""Where a metric moved: channels and campaigns add up to the metric's own figures, and normal movement is normal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest

from opsctl.core.period import Period, parse
from opsctl.measures.evidence import Ask, Campaigns, Evidence
from opsctl.measures.family import Reason
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.verdicts.comparison import compared, days_of
from opsctl.verdicts.factors import Factorless
from opsctl.verdicts.movement import (
    Contribution,
    Movement,
    Status,
    Unsplit,
    by_campaign,
    explainable,
    explainable_names,
    movement,
)
from tests.measures.world import world
from tests.notation import Rows, active, evidence, sides, spend, users

FIRST = date(2025, 1, 6)  # the Monday of 2025-W02
WEEK = "2025-W03"
DAY = {"before": "2025-01-08", "after": "2025-01-15"}


def known(found: Evidence, first: date = FIRST) -> Known:
    return Known(found, Period(first, found.as_of), ())


def people(day: str, channel: str, count: int, **settings: str) -> Rows:
    """So many new users of a channel on a day."""
    names = " ".join(f"{channel}{day}{settings.get('campaign', '')}-{at}" for at in range(count))
    return [{**row, **settings} for row in users(f"{day} {channel}: {names}")] if count else []


def market(*lines: str, until: str = "2025-01-19", campaigns: Campaigns | None = None) -> Evidence:
    """Evidence of lines `CHANNEL[/CAMPAIGN] SPEND USERS -> SPEND USERS`, in the weeks before and after."""
    spent: Rows = []
    came: Rows = []
    for line in lines:
        head, *amounts = line.replace("->", "").split()
        channel, _, campaign = head.partition("/")
        settings = {"campaign": campaign} if campaign else {}
        for day, (money, count) in zip(DAY.values(), (amounts[:2], amounts[2:]), strict=True):
            spent += [{**row, **settings} for row in spend(f"{day} {channel} {money}")] if money != "0" else []
            came += people(day, channel, int(count), **settings)
    return evidence(acquisition=came, spend=spent, until=until, campaigns=campaigns or Campaigns())


def moved(found: Evidence, metric: str = "cpa", channel: str | None = None, period: str = WEEK) -> Movement:
    return movement(known(found), load(metric), parse(period, found.as_of), channel)


def added(contributions: Iterable[Contribution]) -> float:
    return math.fsum(effect for one in contributions for effect in (one.mix, one.rate, one.unmatched))


def by_name(found: Movement) -> dict[str | None, Contribution]:
    return {one.campaign if found.channel else one.channel: one for one in found.contributions}


# --- channels -------------------------------------------------------------------------------------------


def test_a_shift_to_the_dearer_channel_is_mix_and_a_dearer_channel_is_its_own_change() -> None:
    found = moved(market("cheap 200 10 -> 100 5", "dear 300 10 -> 495 15"))
    assert (found.before and found.before.value, found.after.value) == (25.0, 29.75)
    assert found.change == 4.75
    cheap, dear = found.contributions
    assert (cheap.mix, cheap.rate) == (-0.25 * (20 - 27.375), 0)
    assert (dear.mix, dear.rate) == (0.25 * (31.5 - 27.375), 0.625 * 3)
    assert (found.mix, found.rate, found.unmatched) == (2.875, 1.875, 0)


def test_new_and_closed_channels_and_spend_that_brought_nobody_are_all_in_the_sum() -> None:
    found = moved(market("a 300 10 -> 300 10", "new 0 0 -> 500 10", "gone 100 10 -> 0 0", "waste 0 0 -> 40 0"))
    one = by_name(found)
    assert [one[name].status for name in ("a", "new", "gone", "waste")] == [
        Status.STAYED,
        Status.NEW,
        Status.CLOSED,
        Status.NEW,
    ]
    assert found.change == 840 / 20 - 400 / 20
    assert added(found.contributions) == pytest.approx(found.change, abs=1e-12)
    assert one["waste"].unmatched == 40 / 20
    assert (one["new"].before, one["new"].after, one["waste"].after) == (None, 50.0, None)


def test_a_channel_that_costs_nothing_has_no_price_but_a_share() -> None:
    found = moved(market("paid 300 10 -> 300 10", "free 0 10 -> 0 30"))
    free = by_name(found)["free"]
    assert (free.before, free.after, free.rate) == (None, None, 0)
    assert free.mix == 0.25 * (0 - (15 + 7.5) / 2)
    assert [
        one.channel for one in moved(market("paid 300 10 -> 300 10", "free 0 10 -> 0 30"), "cpa_paid").contributions
    ] == ["paid"]


@pytest.mark.parametrize("name", explainable_names())
def test_every_ratio_is_split_into_parts_of_the_metrics_own_figures(name: str) -> None:
    seen = known(world(3, 900).evidence(margin=Fraction(3, 10)), date(2024, 6, 3))
    metric, period = load(name), parse("2024-11", seen.evidence.as_of)
    found = movement(seen, metric, period)
    spans = (found.period.before(), found.period)
    own = [answer(seen.evidence, Ask(span), [metric])[0].figures[name] for span in spans]
    assert [found.before, found.after] == own
    if found.unsplit is None:
        unit = compared(seen.evidence, metric, found.period).unit
        before, after = (Fraction(top or 0) * unit / (bottom or 1) for top, bottom in map(sides, own))
        assert sum(one.exact.total for one in found.contributions) == after - before
        assert found.change == float(after - before)
        assert added(found.contributions) == pytest.approx(found.change, rel=1e-12, abs=1e-12)
        for span, at in zip(spans, ("before", "after"), strict=True):
            rows = answer(seen.evidence, Ask(span, ("channel",)), [metric])
            own_values = {row.group["channel"]: row.figures[name].value for row in rows}
            assert {one.channel: getattr(one, at) for one in found.contributions if getattr(one, at) is not None} == {
                channel: value for channel, value in own_values.items() if value is not None
            }


def test_all_that_every_ratio_counts_is_a_sum_over_channels() -> None:
    seen = known(world(3, 900).evidence(margin=Fraction(3, 10)), date(2024, 1, 1))
    period = parse("2024-11", seen.evidence.as_of)
    found = {name: movement(seen, load(name), period).unsplit for name in explainable_names()}
    assert {name: unsplit for name, unsplit in found.items() if unsplit} == {
        "high_value_share_cohort365": Unsplit.NO_BEFORE  # its users have a year behind them
    }


# --- campaigns ------------------------------------------------------------------------------------------

CAMPAIGNS = market(
    "douyin/old 400 20 -> 200 10", "douyin/new 0 0 -> 600 20", "douyin/idle 20 0 -> 30 0", "baidu/x 300 10 -> 360 10"
)


def test_a_channel_alone_is_split_by_campaign() -> None:
    found = moved(CAMPAIGNS, channel="douyin")
    assert (found.before and found.before.value, found.after.value) == (420 / 20, 830 / 30)
    assert [one.campaign for one in found.contributions] == ["idle", "new", "old"]
    assert by_name(found)["idle"].unmatched == pytest.approx(30 / 30 - 20 / 20)
    assert added(found.contributions) == pytest.approx(found.change, abs=1e-12)


def test_campaigns_add_up_to_their_channels_own_change_of_the_whole() -> None:
    found = moved(CAMPAIGNS)
    for channel, of_channel in by_name(found).items():
        assert channel
        inner = by_campaign(known(CAMPAIGNS), found, channel)
        assert not isinstance(inner, Unsplit)
        assert added(inner) == pytest.approx(of_channel.rate, abs=1e-12)
    # baidu: 30 to 36 by its only campaign, over its mean share of 1/3 and 1/4
    only = by_campaign(known(CAMPAIGNS), found, "baidu")
    assert [one.rate for one in only if isinstance(one, Contribution)] == pytest.approx([6 * (1 / 3 + 1 / 4) / 2])


def test_a_campaign_goes_by_its_newest_name() -> None:
    rows = market("douyin 400 20 -> 300 10")
    tables = {
        name: table.collect().with_columns(campaign_id=pl.lit("7"), campaign=pl.lit("then")).lazy()
        for name, table in rows.tables.items()
    }
    supplied = {name: columns | {"campaign_id", "campaign"} for name, columns in rows.supplied.items()}
    named = replace(rows, tables=tables, supplied=supplied, campaigns=Campaigns(name_of={"7": "now"}))
    (one,) = moved(named, channel="douyin").contributions
    assert (one.campaign, one.campaign_id) == ("now", "7")


def test_without_campaigns_on_both_sides_a_channel_is_not_split() -> None:
    told = moved(market("douyin 400 20 -> 300 10"), channel="douyin")
    assert (told.unsplit, told.change, told.contributions) == (Unsplit.NOT_TOLD, 10, ())
    half = market("douyin/a 400 20 -> 300 10")
    bare = half.tables["acquisition"].with_columns(campaign=pl.lit(None, pl.String))
    supplied = {**half.supplied, "acquisition": half.supplied["acquisition"] - {"campaign"}}
    one_side = replace(half, tables={**half.tables, "acquisition": bare}, supplied=supplied)
    assert moved(one_side, channel="douyin").unsplit is Unsplit.NOT_TOLD


# --- factors --------------------------------------------------------------------------------------------


def traffic(*lines: str) -> Evidence:
    """Lines of `DAY SPEND IMPRESSIONS CLICKS USERS`; a dash is not told."""
    spent: Rows = []
    came: Rows = []
    for line in lines:
        day, money, impressions, clicks, count = line.split()
        told = {name: value for name, value in (("impressions", impressions), ("clicks", clicks)) if value != "-"}
        spent += [{**row, **told} for row in spend(f"{day} baidu {money}")]
        came += people(day, "baidu", int(count))
    return evidence(acquisition=came, spend=spent, until="2025-01-19")


def test_clicks_that_cost_more_and_convert_better_are_told_apart_in_money() -> None:
    found = moved(traffic("2025-01-08 1000 10000 500 20", "2025-01-15 1500 12000 600 30"), channel="baidu")
    assert found.change == 0  # 50 and 50: CPC 2.00 to 2.50, a user for 25 clicks and for 20
    by_click, by_view = found.factors.chains
    assert [(one.name, one.before, one.after) for one in by_click] == [
        ("cpc", 2.0, 2.5),
        ("users_per_click", 0.04, 0.05),
    ]
    assert [one.effect for one in by_click] == pytest.approx([50 * math.log(1.25), -50 * math.log(1.25)])
    assert [(one.name, one.before, one.after) for one in by_view] == [
        ("cpm", 100.0, 125.0),
        ("ctr", 0.05, 0.05),
        ("users_per_click", 0.04, 0.05),
    ]
    assert [one.effect for one in by_view] == pytest.approx([50 * math.log(1.25), 0, -50 * math.log(1.25)])


def test_factors_add_up_to_the_change_of_the_price() -> None:
    found = moved(traffic("2025-01-08 1000 10000 500 21", "2025-01-15 1777 12345 600 30"), channel="baidu")
    for chain in found.factors.chains:
        assert math.fsum(one.effect for one in chain) == pytest.approx(found.change, abs=1e-12)


def test_without_impressions_there_are_clicks_and_without_clicks_nothing() -> None:
    clicks = moved(traffic("2025-01-08 1000 - 500 20", "2025-01-15 1500 - 600 30"), channel="baidu").factors
    assert [[one.name for one in chain] for chain in clicks.chains] == [["cpc", "users_per_click"]]
    some = moved(
        traffic("2025-01-08 1000 900 500 20", "2025-01-09 10 - - 1", "2025-01-15 1500 900 600 30"), channel="baidu"
    ).factors
    assert (some.chains, some.reason) == ((), Factorless.NOT_TOLD)


def test_only_a_channels_cost_of_acquisition_has_these_factors() -> None:
    found = traffic("2025-01-08 1000 10000 500 20", "2025-01-15 1500 12000 600 30")
    for other in (moved(found), moved(found, "cpc", "baidu")):
        assert (other.factors.chains, other.factors.reason) == ((), None)


# --- which days -----------------------------------------------------------------------------------------


def test_a_metric_of_users_is_compared_on_its_latest_mature_users() -> None:
    came = [row for week in range(5) for row in people(str(FIRST + timedelta(weeks=week)), "a", 4)]
    back = active(
        *(f"{FIRST + timedelta(weeks=week, days=7)}: a{FIRST + timedelta(weeks=week)}-0" for week in range(4))
    )
    found = evidence(acquisition=came, activity=back, until="2025-02-09")
    asked = parse("2025-W06", found.as_of)
    days = days_of(known(found), load("retention_d7"), asked)
    assert days == parse("2025-W05", found.as_of)
    told = movement(known(found), load("retention_d7"), asked)
    assert (told.period, told.before and told.before.value, told.after.value) == (days, 0.25, 0.25)


def test_a_day_that_is_incomplete_in_one_week_is_left_out_of_both() -> None:
    lines = [f"{FIRST + timedelta(days=at)} a {100 + at}" for at in range(14)]
    came = [row for at in range(14) for row in people(str(FIRST + timedelta(days=at)), "a", 10)]
    whole = evidence(acquisition=came, spend=spend(*lines), until="2025-01-19")
    torn = replace(whole, gaps=pl.DataFrame({"channel": ["a"], "day": [date(2025, 1, 19)]}))
    found = moved(torn)
    assert found.before is not None
    assert (found.before.value, found.after.value) == (sum(range(100, 106)) / 60, sum(range(107, 113)) / 60)
    assert added(found.contributions) == pytest.approx(found.change, abs=1e-12)


def test_without_a_period_before_or_without_a_value_nothing_is_split() -> None:
    found = market("a 300 10 -> 300 10")
    first = moved(found, period="2025-W02")
    assert (first.unsplit, first.before, first.change, first.normal) == (Unsplit.NO_BEFORE, None, None, None)
    free = moved(market("a 0 10 -> 300 10", "b 0 1 -> 1 1"))
    assert (free.unsplit, free.change, free.before and free.before.reason) == (Unsplit.UNKNOWN, None, Reason.NO_COST)


# --- what is usual --------------------------------------------------------------------------------------


def weekly(prices: list[int]) -> Evidence:
    """A user a week at these prices."""
    days = [str(FIRST + timedelta(weeks=at)) for at in range(len(prices))]
    came = [row for day in days for row in people(day, "a", 1)]
    until = str(FIRST + timedelta(weeks=len(prices), days=-1))
    return evidence(
        acquisition=came,
        spend=spend(*(f"{day} a {price}" for day, price in zip(days, prices, strict=True))),
        until=until,
    )


def last(prices: list[int], promotions: tuple[Period, ...] = ()) -> Movement:
    found = weekly(prices)
    return movement(known(found), load("cpa"), parse("last-week", found.as_of), promotions=promotions)


def test_a_change_like_those_before_is_normal_and_a_larger_one_is_not() -> None:
    past = [30, 32, 30, 32, 30, 32, 30, 32, 30]
    assert last([*past, 34]).usual.changes == (-2, 2, -2, 2, -2, 2, -2, 2)
    assert last([*past, 34]).normal is True  # +4, and the range is 2.31 * 2
    assert last([*past, 35]).normal is False


def test_with_fewer_than_six_changes_nobody_can_say() -> None:
    assert last([30, 32, 30, 32, 30, 32, 99]).normal is None
    assert last([30, 32, 30, 32, 30, 32, 30, 99]).normal is False


def test_a_promotion_says_nothing_of_what_is_usual() -> None:
    prices = [30, 32, 30, 32, 30, 32, 30, 32, 90, 32, 30, 35]
    assert last(prices).normal is True
    week = FIRST + timedelta(weeks=8)
    told = last(prices, (Period(week + timedelta(days=3), week + timedelta(days=4)),))
    assert [*told.usual.changes] == [-2, 2, -2, 2, -2, 2, -2, 2]
    assert told.normal is False


# --- what can be asked ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cpa", "cpa_paid", "retention_d30", "cost_per_retained_d7", "roas", "ctr", "ltv_30d"])
def test_ratios_of_two_sums_can_be_asked(name: str) -> None:
    assert explainable(load(name))


@pytest.mark.parametrize("name", ["spend", "orders", "low_efficiency_lift", "low_efficiency_share"])
def test_sums_and_what_looks_at_everything_cannot(name: str) -> None:
    assert not explainable(load(name))


def test_money_and_rates_keep_the_metrics_own_unit() -> None:
    found = market("a 300 10 -> 300 10")
    assert compared(found, load("cpa"), parse(WEEK, found.as_of)).unit == Fraction(1, 10_000)
    assert compared(found, load("cpm"), parse(WEEK, found.as_of)).unit == Fraction(1000, 10_000)
    assert compared(found, load("retention_d7"), parse(WEEK, found.as_of)).unit == 1
    assert compared(replace(found, margin=Fraction(3, 10)), load("ltv_30d"), parse(WEEK, found.as_of)).unit == Fraction(
        3, 100_000
    )
