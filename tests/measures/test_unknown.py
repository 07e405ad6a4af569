"""What cannot be known is said with its reason, and never becomes a zero."""

import pytest

from opsctl.measures.family import Reason
from tests.notation import Rows, active, ask, every_figure, evidence, figure, figures, orders, spend, users, values

NEW = users("2025-01-01 A: a b", "2025-01-02 B: c")
BACK = active("2025-01-08: a", "2025-01-09: c")
PAID = orders("2025-01-03 a 128", "2025-01-04 c 60")
BILLED = spend("2025-01-01 A 100", "2025-01-02 B 90")
UNTIL = "2025-01-31"

# --- money of two currencies, and money that may not be added -------------------------------------------


def test_money_of_two_currencies_is_not_added_up() -> None:
    billed = spend("2025-01-01 A 100", "2025-01-02 A 50 USD", "2025-01-02 B 30 USD")
    found = evidence(acquisition=NEW, activity=BACK, spend=billed, until=UNTIL)
    for metric in ("spend", "cpa", "cpa_paid", "cost_per_retained_d7"):
        assert figure(found, metric).reason == Reason.NO_RATE
    by_channel = figures(found, "cpa", ask("channel"))
    assert by_channel[("A",)].reason == Reason.NO_RATE
    assert (by_channel[("B",)].value, by_channel[("B",)].currency) == (30 / 1, "USD")
    assert values(found, "spend", "currency") == {"CNY": "100.0000", "USD": "80.0000"}


@pytest.mark.parametrize("metric", ["roas", "roas_shop", "roas_d7"])
def test_money_spent_and_money_earned_in_two_currencies_make_no_ratio(metric: str) -> None:
    dollars = orders("2025-01-03 a 128 USD channel=A", "2025-01-04 c 60 channel=B")
    found = evidence(acquisition=NEW, order=dollars, spend=BILLED, until=UNTIL)
    by_channel = figures(found, metric, ask("channel"))
    assert (by_channel[("A",)].value, by_channel[("A",)].reason) == (None, Reason.NO_RATE)
    assert by_channel[("B",)].value == 60 / 90
    assert figure(found, metric).reason == Reason.NO_RATE


def test_nothing_in_another_currency_is_in_nobodys_way() -> None:
    found = evidence(spend=spend("2025-01-01 A 100", "2025-01-02 A 0 USD"), until=UNTIL)
    one = figure(found, "spend")
    assert (one.as_json()["value"], one.currency) == ("100.0000", "CNY")


def test_money_without_a_currency_is_in_the_projects() -> None:
    found = evidence(spend=spend("2025-01-01 A 100", "2025-01-02 A 50 CNY"), until=UNTIL)
    assert figure(found, "spend").as_json()["value"] == "150.0000"


@pytest.mark.parametrize("apart", ["conversion_goal=pay", "conversion_basis=click"])
def test_conversions_to_different_goals_are_not_added_up(apart: str) -> None:
    billed = spend("2025-01-01 A 100 conversions=3 clicks=10", f"2025-01-01 A 50 conversions=2 clicks=10 {apart}")
    found = evidence(spend=billed, until=UNTIL)
    for metric in ("conversions", "cpa_platform", "cvr"):
        assert figure(found, metric).reason == Reason.MIXED_GOALS
    dimension = apart.partition("=")[0]
    assert values(found, "cpa_platform", dimension) == {None: 100 / 3, apart.partition("=")[2]: 50 / 2}
    assert figure(found, "cpc").value == 150 / 20


def test_without_a_margin_there_is_no_profit_but_revenue() -> None:
    found = evidence(acquisition=NEW, order=PAID, until=UNTIL)
    assert figure(found, "ltv_7d").reason == Reason.NO_MARGIN
    assert figure(found, "ltv_revenue_7d").value == 188 / 3
    with_margin = evidence(acquisition=NEW, order=PAID, until=UNTIL, margin="0.25")
    assert figure(with_margin, "ltv_7d").value == pytest.approx(188 / 3 / 4, rel=1e-15)


