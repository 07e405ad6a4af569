"""What must not change a figure, and what can only change it one way."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from opsctl.measures.evidence import Evidence
from opsctl.metrics import example_of, load, templates
from tests.measures.world import UNTIL, World, world
from tests.notation import Group, ask, every_figure, sides

NAMES = [example_of(template) for template in templates()]
OF_USERS = [name for name in NAMES if (cohort := load(name).cohort) and cohort.users == "acquisitions"]
WORLD = world(5, 400, foreign=True)
SPLITS = ["", "channel", "quarter,city_tier"]

Answers = dict[str, dict[Group, dict[str, Any]]]


def answers(found: Evidence) -> Answers:
    """Every metric by several dimensions, as JSON shows it."""
    return {
        by: {
            group: {name: one.as_json() for name, one in row.items()}
            for group, row in every_figure(found, NAMES, ask(by)).items()
        }
        for by in SPLITS
    }


def evidence(of: World = WORLD, until: date = UNTIL) -> Evidence:
    return replace(of, until=until).evidence(margin=Fraction("0.3"))


@pytest.fixture(scope="module")
def before() -> Answers:
    return answers(evidence())


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(before: Answers, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - any order will do
    rows = {name: rng.sample(each, len(each)) for name, each in WORLD.rows.items()}
    assert answers(evidence(World(rows))) == before


def test_activity_that_is_sent_twice_changes_nothing(before: Answers) -> None:
    rows = {**WORLD.rows, "activity": [*WORLD.rows["activity"], *WORLD.rows["activity"]]}
    assert answers(evidence(World(rows))) == before


def test_people_nobody_acquired_change_nothing_that_is_about_new_users(before: Answers) -> None:
    stranger = [{**row, "user": f"stranger of {row['user']}"} for row in WORLD.rows["activity"]]
    assert answers(evidence(World({**WORLD.rows, "activity": [*WORLD.rows["activity"], *stranger]}))) == before


def test_rows_dated_later_than_known_do_not_exist(before: Answers) -> None:
    day_of = {"spend": "day", "acquisition": "acquired_at", "activity": "at"}
    rows = {
        name: [row for row in each if as_day(row[day_of[name]]) <= UNTIL] if name in day_of else each
        for name, each in WORLD.rows.items()
    }
    assert any(len(rows[name]) < len(WORLD.rows[name]) for name in day_of)
    assert answers(evidence(World(rows))) == before


def as_day(value: Any) -> date:
    found = value if type(value) is date else value.date()
    assert isinstance(found, date)
    return found


def test_asking_again_gives_the_same(before: Answers) -> None:
    assert answers(evidence()) == before


def test_metrics_asked_alone_and_together_are_the_same(before: Answers) -> None:
    found = evidence()
    for name in NAMES:
        alone = every_figure(found, [name], ask("channel"))
        assert {group: row[name].as_json() for group, row in alone.items()} == {
            group: row[name] for group, row in before["channel"].items() if group in alone
        }


# --- maturity -------------------------------------------------------------------------------------------


def named(of: World) -> World:
    """The same world with each acquisition's own name as its sub-channel, so that it can be asked for alone."""
    acquired = [{**row, "sub_channel": f"{row['user']} {row['product']}"} for row in of.rows["acquisition"]]
    return World({**of.rows, "acquisition": acquired})


EACH = named(world(6, 80))
ASKED = ask("sub_channel", period=f"2023-01-01..{UNTIL - timedelta(days=60)}")


def mature(until: date) -> dict[str, set[str]]:
    """By metric, whose N-th day has been seen."""
    rows = every_figure(evidence(EACH, until), OF_USERS, ASKED)
    return {name: {str(who) for (who,), row in rows.items() if row[name].mature} for name in OF_USERS}


def test_a_mature_user_stays_mature() -> None:
    earlier: dict[str, set[str]] = {name: set() for name in OF_USERS}
    for gap in (60, 31, 30, 7, 0):
        later = mature(UNTIL - timedelta(days=gap))
        assert all(earlier[name] <= later[name] for name in OF_USERS)
        earlier = later
    assert all(earlier.values())


@pytest.mark.parametrize("name", OF_USERS)
def test_an_immature_user_is_on_neither_side(name: str) -> None:
    metric = load(name)
    until = UNTIL - timedelta(days=30)
    found = evidence(EACH, until)
    rows = every_figure(found, [name], ask("sub_channel"))
    immature = {who for (who,), row in rows.items() if row[name].users and not row[name].mature}
    assert immature
    assert all(rows[(who,)][name].value is None for who in immature)
    if "acquisitions" in metric.measures:
        return  # it weighs users against all that came
    kept = found.tables["acquisition"].filter(~pl.col("sub_channel").is_in(immature))
    without = replace(found, tables={**found.tables, "acquisition": kept})
    one, other = (every_figure(each, [name])[()][name] for each in (found, without))
    assert sides(one) == sides(other)
    assert one.mature == other.mature
    assert one.users == (other.users or 0) + len(immature)
