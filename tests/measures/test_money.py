"""Orders, refunds, first and further purchases, and what they are worth, by hand."""

import pytest

from tests.notation import active, ask, evidence, figure, figures, orders, sides, spend, users, values

UNTIL = "2025-06-30"

# --- orders as of a day ---------------------------------------------------------------------------------


def test_an_order_counts_when_it_is_made_and_its_money_when_it_is_paid() -> None:
    shop = orders(
        "2025-03-02 a 100 created_at=2025-02-28 channel=x",
        "2025-03-05 b 50 channel=x",
        "unpaid c 999 created_at=2025-03-03 channel=y",
    )
    found = evidence(order=shop, until=UNTIL)
    march = ask(period="2025-03")
    assert figure(found, "orders", march).value == 2
    assert figure(found, "paid_orders", march).value == 2
    assert figure(found, "gross_paid", march).as_json()["value"] == "150.0000"
    assert figure(found, "orders", ask(period="2025-02")).value == 1
    assert values(found, "paid_orders") == {"x": 2, "y": 0}


def test_an_order_without_any_date_counts_where_no_period_is_asked_for() -> None:
    found = evidence(order=orders("2025-03-05 b 50", "unpaid c 999"), until=UNTIL)
    assert figure(found, "orders").value == 2
    assert figure(found, "orders", ask(period="2025")).value == 1
    assert figure(found, "gross_paid").as_json()["value"] == "50.0000"


@pytest.mark.parametrize(
    ("until", "paid", "refunded"),
    [("2025-03-04", 0, 0), ("2025-03-05", 50, 0), ("2025-03-19", 50, 0), ("2025-03-20", 50, 20)],
)
def test_what_happens_later_has_not_happened_yet(until: str, paid: int, refunded: int) -> None:
    shop = orders("2025-03-05 b 50 created_at=2025-03-01 refunded=20 refunded_at=2025-03-20")
    found = evidence(order=shop, until=until)
    assert figure(found, "orders").value == 1
    assert figure(found, "gross_paid").value == paid * 10_000
    assert figure(found, "refunded").value == refunded * 10_000
    assert figure(found, "net_paid").value == (paid - refunded) * 10_000
    assert figure(found, "refunded_orders").value == (1 if refunded else 0)


def test_a_refund_without_a_date_counts_on_the_day_of_payment() -> None:
    found = evidence(order=orders("2025-03-05 b 50 refunded=20"), until="2025-03-05")
    assert figure(found, "net_paid").as_json()["value"] == "30.0000"


def test_money_is_exact_to_its_ten_thousandth() -> None:
    found = evidence(order=orders(*["2025-03-05 b 0.1001"] * 10), until=UNTIL)
    assert figure(found, "gross_paid").as_json()["value"] == "1.0010"


# --- first and further purchases ------------------------------------------------------------------------


def test_a_further_purchase_is_on_a_later_day_within_the_days() -> None:
    shop = orders(
        *("2025-01-01 a 10", "2025-04-01 a 10"),  # day 90
        *("2025-01-01 b 10", "2025-04-02 b 10"),  # day 91
        *("2025-01-01 09:00 c 10", "2025-01-01 18:00 c 10"),  # one day's purchase in two orders
        *("2025-01-01 d 10", "2025-02-01 d 10", "2025-03-01 d 10"),
        "2025-05-01 e 10",  # not yet judged
    )
    one = figure(evidence(order=shop, until=UNTIL), "repurchase_rate_90d")
    assert sides(one) == (2, 4)
    assert (one.users, one.mature, str(one.matures_on)) == (5, 4, "2025-07-30")


def test_an_order_that_was_refunded_whole_makes_no_buyer() -> None:
    shop = orders(
        *("2025-01-01 a 10 refunded=10", "2025-01-20 a 10", "2025-02-01 a 10"),  # the first is of 20 January
        *("2025-01-01 b 10", "2025-01-20 b 10 refunded=12"),
        "2025-01-01 c 0",
    )
    found = evidence(order=shop, until=UNTIL)
    assert sides(figure(found, "repurchase_rate_90d")) == (1, 2)
    assert sides(figure(found, "repurchase_rate_90d", ask(period="2025-01-20"))) == (1, 1)


def test_a_buyer_belongs_to_the_channel_that_brought_the_user() -> None:
    shop = orders("2025-01-02 a 10 channel=shop", "2025-01-03 a 10 channel=shop", "2025-01-02 z 10 channel=shop")
    found = evidence(acquisition=users("2025-01-01 A: a"), order=shop, until=UNTIL)
    assert {group: sides(one) for group, one in figures(found, "repurchase_rate_30d", ask("channel")).items()} == {
        ("A",): (1, 1),
        ("shop",): (0, 1),
    }


# --- what users are worth -------------------------------------------------------------------------------

COHORT = users("2025-01-01 A: a b c", "2025-05-31 A: d")


