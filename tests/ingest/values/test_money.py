"""Amounts of money as exports write them: every one exact, or refused with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core import money
from opsctl.core.errors import AmbiguousValues, BadConfiguration
from opsctl.ingest.values import Kind, Style, Typed, type_column

few = settings(deadline=None, max_examples=60)  # a column costs milliseconds, whatever its length


def read(*cells: str | None, **style: Any) -> Typed:
    nulls = frozenset(style.pop("nulls", ()))
    column = pl.Series(cells, dtype=pl.String)
    return type_column(column, Kind.MONEY, Style(nulls=nulls, zone="Asia/Shanghai", **style), name="spend")


def amounts(*cells: str | None, **style: Any) -> list[str | None]:
    typed = read(*cells, **style)
    assert typed.values.dtype == pl.Int64
    return [None if units is None else money.text(units) for units in typed.values]


def fault(cell: str, **style: Any) -> str | None:
    typed = read(cell, **style)
    assert typed.values.to_list() == [None]
    why: str | None = typed.faults.item()
    return why


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1360.50", "1360.5000"),
        ("1,360.50", "1360.5000"),
        ("1,234,567.89", "1234567.8900"),
        ("1 234.5", "1234.5000"),
        ("1\u202f234.5", "1234.5000"),
        ("1'234.50", "1234.5000"),
        ("  7\t", "7.0000"),
        (".5", "0.5000"),
        ("5.", "5.0000"),
        ("+5", "5.0000"),
        ("-5", "-5.0000"),
        ("−5", "-5.0000"),
        ("(12.50)", "-12.5000"),
        ("（12.50）", "-12.5000"),
        ("-0", "0.0000"),
        ("-0.00", "0.0000"),
        ("007", "7.0000"),
        ("１，２３４．５０", "1234.5000"),
        ("¥1,234.50", "1234.5000"),
        ("￥88.00", "88.0000"),
        ("0.00元", "0.0000"),
        ("-¥5", "-5.0000"),
        ("¥-5", "-5.0000"),
        ("($5)", "-5.0000"),
        ("US$0.00", "0.0000"),
        ("HK$ 12", "12.0000"),
        ("€12.50", "12.5000"),
        ("£ 3", "3.0000"),
        ("Rp 1,744,800", "1744800.0000"),
        ("rp. 5", "5.0000"),
        ("12.5 USD", "12.5000"),
        ("CNY12.5", "12.5000"),
        ("IDR 200,000", "200000.0000"),
        ("1e5", "100000.0000"),
        ("0E-8", "0.0000"),
        ("0E+00", "0.0000"),
        ("25e-5", "0.0002"),
        ("¥1e2", "100.0000"),
    ],
)
def test_one_amount_written_in_many_ways(written: str, amount: str) -> None:
    assert amounts(written) == [amount]
    assert read(written).faults.to_list() == [None]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("abc", "OPS202 not an amount of money"),
        ("1,23,456", "OPS202 not an amount of money"),
        ("0,123,456", "OPS202 not an amount of money"),
        ("1.5.2", "OPS202 not an amount of money"),
        ("--5", "OPS202 not an amount of money"),
        ("-(5)", "OPS202 not an amount of money"),
        ("(-5)", "OPS202 not an amount of money"),
        ("(5", "OPS202 not an amount of money"),
        ("5)", "OPS202 not an amount of money"),
        ("5-", "OPS202 not an amount of money"),
        ("4.13%", "OPS202 not an amount of money"),
        ("2025-01-05", "OPS202 not an amount of money"),
        ("1_000", "OPS202 not an amount of money"),
        ("0x10", "OPS202 not an amount of money"),
        ("٣", "OPS202 not an amount of money"),
        ("XXX 5", "OPS202 not an amount of money"),
        ("NaN", "OPS202 not a finite number"),
        ("-inf", "OPS202 not a finite number"),
        ("#REF!", "OPS202 the error of a spreadsheet's formula"),
        ("<5", "OPS202 masked by the platform, such as <5: no figure"),
        ("1.2万", "OPS202 abbreviated, such as 1.2万 or 1.2k: export the full figure"),
        ("¥3.4k", "OPS202 abbreviated, such as 1.2万 or 1.2k: export the full figure"),
        ("100000000000000", "OPS205 too large"),
        ("-100000000000000", "OPS205 too large"),
        ("99999999999999.99995", "OPS205 too large"),
        ("1e308", "OPS205 too large"),
        ("1e400", "OPS205 too large"),
        ("¥1" + "0" * 50, "OPS205 too large"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(written: str, sentence: str) -> None:
    assert fault(written) == sentence


def test_a_missing_amount_is_unknown_and_never_zero() -> None:
    missing = ["", " ", "-", " --", "—", "N/A", "NA", "null", "\\N", "无", "/", "－", "None", None]
    typed = read(*missing)
    assert typed.values.null_count() == len(missing)
    assert typed.faults.null_count() == len(missing)


def test_the_mapping_may_name_more_that_is_missing() -> None:
    assert amounts("-1", " -1 ", "<5", "5", nulls=["-1", " <5"]) == [None, None, None, "5.0000"]


def test_the_largest_amounts_are_exact() -> None:
    assert amounts("99999999999999.9999", "-99999999999999.9999") == [
        "99999999999999.9999",
        "-99999999999999.9999",
    ]


def test_more_than_four_decimals_are_rounded_half_to_even_and_counted() -> None:
    typed = read("1.429999948", "0.00005", "0.00015", "¥0.000050000000000000000000001", "2.50000", "7")
    assert typed.values.to_list() == [14300, 0, 2, 1, 25000, 70000]
    assert typed.notes == ("4 amounts had more than four decimals, rounded half to even",)


def test_one_value_proves_the_decimal_comma_for_its_column() -> None:
    assert amounts("12,50", "1.234", "1.234,50", "7") == ["12.5000", "1234.0000", "1234.5000", "7.0000"]
    assert amounts("1.234.567", "1,234") == ["1234567.0000", "1.2340"]
    assert amounts("1 234,56", "7,1e1") == ["1234.5600", "71.0000"]
    assert amounts("１２，５０", "７") == ["12.5000", "7.0000"]


def test_a_blank_is_no_thousands_mark_where_other_thousands_have_none() -> None:
    assert amounts("1 234", "56 789.5") == ["1234.0000", "56789.5000"]
    assert amounts("100 240", "12345", "7") == [None, "12345.0000", "7.0000"]
    assert amounts("132\u202f661 760", "22\u202f724,5") == [None, "22724.5000"]


def test_numbers_of_few_digits_with_a_power_are_told() -> None:
    assert read("6.1e+03", "12.5").notes == ("1 number is written like 6.1e+03: were digits cut off?",)
    assert read("1e+05", "1.234567e+03").notes == ()


def test_one_value_proves_the_decimal_point_for_its_column() -> None:
    assert amounts("12.50", "1,234") == ["12.5000", "1234.0000"]
    assert amounts("1,234,567", "1.234") == ["1234567.0000", "1.2340"]
    assert amounts("¥0.123", "1,234") == ["0.1230", "1234.0000"]


def test_without_proof_a_comma_is_a_thousands_mark_and_a_point_a_decimal_point() -> None:
    assert amounts("1,234", "7") == ["1234.0000", "7.0000"]
    assert amounts("1.234", "7") == ["1.2340", "7.0000"]


@pytest.mark.parametrize(
    "cells",
    [("12,50", "12.50"), ("1.234,50", "1,234.50"), ("¥12,50", "7.1"), ("1,234", "1.234"), ("¥1,234", "¥1.234")],
)
def test_a_column_that_can_be_read_in_two_ways_is_not_guessed(cells: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousValues) as refused:
        read(*cells)
    assert refused.value.column == "spend"
    assert "decimal:" in refused.value.hint


def test_the_mapping_decides_and_what_does_not_fit_is_a_fault() -> None:
    assert amounts("1.234", "1,5", "12.5", decimal=",") == ["1234.0000", "1.5000", None]
    assert amounts("1,234", "1.5", "12,5", decimal=".") == ["1234.0000", "1.5000", None]
    assert read("12.5", decimal=",").faults.item() == "OPS202 not an amount of money"


@pytest.mark.parametrize(
    ("cells", "currency"),
    [
        (["12.50"], None),
        (["¥1"], None),  # yuan or yen
        (["￥1", "2元"], "CNY"),
        (["1.00元", "", "3"], "CNY"),
        (["¥1", "CNY 2"], "CNY"),
        (["$1"], None),
        (["$1", "2 HKD"], "HKD"),
        (["US$0.00"], "USD"),
        (["Rp 5", "7 IDR"], "IDR"),
        (["€5"], "EUR"),
        (["5円"], "JPY"),
    ],
)
def test_the_currency_that_the_amounts_name(cells: list[str], currency: str | None) -> None:
    assert read(*cells).currency == currency


@pytest.mark.parametrize("cells", [("US$1", "1元"), ("¥1", "$1"), ("€1", "1 CNY"), ("US$5元",)])
def test_two_currencies_in_one_column_are_never_one_sum(cells: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousValues, match="two currencies"):
        read(*cells)


def test_units_of_the_mapping() -> None:
    assert amounts("12345", "1e3", "0.5", unit="fen") == ["123.4500", "10.0000", "0.0050"]
    assert amounts("12,345", unit="cents") == ["123.4500"]
    assert amounts("1360500000", "50", "150", unit="micros") == ["1360.5000", "0.0000", "0.0002"]
    assert amounts("1.5", unit="wan") == ["15000.0000"]
    assert amounts("1.5", unit="CNY") == ["1.5000"]


def test_an_unknown_unit_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadConfiguration) as refused:
        read("1", unit="fens")
    assert "'fen'" in refused.value.hint


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([0.1, 0.3, 1.429999948, 1e-7, -0.0]), ["0.1000", "0.3000", "1.4300", "0.0000", "0.0000"]),
        (pl.Series([0.1], dtype=pl.Float32), ["0.1000"]),
        (pl.Series([1e13, 1e14, float("nan"), float("inf")]), ["10000000000000.0000", None, None, None]),
        (pl.Series([5, None, -3]), ["5.0000", None, "-3.0000"]),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), [None]),
        (pl.Series(["1.50", "2"]).cast(pl.Decimal(18, 2)), ["1.5000", "2.0000"]),
        (pl.Series(["0.00005"]).cast(pl.Decimal(38, 10)), ["0.0000"]),
        (pl.Series(["¥5"], dtype=pl.Categorical), ["5.0000"]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series([True]), [None]),
    ],
)
def test_native_columns_are_read_at_their_shortest_decimal_text(column: pl.Series, expected: list[str | None]) -> None:
    typed = type_column(column, Kind.MONEY, Style(nulls=frozenset(), zone="UTC"), name="spend")
    assert [None if units is None else money.text(units) for units in typed.values] == expected
    assert (typed.faults.is_not_null() == (typed.values.is_null() & column.is_not_null())).all()


digits = st.integers(0, 10**11).map(str)  # times 100 still in range
fractions = st.one_of(st.just(""), st.text("0123456789", max_size=30).map(lambda text: "." + text))
powers = st.one_of(st.just(""), st.integers(-40, 2).map(lambda power: f"e{power}"), st.just("e+01"))
numerals = st.tuples(st.sampled_from(["", "-", "+"]), digits, fractions, powers).map("".join)


@few
@given(texts=st.lists(numerals, min_size=1, max_size=20))
def test_every_numeral_is_the_decimal_that_python_reads(texts: list[str]) -> None:
    exact = [money.units(Decimal(text)) for text in texts]
    assert read(*texts, decimal=".").values.to_list() == exact


@few
@given(amount=st.decimals(-(10**13), 10**13, places=2), sign=st.sampled_from(["¥", "US$", "Rp ", ""]))
def test_signs_and_groups_change_nothing(amount: Decimal, sign: str) -> None:
    written = f"{'-' if amount < 0 else ''}{sign}{abs(amount):,}"
    assert amounts(written) == [f"{amount + 0:.4f}".replace("-0.0000", "0.0000")]
    swapped = written.translate(str.maketrans(",.", ".,"))
    assert amounts(swapped, decimal=",") == amounts(written)


@few
@given(cell=st.text(max_size=12))
def test_no_text_at_all_makes_it_fail(cell: str) -> None:
    typed = read(cell, decimal=".")
    assert typed.faults.item() is None or typed.values.item() is None


@pytest.mark.parametrize("text", ["1.36E+03", "1.23457E+12", "-2E+05"])
def test_what_a_spreadsheet_has_cut_off_is_no_amount(text: str) -> None:
    assert read(text, "7").values.to_list() == [None, money.units(Decimal(7))]


@pytest.mark.parametrize("text", ["120\n300", "120\t300", "120  300", "120\u3000300", "123¹", "5²", "5②", "1½"])
def test_two_numbers_in_a_cell_are_none(text: str) -> None:
    assert read(text).values.to_list() == [None]
