"""Only the container is undone in a cell; what it says is not touched."""

from __future__ import annotations

import pytest

from tests.ingest.reading.reader import read, rows


def cell(written: str) -> str:
    [(value, _)] = rows(read(f"id,x\n{written},x\n", "id,x"))
    return value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('="0012"', "0012"),
        ('"=""0012"""', "0012"),
        ("'0012", "0012"),
        ("'2025-01-05", "2025-01-05"),
        ("\t6917926768823643751\t", "6917926768823643751"),
        ('"\t6917926768823643751"', "6917926768823643751"),
        (" 1234.50 ", "1234.50"),
        ("  -5", "-5"),
        (" A-1_b.c:d/e+f ", "A-1_b.c:d/e+f"),
    ],
)
def test_the_padding_of_ids_and_numbers_is_taken_off(written: str, meant: str) -> None:
    assert cell(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "\t=1+1",
        "-小红书",
        "=cmd|'/C calc'!A0",
        "@SUM(1+1)",
        "+86-10",
        " 抖音 ",
        " two words 2",
        "'quoted",
        "007",
        "1e5",
        "NA",
        "TRUE",
        "¥1234.50",
        "30.12%",
        "--",
        "20250105",
        "25-01-05",
        "\\N",
        "Cafe\u0301",
        "\u200b12",
        "👨\u200d👩\u200d👧",
    ],
)
def test_everything_else_stays_as_it_is_written(written: str) -> None:
    assert cell(written) == written


def test_thousands_and_decimal_marks_stay() -> None:
    assert rows(read('id,x\n"1,234.50","12,321"\n', "id,x")) == [("1,234.50", "12,321")]
    assert rows(read("id;x\n1234,50;1.234,50\n", "id,x")) == [("1234,50", "1.234,50")]
