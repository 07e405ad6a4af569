"""Words made quickly are those that the reduction makes, which every engine could."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from opsctl.ingest.memory import Monthly
from opsctl.measures import reduce, words

MARCH = date(2025, 3, 1)
events = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=60)


def frame(rows: list[tuple[int, int]]) -> pl.DataFrame:
    days = [MARCH + timedelta(days=day) for _, day in rows]
    names = ["open" if user % 2 else "view" for user, _ in rows]
    return pl.DataFrame(
        {"user": [user for user, _ in rows], "day": days, "event": names},
        schema={"user": pl.UInt32, "day": pl.Date, "event": pl.String},
    )


def reduced(rows: pl.DataFrame) -> pl.DataFrame:
    found: pl.DataFrame = reduce.days(rows.lazy().select("user", "day")).collect()
    return found.select("user", "word").cast({"word": pl.UInt32}).sort("user")


@given(events)
def test_a_month_of_events_is_the_same_by_bits_as_by_the_reduction(rows: list[tuple[int, int]]) -> None:
    month = Monthly("2025-03", "any", frame(rows).lazy())
    assert words.of_month(month, None).equals(reduced(frame(rows)))


@given(events)
def test_only_qualifying_events_set_a_bit(rows: list[tuple[int, int]]) -> None:
    month = Monthly("2025-03", "any", frame(rows).lazy())
    opened = frame(rows).filter(pl.col("event") == "open")
    assert words.of_month(month, frozenset({"open"})).equals(reduced(opened))


@given(events, st.integers(0, 30))
def test_words_until_a_day_are_those_of_the_events_until_it(rows: list[tuple[int, int]], last: int) -> None:
    until = MARCH + timedelta(days=last)
    whole: pl.LazyFrame = reduce.days(frame(rows).lazy().select("user", "day"))
    cut = words.until(whole, until).collect().sort("user", "month")
    early = frame(rows).filter(pl.col("day") <= until)
    expected = reduce.days(early.lazy().select("user", "day")).collect().sort("user", "month")
    assert cut.select(expected.columns).equals(expected)
