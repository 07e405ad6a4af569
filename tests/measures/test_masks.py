"""A mask says of each acquisition on which days after it the user was active, whatever months these lie in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from opsctl.ingest.memory import Memory, Monthly
from opsctl.measures import masks, words

START = date(2023, 12, 1)  # a leap February lies within
DAYS = 240
people = st.integers(0, 5)
days = st.integers(0, DAYS)
events = st.lists(st.tuples(people, days), max_size=80)
users = st.lists(st.tuples(people, days), max_size=12)
SCHEMA = {"user": pl.UInt32, "day": pl.Date}


@dataclass
class Shelf:
    """Keeps tables, and counts those that were made."""

    kept: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def find(self, name: str, state: str) -> pl.LazyFrame | None:
        found = self.kept.get((name, state))
        return None if found is None else found.lazy()

    def keep(self, name: str, state: str, made: pl.DataFrame) -> pl.LazyFrame:
        self.kept[name, state] = made
        self.made.append(name)
        return made.lazy()


def frame(rows: list[tuple[int, int]]) -> pl.DataFrame:
    told = {"user": [user for user, _ in rows], "day": [START + timedelta(days=day) for _, day in rows]}
    return pl.DataFrame(told, schema=SCHEMA)


def monthly(rows: list[tuple[int, int]], runs: int) -> tuple[Monthly, ...]:
    """Events month by month, as they came in some runs."""
    of: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for at, row in enumerate(rows):
        of[f"{START + timedelta(days=row[1]):%Y-%m}"][at % runs].append(row)
    return tuple(_month(month, list(parts.values())) for month, parts in sorted(of.items()))


def _month(month: str, parts: list[list[tuple[int, int]]]) -> Monthly:
    several = tuple(_month(month, [part]) for part in parts) if len(parts) > 1 else ()
    together = [row for part in parts for row in part]
    return Monthly(month, repr(together), frame(together).lazy(), several)


def expected(rows: list[tuple[int, int]], acquired: list[tuple[int, int]], until: int, block: int = 0) -> list[int]:
    ages = range(masks.BITS * block, masks.BITS * (block + 1))
    return [
        sum(1 << age - ages[0] for age in ages if (user, since + age) in set(rows) and since + age <= until)
        for user, since in acquired
    ]


def made(memory: Memory, acquired: list[tuple[int, int]], until: int, block: int = 0) -> list[int]:
    asked = masks.Asked(memory, None, START + timedelta(days=until), block)
    return masks.of_acquisitions(asked, frame(acquired).lazy()).to_list()


@given(events, users, days, st.integers(1, 3), st.integers(0, 1))
def test_bit_n_is_set_where_the_user_was_active_on_the_nth_day(
    rows: list[tuple[int, int]], acquired: list[tuple[int, int]], until: int, runs: int, block: int
) -> None:
    memory = Memory("any", monthly(rows, runs), Shelf())
    assert made(memory, acquired, until, block) == expected(rows, acquired, until, block)


@given(events, users, st.integers(0, masks.LAST_AGE), st.integers(0, masks.LAST_AGE))
def test_a_span_is_hit_where_the_user_was_active_on_any_of_its_days(
    rows: list[tuple[int, int]], acquired: list[tuple[int, int]], one: int, other: int
) -> None:
    first, last = sorted((one, other))
    blocks = [expected(rows, acquired, DAYS, block) for block in range(last // masks.BITS + 1)]
    table = pl.DataFrame({f"mask_{at}": pl.Series(of, dtype=pl.UInt64) for at, of in enumerate(blocks)})
    found = table.select(masks.hit([pl.col(name) for name in table.columns], first, last)).to_series()
    seen = [any((user, since + age) in set(rows) for age in range(first, last + 1)) for user, since in acquired]
    assert found.to_list() == seen


def test_one_more_day_makes_the_masks_of_the_last_months_and_the_words_of_its_own() -> None:
    old = [(user, day) for user in range(9) for day in range(0, DAYS - 20, 3)]
    acquired = [(user, 26 * user) for user in range(9)]  # some in every month until June
    shelf, last = Shelf(), START + timedelta(days=DAYS - 20)
    made(Memory("old", monthly(old, 1), shelf), acquired, DAYS - 20)
    shelf.made.clear()
    newest, late = f"{last + timedelta(days=1):%Y-%m}", (1, DAYS - 19)
    grown = tuple(
        Monthly(one.month, "grown", one.rows, (one, _month(newest, [[late]]))) if one.month == newest else one
        for one in monthly(old, 1)
    )
    assert made(Memory("new", grown, shelf), acquired, DAYS - 19) == expected([*old, late], acquired, DAYS - 19)
    assert shelf.made.count("days") == len(("the new part", "its month"))
    assert shelf.made.count("masks") == len(("April", "May", "June"))


@given(events, st.integers(1, 4))
def test_the_words_of_a_month_are_those_of_its_runs_together(rows: list[tuple[int, int]], runs: int) -> None:
    for month in monthly(rows, runs):
        assert words.kept_of(Memory("any", (), Shelf()), month, None).collect().equals(words.of_month(month, None))
