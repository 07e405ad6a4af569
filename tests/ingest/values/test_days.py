"""Days as exports write them: one reading or none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.errors import AmbiguousValues, DamagedFile
from opsctl.ingest.values import Kind, Style, Typed, type_column

few = settings(deadline=None, max_examples=60)  # a column costs milliseconds, whatever its length
DAY = date(2025, 1, 5)


def read(*cells: Any, **style: Any) -> Typed:
    column = cells[0] if isinstance(cells[0], pl.Series) else pl.Series(cells, dtype=pl.String)
    zone = style.pop("zone", "Asia/Shanghai")
    return type_column(column, Kind.DAY, Style(nulls=frozenset(), zone=zone, **style), name="日期")


@pytest.mark.parametrize(
    "written",
    [
        *("2025-01-05", "2025-1-5", "2025/01/05", "2025/1/5", "2025.1.5", "20250105", "2025年1月5日", "2025年01月05日"),
        *(" 2025-01-05\t", "２０２５－０１－０５", "Jan 5, 2025", "January 5 2025", "5 Jan 2025", "5-Jan-2025"),
        *("2025-Jan-05", "2025-01-05 08:00:00", "2025-01-05T08:00:00", "2025/1/5 8:00", "2025年1月5日 08:00"),
        *("2025-01-05 23:59:59.999999", "2025-01-05T00:00:00+08:00", "2025-01-04T16:00:00Z"),
        *("20250105 08:00:00", "2025-01-04 11:00 -0500", "2025-01-04 16:00:00 UTC", "2025-01-05T15:59:59.999Z"),
    ],
)  # fmt: skip
def test_one_day_written_in_many_ways(written: str) -> None:
    typed = read(written)
    assert typed.values.to_list() == [DAY]
    assert typed.faults.to_list() == [None]


def test_three_forms_in_one_column() -> None:
    assert read("2025-01-05", "2025/1/6", "2025年1月7日", "--", "").values.to_list() == [
        *(DAY, date(2025, 1, 6), date(2025, 1, 7), None, None)
    ]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2025-02-30", "no such day in the calendar"),
        ("2025-13-01", "no such day in the calendar"),
        ("20250132", "no such day in the calendar"),
        ("2025-00-10", "no such day in the calendar"),
        ("2025-01", "a month, not a day"),
        ("2025-13", "a month, not a day"),
        ("2025年1月", "a month, not a day"),
        ("202501", "a month, not a day"),
        ("25-01-05", "the year has two digits"),
        ("1/1/17", "the year has two digits"),
        ("1/1/17 08:00", "the year has two digits"),
        ("45662", "a number, such as a spreadsheet's serial date: format the column as a date and export again"),
        ("45662.5", "a number, such as a spreadsheet's serial date: format the column as a date and export again"),
        ("1736035200", "a count of seconds or milliseconds, not a date"),
        ("1736035200000", "a count of seconds or milliseconds, not a date"),
        ("0000-00-00", "the zero of a date, which means none"),
        ("0000-00-00 00:00:00", "the zero of a date, which means none"),
        ("1970-01-01", "the zero of a date, which means none"),
        ("1900/1/0", "the zero of a date, which means none"),
        ("1989-12-31", "the year is not between 1990 and 2100"),
        ("2101-01-01", "the year is not between 1990 and 2100"),
        ("20250-1-1", "not a day"),
        ("2025-01-05 24:00:00", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("2025-01-05 23:59:60", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("2025-01-05 08:60", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("2025-01-05 08:00+19:00", "no such distance from UTC"),
        ("2025-1/5", "not a day"),
        ("Foo 5, 2025", "not a day"),
        ("٢٠٢٥-٠١-٠٥", "not a day"),
        ("周一", "not a day"),
        ("2025-01-05 - 2025-01-11", "not a day"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(written: str, sentence: str) -> None:
    typed = read(written)
    assert (typed.values.item(), typed.faults.item()) == (None, f"OPS203 {sentence}")


def test_one_day_beyond_the_twelfth_tells_the_order_of_the_column() -> None:
    assert read("01/05/2025", "12/31/2025").values.to_list() == [DAY, date(2025, 12, 31)]
    assert read("05/01/2025", "31/12/2025").values.to_list() == [DAY, date(2025, 12, 31)]
    assert read("5.1.2025", "31.12.2025 08:00").values.to_list() == [DAY, date(2025, 12, 31)]


@pytest.mark.parametrize("cells", [("01/05/2025",), ("13/05/2025", "12/31/2025"), ("01/05/2025", "2025-01-31")])
def test_an_order_that_nothing_tells_is_not_guessed(cells: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousValues) as refused:
        read(*cells)
    assert refused.value.column == "日期"
    assert "dates:" in refused.value.hint


def test_days_that_are_the_same_in_both_orders_need_none() -> None:
    assert read("05/05/2025", "2025-01-05").values.to_list() == [date(2025, 5, 5), DAY]


def test_the_mapping_tells_the_order_and_what_does_not_fit_is_a_fault() -> None:
    assert read("01/05/2025", "31/12/2025", dates="mdy").values.to_list() == [DAY, None]
    assert read("05/01/2025", "12/31/2025", dates="dmy").values.to_list() == [DAY, None]
    assert read("01/05/2025", "2025-01-05", dates="ymd").values.to_list() == [None, DAY]


@pytest.mark.parametrize(
    ("written", "order"),
    [("1/5/25", "mdy"), ("01-05-25", "mdy"), ("5.1.25", "dmy"), ("05/01/25 08:00", "dmy"), ("25-1-5", "ymd")],
)
def test_a_year_of_two_digits_is_of_this_century_where_the_mapping_tells_the_order(written: str, order: str) -> None:
    typed = read(written, dates=order)
    assert (typed.values.to_list(), typed.faults.to_list()) == ([DAY], [None])


@pytest.mark.parametrize(
    ("written", "order", "sentence"),
    [
        ("13/1/25", "mdy", "no such day in the calendar"),
        ("1/5-25", "mdy", "the year has two digits"),
        ("1/5/2", "mdy", "the year has two digits"),
        ("5/1/25", "ymd", "the year has two digits"),
        ("5-Jan-25", "mdy", "not a day"),  # its month is a name, so the order does not say which part is the day
    ],
)
def test_two_digits_elsewhere_are_no_year(written: str, order: str, sentence: str) -> None:
    typed = read(written, dates=order)
    assert (typed.values.item(), typed.faults.item()) == (None, f"OPS203 {sentence}")


def test_short_and_whole_years_stand_in_one_column() -> None:
    assert read("1/5/25", "1/5/2025", "2025-01-05", dates="mdy").values.to_list() == [DAY, DAY, DAY]


def test_an_impossible_day_tells_no_order() -> None:
    typed = read("13/13/2025", "12/31/2025", "01/05/2025")
    assert typed.values.to_list() == [None, date(2025, 12, 31), DAY]
    assert typed.faults[0] == "OPS203 no such day in the calendar"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([DAY, None, date(1970, 1, 1), date(2200, 1, 1)]), [DAY, None, None, None]),
        (pl.Series([datetime(2025, 1, 5, 23)]), [DAY]),  # noqa: DTZ001 - a local time
        (pl.Series([datetime(2025, 1, 4, 16, tzinfo=UTC)]), [DAY]),
        (pl.Series([datetime(2025, 1, 4, 16, tzinfo=UTC)], dtype=pl.Datetime("ns", "UTC")), [DAY]),
        (pl.Series([20250105, 45662]), [DAY, None]),
        (pl.Series([20250105.0]), [DAY]),
        (pl.Series([None]), [None]),
        (pl.Series([["2025-01-05"]]), [None]),
    ],
)
def test_native_days(column: pl.Series, expected: list[date | None]) -> None:
    typed = read(column)
    assert typed.values.dtype == pl.Date
    assert typed.values.to_list() == expected
    assert (typed.faults.is_not_null() == (typed.values.is_null() & column.is_not_null())).all()


@few
@given(
    days=st.lists(st.dates(date(1990, 1, 1), date(2100, 12, 31)), min_size=1, max_size=20),
    form=st.sampled_from(
        [
            *("{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0:%Y%m%d}", "{0.year}年{0.month}月{0.day}日"),
            *("{0:%b} {0.day}, {0.year}", "{0.day}-{0:%b}-{0.year}", "{0:%Y-%m-%d} 23:59:59", "{0:%Y.%m.%d} 0:00"),
        ]
    ),
)  # fmt: skip
def test_every_day_of_the_years_that_count_is_read_back(days: list[date], form: str) -> None:
    assert read(*[form.format(day) for day in days]).values.to_list() == days


@few
@given(days=st.lists(st.dates(date(1990, 1, 1), date(2100, 12, 31)), min_size=1))
def test_either_order_is_read_back_when_the_mapping_tells_it(days: list[date]) -> None:
    assert read(*[f"{day:%d/%m/%Y}" for day in days], dates="dmy").values.to_list() == days
    assert read(*[f"{day.month}/{day.day}/{day.year}" for day in days], dates="mdy").values.to_list() == days


@few
@given(cell=st.text(st.sampled_from("0123456789-/.:年月日TZ+ "), max_size=20))
def test_no_text_at_all_makes_it_fail(cell: str) -> None:
    typed = read(cell, dates="dmy")
    assert typed.faults.item() is None or typed.values.item() is None


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_days_that_a_spreadsheet_took_for_months_are_refused(order: str) -> None:
    left = ["13/01/2025", "31/12/2025 08:00"] if order == "dmy" else ["1/13/2025"]
    days = pl.Series(["2025/5/1", "2025-12-01", *left])
    style = Style(nulls=frozenset(), zone="UTC")
    with pytest.raises(DamagedFile, match="days for months"):
        type_column(days, Kind.DAY, style, name="day")
    told = type_column(pl.concat([days, pl.Series(["2025-05-13"])]), Kind.DAY, style, name="day")
    assert told.faults.null_count() == len(days) + 1


def test_days_with_points_have_the_day_in_front() -> None:
    style = Style(nulls=frozenset(), zone="UTC")
    assert type_column(pl.Series(["05.01.2025", "06.01.2025"]), Kind.DAY, style, name="day").values.to_list() == [
        date(2025, 1, 5),
        date(2025, 1, 6),
    ]