def test_a_buyer_who_pays_in_foreign_money_cannot_be_held_to_the_threshold() -> None:
    paid = orders("2025-01-03 a 5000 USD", "2025-01-04 c 5000")
    found = evidence(acquisition=NEW, order=paid, until=UNTIL)
    assert figure(found, "high_value_share").reason == Reason.NO_RATE
    by_channel = figures(found, "high_value_share", ask("channel"))
    assert by_channel[("A",)].reason == Reason.NO_RATE
    assert by_channel[("B",)].value == 1


def test_one_foreign_payment_is_enough() -> None:
    found = evidence(acquisition=NEW, order=orders("2025-01-03 a 5000", "2025-01-03 a 1 USD"), until=UNTIL)
    assert figure(found, "high_value_share").reason == Reason.NO_RATE


def test_foreign_money_of_somebody_who_is_not_judged_yet_is_in_nobodys_way() -> None:
    found = evidence(
        acquisition=users("2024-01-01: a", "2025-01-01: b"),
        order=orders("2024-01-05 a 5000", "2025-01-05 b 5000 USD"),
        until=UNTIL,
    )
    assert figure(found, "high_value_share_cohort365").value == 1 / 1


# --- days without a time --------------------------------------------------------------------------------

TIMED_NEW = users("2025-01-01 10:00 A: a", "2025-01-01 10:00 B: b")
TIMED_BACK = active("2025-01-08 12:00: a")


@pytest.mark.parametrize(
    ("acquired", "came"),
    [
        (TIMED_NEW, active("2025-01-08: a")),
        (TIMED_NEW, [*TIMED_BACK, *active("2025-01-09: b")]),
        (users("2025-01-01: a b"), TIMED_BACK),
    ],
)
def test_hours_cannot_be_counted_where_only_days_are_known(acquired: Rows, came: Rows) -> None:
    found = evidence(acquisition=acquired, activity=came, until=UNTIL)
    assert figure(found, "retention_d7_24h").reason == Reason.DAY_PRECISION
    assert figure(found, "retention_d7").value == 1 / 2


def test_a_channel_whose_times_are_known_is_answered() -> None:
    found = evidence(acquisition=users("2025-01-01 10:00 A: a", "2025-01-01 B: b"), activity=TIMED_BACK, until=UNTIL)
    by_channel = figures(found, "retention_d7_24h", ask("channel"))
    assert by_channel[("A",)].value == 1
    assert by_channel[("B",)].reason == Reason.DAY_PRECISION


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Asia/Beirut", "2024-03-30"),  # the next midnight is skipped
        ("America/Havana", "2024-11-02"),  # the next midnight comes twice
    ],
)
def test_the_day_ends_also_where_the_clocks_change_at_midnight(zone: str, day: str) -> None:
    new, back = users("2024-01-01 10:00: a"), active("2024-01-02 12:00: a")
    assert figure(evidence(acquisition=new, activity=back, until=day, zone=zone), "retention_d1_24h").value == 1


# --- days of another zone -------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["cpa", "cpa_paid", "cost_per_retained_d7", "roas"])
def test_days_of_another_zone_are_joined_with_ours_from_a_week_on(metric: str) -> None:
    found = evidence(acquisition=NEW, activity=BACK, order=PAID, spend=BILLED, until=UNTIL, foreign_days=["spend"])
    assert figure(found, metric, ask(period="2025-01-01..2025-01-06")).reason == Reason.TZ_MISMATCH
    assert {one.reason for one in figures(found, metric, ask("day")).values()} <= {Reason.TZ_MISMATCH, Reason.IMMATURE}
    assert figure(found, metric, ask(period="2024-12-30..2025-01-05")).value is not None
    assert values(found, metric, "week", period="2025-W01")["2025-W01"] is not None


