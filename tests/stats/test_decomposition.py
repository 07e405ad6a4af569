"""Effects add up to the change exactly, turn with time, and leave nothing out: new, closed and empty parts too."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opsctl.stats.decomposition import Part, Sides, decompose, factors, within

counts = st.integers(0, 10**9)
sides = st.one_of(
    st.builds(Sides, counts, counts),
    st.builds(Sides, counts, st.just(0)),  # spend without users
    st.just(Sides()),  # not there
)
parts_of_a_whole = st.dictionaries(st.text(max_size=3), st.builds(Part, sides, sides), min_size=1, max_size=6)


def whole_of(parts: dict[str, Part]) -> Part:
    every = list(parts.values())
    before, after = [part.before for part in every], [part.after for part in every]
    return Part(
        *(Sides(sum(one.numerator for one in side), sum(one.denominator for one in side)) for side in (before, after))
    )


def has_ratios(whole: Part) -> bool:
    return bool(whole.before.denominator and whole.after.denominator)


def part(before: tuple[int, int], after: tuple[int, int]) -> Part:
    return Part(Sides(*before), Sides(*after))


GONE = (0, 0)


@given(parts_of_a_whole)
def test_effects_add_up_to_the_change_exactly(parts: dict[str, Part]) -> None:
    whole = whole_of(parts)
    assume(has_ratios(whole))
    moved = decompose(parts)
    before, after = whole.before.ratio, whole.after.ratio
    assert before is not None
    assert after is not None
    assert (moved.before, moved.after, moved.change) == (before, after, after - before)
    assert sum(effect.total for effect in moved.effects.values()) == after - before


@given(parts_of_a_whole)
def test_as_floats_they_still_add_up(parts: dict[str, Part]) -> None:
    assume(has_ratios(whole_of(parts)))
    moved = decompose(parts)
    added = math.fsum(float(one) for of in moved.effects.values() for one in (of.mix, of.rate, of.unmatched))
    biggest = max(abs(float(one)) for of in moved.effects.values() for one in (of.mix, of.rate, of.unmatched, 1))
    assert abs(added - float(moved.change)) <= 1e-12 * biggest


@given(parts_of_a_whole)
def test_the_other_way_round_in_time_every_effect_turns_its_sign(parts: dict[str, Part]) -> None:
    assume(has_ratios(whole_of(parts)))
    there = decompose(parts).effects
    back = decompose({name: Part(one.after, one.before) for name, one in parts.items()}).effects
    for name, effect in there.items():
        assert (effect.mix, effect.rate, effect.unmatched) == (
            -back[name].mix,
            -back[name].rate,
            -back[name].unmatched,
        )


@given(parts_of_a_whole, st.integers(1, 1000))
def test_the_size_of_a_period_does_not_matter(parts: dict[str, Part], times: int) -> None:
    assume(has_ratios(whole_of(parts)))
    longer = {
        name: Part(one.before, Sides(one.after.numerator * times, one.after.denominator * times))
        for name, one in parts.items()
    }
    assert decompose(longer).effects == decompose(parts).effects


@given(st.dictionaries(st.sampled_from("abc"), parts_of_a_whole, min_size=1))
def test_the_own_change_of_a_part_splits_over_its_own_parts_exactly(nested: dict[str, dict[str, Part]]) -> None:
    outer = {name: whole_of(inner) for name, inner in nested.items()}
    assume(has_ratios(whole_of(outer)))
    for name, effect in decompose(outer).effects.items():
        inner = within(effect, nested[name])
        assert sum((one.total for one in inner.values()), Fraction(0)) == effect.rate


def test_where_only_shares_move_all_is_mix() -> None:
    moved = decompose({"cheap": part((200, 10), (100, 5)), "dear": part((400, 10), (600, 15))})
    assert [effect.rate for effect in moved.effects.values()] == [0, 0]
    # 30 to 35; cheap loses a quarter of the users, 20 against 32.5 in the middle; dear wins it, 40 against 32.5
    assert [effect.mix for effect in moved.effects.values()] == [
        Fraction(-1, 4) * (20 - Fraction(65, 2)),
        Fraction(1, 4) * (40 - Fraction(65, 2)),
    ]


def test_where_only_prices_move_all_is_their_own() -> None:
    moved = decompose({"a": part((200, 10), (250, 10)), "b": part((900, 30), (870, 30))})
    assert [effect.mix for effect in moved.effects.values()] == [0, 0]
    assert [effect.rate for effect in moved.effects.values()] == [Fraction(1, 4) * 5, Fraction(3, 4) * -1]


def test_a_new_and_a_closed_part_have_no_change_of_their_own() -> None:
    moved = decompose(
        {"stays": part((300, 10), (300, 10)), "new": part(GONE, (500, 10)), "gone": part((100, 10), GONE)}
    )
    assert moved.change == Fraction(800, 20) - Fraction(400, 20)
    assert moved.effects["new"].mix == Fraction(1, 2) * (50 - 30)
    assert moved.effects["gone"].mix == Fraction(-1, 2) * (10 - 30)
    assert [effect.rate for effect in moved.effects.values()] == [0, 0, 0]
    assert (moved.effects["new"].before, moved.effects["gone"].after) == (None, None)


def test_spend_that_brought_nobody_stands_over_the_users_of_all() -> None:
    moved = decompose({"a": part((300, 10), (300, 10)), "waste": part(GONE, (50, 0)), "more": part((20, 0), (10, 0))})
    assert moved.effects["a"].total == 0
    assert [moved.effects[name].unmatched for name in ("waste", "more")] == [5, -1]
    assert moved.change == 4


def test_a_part_that_stops_bringing_users_while_it_spends_is_attributed_too() -> None:
    moved = decompose({"a": part((300, 10), (300, 10)), "b": part((100, 10), (100, 0))})
    # b: its half of the users, at 10 against (20 + 40) / 2, goes; its 100 stand over the 10 users of a
    assert moved.effects["b"].mix == Fraction(-1, 2) * (10 - 30)
    assert moved.effects["b"].unmatched == 10
    assert moved.effects["a"].mix == Fraction(1, 2) * (30 - 30)
    assert moved.change == 40 - 20


def test_a_part_that_counts_nothing_has_no_effect() -> None:
    moved = decompose({"a": part((300, 10), (400, 10)), "none": part(GONE, GONE)})
    assert moved.effects["none"].total == 0


@pytest.mark.parametrize("parts", [{}, {"a": part(GONE, (1, 1))}, {"a": part((1, 1), (5, 0))}])
def test_a_whole_without_a_ratio_cannot_be_split(parts: dict[str, Part]) -> None:
    with pytest.raises(ValueError, match="no denominator"):
        decompose(parts)


def test_parts_of_something_else_are_refused() -> None:
    outer = decompose({"a": part((300, 10), (400, 10))}).effects["a"]
    with pytest.raises(ValueError, match="do not make up"):
        within(outer, {"x": part((300, 10), (401, 10))})


# --- products -------------------------------------------------------------------------------------------

amounts = st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**9)), min_size=1, max_size=4)


@given(amounts)
def test_effects_of_factors_add_up_to_the_change_of_the_product(pairs: list[tuple[int, int]]) -> None:
    before, after = ([pair[at] for pair in pairs] for at in (0, 1))
    effects = factors(before, after)
    assert effects is not None
    change = math.prod(after) - math.prod(before)
    assert abs(math.fsum(effects) - change) <= 1e-12 * max(math.prod(after), math.prod(before))


@given(amounts)
def test_effects_of_factors_turn_with_time(pairs: list[tuple[int, int]]) -> None:
    before, after = ([pair[at] for pair in pairs] for at in (0, 1))
    there, back = factors(before, after), factors(after, before)
    assert there is not None
    assert back is not None
    size = max(math.prod(after), math.prod(before))
    assert there == pytest.approx([-effect for effect in back], abs=1e-12 * size)


@given(amounts)
def test_the_order_of_factors_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    there = factors(*([pair[at] for pair in pairs] for at in (0, 1)))
    back = factors(*([pair[at] for pair in reversed(pairs)] for at in (0, 1)))
    assert there is not None
    assert back is not None
    assert there == pytest.approx([*reversed(back)], rel=1e-9, abs=1e-9)


def test_clicks_that_cost_twice_as_much_and_convert_twice_as_well_cancel_out() -> None:
    effects = factors([Fraction(1), Fraction(20)], [Fraction(2), Fraction(10)])
    assert effects is not None
    assert effects == pytest.approx([20 * math.log(2), -20 * math.log(2)])


def test_a_factor_that_stays_has_no_effect() -> None:
    effects = factors([3, Fraction(1, 7), 5], [3, Fraction(1, 7), 6])
    assert effects is not None
    assert effects[:2] == (0, 0)
    assert effects[2] == pytest.approx(3 / 7)


@pytest.mark.parametrize(("before", "after"), [([0, 1], [1, 1]), ([1, 1], [1, 0]), ([1, -1], [1, 1])])
def test_without_a_logarithm_there_are_no_effects(before: list[int], after: list[int]) -> None:
    assert factors(before, after) is None


def test_factors_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        factors([1, 2], [1])
