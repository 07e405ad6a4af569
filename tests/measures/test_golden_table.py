"""The worked example of every definition: eight users, nine events, four channels; what each definition counts."""

import pytest

from opsctl.measures.evidence import Evidence
from opsctl.metrics.figure import Figure
from tests.notation import active, ask, evidence, figure, figures, sides, spend, users

ACQUIRED = users(
    "2025-01-01 10:00 A: u1",
    "2025-01-01 23:45 A: u2",
    "2025-01-01 07:30 A: u3",
    "2025-01-05 12:00 A: u4 u5",
    "2025-01-06 12:00 B: u6",
    "2025-01-14 12:00 B: u7",
    "2025-01-13 12:00 B: u8",
)
EVENTS = active(
    "2025-01-02 09:00: u1",
    "2025-01-08 12:00: u1 u1",  # sent twice
    "2025-01-02 00:01: u2",
    "2025-01-08 08:30: u3",
    "2025-01-11 12:00: u4",
    "2025-01-13 12:00: u5",
    "2025-01-15 09:00: u7",
    "2025-01-20 20:00: u8",
)


@pytest.fixture(scope="module")
def shanghai() -> Evidence:
    return evidence(acquisition=ACQUIRED, activity=EVENTS, until="2025-01-20")


@pytest.mark.parametrize(
    ("metric", "retained", "mature", "who"),
    [
        ("retention_d7", 3, 7, "u1 u3 u8"),
        ("retention_d1", 3, 8, "u1 u2 u7"),
        ("retention_d7_24h", 2, 6, "u1 u3"),
        ("retention_d1_24h", 0, 8, ""),
        ("retention_d7_onebased", 1, 8, "u4"),
        ("retention_d7_unbounded", 4, 7, "u1 u3 u5 u8"),
        ("retention_d1_unbounded", 7, 8, "u1 u2 u3 u4 u5 u7 u8"),
        ("retention_d7_within", 5, 7, "u1 u2 u3 u4 u8"),
        ("retention_d1_within", 3, 8, "u1 u2 u7"),
    ],
)
def test_each_definition_counts_its_own_users(
    shanghai: Evidence, metric: str, retained: int, mature: int, who: str
) -> None:
    found = figure(shanghai, metric)
    assert sides(found) == (retained, mature)
    assert found.value == retained / mature
    assert (found.users, found.mature) == (8, mature)
    assert retained_of(shanghai, metric) == who.split()


def retained_of(found: Evidence, metric: str) -> list[str | None]:
    """The users that a metric counts as retained: each one's name as a sub-channel, asked for one by one."""
    named = [{**row, "sub_channel": row["user"]} for row in ACQUIRED]
    each = figures(evidence(acquisition=named, activity=EVENTS, until=str(found.as_of)), metric, ask("sub_channel"))
    return [user for (user,), one in each.items() if sides(one)[0] == 1]


def test_the_immature_user_is_waited_for_and_not_lost(shanghai: Evidence) -> None:
    naive = 3 / 8  # what comes out when u7, whose seventh day has not come, counts as lost
    found = figure(shanghai, "retention_d7")
    assert found.value != naive
    assert str(found.matures_on) == "2025-01-21"  # u7: 14 January and seven days
    assert figure(shanghai, "retention_d1").matures_on is None


@pytest.mark.parametrize(
    ("until", "d7", "d1"),
    [
        ("2025-01-19", (1, 6), (2, 8)),  # u1 · u1 u7
        ("2025-01-20", (2, 7), (2, 8)),  # u1 u8: the day was not whole in UTC when it ended in Shanghai
    ],
)
def test_days_are_those_of_the_zone(until: str, d7: tuple[int, int], d1: tuple[int, int]) -> None:
    utc = in_utc(until)
    assert sides(figure(utc, "retention_d7")) == d7
    assert sides(figure(utc, "retention_d1")) == d1


def in_utc(until: str) -> Evidence:
    """The same moments, in a project whose days are those of UTC."""
    shanghai = evidence(acquisition=ACQUIRED, activity=EVENTS, until=until)
    return evidence(
        zone="UTC",
        until=until,
        acquisition=[
            {**row, "acquired_at": moment}
            for row, moment in zip(ACQUIRED, moments(shanghai, "acquisition", "acquired_at"), strict=True)
        ],
        activity=[
            {**row, "at": moment} for row, moment in zip(EVENTS, moments(shanghai, "activity", "at"), strict=True)
        ],
    )


def moments(found: Evidence, table: str, column: str) -> list[object]:
    return found.tables[table].collect()[column].to_list()


# --- cost -----------------------------------------------------------------------------------------------

WON = {"A": "a b c d e", "B": "f g h", "D": "i j k l"}


@pytest.fixture(scope="module")
def cost() -> Evidence:
    """Channel A won 5 users for 100, B 3 for 90, C nobody for 50, D 4 for nothing."""
    return evidence(
        acquisition=users(*(f"2025-03-01 {channel}: {people}" for channel, people in WON.items())),
        spend=spend("2025-03-01 A 100", "2025-03-02 B 90", "2025-03-02 C 50"),
        until="2025-03-31",
    )


@pytest.fixture(scope="module")
def by_channel(cost: Evidence) -> dict[str | None, Figure]:
    return {channel: one for (channel,), one in figures(cost, "cpa", ask("channel")).items()}


@pytest.mark.parametrize(("channel", "price"), [("A", 100 / 5), ("B", 90 / 3)])
def test_a_price_is_the_money_over_the_users_it_won(
    by_channel: dict[str | None, Figure], channel: str, price: float
) -> None:
    assert by_channel[channel].value == price


def test_money_that_won_nobody_has_a_bound_and_no_price(by_channel: dict[str | None, Figure]) -> None:
    found = by_channel["C"]
    assert (found.value, found.reason, found.low, found.high) == (None, "spend_no_conversion", 50 / 3, None)


def test_users_that_cost_nothing_have_no_price_either(by_channel: dict[str | None, Figure]) -> None:
    found = by_channel["D"]
    assert (found.value, found.reason, found.low) == (None, "no_cost", None)


def test_the_total_is_blended_and_the_paid_one_leaves_free_channels_out(cost: Evidence) -> None:
    assert figure(cost, "cpa").value == 240 / 12
    assert figure(cost, "cpa_paid").value == 240 / 8
