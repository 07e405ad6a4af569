"""What figures can be split by, and into which group a row falls."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.measures.dimension import canonical_dimensions, known_dimensions, values_of
from opsctl.measures.evidence import Campaigns
from tests.notation import active, ask, every_figure, evidence, figure, figures, orders, sides, spend, users, values

UNTIL = "2025-12-31"


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("day", ["2024-02-29", "2024-12-29", "2024-12-30", "2025-01-01", "2027-01-01"]),
        ("week", ["2024-W09", "2024-W52", "2025-W01", "2026-W53"]),  # 30 December and 1 January are one ISO week
        ("month", ["2024-02", "2024-12", "2025-01", "2027-01"]),
        ("quarter", ["2024-Q1", "2024-Q4", "2025-Q1", "2027-Q1"]),
        ("year", ["2024", "2025", "2027"]),
    ],
)
def test_the_calendar_is_that_of_iso(by: str, groups: list[str]) -> None:
    days = ["2024-02-29", "2024-12-29", "2024-12-30", "2025-01-01", "2027-01-01"]
    found = evidence(acquisition=users(*(f"{day}: a" for day in days)), until="2027-12-31")
    assert list(values(found, "acquisitions", by)) == groups


@settings(deadline=None, max_examples=40)
@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_falls_into_the_week_that_the_standard_library_names(day: date) -> None:
    found = evidence(acquisition=users(f"{day}: a"), until="2100-12-31")
    year, week, _ = day.isocalendar()
    assert list(values(found, "acquisitions", "week")) == [f"{year}-W{week:02}"]
    monday = day - timedelta(days=day.weekday())
    assert values(found, "acquisitions", "week", period=f"{monday}..{day}") == {f"{year}-W{week:02}": 1}


def test_groups_are_sorted_and_the_unknown_comes_last() -> None:
    new = users("2025-01-01 B: a", "2025-01-01 A: b city_tier=2", "2025-01-01 A: c city_tier=1", "2025-01-01 A: d")
    found = evidence(acquisition=new, until=UNTIL)
    assert list(figures(found, "acquisitions", ask("channel,city_tier"))) == [
        ("A", "1"),
        ("A", "2"),
        ("A", None),
        ("B", None),
    ]


def test_without_dimensions_there_is_one_row_even_of_nothing() -> None:
    found = evidence(acquisition=users("2025-01-01: a"), until=UNTIL)
    assert list(figures(found, "acquisitions", ask(period="2024"))) == [()]


def test_an_attribute_goes_by_its_short_name() -> None:
    new = users("2025-01-01: a attribute_network=5g", "2025-01-01: b attribute_network=wifi", "2025-01-01: c")
    found = evidence(acquisition=new, until=UNTIL)
    assert values(found, "acquisitions", "network") == {"5g": 1, "wifi": 1, None: 1}
    assert values(found, "acquisitions", "attribute_network") == {"5g": 1, "wifi": 1, None: 1}
    assert "network" in known_dimensions(found)
    assert values_of(found, "network") == {"5g", "wifi"}


@pytest.mark.parametrize("name", ["order", "row", "week_", "currency", "mature"])
def test_an_attribute_may_be_called_like_something_of_ours(name: str) -> None:
    new = users(f"2025-01-01: a attribute_{name}=x", f"2025-01-01: b attribute_{name}=y")
    shop = orders("2025-01-02 a 5000")
    found = evidence(acquisition=new, activity=active("2025-01-08: a"), order=shop, until="2026-12-31", margin="0.5")
    assert values(found, "acquisitions", name) == {"x": 1, "y": 1}
    for metric in ("retention_d7", "ltv_30d", "roas", "high_value_share_cohort365", "no_return_share_d30"):
        assert ("x",) in figures(found, metric, ask(name))


def test_a_person_is_no_dimension() -> None:
    assert not {"user", "order", "inviter"} & canonical_dimensions()
    assert {"channel", "campaign", "week", "group", "currency", "category"} <= canonical_dimensions()


def test_channels_are_summed_up_in_the_groups_of_their_tree() -> None:
    found = evidence(
        acquisition=users("2025-01-01 douyin: a b", "2025-01-01 wecom: c", "2025-01-01 unknown: d"),
        spend=spend("2025-01-01 douyin 90", "2025-01-01 kuaishou 30"),
        groups={"douyin": "public", "kuaishou": "public", "wecom": "private"},
        until=UNTIL,
    )
    rows = figures(found, "cpa", ask("group"))
    assert {group: sides(one) for (group,), one in rows.items()} == {
        "public": (120_0000, 2),
        "private": (0, 1),
        None: (0, 1),
    }
    assert figure(found, "cpa", ask(where={"group": "public"})).value == 120 / 2


def test_a_campaign_is_its_id_under_its_newest_name() -> None:
    had = {"new name": ("7",), "old name": ("7",), "old": ("7",), "other": ("8",)}
    found = evidence(
        acquisition=users("2025-01-01: a campaign=old", "2025-01-02: b campaign_id=7", "2025-01-02: c campaign=other"),
        spend=spend("2025-01-01 A 10 campaign_id=7 campaign=old", "2025-01-02 A 30 campaign_id=8 campaign=other"),
        campaigns=Campaigns({"7": "new name", "8": "other"}, had),
        until=UNTIL,
    )
    assert values(found, "cpa", "campaign") == {"new name": 10 / 2, "other": 30 / 1}
    for name in ("new name", "old", "7"):
        assert figure(found, "cpa", ask(where={"campaign": name})).value == 10 / 2


def test_several_values_widen_and_several_conditions_narrow_down() -> None:
    new = users("2025-01-01 A: a city_tier=1", "2025-01-01 B: b city_tier=1", "2025-01-01 C: c city_tier=2")
    found = evidence(acquisition=new, until=UNTIL)
    assert figure(found, "acquisitions", ask(where={"channel": "A,B"})).value == 2
    assert figure(found, "acquisitions", ask(where={"channel": "A,C", "city_tier": "1"})).value == 1
    assert values(found, "acquisitions", where={"channel": "A,B"}) == {"A": 1, "B": 1}
    assert figure(found, "acquisitions", ask(where={"week": "2025-W01"})).value == 3


def test_the_period_selects_days_of_acquisition_for_users_and_of_spend_for_money() -> None:
    found = evidence(
        acquisition=users("2025-01-31: a b", "2025-02-01: c"),
        activity=active("2025-02-07: a", "2025-02-08: c"),
        spend=spend("2025-01-31 A 10", "2025-02-01 A 70"),
        until=UNTIL,
    )
    january = every_figure(found, ["cpa", "retention_d7", "cost_per_retained_d7"], ask(period="2025-01"))[()]
    assert {name: sides(one) for name, one in january.items()} == {
        "cpa": (10_0000, 2),
        "retention_d7": (1, 2),
        "cost_per_retained_d7": (10_0000, 1),
    }


def test_only_qualifying_events_are_activity() -> None:
    came = active("2025-01-08 push: a", "2025-01-08 open: b", "2025-01-08 order: c")
    new = users("2025-01-01: a b c")
    for events, back in ((None, 3), (["open"], 1), (["open", "order"], 2), (["nothing"], 0)):
        found = evidence(acquisition=new, activity=came, qualifying=events, until=UNTIL)
        assert sides(figure(found, "retention_d7")) == (back, 3)
