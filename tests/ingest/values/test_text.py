"""Names and ids stay what they are."""

from __future__ import annotations

import unicodedata
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.ingest.values import Kind, Style, Typed, type_column

few = settings(deadline=None, max_examples=60)  # a column costs milliseconds, whatever its length


def read(column: pl.Series | list[str | None], nulls: tuple[str, ...] = ()) -> Typed:
    column = column if isinstance(column, pl.Series) else pl.Series(column, dtype=pl.String)
    return type_column(column, Kind.TEXT, Style(nulls=frozenset(nulls), zone="UTC"), name="user")


@pytest.mark.parametrize(
    "name", ["NA", "null", "-", "无", "007", "1e5", "True", "123456789012345678", "2025-01-05", "=1+1", "👨‍👩‍👧‍👦家庭"]
)
def test_text_that_looks_like_something_else_stays_text(name: str) -> None:
    assert read([name]).values.to_list() == [name]


def test_blanks_and_what_has_no_width_go_from_the_ends_only() -> None:
    assert read([" a b ", "\t123\t", "\u3000抖音\u200b", "\ufeff小 红书", "A\u200bB"]).values.to_list() == [
        *("a b", "123", "抖音", "小 红书", "A\u200bB")
    ]


def test_two_ways_to_write_one_letter_are_one_name() -> None:
    assert read(["Caf\u00e9", "Cafe\u0301"]).values.n_unique() == 1


def test_nothing_but_an_empty_cell_is_missing_unless_the_mapping_says_so() -> None:
    assert read(["", "  ", "\u200b", None, "-"]).values.to_list() == [None, None, None, None, "-"]
    assert read(["-", " - ", "a"], nulls=("-",)).values.to_list() == [None, None, "a"]


def test_ids_that_a_spreadsheet_has_destroyed_are_counted() -> None:
    typed = read(["1.23457E+17", "1E+18", "E+", "a1.2E+10", "12345"])
    assert typed.values.to_list() == ["1.23457E+17", "1E+18", "E+", "a1.2E+10", "12345"]
    assert typed.notes == (
        "2 ids look like 1.23E+17: destroyed by a spreadsheet; export again and do not open the file in it",
    )


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([12345.0, None, 1.5, -0.0]), ["12345", None, "1.5", "0"]),
        (pl.Series([float("nan"), 1.0]), [None, "1"]),
        (pl.Series([12345, None]), ["12345", None]),
        (pl.Series([True, None]), ["true", None]),
        (pl.Series(["12.00"]).cast(pl.Decimal(20, 2)), ["12"]),
        (pl.Series(["a", "b"], dtype=pl.Categorical), ["a", "b"]),
        (pl.Series(["a"], dtype=pl.Enum(["a"])), ["a"]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series([b"a"]), [None]),
    ],
)
def test_native_columns_as_ids(column: pl.Series, expected: list[Any]) -> None:
    typed = read(column)
    assert typed.values.dtype == pl.String
    assert typed.values.to_list() == expected


def test_ids_that_were_floats_too_large_to_be_told_apart_are_counted() -> None:
    typed = read(pl.Series([123456789012345680.0, 5.0]))
    assert typed.values.to_list() == ["123456789012345680", "5"]
    assert typed.notes == ("1 id was kept as a float and has lost digits",)


@few
@given(names=st.lists(st.text()))
def test_reading_twice_is_reading_once_and_equal_names_are_equal(names: list[str | None]) -> None:
    once = read(names).values
    assert read(once).values.to_list() == once.to_list()
    for name, kept in zip(names, once, strict=True):
        assert kept is None or kept in unicodedata.normalize("NFC", name or "")
