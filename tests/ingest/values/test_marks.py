"""The decimal mark of a file, told by all of its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from opsctl.core.errors import AmbiguousValues
from opsctl.ingest.values.marks import mark_of

ENGLISH = ("Day", "Spend", "Impressions")


def told(*columns: Sequence[str | None], header: tuple[str, ...] = ENGLISH) -> str | None:
    """The mark of a file with these columns."""
    return mark_of([pl.Series(column, dtype=pl.String) for column in columns], header)


def test_one_column_tells_for_all() -> None:
    assert told(["3.000", "200"], ["1.234,56", "88,40"]) == ","
    assert told(["3.000", "200"], ["1,234.56", "88.40"]) == "."


def test_a_number_behind_many_others_tells_too() -> None:
    assert told(["1.234"] * 20_000 + ["5,5"]) == ","


def test_numbers_without_marks_tell_nothing() -> None:
    assert told(["1", None, "-", "2000"]) is None
    assert told() is None


def test_points_that_could_be_either_are_not_guessed() -> None:
    with pytest.raises(AmbiguousValues, match="none in the file tells"):
        told(["150.000", "300.000"], ["5.000", "7"])


def test_whoever_writes_chinese_writes_points() -> None:
    assert told(["1.234"], header=("日期", "消耗")) == "."


def test_one_file_has_one_mark() -> None:
    columns = [pl.Series("clicks", ["7"]), pl.Series("spend", ["0.25"]), pl.Series("revenue", ["1,5"])]
    with pytest.raises(AmbiguousValues, match="some numbers") as refused:
        mark_of(columns, ENGLISH)
    assert refused.value.column == "revenue"


@pytest.mark.parametrize(
    "text", ["¥1,234.5", "1 234.56", "(0.5)", "12.5%", "-0.25", "1.5e3", "1.5E3", "１．５", "1\u00a0234.56"]
)
def test_what_stands_around_a_number_does_not_matter(text: str) -> None:
    assert told([text]) == "."