@pytest.mark.parametrize("metric", ["spend", "acquisitions", "retention_d7", "net_paid"])
def test_what_is_counted_in_one_zone_alone_is_known_by_the_day(metric: str) -> None:
    found = evidence(acquisition=NEW, activity=BACK, order=PAID, spend=BILLED, until=UNTIL, foreign_days=["spend"])
    assert figure(found, metric, ask(period="2025-01-01..2025-01-04")).value


# --- tables, columns and dimensions that nobody gave ----------------------------------------------------


@pytest.mark.parametrize("metric", ["spend", "cpa", "cpa_paid", "cost_per_retained_d7", "roas"])
def test_without_spend_there_is_no_price(metric: str) -> None:
    found = evidence(acquisition=NEW, activity=BACK, order=PAID, until=UNTIL)
    assert figure(found, metric).reason == Reason.NOT_SUPPLIED
    assert set(values(found, metric).values()) <= {None}


def test_a_table_without_a_row_tells_nothing_about_activity() -> None:
    found = evidence(acquisition=NEW, activity=[], until=UNTIL)
    assert figure(found, "retention_d7").reason == Reason.NOT_SUPPLIED
    assert figure(found, "retention_d7_24h").reason == Reason.NOT_SUPPLIED


@pytest.mark.parametrize("metric", ["impressions", "clicks", "conversions", "cpm", "cpc", "ctr", "cvr", "cpa_platform"])
def test_a_column_that_nobody_gave_is_no_zero(metric: str) -> None:
    assert figure(evidence(spend=BILLED, until=UNTIL), metric).reason == Reason.NOT_SUPPLIED


def test_a_price_is_over_the_rows_that_know_both_of_its_sides() -> None:
    billed = spend("2025-01-01 A 100 impressions=1000 clicks=20", "2025-01-01 B 900", "2025-01-02 A 50 impressions=500")
    found = evidence(spend=billed, until=UNTIL)
    assert figure(found, "cpm").value == 1000 * 150 / 1500
    assert figure(found, "cpc").value == 100 / 20
    assert figure(found, "ctr").value == 20 / 1000
    assert values(found, "impressions") == {"A": 1500, "B": None}


@pytest.mark.parametrize(
    ("metric", "dimension"),
    [("cpa", "city_tier"), ("spend", "city_tier"), ("retention_d7", "placement"), ("orders", "campaign")],
)
def test_a_dimension_that_one_side_lacks_splits_nothing(metric: str, dimension: str) -> None:
    new = users("2025-01-01 A: a city_tier=1", "2025-01-01 A: b city_tier=2")
    billed = spend("2025-01-01 A 100 placement=feed")
    found = evidence(acquisition=new, activity=BACK, order=PAID, spend=billed, until=UNTIL)
    one = figure(found, metric, ask(where={dimension: "1"}))
    assert (one.value, one.reason) == (None, Reason.NOT_SUPPLIED)
    assert set(values(found, metric, dimension).values()) <= {None}


def test_where_every_row_tells_its_campaign_no_row_is_a_zero() -> None:
    billed = spend("2025-01-01 A 100 campaign=x", "2025-01-01 A 50 campaign=y")
    found = evidence(acquisition=users("2025-01-01: a campaign=x"), spend=billed, until=UNTIL)
    by_campaign = figures(found, "cpa", ask("campaign"))
    assert by_campaign[("x",)].value == 100
    assert by_campaign[("y",)].reason == Reason.SPEND_NO_CONVERSION


def test_where_some_rows_do_not_tell_theirs_no_row_may_be_one_of_these() -> None:
    billed = spend("2025-01-01 A 100 campaign=x", "2025-01-01 A 50 campaign=y")
    acquired = users("2025-01-01: a campaign=x", "2025-01-01: b")
    by_campaign = figures(evidence(acquisition=acquired, spend=billed, until=UNTIL), "cpa", ask("campaign"))
    assert by_campaign[("x",)].value == 100
    assert by_campaign[("y",)].reason == Reason.NOT_SUPPLIED
    assert by_campaign[(None,)].reason == Reason.NOT_SUPPLIED  # what b cost is in x or in y


