"""Counts, quantities and numbers: exact or refused, never wrapped and never turned into something else."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.errors import AmbiguousValues, BadConfiguration
from opsctl.ingest.values import Kind, Style, Typed, type_column

few = settings(deadline=None, max_examples=60)  # a column costs milliseconds, whatever its length


def read(kind: Kind, *cells: str, **style: Any) -> Typed:
    column = pl.Series(cells, dtype=pl.String)
    return type_column(column, kind, Style(nulls=frozenset(), zone="Asia/Shanghai", **style), name="x")


def test_counts_as_platforms_write_them() -> None:
    cells = ["12,321", "1,017", "123.0", "31,573.00", "007", "-3", "０", ".0", "--"]
    typed = read(Kind.COUNT, *cells)
    assert typed.values.to_list() == [12321, 1017, 123, 31573, 7, -3, 0, 0, None]
    assert typed.values.dtype == pl.Int64
    assert typed.faults.null_count() == len(cells)


def test_a_count_beyond_64_bits_is_refused_and_never_wraps() -> None:
    typed = read(Kind.COUNT, "9223372036854775807", "9223372036854775808", "-9223372036854775808")
    assert typed.values.to_list() == [9223372036854775807, None, -9223372036854775808]
    assert typed.faults.to_list() == [None, "OPS205 too large", None]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("1.5", "OPS202 a whole number is expected and this one has a fraction"),
        ("0.0000000000000000000000001", "OPS202 a whole number is expected and this one has a fraction"),
        ("1.23E+05", "OPS202 in scientific notation: a spreadsheet has cut off its digits"),
        ("NaN", "OPS202 not a finite number"),
        ("12人", "OPS202 not a whole number"),
        ("¥12", "OPS202 not a whole number"),
        ("true", "OPS202 not a whole number"),
        ("<5", "OPS202 masked by the platform, such as <5: no figure"),
    ],
)
def test_what_is_no_count_is_refused_with_its_reason(written: str, sentence: str) -> None:
    typed = read(Kind.COUNT, written)
    assert (typed.values.item(), typed.faults.item()) == (None, sentence)


@few
@given(numbers=st.lists(st.integers(-(2**70), 2**70), min_size=1, max_size=10), grouped=st.booleans())
def test_every_whole_number_is_itself_or_too_large(numbers: list[int], *, grouped: bool) -> None:
    typed = read(Kind.COUNT, *[f"{number:,}" if grouped else str(number) for number in numbers])
    fits = [-(2**63) <= number < 2**63 for number in numbers]
    assert typed.values.to_list() == [number if fit else None for number, fit in zip(numbers, fits, strict=True)]
    assert typed.faults.is_null().to_list() == fits


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([1.0, 2.5, float("nan"), 1e19, None]), [1, None, None, None, None]),
        (pl.Series([2**64 - 1, 5], dtype=pl.UInt64), [None, 5]),
        (pl.Series(["3.00", "3.50"]).cast(pl.Decimal(10, 2)), [3, None]),
        (pl.Series([True, False]), [None, None]),
        (pl.Series([[1], None]), [None, None]),
    ],
)
def test_native_counts(column: pl.Series, expected: list[int | None]) -> None:
    typed = type_column(column, Kind.COUNT, Style(nulls=frozenset(), zone="UTC"), name="x")
    assert typed.values.to_list() == expected
    assert (typed.faults.is_not_null() == (typed.values.is_null() & column.is_not_null())).all()


def test_platforms_credit_fractions_of_a_conversion() -> None:
    typed = read(Kind.QUANTITY, "12.5", "31,573.00", "0.33333", "¥5")
    assert typed.values.to_list() == [125000, 315730000, 3333, None]
    assert typed.notes == ("1 number had more than four decimals, rounded half to even",)
    assert typed.faults[3] == "OPS202 not a number"


def test_a_percent_sign_is_a_hundredth() -> None:
    assert read(Kind.NUMBER, "30.12%", "5‰", "0.1%", "100％", "0").values.to_list() == [
        *(0.3012, 0.005, 0.001, 1.0, 0.0)
    ]


def test_the_mapping_says_what_a_number_without_a_sign_is() -> None:
    assert read(Kind.NUMBER, "1.9515", "4.13%", unit="percent").values.to_list() == [0.019515, 0.0413]
    assert read(Kind.NUMBER, "0.2210", "30.12%", unit="ratio").values.to_list() == [0.221, 0.3012]


def test_percent_signs_on_some_rows_only_are_not_guessed() -> None:
    with pytest.raises(AmbiguousValues) as refused:
        read(Kind.NUMBER, "30.12%", "0.2210")
    assert "unit:" in refused.value.hint


def test_a_unit_of_money_is_no_unit_of_a_rate() -> None:
    with pytest.raises(BadConfiguration):
        read(Kind.NUMBER, "1", unit="fen")


def test_only_finite_numbers_are_numbers() -> None:
    typed = read(Kind.NUMBER, "1e400", "nan", "-Infinity", "-0", "1e-400")
    assert [str(value) for value in typed.values] == ["None", "None", "None", "0.0", "0.0"]
    assert typed.faults.to_list() == [
        *("OPS205 too large", "OPS202 not a finite number", "OPS202 not a finite number", None, None)
    ]


@few
@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_every_float_is_read_back_as_itself(numbers: list[float]) -> None:
    assert read(Kind.NUMBER, *map(repr, numbers), decimal=".").values.to_list() == numbers


@few
@given(number=st.decimals(0, 1000, places=3))
def test_a_percentage_is_the_float_nearest_to_its_hundredth(number: Any) -> None:
    assert read(Kind.NUMBER, f"{number}%", decimal=".").values.item() == float(number / 100)
