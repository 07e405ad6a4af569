"""The reductions are the seam for other engines: DuckDB, through the same code, must give the same rows."""

from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.measures import reduce
from tests.measures.world import world

few = settings(deadline=None, max_examples=25)
FRAMES = world(7, 1500, foreign=True).frames
ACTIVITY = FRAMES["activity"].select("user", "day")
PAID = FRAMES["order"].select("user", "currency", pl.col("refunded").fill_null(0), "paid", day="paid_day")

days = st.dates(date(2023, 12, 25), date(2024, 3, 3)) | st.dates(date(1990, 1, 1), date(2100, 12, 31))
people = st.sampled_from(["a", "b", "渠道", None])
amounts = st.none() | st.integers(-(2**40), 2**40)


def both(reduction: Any, rows: pl.DataFrame, *arguments: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A reduction's rows as polars and as DuckDB give them, sorted, columns and types included."""
    ours = reduction(rows.lazy(), *arguments).collect()
    with duckdb.connect() as connection:
        theirs = reduction(connection.from_arrow(rows.to_arrow()), *arguments).pl()
    names = sorted(ours.columns)
    assert sorted(theirs.columns) == names
    by = [name for name in names if not ours[name].dtype.is_nested()]
    return ours.select(names).sort(by, nulls_last=True), theirs.select(names).sort(by, nulls_last=True)


def assert_same(pair: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    ours, theirs = pair
    assert theirs.cast(ours.schema).equals(ours)
    assert all(theirs.schema[name].is_integer() for name in ours.columns if ours.schema[name].is_integer())


def test_words_of_days() -> None:
    ours, theirs = both(reduce.days, ACTIVITY)
    assert_same((ours, theirs))
    assert ours["word"].is_between(1, 2**31 - 1).all()


def test_purchases() -> None:
    assert_same(both(reduce.purchases, PAID))


@few
@given(rows=st.lists(st.tuples(people, days), max_size=12))
def test_words_of_any_days(rows: list[tuple[str | None, date]]) -> None:
    frame = pl.DataFrame(rows, schema={"user": pl.String, "day": pl.Date}, orient="row")
    ours, theirs = both(reduce.days, frame)
    assert_same((ours, theirs))
    assert sum(word.bit_count() for word in ours["word"]) == len({row for row in rows if row[0] is not None})


@few
@given(rows=st.lists(st.tuples(people, st.none() | days, st.sampled_from(["CNY", "USD"]), amounts, amounts)))
def test_any_purchases(rows: list[tuple[Any, ...]]) -> None:
    names = {"user": pl.String, "day": pl.Date, "currency": pl.String, "paid": pl.Int64, "refunded": pl.Int64}
    assert_same(both(reduce.purchases, pl.DataFrame(rows, schema=names, orient="row").fill_null(0)))


@few
@given(rows=st.lists(st.tuples(people, st.none() | days, amounts, amounts, amounts)))
def test_any_day_sums(rows: list[tuple[Any, ...]]) -> None:
    names = {"by_channel": pl.String, "week": pl.Date, "spend": pl.Int64, "clicks": pl.Int64, "last": pl.Int64}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    keys = ["by_channel", "week"]
    ours, theirs = both(reduce.day_sums, frame, keys, ["spend", "clicks"], ["last"])
    assert_same((ours, theirs))
    assert ours["rows"].sum() == len(rows)
    assert ours["known_spend"].sum() == sum(row[2] is not None for row in rows)


@pytest.mark.parametrize("copies", [2, 3])
def test_activity_that_is_sent_again_changes_no_word(copies: int) -> None:
    again = pl.concat([ACTIVITY] * copies)
    once, twice = (reduce.days(rows.lazy()).collect().sort("user", "month") for rows in (ACTIVITY, again))
    assert once.equals(twice)