# --- nothing on one side or on both ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("money", "people", "value", "reason", "low"),
    [
        ("100", "a b", 50.0, None, None),
        ("100", "", None, Reason.SPEND_NO_CONVERSION, 100 / 3),
        ("0", "a b", None, Reason.NO_COST, None),
        ("0", "", None, Reason.NO_ACTIVITY, None),
    ],
)
def test_what_a_zero_means_for_a_price(
    money: str, people: str, value: float | None, reason: Reason | None, low: float | None
) -> None:
    found = evidence(
        acquisition=users(f"2025-01-01 A: {people}", "2025-01-01 B: z"),
        spend=spend(f"2025-01-01 A {money}"),
        until=UNTIL,
    )
    one = figures(found, "cpa", ask("channel"))[("A",)]
    assert (one.value, one.reason) == (value, reason)
    if value is None:
        assert (one.low, one.high) == (low, None)


@pytest.mark.parametrize(
    ("spent", "earned", "value", "reason"),
    [
        ("100", "320", 3.2, None),
        ("100", "0", 0.0, None),
        ("0", "320", None, Reason.NO_COST),
        ("0", "0", None, Reason.NO_ACTIVITY),
    ],
)
def test_what_a_zero_means_for_a_return(spent: str, earned: str, value: float | None, reason: Reason | None) -> None:
    found = evidence(
        acquisition=NEW, order=orders(f"2025-01-03 a {earned}"), spend=spend(f"2025-01-01 A {spent}"), until=UNTIL
    )
    one = figure(found, "roas", ask(where={"channel": "A"}))
    assert (one.value, one.reason) == (value, reason)


def test_a_table_that_is_there_has_a_zero_where_it_has_no_row() -> None:
    found = evidence(acquisition=NEW, spend=spend("2025-01-01 A 100"), until=UNTIL)
    rows = every_figure(found, ["spend", "acquisitions"], ask("channel"))
    assert {group: row["spend"].value for group, row in rows.items()} == {("A",): 100_0000, ("B",): 0}
    assert figure(found, "spend", ask(period="2024")).value == 0
    assert figure(found, "cpa", ask(period="2024")).reason == Reason.NO_ACTIVITY


# --- days that have not been seen -----------------------------------------------------------------------


def test_an_export_that_stops_early_makes_users_immature_and_not_lost() -> None:
    found = evidence(acquisition=NEW, activity=active("2025-01-05: a"), seen={"activity": "2025-01-07"}, until=UNTIL)
    one = figure(found, "retention_d7")
    assert (one.value, one.reason, one.status) == (None, Reason.IMMATURE, "immature")
    assert (one.users, one.mature, str(one.matures_on)) == (3, 0, "2025-01-09")


def test_value_waits_for_the_orders_and_not_for_the_activity() -> None:
    found = evidence(
        acquisition=NEW, activity=BACK, order=PAID, seen={"order": "2025-01-08", "activity": "2025-01-31"}, until=UNTIL
    )
    assert figure(found, "ltv_revenue_7d").mature == 2
    assert figure(found, "retention_d7").mature == 3


def test_an_order_table_without_rows_has_seen_no_day() -> None:
    found = evidence(acquisition=NEW, order=[], until=UNTIL)
    assert figure(found, "ltv_revenue_7d").reason == Reason.IMMATURE
    assert figure(found, "orders").value == 0


def test_of_no_users_nobody_is_immature() -> None:
    found = evidence(acquisition=NEW, activity=BACK, until=UNTIL)
    assert figure(found, "retention_d7", ask(period="2024")).reason == Reason.NO_ACTIVITY
