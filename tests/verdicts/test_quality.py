"""Who stays: the retention of each channel over the same days, and who brings those who do not stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opsctl.core.period import Period
from opsctl.stats.posterior import probability_below
from opsctl.verdicts.quality import Quality, quality
from tests.verdicts.market import LAST, Channel, day, market

STAYS = Channel("stays", users=30, kept=9)
LEAVES = Channel("leaves", users=20, kept=1)


def found(*channels: Channel, names: tuple[str, ...] = ("stays", "leaves"), span: Period | None = None) -> Quality:
    made = quality(market(*channels).evidence, names, span)
    assert made is not None
    return made


def test_it_looks_at_the_last_13_weeks_whose_users_had_their_seventh_day() -> None:
    made = found(STAYS, LEAVES)
    assert made.span == Period(LAST - timedelta(days=7 + 91 - 1), LAST - timedelta(days=7))
    assert (made.day, made.line) == (7, 0.15)


def test_users_kept_and_their_share_are_counted_on_those_days() -> None:
    """77 of the 84 days have seen a day 7: 30 and 20 users a day."""
    made = found(STAYS, LEAVES)
    stays, leaves = made.channels["stays"], made.channels["leaves"]
    assert (stays.users, stays.kept) == (77 * 30, 77 * 9)
    assert (leaves.users, leaves.kept) == (77 * 20, 77)
    assert (stays.of_users, leaves.of_users) == (0.6, 0.4)
    assert leaves.retention.value == pytest.approx(0.05)


def test_the_chance_to_lie_below_the_line_is_that_of_what_the_weeks_are_worth() -> None:
    made = found(STAYS, LEAVES)
    stays, leaves = made.channels["stays"], made.channels["leaves"]
    assert leaves.trials <= leaves.users
    assert leaves.below == pytest.approx(probability_below(leaves.trials * 0.05, leaves.trials, 0.15))
    assert leaves.below > 0.99
    assert stays.below < 0.01


def test_the_low_quality_users_are_all_of_the_one_that_leaves() -> None:
    made = found(STAYS, LEAVES)
    assert made.channels["leaves"].of_low == 1.0
    assert made.channels["stays"].of_low == 0.0
    assert made.together(["leaves"]) == pytest.approx((0.4, 1.0, 1.0))
    assert made.together(["leaves", "stays"]) == pytest.approx((1.0, 1.0, 1.0))
    assert made.undecided == 0.0


def test_cells_of_few_users_are_undecided() -> None:
    """Weeks of 35 users are fewer than the hundred that a cell needs."""
    made = found(Channel("stays", users=5, kept=2), Channel("leaves", users=5, kept=0))
    assert made.undecided == 1.0
    assert made.channels["leaves"].of_low is None
    assert made.channels["leaves"].of_low_point == 1.0
    assert made.together(["leaves"])[1] is None


def test_weeks_that_differ_are_worth_fewer_users() -> None:
    uneven = Channel("leaves", users=lambda at: 60 if at // 7 % 2 else 20, kept=6)
    assert found(STAYS, uneven).channels["leaves"].trials < 0.5 * found(STAYS, uneven).channels["leaves"].users


def test_days_asked_for_are_those_days() -> None:
    made = found(STAYS, LEAVES, span=Period(day(0), day(6)))
    assert made.channels["stays"].users == 210
    assert made.together(["nobody"]) == (0, None, None)


def test_only_the_channels_asked_for_are_told() -> None:
    assert set(found(STAYS, LEAVES, names=("leaves",)).channels) == {"leaves"}


def test_where_nobody_can_be_judged_there_is_nothing_to_tell() -> None:
    assert quality(market(STAYS).without("activity").evidence, ["stays"]) is None
    assert quality(market(STAYS).evidence, []) is None
    assert quality(market(Channel("stays", begun=80)).evidence, ["stays"]) is None
