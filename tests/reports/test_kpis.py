"""The key figures of a report: each beside the one before, a year ago, its target and what is usual, by arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from opsctl.config.words import Words
from opsctl.core.period import Period, named
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.reports.kpi_table import kpi_table
from opsctl.reports.kpis import BOUGHT, Kpi, kpis, usual_of
from opsctl.reports.pace import Pace, Standing
from opsctl.reports.report import Column, Form, Number, Table
from opsctl.reports.scopes import EVERYBODY, Scope, bought
from opsctl.verdicts.usual import WIDTH, Usual
from tests.notation import active, orders, spend, users
from tests.reports.weeks import days, known, people, project

PAID = Scope("paid", ("a", "b"))
WEEK = "2025-W11"  # 10 to 16 March


def found(those: Known, period: str, names: Sequence[str] = BOUGHT, scope: Scope = PAID, **said: Any) -> dict[str, Kpi]:
    """The key figures by metric."""
    return {one.metric.name: one for one in kpis(those, project(**said), named(period), [(scope, names)])}


def value(of: Figure | None) -> Any:
    return of and of.as_json()["value"]


# --- beside other days ----------------------------------------------------------------------------------


@pytest.fixture
def three_weeks() -> Known:
    """A week, the one before, and the same weekdays a year ago: 120, 100 and 80 for 6, 4 and 5 users."""
    money = spend("2024-03-11 a 50", "2024-03-17 b 30", "2025-03-03 a 100", "2025-03-10 a 90", "2025-03-16 b 30")
    won = users(people("2024-03-11", 5), people("2025-03-03", 4), people("2025-03-10", 5), people("2025-03-16", 1, "b"))
    return known("2025-03-16", "2024-01-01", spend=money, acquisition=won)


def test_a_week_stands_beside_the_week_before_and_the_same_weekdays_a_year_ago(three_weeks: Known) -> None:
    one = found(three_weeks, WEEK)
    assert [value(each) for each in (one["spend"].now, one["spend"].before, one["spend"].year_before)] == [
        "120.0000",
        "100.0000",
        "80.0000",
    ]
    assert [one["spend"].change, one["spend"].year_change] == pytest.approx([0.2, 0.5])
    assert [one["acquisitions"].change, one["acquisitions"].year_change] == pytest.approx([0.5, 0.2])
    assert one["cpa"].now.value == 20
    assert [one["cpa"].change, one["cpa"].year_change] == pytest.approx([20 / 25 - 1, 20 / 16 - 1])


def test_what_the_data_do_not_reach_back_to_is_beside_nothing(three_weeks: Known) -> None:
    """Not beside the part of it that is there: the first week begins in the midst of the one before."""
    late = replace(three_weeks, span=Period(date(2025, 3, 4), date(2025, 3, 16)))
    one = found(late, WEEK)["spend"]
    assert (one.before, one.change, one.year_before, one.year_change) == (None, None, None, None)
    assert one.as_json()["before"] is None


def test_a_month_a_quarter_and_a_year_stand_beside_those_of_the_year_before() -> None:
    money = spend("2023-03-01 a 5", "2024-02-29 a 10", "2024-03-31 a 20", "2025-02-01 a 40", "2025-03-31 a 80")
    those = known("2025-12-31", "2023-01-01", spend=money, acquisition=users("2025-03-01 a: x"))
    seen = {period: found(those, period)["spend"] for period in ("2025-03", "2025-Q1", "2025")}
    assert {period: (value(one.now), value(one.before), value(one.year_before)) for period, one in seen.items()} == {
        "2025-03": ("80.0000", "40.0000", "20.0000"),
        "2025-Q1": ("120.0000", "0.0000", "30.0000"),
        "2025": ("120.0000", "30.0000", "30.0000"),
    }
    assert seen["2025-Q1"].change is None  # from nothing there is no relative change


def test_a_day_stands_beside_the_same_weekday_of_the_week_before_and_of_the_year_before() -> None:
    money = spend("2024-03-18 a 7", "2025-03-10 a 40", "2025-03-16 a 99", "2025-03-17 a 50")
    those = known("2025-03-17", "2024-01-01", spend=money, acquisition=users("2025-03-17 a: x"))
    one = found(those, "2025-03-17")["spend"]
    assert [value(each) for each in (one.now, one.before, one.year_before)] == ["50.0000", "40.0000", "7.0000"]
    assert one.change == pytest.approx(0.25)


def test_the_days_before_a_span_are_as_many() -> None:
    those = known("2025-03-20", spend=spend("2025-03-05 a 10", "2025-03-12 a 15"), acquisition=users("2025-03-12 a: x"))
    one = found(those, "2025-03-11..2025-03-17")["spend"]
    assert (value(one.now), value(one.before)) == ("15.0000", "10.0000")
    assert one.change == pytest.approx(0.5)
    assert one.history == ()  # no calendar unit, so nothing to look back along


def test_who_stays_is_told_of_the_latest_week_that_can_be_judged_and_the_one_before_it() -> None:
    """As of the 16th the users of the 9th have had seven days: the week of the 3rd, 3 of 4; before it 1 of 2."""
    won = users("2025-02-24 a: p q", "2025-03-03 a: r s", "2025-03-09 b: t u", "2025-03-10 a: v")
    back = active("2025-03-03: p", "2025-03-10: r s", "2025-03-16: t")
    those = known("2025-03-16", acquisition=won, activity=back, spend=spend("2025-03-03 a 30", "2025-02-24 a 30"))
    one = found(those, WEEK)
    kept = one["retention_d7"]
    assert kept.period == named("2025-W10")
    assert [kept.now.value, value(kept.before), kept.change] == pytest.approx([0.75, 0.5, 0.25])
    assert kept.to_date is None  # the month so far has users of other days
    assert one["cost_per_retained_d7"].now.value == 10


def test_weeks_are_compared_on_the_days_that_are_whole_in_both() -> None:
    """On Sunday the 16th the money of `a` is missing: 6 times 10 are beside the 6 same weekdays before."""
    money = spend(*[f"{day} a 10" for day in days("2025-03-03", "2025-03-15")])
    won = users(*[people(day, 2) for day in days("2025-03-03", "2025-03-16")])
    those = known("2025-03-16", spend=money, acquisition=won)
    lost = pl.DataFrame({"channel": ["a"], "day": [date(2025, 3, 16)]})
    one = found(replace(those, evidence=replace(those.evidence, gaps=lost)), WEEK)
    assert (value(one["spend"].now), value(one["acquisitions"].now), one["cpa"].now.value) == ("60.0000", 14, 5)
    assert one["cpa"].now.left_out == 1
    assert [one["cpa"].as_json()["on_fewer_days"], one["cpa"].on_fewer_days] == [True, True]
    assert [one[name].change for name in ("spend", "acquisitions", "cpa")] == pytest.approx([0, 0, 0])


def test_money_missing_in_a_week_is_no_gap_in_the_cohort_that_is_told_beside_it() -> None:
    """The users judged are of other days: all of them count, in both of their weeks."""
    won = users("2025-02-24 a: p q", "2025-03-03 a: r s", "2025-03-09 a: t u")
    back = active("2025-03-03: p", "2025-03-10: r s", "2025-03-16: t")
    money = spend(*[f"{day} a 10" for day in days("2025-02-24", "2025-03-15")])
    those = known("2025-03-16", acquisition=won, activity=back, spend=money)
    lost = pl.DataFrame({"channel": ["a"], "day": [date(2025, 3, 16)]})  # a Sunday, as the 9th
    one = found(replace(those, evidence=replace(those.evidence, gaps=lost)), WEEK)["retention_d7"]
    assert [one.fair.value, value(one.before), one.change] == pytest.approx([0.75, 0.5, 0.25])


# --- the month ------------------------------------------------------------------------------------------


def test_the_month_to_date_runs_from_its_first_day_to_the_end_of_the_period() -> None:
    lines = ["2025-02-28 a 5", "2025-03-01 a 10", "2025-03-05 a 20", "2025-03-12 b 40", "2025-03-20 a 80"]
    those = known("2025-03-31", spend=spend(*lines), acquisition=users("2025-03-12 a: x"))
    assert value(found(those, WEEK)["spend"].to_date) == "70.0000"
    assert value(found(those, "2025-03-05")["spend"].to_date) == "30.0000"
    assert found(those, "2025-03")["spend"].to_date is None  # it would say the same twice


def test_a_week_of_two_months_belongs_to_the_month_it_ends_in() -> None:
    lines = ["2025-03-31 a 5", "2025-04-01 a 10", "2025-04-06 a 20"]
    those = known("2025-04-06", spend=spend(*lines), acquisition=users("2025-04-01 a: x"))
    one = found(those, "2025-W14", budgets=[{"month": "2025-04", "channel": "a", "amount": "300"}])["spend"]
    assert (value(one.now), value(one.to_date)) == ("35.0000", "30.0000")
    assert one.target == 300


def budget(amount: int, month: str = "2025-03", channel: str = "a") -> dict[str, str]:
    return {"month": month, "channel": channel, "amount": str(amount)}


def paced(period: str, *budgets: dict[str, str], scope: Scope = PAID, until: str = "2025-03-16") -> Pace | None:
    """Of 100 a day to 9 March, and 200 a day from then on."""
    slow, fast = days("2025-02-01", "2025-03-09"), days("2025-03-10", until)
    money = spend(*[f"{day} a 100" for day in slow], *[f"{day} a 200" for day in fast])
    those = known(until, "2025-02-01", spend=money, acquisition=users("2025-03-10 a: x"))
    return found(those, period, scope=scope, budgets=list(budgets))["spend"].pace


def test_the_month_is_expected_to_go_on_as_its_last_seven_days_did() -> None:
    pace = paced(WEEK, budget(5000))
    assert pace is not None
    assert pace == Pace(
        budget=Fraction(5000),
        spent=Fraction(9 * 100 + 7 * 200),
        time=Fraction(16, 31),
        forecast=Fraction(9 * 100 + 7 * 200 + 15 * 200),
    )
    assert pace.standing is Standing.AHEAD  # 5,300 of 5,000
    assert pace.as_json()["spent_share"] == 2300 / 5000


def test_early_in_a_month_the_last_seven_days_are_also_of_the_month_before() -> None:
    pace = paced("2025-03-02", budget(3100))
    assert pace == Pace(Fraction(3100), Fraction(200), Fraction(2, 31), Fraction(200 + 29 * 100))
    assert pace is not None
    assert pace.standing is Standing.ON_PACE


def test_a_month_that_is_over_will_cost_what_it_cost() -> None:
    pace = paced("2025-02", budget(2800, "2025-02"))
    assert pace == Pace(Fraction(2800), Fraction(2800), Fraction(1), Fraction(2800))


def test_of_a_month_that_is_not_over_only_the_days_that_are_known_have_gone() -> None:
    assert paced("2025-03", budget(5000)) == paced(WEEK, budget(5000))


@pytest.mark.parametrize(
    ("amount", "standing"),
    [(5047, "ahead"), (5048, "on_pace"), (5300, "on_pace"), (5578, "on_pace"), (5579, "behind")],
)
def test_a_month_is_on_pace_within_five_percent_of_its_budget(amount: int, standing: str) -> None:
    """It heads for 5,300: 1.05 times 5,047.6 and 0.95 times 5,578.9."""
    pace = paced(WEEK, budget(amount))
    assert pace is not None
    assert pace.standing == standing


def test_a_budget_of_no_channel_of_the_scope_is_not_its_pace() -> None:
    assert paced(WEEK, budget(5000, channel="c")) is None
    assert paced(WEEK, budget(5000, "2025-04")) is None
    assert paced("2025-Q1", budget(5000)) is None


def test_budgets_of_all_channels_of_the_scope_add_up() -> None:
    pace = paced(WEEK, budget(3000), budget(2000, channel="b"), budget(9000, channel="c"))
    assert pace is not None
    assert pace.budget == 5000
    everyone = paced(WEEK, budget(3000), budget(2000, channel="b"), scope=EVERYBODY)
    assert everyone == pace


# --- targets --------------------------------------------------------------------------------------------


def of_target(metric: str, target: str, period: str = "2025", scope: Scope = PAID, **of: str) -> Kpi:
    """A week of 120 for 6 users: 20 each; 3 of the 4 that can be judged were back."""
    won = users(people("2025-03-03", 4), people("2025-03-10", 6))
    back = active("2025-03-10: a2025-03-03-0 a2025-03-03-1 a2025-03-03-2")
    those = known("2025-03-16", spend=spend("2025-03-10 a 120"), acquisition=won, activity=back)
    planned = {"metric": metric, "period": period, "target": target, **of}
    return found(those, WEEK, scope=scope, targets=[planned])[metric]


@pytest.mark.parametrize(
    ("metric", "target", "standing"),
    [
        ("cpa", "20", "reached"),
        ("cpa", "21", "reached"),
        ("cpa", "19.05", "nearly"),  # 20 is 4.99 % above
        ("cpa", "19", "missed"),  # 5.3 % above
        ("retention_d7", "0.75", "reached"),
        ("retention_d7", "0.78", "nearly"),  # 3.8 % below
        ("retention_d7", "0.80", "missed"),  # 6.25 % below
    ],
)
def test_a_price_or_rate_stands_by_its_target(metric: str, target: str, standing: str) -> None:
    one = of_target(metric, target, scope=EVERYBODY)
    assert (one.target, one.standing) == (Fraction(target), standing)
    assert one.as_json()["target"] == float(target)


def test_the_target_of_a_group_is_not_that_of_others() -> None:
    public = Scope("public", ("a",))
    assert of_target("cpa", "19", group="public", scope=public).target == 19
    assert of_target("cpa", "19", group="private", scope=public).target is None
    assert of_target("cpa", "19", scope=public).target is None


@pytest.mark.parametrize(("period", "target"), [("2025-03", 60), ("2025", None), ("2025-Q1", None), ("2025-W11", None)])
def test_of_what_adds_up_a_week_has_the_target_of_its_month_and_none_of_a_longer_plan(
    period: str, target: int | None
) -> None:
    assert of_target("acquisitions", "60", period, EVERYBODY).target == target


def test_a_budget_that_lacks_a_month_is_no_target_of_the_quarter() -> None:
    money = spend("2025-01-10 a 50", "2025-02-10 a 50", "2025-03-10 a 50")
    those = known("2025-03-31", "2025-01-01", spend=money, acquisition=users("2025-03-10 a: x"))
    months = [budget(60, f"2025-0{month}") for month in (1, 2, 3)]
    assert found(those, "2025-Q1", budgets=months)["spend"].target == 180
    assert found(those, "2025-Q1", budgets=months[1:])["spend"].target is None


# --- what is usual --------------------------------------------------------------------------------------


def weekly(amounts: Sequence[int], last: str = "2025-03-10") -> Known:
    """So many users each week, up to the week of a Monday; each costs 10."""
    mondays = [str(date.fromisoformat(last) - timedelta(weeks=ago)) for ago in range(len(amounts))][::-1]
    money = spend(*[f"{day} a {10 * count}" for day, count in zip(mondays, amounts, strict=True)])
    won = users(*[people(day, count) for day, count in zip(mondays, amounts, strict=True)])
    until = str(date.fromisoformat(last) + timedelta(days=6))
    return known(until, mondays[0], spend=money, acquisition=won)


STEADY = [50, 55, 50, 55, 50, 55, 50, 55, 50]  # changes of +10 % and -1/11, in turn


def usually(changes: Iterable[float]) -> float:
    squares = [change * change for change in changes]
    return WIDTH[len(squares)] * float((sum(squares) / len(squares)) ** 0.5)


def test_what_is_usual_are_the_eight_changes_before_the_last() -> None:
    one = found(weekly([*STEADY, 54]), WEEK)["acquisitions"]
    assert one.usual.range == pytest.approx(usually([0.1, -1 / 11] * 4))
    assert one.history == (*map(float, STEADY), 54.0)
    assert one.change == pytest.approx(0.08)
    assert (one.is_normal, one.standing) == (True, Standing.NORMAL)


@pytest.mark.parametrize(("now", "standing"), [(70, "higher"), (30, "lower"), (60, "normal"), (40, "normal")])
def test_a_change_beyond_what_is_usual_is_higher_or_lower_than_normal(now: int, standing: str) -> None:
    """It usually moves by 22 % or less; 40 % is more, 20 % is not."""
    assert found(weekly([*STEADY, now]), WEEK)["acquisitions"].standing == standing


def test_with_fewer_than_six_changes_nobody_can_say_what_is_normal() -> None:
    one = found(weekly(STEADY[:7]), WEEK)["acquisitions"]
    assert (one.usual.range, one.is_normal, one.standing) == (None, None, None)


def test_weeks_that_touch_a_promotion_say_nothing_of_what_is_usual() -> None:
    """The third week back sold four times as much: neither the way up nor the way down counts."""
    wild = [50, 55, 50, 55, 50, 55, 50, 200, 50, 55]
    sale = {"name": "618", "from": "2025-02-24", "to": "2025-02-24", "promo": "true"}
    with_it, without = (found(weekly(wild), WEEK, events=events)["acquisitions"].usual for events in ([], [sale]))
    assert with_it.range == pytest.approx(usually([-0.75, 3, *[-1 / 11, 0.1] * 3]))
    assert without.range == pytest.approx(usually([-1 / 11, 0.1] * 3))


def test_an_event_that_is_no_promotion_changes_nothing() -> None:
    holiday = {"name": "holiday", "from": "2025-02-24", "to": "2025-02-24"}
    plain, told = (found(weekly([*STEADY, 54]), WEEK, events=events)["cpa"].usual for events in ([], [holiday]))
    assert plain == told


def test_a_day_is_measured_by_days_a_week_apart() -> None:
    """Fridays move by a tenth; that Saturdays sell three times as much is nothing unusual."""
    fridays = days("2025-01-10", "2025-03-14", 7)
    counts = [*STEADY, 54]
    lines = [people(day, count) for day, count in zip(fridays, counts, strict=True)]
    lines += [people(day, 160) for day in days("2025-01-11", "2025-03-08", 7)]
    one = found(known("2025-03-14", "2025-01-06", acquisition=users(*lines)), "2025-03-14")["acquisitions"]
    assert one.history == tuple(map(float, counts))
    assert one.change == pytest.approx(0.08)
    assert one.standing is Standing.NORMAL
    assert one.usual.range == pytest.approx(usually([0.1, -1 / 11] * 4))


def test_changes_of_rates_are_differences_and_a_hole_is_no_change() -> None:
    last = named(WEEK)
    rates = [0.2, 0.3, None, 0.2, 0.1, 0.4]
    assert usual_of(load("retention_d7"), last, rates, []).changes == pytest.approx((-0.1, 0.1))
    assert usual_of(load("cpa"), last, [0.0, 2.0, 3.0, 9.0], []).changes == pytest.approx((0.5,))
    assert usual_of(load("cpa"), last, [5.0], []) == usual_of(load("cpa"), last, [], []) == Usual()


# --- of whom --------------------------------------------------------------------------------------------


def test_bought_are_the_public_channels_of_the_tree_and_without_groups_all_that_spent() -> None:
    tree = {"a": {"group": "public"}, "b": {"group": "private"}, "c": {"group": "public"}}
    assert bought(project(channels=tree), ["a", "b"]) == Scope("public", ("a", "c"))
    assert bought(project(channels={"a": {}, "b": {}}), ["b", "a"]) == Scope("paid", ("a", "b"))
    names = [Scope("paid", ()).name(Words(locale)) for locale in ("zh-CN", "en")]
    assert names == ["付费渠道", "Paid channels"]
    assert Scope("门店", ()).name(Words("en")) == "门店"


def test_only_what_its_tables_can_tell_is_a_key_figure() -> None:
    money, won = spend("2025-03-10 a 120"), users("2025-03-10 a: x")
    assert [*found(known("2025-03-16", spend=money, acquisition=won), WEEK)] == ["spend", "acquisitions", "cpa"]
    assert [*found(known("2025-03-16", acquisition=won), WEEK)] == ["acquisitions"]
    sold = orders("2025-03-10 x 60")
    assert [*found(known("2025-03-16", order=sold), WEEK, ["paid_orders", "net_paid"])] == ["paid_orders", "net_paid"]


def test_money_of_two_currencies_has_no_sum_no_change_and_no_pace() -> None:
    money = spend("2025-03-03 a 10", "2025-03-03 a 10 USD", "2025-03-10 a 20", "2025-03-10 b 20 USD")
    those = known("2025-03-16", spend=money, acquisition=users("2025-03-10 a: x"))
    one = found(those, WEEK, budgets=[budget(100)])["spend"]
    assert (one.now.value, one.now.reason, one.change, one.pace) == (None, "no_rate", None, None)


def test_money_of_another_currency_has_no_pace_in_a_budget_of_the_projects() -> None:
    money = spend(*[f"{day} a 10 USD" for day in days("2025-03-01", "2025-03-16")])
    those = known("2025-03-16", spend=money, acquisition=users("2025-03-10 a: x"))
    assert found(those, WEEK, budgets=[budget(310)])["spend"].pace is None


# --- their table ----------------------------------------------------------------------------------------


def table_of(those: Known, period: str, locale: str = "en", **said: Any) -> Table:
    made = kpis(those, project(**said), named(period), [(PAID, BOUGHT)])
    return kpi_table(made, named(period).grain, "CNY", Words(locale))


def column(table: Table, key: str) -> list[Any]:
    return [row.cells[key] for row in table.rows]


def titles(table: Table) -> dict[str, str]:
    found: dict[str, Column] = {column.key: column for column in table.columns}
    return {key: one.title for key, one in found.items()}


def test_columns_that_say_nothing_are_left_out() -> None:
    bare = table_of(known("2025-03-16", "2025-03-10", spend=spend("2025-03-10 a 9")), WEEK)
    assert [*titles(bare)] == ["metric", "now", "to_date", "history"]
    full = table_of(weekly([*STEADY, 54]), WEEK, budgets=[budget(5000)])
    assert [*titles(full)] == [
        "metric", "now", "before", "change", "usual", "target", "to_date", "standing", "history",
    ]  # fmt: skip


def test_a_month_is_called_by_its_name() -> None:
    english = table_of(weekly([*STEADY, 54]), WEEK, budgets=[budget(5000)])
    chinese = table_of(weekly([*STEADY, 54]), WEEK, "zh-CN", budgets=[budget(5000)])
    assert (titles(english)["target"], titles(english)["to_date"]) == ("March target", "March to date")
    assert (titles(chinese)["target"], titles(chinese)["to_date"]) == ("3月目标", "3月累计")
    assert (titles(chinese)["now"], titles(chinese)["before"]) == ("本周", "上周")


@pytest.mark.parametrize(("period", "title"), [("2025-03", "3月目标"), ("2025-Q1", "目标"), ("2025", "目标")])
def test_the_target_of_a_longer_period_is_not_called_that_of_its_last_month(period: str, title: str) -> None:
    budgets = [budget(100, f"2025-{month:02}") for month in range(1, 13)]
    made = table_of(weekly([*STEADY, 54]), period, "zh-CN", budgets=budgets)
    assert titles(made)["target"] == title


def test_a_day_is_also_beside_the_mean_of_the_four_same_weekdays() -> None:
    lines = [
        people(day, count)
        for day, count in zip(days("2025-02-10", "2025-03-17", 7), (90, 10, 20, 30, 44, 5), strict=True)
    ]
    made = table_of(known("2025-03-17", "2025-02-10", acquisition=users(*lines)), "2025-03-17", "zh-CN")
    assert titles(made)["same_days"] == "近4周同日均值"
    assert column(made, "same_days") == [Number((10 + 20 + 30 + 44) / 4, Form.COUNT)]
    assert [titles(made)[key] for key in ("now", "before", "change")] == ["昨日", "上周同日", "较上周同日"]


def test_with_fewer_than_four_same_weekdays_there_is_no_mean() -> None:
    lines = [people(day, 9) for day in days("2025-02-24", "2025-03-17", 7)]
    made = table_of(known("2025-03-17", "2025-02-24", acquisition=users(*lines)), "2025-03-17")
    assert "same_days" not in titles(made)


@pytest.mark.parametrize(
    ("locale", "name", "form"),
    [("zh-CN", "付费渠道后台消耗(万元)", Form.TEN_THOUSANDS), ("en", "Paid channels: Spend (CNY k)", Form.THOUSANDS)],
)
def test_large_money_is_in_one_unit_with_its_target_and_its_mean(locale: str, name: str, form: Form) -> None:
    mondays = days("2025-02-10", "2025-03-17", 7)
    money = spend(*[f"{day} a {amount}" for day, amount in zip(mondays, (7, 10, 20, 30, 40, 123456), strict=True)])
    made = table_of(known("2025-03-17", "2025-02-10", spend=money), "2025-03-17", locale, budgets=[budget(300_000)])
    assert column(made, "metric") == [name]
    assert column(made, "now") == [Number(123456, form)]
    assert column(made, "before") == [Number(40, form)]
    assert column(made, "same_days") == [Number(25, form)]
    assert column(made, "to_date") == [Number(30 + 40 + 123456, form)]
    assert column(made, "target") == [Number(300_000, form)]


def test_changes_of_rates_are_in_points_those_of_others_relative() -> None:
    won = users("2025-02-24 a: p q", "2025-03-03 a: r s", "2025-03-09 b: t u", "2025-03-10 a: v")
    back = active("2025-03-03: p", "2025-03-10: r s", "2025-03-16: t")
    made = table_of(known("2025-03-16", "2025-02-24", acquisition=won, activity=back), WEEK)
    assert column(made, "metric") == ["Paid channels: New", "Paid channels: D7 (won 3-9 Mar)"]
    assert column(made, "change") == [Number(1 / 4 - 1, Form.CHANGE), Number(0.25, Form.POINTS)]
