"""The rows of an answer: which groups there are, what they are called, and money of several currencies."""

from typing import Any

from opsctl.measures.evidence import Campaigns
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from tests.notation import ask, evidence, orders, spend, users

UNTIL = "2025-01-31"


def rows(found: Any, metrics: str, by: str) -> list[tuple[dict[str, str | None], list[Any]]]:
    """Each row's group with the values of its metrics."""
    names = metrics.split(",")
    answered = answer(found, ask(by, period="2025-01"), [load(name) for name in names])
    return [(dict(row.group), [row.figures[name].as_json()["value"] for name in names]) for row in answered]


BILLED = spend("2025-01-01 A 100", "2025-01-02 A 50 USD", "2025-01-02 B 30 USD", "2025-01-02 C 7")


def test_a_group_with_money_of_two_currencies_is_split_and_has_no_total() -> None:
    found = evidence(spend=BILLED, until=UNTIL)
    assert rows(found, "spend", "channel") == [
        ({"channel": "A", "currency": "CNY"}, ["100.0000"]),
        ({"channel": "A", "currency": "USD"}, ["50.0000"]),
        ({"channel": "A", "currency": None}, [None]),
        ({"channel": "B", "currency": "USD"}, ["30.0000"]),
        ({"channel": "C", "currency": "CNY"}, ["7.0000"]),
    ]


def test_where_currencies_are_asked_for_or_no_group_mixes_them_nothing_is_added() -> None:
    found = evidence(spend=BILLED, until=UNTIL)
    assert rows(found, "spend", "currency") == [({"currency": "CNY"}, ["107.0000"]), ({"currency": "USD"}, ["80.0000"])]
    alike = evidence(spend=BILLED[2:], until=UNTIL)
    assert [group for group, _ in rows(alike, "spend", "channel")] == [{"channel": "B"}, {"channel": "C"}]
    assert rows(found, "spend", "") == [({}, [None])]


def test_what_is_unknown_for_another_reason_is_not_split_by_currency() -> None:
    found = evidence(
        acquisition=users("2025-01-01 A: a"),
        order=orders("2025-01-02 a 5000", "2025-01-02 a 1 USD"),
        spend=spend("2025-01-01 A 9 conversions=1 conversion_goal=pay", "2025-01-01 A 1 conversions=1"),
        until=UNTIL,
    )
    assert rows(found, "high_value_share,conversions", "channel") == [({"channel": "A"}, [None, None])]


def test_a_campaign_is_called_by_its_newest_name_with_its_id_beside_it() -> None:
    found = evidence(
        acquisition=users("2025-01-01: a campaign_id=7", "2025-01-01: b campaign=unnumbered", "2025-01-01: c"),
        campaigns=Campaigns({"7": "spring"}, {"spring": ("7",)}),
        until=UNTIL,
    )
    assert rows(found, "acquisitions", "campaign") == [
        ({"campaign": "spring", "campaign_id": "7"}, [1]),
        ({"campaign": "unnumbered", "campaign_id": None}, [1]),
        ({"campaign": None}, [1]),
    ]


def test_metrics_stand_side_by_side_in_one_row_per_group() -> None:
    found = evidence(acquisition=users("2025-01-01 B: a", "2025-01-01 D: b"), spend=BILLED[2:], until=UNTIL)
    assert rows(found, "acquisitions,cpa", "channel") == [
        ({"channel": "B"}, [1, 30.0]),
        ({"channel": "C"}, [0, None]),
        ({"channel": "D"}, [1, None]),
    ]
