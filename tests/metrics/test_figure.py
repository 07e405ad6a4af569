"""What one figure says for itself: its sides, its interval, how far it can be relied on, and how JSON shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from opsctl.core.period import Period
from opsctl.measures.family import Unit
from opsctl.metrics.figure import Amount, Status
from opsctl.stats.dispersion import pooled_poisson, pooled_wilson
from opsctl.stats.intervals import poisson_rate, wilson
from tests.notation import active, ask, evidence, figure, figures, orders, sides, spend, users

UNTIL = "2025-03-31"
PEOPLE = [f"u{number}" for number in range(40)]
NEW = users(f"2025-01-06: {' '.join(PEOPLE)}")
BACK = active(f"2025-01-13: {' '.join(PEOPLE[:10])}")


# --- how it is written ----------------------------------------------------------------------------------


def test_json_has_every_key_in_the_contracts_order() -> None:
    found = evidence(acquisition=NEW, activity=BACK, until=UNTIL)
    shown = figure(found, "retention_d7", ask(period="2025-01")).as_json()
    low, high = wilson(10, 40)
    assert shown == {
        "value": 0.25,
        "numerator": 10,
        "denominator": 40,
        "low": low,
        "high": high,
        "level": 0.95,
        "error": (high - low) / 2,
        "status": "settled",
        "reason": None,
        "definition": "ret.exact.cal@1",
        "currency": None,
        "cohort": {"from": "2025-01-01", "to": "2025-01-31"},
        "users": 40,
        "mature": 40,
        "matures_on": None,
        "left_out": None,
    }
    assert json.loads(json.dumps(shown)) == shown


def test_money_is_a_string_with_four_decimals_and_a_price_a_number() -> None:
    found = evidence(acquisition=NEW, spend=spend("2025-01-06 A 90.5"), until=UNTIL)
    total, price = (figure(found, metric).as_json() for metric in ("spend", "cpa"))
    assert (total["value"], total["numerator"], total["denominator"]) == ("90.5000", "90.5000", None)
    assert (price["value"], price["numerator"], price["denominator"]) == (90.5 / 40, "90.5000", 40)
    assert (total["currency"], price["currency"]) == ("CNY", "CNY")
    assert (total["level"], price["level"]) == (None, 0.95)


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (12, Unit.COUNT, 12),
        (-5, Unit.MONEY, "-0.0005"),
        (10**18, Unit.MONEY, "100000000000000.0000"),
        (120_000, Unit.QUANTITY, 12),
        (5_000, Unit.QUANTITY, 0.5),
    ],
)
def test_an_amount_is_written_by_what_it_counts(number: int, unit: Unit, shown: Any) -> None:
    found = Amount(number, unit).as_json()
    assert (found, type(found)) == (shown, type(shown))


# --- how sure it is -------------------------------------------------------------------------------------


TWO_WEEKS = users(f"2025-01-06: {' '.join(PEOPLE[:20])}", f"2025-01-13: {' '.join(PEOPLE[20:])}")


def test_weeks_that_differ_widen_the_interval() -> None:
    came = active(f"2025-01-13: {' '.join(PEOPLE[:10])}")  # 10 of 20, then 0 of 20
    one = figure(evidence(acquisition=TWO_WEEKS, activity=came, until=UNTIL), "retention_d7")
    assert one.value == 1 / 4
    assert (one.low, one.high) == pooled_wilson([10, 0], [20, 20])


def test_a_price_is_as_sure_as_the_number_bought() -> None:
    one = figure(evidence(acquisition=NEW, spend=spend("2025-01-06 A 300"), until=UNTIL), "cpa")
    few, many = poisson_rate(40)
    assert (one.low, one.high) == pytest.approx((300 / many, 300 / few))


def test_weeks_of_unlike_prices_widen_that_of_all() -> None:
    found = evidence(acquisition=TWO_WEEKS, spend=spend("2025-01-06 A 300", "2025-01-13 A 100"), until=UNTIL)
    few, many = pooled_poisson([20, 20], [300, 100])
    one = figure(found, "cpa")
    assert (one.low, one.high) == pytest.approx((400 / many, 400 / few))
    assert many - few > 1.5 * (poisson_rate(40)[1] - poisson_rate(40)[0])


@pytest.mark.parametrize("last", ["2025-01-13", "2025-01-14"])
def test_money_told_across_weeks_is_not_set_beside_one_of_them(last: str) -> None:
    bills = spend(f"2025-01-06 A 300 through={last}", "2025-01-15 A 100 through=2025-01-19", "2025-01-06 B 30")
    found = replace(evidence(acquisition=TWO_WEEKS, spend=bills, until=UNTIL), spans=True)
    price = figures(found, "cpa", ask("channel"))["A",]
    few, many = poisson_rate(40)
    assert (price.low, price.high) == pytest.approx((400 / many, 400 / few))


def test_money_told_across_weeks_leaves_that_of_other_channels() -> None:
    bills = spend("2025-01-06 A 300", "2025-01-13 A 100", "2025-01-06 B 30 through=2025-01-19")
    found = replace(evidence(acquisition=TWO_WEEKS, spend=bills, until=UNTIL), spans=True)
    few, many = pooled_poisson([20, 20], [300, 100])
    price = figures(found, "cpa", ask("channel"))["A",]
    assert (price.low, price.high) == pytest.approx((400 / many, 400 / few))


def test_money_of_a_week_told_in_one_row_stands_beside_that_week() -> None:
    bills = spend("2025-01-06 A 300 through=2025-01-12", "2025-01-13 A 100 through=2025-01-19")
    found = replace(evidence(acquisition=TWO_WEEKS, spend=bills, until=UNTIL), spans=True)
    few, many = pooled_poisson([20, 20], [300, 100])
    price = figure(found, "cpa")
    assert (price.low, price.high) == pytest.approx((400 / many, 400 / few))


def test_both_sides_of_one_row_span_the_same_days() -> None:
    bills = spend(
        "2025-01-06 A 300 conversions=20 through=2025-01-19", "2025-01-20 A 100 conversions=20 through=2025-02-02"
    )
    found = replace(evidence(spend=bills, until=UNTIL), spans=True)
    few, many = pooled_poisson([20, 20], [300, 100])
    price = figure(found, "cpa_platform")
    assert (price.low, price.high) == pytest.approx((400 / many, 400 / few))


def test_money_that_names_no_day_belongs_to_no_week() -> None:
    undated = {"channel": "A", "spend": "100", "day": None}
    found = evidence(acquisition=TWO_WEEKS, spend=[*spend("2025-01-06 A 300"), undated], until=UNTIL)
    few, many = poisson_rate(40)
    one = figure(found, "cpa")
    assert (one.low, one.high) == pytest.approx((400 / many, 400 / few))


def test_a_price_of_one_is_known_within_its_bounds() -> None:
    one = figure(evidence(acquisition=users("2025-01-06: a"), spend=spend("2025-01-06 A 300"), until=UNTIL), "cpa")
    assert one.low == pytest.approx(300 / 5.572, rel=1e-3)
    assert one.high == pytest.approx(300 / 0.02532, rel=1e-3)


def test_an_interval_of_a_quantity_is_that_of_its_whole_number() -> None:
    one = figure(evidence(spend=spend("2025-01-06 A 300 conversions=40"), until=UNTIL), "cpa_platform")
    few, many = poisson_rate(40)
    assert (one.low, one.high) == pytest.approx((300 / many, 300 / few))


# --- how far it can be relied on ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mature", "status"), [(0, Status.IMMATURE), (9, Status.PARTIAL), (10, Status.SETTLED), (20, Status.SETTLED)]
)
def test_under_half_of_the_users_mature_is_partial(mature: int, status: Status) -> None:
    new = users(f"2025-01-06: {' '.join(PEOPLE[:mature])}", f"2025-03-30: {' '.join(PEOPLE[mature:20])}")
    assert figure(evidence(acquisition=new, activity=BACK, until=UNTIL), "retention_d7").status is status


@pytest.mark.parametrize(
    ("metric", "last", "status"),
    [
        ("spend", "2025-03-30", Status.PROVISIONAL),
        ("spend", "2025-03-29", Status.SETTLED),
        ("cpa", "2025-03-30", Status.PROVISIONAL),
        ("acquisitions", "2025-03-31", Status.SETTLED),
        ("gross_paid", "2025-03-31", Status.SETTLED),
        ("net_paid", "2025-03-18", Status.PROVISIONAL),
        ("net_paid", "2025-03-17", Status.SETTLED),
        ("conversions", "2025-03-30", Status.PROVISIONAL),
        ("conversions", "2025-03-29", Status.SETTLED),
    ],
)
def test_what_its_source_may_still_correct_is_provisional(metric: str, last: str, status: Status) -> None:
    found = evidence(
        acquisition=users("2025-01-06: a"),
        spend=spend("2025-01-06 A 10 conversions=2 conversion_basis=event"),
        order=orders("2025-01-06 a 10"),
        until="2025-03-31" if metric in ("acquisitions", "gross_paid", "net_paid") else "2025-03-30",
    )
    assert figure(found, metric, ask(period=f"2025-01-01..{last}")).status is status


@pytest.mark.parametrize(("last", "status"), [("2025-03-02", Status.PROVISIONAL), ("2025-03-01", Status.SETTLED)])
def test_conversions_booked_back_to_the_click_settle_after_thirty_days(last: str, status: Status) -> None:
    found = evidence(spend=spend("2025-01-06 A 10 conversions=2 conversion_basis=billing"), until=UNTIL)
    assert figure(found, "conversions", ask(period=f"2025-01-01..{last}")).status is status


def test_nothing_is_not_provisional() -> None:
    found = evidence(spend=spend("2025-01-06 A 10"), until=UNTIL)
    assert figure(found, "spend", ask(period="2025-03")).status is Status.SETTLED


# --- whom it is about -----------------------------------------------------------------------------------


def test_the_last_of_the_users_tells_when_all_are_mature() -> None:
    new = users("2025-03-20 A: a", "2025-03-28 A: b", "2025-03-01 B: c")
    by_channel = figures(evidence(acquisition=new, activity=BACK, until=UNTIL), "retention_d7", ask("channel"))
    assert [(one.users, one.mature, str(one.matures_on)) for one in by_channel.values()] == [
        (2, 1, "2025-04-04"),
        (1, 1, "None"),
    ]


def test_the_cohort_is_the_period_that_was_asked_for() -> None:
    found = evidence(acquisition=NEW, activity=BACK, spend=spend("2025-01-06 A 10"), until=UNTIL)
    asked = ask(period="2025-W02")
    assert figure(found, "retention_d7", asked).cohort == asked.period
    assert figure(found, "cpa", asked).cohort is None


def test_the_definition_of_high_value_says_its_window() -> None:
    found = evidence(acquisition=NEW, order=orders("2025-01-06 u1 5000"), until=UNTIL)
    for period, definition in (("2025", "hv.calendar@1"), ("2025-01", "hv.trailing365@1")):
        assert figure(found, "high_value_share", ask(period=period)).definition == definition
    whole_year = replace(ask(period="2025"), period=Period(*year_by_its_days()))
    assert figure(found, "high_value_share", whole_year).definition == "hv.trailing365@1"


def year_by_its_days() -> tuple[Any, Any]:
    year = ask(period="2025").period
    return year.start, year.end


def test_an_unknown_price_still_shows_its_sides() -> None:
    one = figure(evidence(acquisition=users(), spend=spend("2025-01-06 A 50"), until=UNTIL), "cpa")
    assert (one.value, sides(one)) == (None, (50_0000, 0))
    assert one.as_json()["level"] == 0.95
