"""What was planned for any span of days: the target that is nearest to it, and the budget of its days."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.config.plans import Budget, Target
from opsctl.core.period import ONE_DAY, Period, named
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.reports.plan import Budgeted, budget_of, reached, target_of

BUDGETS = [
    Budget.model_validate({"month": month, "channel": channel, "amount": amount})
    for month, channel, amount in (
        ("2025-02", "a", "2800"),
        ("2025-03", "a", "3100"),
        ("2025-03", "b", "620"),
        ("2025-05", "a", "500"),
    )
]


def target(period: str, value: str, metric: str = "cpa", **of: str) -> Target:
    return Target.model_validate({"metric": metric, "period": period, "target": value, **of})


@pytest.mark.parametrize(
    ("period", "value"),
    [("2025-W10", 30), ("2025-03", 30), ("2025-W14", 31), ("2025-Q1", 31), ("2025-06", 32), ("2025", 32)],
)
def test_the_target_of_a_span_is_that_of_the_shortest_plan_that_has_all_of_it(period: str, value: int) -> None:
    """The week 14 lies in March and April: the month is not its plan."""
    plans = [target("2025", "32"), target("2025-01..2025-04", "31"), target("2025-03", "30"), target("2024", "99")]
    assert target_of(plans, "cpa", named(period)) == value


def test_nothing_is_planned_for_days_that_no_plan_has_or_for_another_metric() -> None:
    plans = [target("2025-03", "30")]
    assert target_of(plans, "cpa", named("2025")) is None
    assert target_of(plans, "cpa", named("2026-03")) is None
    assert target_of(plans, "roas", named("2025-03")) is None


def test_a_target_is_for_the_channel_or_group_that_it_names_and_for_no_other() -> None:
    plans = [target("2025", "32"), target("2025", "30", group="public"), target("2025", "20", channel="a")]
    assert target_of(plans, "cpa", named("2025-03")) == 32
    assert target_of(plans, "cpa", named("2025-03"), group="public") == 30
    assert target_of(plans, "cpa", named("2025-03"), channel="a") == 20
    assert target_of(plans, "cpa", named("2025-03"), group="private") is None


@pytest.mark.parametrize(("period", "value"), [("2025-03", 60), ("2025-01", None), ("2025-W11", None), ("2025", 900)])
def test_of_what_adds_up_only_the_plan_of_exactly_these_days_counts(period: str, value: int | None) -> None:
    """The plan of March is as long as that of January would be."""
    plans = [target("2025", "900", "acquisitions"), target("2025-03", "60", "acquisitions")]
    assert target_of(plans, "acquisitions", named(period), adds_up=True) == value


@pytest.mark.parametrize(
    ("metric", "value", "is_reached"),
    [("cpa", 30.0, True), ("cpa", 30.01, False), ("retention_d7", 30.0, True), ("retention_d7", 29.9, False)],
)
def test_a_target_is_reached_from_the_better_side(metric: str, value: float, is_reached: bool) -> None:  # noqa: FBT001 - a case
    assert reached(Figure(load(metric), "", value), Fraction(30)) is is_reached
    assert reached(Figure(load(metric), "", None), Fraction(30)) is None


@pytest.mark.parametrize(
    ("period", "channels", "planned"),
    [
        ("2025-03", None, (3100 + 620, 31)),
        ("2025-03", {"a"}, (3100, 31)),
        ("2025-03", {"c"}, None),
        ("2025-W11", {"a", "b"}, (7 * (100 + 20), 7)),
        ("2025-W09", {"a"}, (5 * 100 + 2 * 100, 7)),  # 24 February to 2 March
        ("2025-W18", {"a"}, (4 * Fraction(500, 31), 4)),  # 28 April to 4 May
        ("2025-Q1", {"a"}, (2800 + 3100, 59)),
        ("2025", None, (2800 + 3100 + 620 + 500, 90)),
        ("2025-04", None, None),
    ],
)
def test_a_budget_of_days_is_their_part_of_the_budgets_of_their_months(
    period: str, channels: set[str] | None, planned: Any
) -> None:
    found = budget_of(BUDGETS, named(period), None if channels is None else frozenset(channels))
    assert found == (planned and Budgeted(Fraction(planned[0]), planned[1]))


@given(st.dates(date(2025, 1, 1), date(2025, 6, 30)), st.integers(0, 90), st.integers(1, 90))
def test_the_budgets_of_days_that_follow_each_other_add_up(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    parts = [budget_of(BUDGETS, Period(start, middle)), budget_of(BUDGETS, Period(middle + ONE_DAY, end))]
    whole = budget_of(BUDGETS, Period(start, end))
    assert sum(one.amount for one in parts if one) == (whole.amount if whole else 0)
    assert sum(one.days for one in parts if one) == (whole.days if whole else 0)
