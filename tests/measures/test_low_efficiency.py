"""Which users are of low quality: a cell is a channel's campaign in one week, and low beyond doubt or not at all."""

from __future__ import annotations

import pytest

from opsctl.config.policy import shipped_policy
from opsctl.measures.evidence import Evidence
from tests.notation import Rows, active, ask, evidence, figure, figures, sides

# From the posterior's own arithmetic: 10 of 100 retained is low with P = 0.925, 11 of 100 only with 0.871;
# 20 of 100 is fine (P < 0.1), 19 of 100 is not yet.
MONDAY, THURSDAY, NEXT_MONDAY = "2025-01-06", "2025-01-09", "2025-01-13"


def cell(name: str, day: str, retained: int, of: int, **columns: str) -> tuple[Rows, Rows]:
    """New users of a day, and the activity of those who are back on their seventh day."""
    people = [f"{name}{number}" for number in range(of)]
    back = {MONDAY: NEXT_MONDAY, THURSDAY: "2025-01-16", NEXT_MONDAY: "2025-01-20"}[day]
    new = [{"user": user, "acquired_at": day, "channel": "A", **columns} for user in people]
    return new, active(f"{back}: {' '.join(people[:retained])}") if retained else []


def world(*cells: tuple[Rows, Rows], until: str = "2025-03-31") -> Evidence:
    return evidence(
        acquisition=[row for new, _ in cells for row in new],
        activity=[*(row for _, back in cells for row in back), *active("2025-01-01: nobody")],
        until=until,
    )


@pytest.mark.parametrize(
    ("retained", "low", "undecided", "point"),
    [(10, 100, 0, 100), (11, 0, 100, 100), (14, 0, 100, 100), (15, 0, 100, 0), (19, 0, 100, 0), (20, 0, 0, 0)],
)
def test_a_cell_is_low_where_that_is_probable_and_undecided_between(
    retained: int, low: int, undecided: int, point: int
) -> None:
    sure = cell("s", MONDAY, 0, 100, channel="other")
    found = world(sure, cell("u", MONDAY, retained, 100))
    share, bare, doubt = (
        figures(found, f"low_efficiency_{name}", ask("channel"))[("A",)]
        for name in ("share", "share_point", "undecided_share")
    )
    assert sides(doubt) == (undecided, 100)
    assert sides(bare) == (point, 100 + point)
    assert sides(share) == ((None, None) if undecided else (low, 100 + low))


def test_few_users_decide_nothing_but_by_the_bare_rate() -> None:
    found = world(cell("a", MONDAY, 0, 99))
    assert figure(found, "low_efficiency_share").reason == "undecided"
    assert sides(figure(found, "low_efficiency_undecided_share")) == (99, 99)
    assert sides(figure(found, "low_efficiency_share_point")) == (99, 99)


def test_days_of_one_week_are_one_cell_and_weeks_are_not() -> None:
    found = world(cell("a", MONDAY, 0, 60), cell("b", THURSDAY, 4, 60), cell("c", NEXT_MONDAY, 0, 60))
    by_week = figures(found, "low_efficiency_undecided_share", ask("week"))
    assert {week: sides(one) for (week,), one in by_week.items()} == {"2025-W02": (0, 120), "2025-W03": (60, 60)}


@pytest.mark.parametrize("column", ["campaign", "campaign_id"])
def test_campaigns_of_a_channel_are_judged_apart(column: str) -> None:
    found = world(cell("a", MONDAY, 0, 100, **{column: "x"}), cell("b", MONDAY, 40, 100, **{column: "y"}))
    by_campaign = figures(found, "low_efficiency_share", ask(column))
    assert {campaign: sides(one) for (campaign,), one in by_campaign.items()} == {"x": (100, 100), "y": (0, 100)}


def test_the_immature_decide_nothing_and_are_judged_by_nothing() -> None:
    found = world(cell("a", MONDAY, 0, 100), cell("b", THURSDAY, 0, 100), until="2025-01-15")
    doubt = figure(found, "low_efficiency_undecided_share")
    assert (sides(doubt), doubt.users, doubt.mature) == ((0, 100), 200, 100)
    for metric in ("share", "share_point", "undecided_share", "lift"):
        assert str(figure(found, f"low_efficiency_{metric}").matures_on) == "2025-01-16"  # Thursday and seven days
    assert figure(world(cell("b", THURSDAY, 0, 100), until="2025-01-15"), "low_efficiency_share").reason == "immature"


def test_lift_is_the_share_of_low_users_over_the_share_of_new_users() -> None:
    found = world(
        cell("a", MONDAY, 0, 100), cell("b", MONDAY, 0, 100, channel="B"), cell("c", THURSDAY, 80, 200, channel="B")
    )
    lift = figures(found, "low_efficiency_lift", ask("channel"))
    assert lift[("A",)].value == (100 / 100) / (100 / 400)
    assert lift[("B",)].value == 0
    assert figure(found, "low_efficiency_lift").value == 1


def test_thresholds_are_the_policys() -> None:
    new, back = cell("a", MONDAY, 10, 40)
    rule = shipped_policy().low_efficiency.model_copy(update={"min_users": 40, "day": 6})
    policy = shipped_policy().model_copy(update={"low_efficiency": rule})
    found = evidence(acquisition=new, activity=back, policy=policy, until="2025-03-31")
    assert sides(figure(found, "low_efficiency_share")) == (40, 40)  # nobody was back on day 6