def test_value_is_over_all_mature_users_and_days_0_to_n() -> None:
    shop = orders(
        "2025-01-01 a 100",
        "2025-01-31 a 50",  # day 30
        "2025-02-01 a 1000",  # day 31
        "2024-12-31 b 1000",  # before
        "2025-01-05 b 30 refunded=10 refunded_at=2025-06-01",  # booked to the order's day, however late
        "2025-06-01 d 500",  # not mature: 31 May and 30 days is 30 June
    )
    found = evidence(
        acquisition=COHORT, order=shop, spend=spend("2025-01-01 A 340", "2025-05-31 A 99"), until="2025-06-29"
    )
    assert figure(found, "ltv_revenue_30d").value == (100 + 50 + 20) / 3
    assert figure(found, "roas_d30").value == (100 + 50 + 20) / 340
    assert figure(found, "ltv_revenue_30d").mature == 3


def test_what_a_channels_users_paid_in_the_period_counts_whenever_they_came() -> None:
    shop = orders("2025-06-01 a 100 channel=shop", "2025-06-02 z 1000 channel=A", "2025-05-01 b 1000")
    found = evidence(acquisition=COHORT, order=shop, spend=spend("2025-06-01 A 40"), until=UNTIL)
    assert figure(found, "roas", ask(period="2025-06")).value == 100 / 40
    assert values(found, "roas", period="2025-06") == {"A": 100 / 40}
    assert values(found, "roas_shop", period="2025-06") == {"A": 1000 / 40, "shop": None}


def test_a_user_of_two_products_earns_for_the_channel_that_came_first() -> None:
    tea, coffee = users("2025-01-03 B: a product=coffee"), users("2025-01-01 A: a product=tea")
    for acquired in (tea + coffee, coffee + tea):
        shop = orders("2025-01-05 a 5000", "2025-01-09 a 1")
        billed = spend("2025-01-01 A 10", "2025-01-01 B 10")
        found = evidence(acquisition=acquired, order=shop, spend=billed, until=UNTIL)
        assert values(found, "roas") == {"A": 5001 / 10, "B": 0}
        assert values(found, "high_value_share") == {"A": 1}
        assert values(found, "repurchase_rate_30d") == {"A": 1}


# --- high value -----------------------------------------------------------------------------------------


def test_high_value_is_strictly_above_the_threshold_after_refunds() -> None:
    shop = orders(
        "2024-03-01 a 3000",
        *("2024-03-01 b 3000", "2024-07-01 b 0.01"),
        *("2024-03-01 c 4000 refunded=1000", "2024-03-02 d 3000.0001"),
        "2024-03-02 e 9000 refunded=9000",  # no buyer
    )
    assert sides(
        figure(evidence(order=shop, acquisition=users(), until=UNTIL), "high_value_share", ask(period="2024"))
    ) == (
        2,
        4,
    )


def test_the_window_is_the_calendar_year_or_the_365_days_up_to_the_end() -> None:
    shop = orders("2024-01-01 a 4000", "2024-12-31 b 1", "2025-02-28 c 4000", "2024-02-29 d 4000", "2024-03-01 e 1")
    found = evidence(order=shop, acquisition=users("2024-01-01: a b c d e"), until=UNTIL)
    year, trailing = (figure(found, "high_value_share", ask(period=text)) for text in ("2024", "2025-02"))
    assert (year.definition, sides(year)) == ("hv.calendar@1", (2, 4))
    assert (trailing.definition, sides(trailing)) == ("hv.trailing365@1", (1, 3))  # b, c, e: from 1 March 2024


def test_the_first_365_days_are_the_same_for_everyone() -> None:
    shop = orders("2023-12-31 a 3001", "2024-01-01 a 1", "2023-12-31 b 1", "2024-01-02 b 3001", "2024-06-01 c 9999")
    found = evidence(order=shop, acquisition=users("2023-01-01: a", "2023-01-02: b", "2024-07-02: c"), until=UNTIL)
    one = figure(found, "high_value_share_cohort365")
    assert sides(one) == (1, 2)  # day 364 of a is 31 December 2023, of b 1 January 2024
    assert (one.users, str(one.matures_on)) == (3, "2025-07-01")


# --- who never came back, nor bought --------------------------------------------------------------------


def test_no_return_is_neither_activity_from_day_7_nor_any_order() -> None:
    found = evidence(
        acquisition=users("2025-01-01: a b c d"),
        activity=active("2025-01-07: a", "2025-01-08: b", "2025-02-01: c"),  # days 6, 7 and 31
        order=orders("2025-06-01 d 1", "2025-01-09 a 5 refunded=5", "unpaid c 7 created_at=2025-01-10"),
        until=UNTIL,
    )
    assert sides(figure(found, "no_return_share_d30")) == (1, 4)  # c; a paid order that was refunded is an order
