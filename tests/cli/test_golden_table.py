"""The worked example of every definition, through the real command: eight users, nine events, four channels."""

from pathlib import Path

import pytest

from tests.command import Ran, opsctl

ACQUISITION = """user,acquired_at,channel
u1,2025-01-01 10:00,A
u2,2025-01-01 23:45,A
u3,2025-01-01 07:30,A
u4,2025-01-05 12:00,A
u5,2025-01-05 12:00,A
u6,2025-01-06 12:00,B
u7,2025-01-14 12:00,B
u8,2025-01-13 12:00,B
"""
ACTIVITY = """user,at,event
u1,2025-01-02 09:00,open
u1,2025-01-08 12:00,open
u1,2025-01-08 12:00,open
u2,2025-01-02 00:01,open
u3,2025-01-08 08:30,open
u4,2025-01-11 12:00,open
u5,2025-01-13 12:00,open
u7,2025-01-15 09:00,open
u8,2025-01-20 20:00,open
"""
PROJECT = "version: 1\ntimezone: {zone}\nsources:\n  - {{path: '*.csv', timezone: Asia/Shanghai}}\n"


def project(folder: Path, zone: str) -> Path:
    (folder / "opsctl.yaml").write_text(PROJECT.format(zone=zone))
    (folder / "users.csv").write_text(ACQUISITION)
    (folder / "events.csv").write_text(ACTIVITY)
    return folder


@pytest.fixture(scope="module")
def shanghai(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = project(tmp_path_factory.mktemp("shanghai"), "Asia/Shanghai")
    metrics = (
        "retention_d7,retention_d1,retention_d7_24h,retention_d1_24h,retention_d7_onebased,"
        "retention_d7_unbounded,retention_d1_unbounded,retention_d7_within,retention_d1_within"
    )
    return opsctl("query", metrics, folder, "--json")


@pytest.mark.parametrize(
    ("metric", "retained", "mature"),
    [
        ("retention_d7", 3, 7),
        ("retention_d1", 3, 8),
        ("retention_d7_24h", 2, 6),
        ("retention_d1_24h", 0, 8),
        ("retention_d7_onebased", 1, 8),
        ("retention_d7_unbounded", 4, 7),
        ("retention_d1_unbounded", 7, 8),
        ("retention_d7_within", 5, 7),
        ("retention_d1_within", 3, 8),
    ],
)
def test_each_definition_counts_its_own_users(shanghai: Ran, metric: str, retained: int, mature: int) -> None:
    figure = shanghai.figure(metric)
    assert (figure["numerator"], figure["denominator"]) == (retained, mature)
    assert figure["value"] == retained / mature
    assert (figure["users"], figure["mature"]) == (8, mature)


def test_the_user_whose_day_has_not_come_is_waited_for(shanghai: Ran) -> None:
    assert shanghai.figure("retention_d7")["matures_on"] == "2025-01-21"  # u7: 14 January and seven days
    assert shanghai.figure("retention_d1")["matures_on"] is None


@pytest.mark.parametrize(("as_of", "retained", "mature"), [("2025-01-19", 1, 6), ("2025-01-20", 2, 7)])
def test_days_are_those_of_the_projects_zone(tmp_path: Path, as_of: str, retained: int, mature: int) -> None:
    ran = opsctl("query", "retention_d7,retention_d1", project(tmp_path, "UTC"), "--as-of", as_of, "--json")
    d7, d1 = ran.figure("retention_d7"), ran.figure("retention_d1")
    assert (d7["numerator"], d7["denominator"]) == (retained, mature)
    assert (d1["numerator"], d1["denominator"]) == (2, 8)


@pytest.fixture(scope="module")
def cost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Channel A won 5 users for 100, B 3 for 90, C nobody for 50, D 4 for nothing."""
    folder = tmp_path_factory.mktemp("cost")
    won = ["A"] * 5 + ["B"] * 3 + ["D"] * 4
    users = [f"x{at},2025-03-0{1 + at % 5} 10:00,{channel}" for at, channel in enumerate(won)]
    (folder / "users.csv").write_text("\n".join(["user,acquired_at,channel", *users, ""]))
    (folder / "spend.csv").write_text("day,channel,spend\n2025-03-01,A,100\n2025-03-02,B,90\n2025-03-02,C,50\n")
    return folder


def test_a_price_is_money_over_users_of_exactly_the_rows_asked_for(cost: Path) -> None:
    ran = opsctl("query", "cpa", cost, "--by", "channel", "--json")
    assert [(row["channel"], row["cpa"]["value"], row["cpa"]["reason"]) for row in ran.rows] == [
        ("A", 100 / 5, None),
        ("B", 90 / 3, None),
        ("C", None, "spend_no_conversion"),
        ("D", None, "no_cost"),
    ]
    assert ran.figure("cpa", channel="C")["low"] == pytest.approx(50 / 3)


def test_the_total_is_blended_and_the_paid_one_leaves_free_channels_out(cost: Path) -> None:
    ran = opsctl("query", "cpa,cpa_paid", cost, "--json")
    assert ran.figure("cpa")["value"] == 240 / 12
    assert ran.figure("cpa_paid")["value"] == 240 / 8
    assert ran.figure("cpa")["numerator"] == "240.0000"
