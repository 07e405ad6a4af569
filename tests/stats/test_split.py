"""A sum of money split so that its last unit brings the same everywhere, and nowhere less than the line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.stats.split import Purse, equal_margins, margin_at

LINE = 1.0


@st.composite
def purses(draw: st.DrawFn) -> Purse:
    now = draw(st.floats(0.01, 1e6))
    return Purse(now, draw(st.floats(0.01, 20)), draw(st.floats(0.05, 0.97)), now * draw(st.floats(1, 3)))


@st.composite
def kept_purses(draw: st.DrawFn) -> Purse:
    one = draw(purses())
    return Purse(one.now, one.value, one.elasticity, one.most, one.now * 0.05)


several = st.lists(purses(), min_size=1, max_size=10)
shares = st.floats(0.05, 2)


def total_of(those: list[Purse], share: float) -> float:
    return share * sum(one.now for one in those)


def test_two_purses_by_hand() -> None:
    """Margins 100 / sqrt(b1 / 100) and half of that: alike where b1 = 4 b2, so of 200 it is 160 and 40."""
    assert equal_margins([Purse(100, 2, 0.5, 400), Purse(100, 1, 0.5, 400)], 200, 0.1).spends == (160.0, 40.0)


def test_money_that_would_bring_less_than_the_line_stays_unspent() -> None:
    """2 x 0.5 x (b / 100)^-0.5 = 1 at b = 100: of 500 only that, though 400 might go there."""
    found = equal_margins([Purse(100, 2, 0.5, 400)], 500, 1.0)
    assert found.spends == pytest.approx((100,))
    assert found.margin == 1.0


def test_nothing_to_split_is_nothing_for_everybody() -> None:
    assert equal_margins([Purse(100, 2, 0.5, 200), Purse(50, 1, 0.9, 100)], 0.0, 1.0).spends == (0.0, 0.0)
    assert equal_margins([], 100.0, 1.0).spends == ()


def test_a_purse_of_enormous_value_takes_what_it_may() -> None:
    assert equal_margins([Purse(0.001, 1e12, 0.97, 0.002)], 100, 1.0).spends == (0.002,)


@given(several, shares)
def test_no_more_is_spent_than_there_is_nor_than_may_go_there(those: list[Purse], share: float) -> None:
    total = total_of(those, share)
    found = equal_margins(those, total, LINE)
    assert sum(found.spends) <= total + 1e-5
    assert all(0 <= spend <= one.most + 1e-6 for spend, one in zip(found.spends, those, strict=True))


@given(st.lists(kept_purses(), min_size=1, max_size=10), shares)
def test_what_must_stay_stays_within_what_there_is(those: list[Purse], share: float) -> None:
    total = total_of(those, share + 0.01)
    found = equal_margins(those, total, LINE)
    assert sum(found.spends) <= total * (1 + 1e-6) + 1e-5
    assert all(spend >= one.least - 1e-6 for spend, one in zip(found.spends, those, strict=True))


@given(several, shares)
def test_the_last_unit_brings_the_same_wherever_more_might_go(those: list[Purse], share: float) -> None:
    found = equal_margins(those, total_of(those, share), LINE)
    for spend, one in zip(found.spends, those, strict=True):
        if spend < 0.01:
            continue  # rounded to a millionth
        if spend < one.most - 1e-6:
            assert margin_at(one, spend) == pytest.approx(found.margin, rel=1e-3)
        else:
            assert margin_at(one, spend) >= found.margin * (1 - 1e-3)


@given(several, shares)
def test_no_last_unit_brings_less_than_the_line(those: list[Purse], share: float) -> None:
    found = equal_margins(those, total_of(those, share), LINE)
    assert found.margin >= LINE
    spent = [(one, spend) for one, spend in zip(those, found.spends, strict=True) if spend >= 0.01]
    assert all(margin_at(one, spend) >= LINE * (1 - 1e-3) for one, spend in spent)


@given(several, shares, st.floats(1, 3))
def test_with_more_money_nobody_gets_less(those: list[Purse], share: float, times: float) -> None:
    less = equal_margins(those, total_of(those, share), LINE)
    more = equal_margins(those, total_of(those, share * times), LINE)
    assert all(after >= before - 1e-5 for before, after in zip(less.spends, more.spends, strict=True))
    assert more.margin <= less.margin * (1 + 1e-9)


@given(several, shares)
def test_no_other_split_brings_more(those: list[Purse], share: float) -> None:
    """Moving a little from one purse to another never gains: the split is the best."""
    found = equal_margins(those, total_of(those, share), LINE)
    spent = [(one, spend) for one, spend in zip(those, found.spends, strict=True) if spend > 0.01]
    gaining = [margin_at(one, spend) for one, spend in spent if spend < one.most - 1e-6]
    losing = [margin_at(one, spend) for one, spend in spent]
    assert not gaining or max(gaining) <= min(losing) * (1 + 1e-3)


def test_what_the_last_unit_brings_by_hand() -> None:
    """3 x 0.5 x (400 / 100)^-0.5."""
    assert margin_at(Purse(100, 3, 0.5, 400), 400) == pytest.approx(3 * 0.5 / math.sqrt(4))
