"""Times of day, in the zone of their source, as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.ingest.values import Kind, Style, Typed, type_column

few = settings(deadline=None, max_examples=60)  # a column costs milliseconds, whatever its length
EIGHT = datetime(2025, 1, 5, 0, 0, tzinfo=UTC)  # eight in the morning of 2025-01-05 in Shanghai


def read(*cells: Any, zone: str = "Asia/Shanghai") -> Typed:
    column = cells[0] if isinstance(cells[0], pl.Series) else pl.Series(cells, dtype=pl.String)
    return type_column(column, Kind.MOMENT, Style(nulls=frozenset(["9999"]), zone=zone), name="时间")


def moments(typed: Typed) -> list[datetime | None]:
    assert typed.moment is not None
    assert typed.moment.dtype == pl.Datetime("us", "UTC")
    assert typed.values.dtype == pl.Date
    return typed.moment.to_list()


@pytest.mark.parametrize(
    "written",
    [
        *("2025-01-05 08:00:00", "2025-01-05 08:00", "2025-01-05 8:00", "2025/1/5 8:00", "2025/01/05 08:00:00"),
        *("2025-01-05T08:00:00", "2025-01-05T00:00:00Z", "2025-01-05T00:00:00.000Z", "2025-01-05T00:00:00.000000Z"),
        *("2025-01-05T08:00:00+08:00", "2025-01-04 20:00:00 -0400", "2025-01-05 00:00:00 UTC", " 2025-01-05 08:00 "),
        *("2025年1月5日 8:00", "20250105 08:00:00", "2025-01-05 08:00:00.0000000", "2025-01-05 08:00+08"),
        "Jan 5, 2025 08:00",
    ],
)  # fmt: skip
def test_one_moment_written_in_many_ways(written: str) -> None:
    typed = read(written)
    assert moments(typed) == [EIGHT]
    assert typed.values.to_list() == [date(2025, 1, 5)]
    assert typed.faults.to_list() == [None]


def test_many_ways_in_one_column() -> None:
    typed = read("2025-01-05 08:00:00", "2025-01-05T00:00:00Z", "2025/1/5 8:00", None, "9999", "-", "2025-01-05")
    assert moments(typed) == [EIGHT, EIGHT, EIGHT, None, None, None, None]
    assert typed.values.to_list() == [date(2025, 1, 5)] * 3 + [None] * 3 + [date(2025, 1, 5)]
    assert typed.faults.null_count() == 7


def test_a_day_alone_sets_the_day_and_no_moment() -> None:
    typed = read("2025-01-05", "2025/1/6", "20250107")
    assert moments(typed) == [None, None, None]
    assert typed.values.to_list() == [date(2025, 1, day) for day in (5, 6, 7)]


def test_an_absolute_time_falls_on_the_local_day() -> None:
    typed = read("2025-01-04T15:59:59Z", "2025-01-04T16:00:00Z")
    assert typed.values.to_list() == [date(2025, 1, 4), date(2025, 1, 5)]


def test_microseconds_are_kept() -> None:
    fine = EIGHT + timedelta(microseconds=123456)
    assert moments(read("2025-01-05 08:00:00.123456", "2025-01-05 08:00:00.1234569")) == [fine, fine]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2025-01-05 24:00:00", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("2025-01-05 23:59:60", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("2025-01-05T23:59:60Z", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("2025-01-05T23:59:60.000Z", "no such time of day: it runs from 00:00:00 to 23:59:59"),
        ("1970-01-01 08:00:00", "the zero of a date, which means none"),
        ("0000-00-00 00:00:00", "the zero of a date, which means none"),
        ("2205-01-05 08:00:00", "the year is not between 1990 and 2100"),
        ("1736035200", "a count of seconds or milliseconds, not a date"),
        ("2025-01-05 8 o'clock", "not a day"),
    ],
)
def test_what_is_no_time_is_refused_with_its_reason(written: str, sentence: str) -> None:
    typed = read("2025-01-05 08:00:00", written)
    assert moments(typed) == [EIGHT, None]
    assert typed.values[1] is None
    assert typed.faults[1] == f"OPS203 {sentence}"


def test_a_time_that_the_clocks_skipped_is_refused() -> None:
    typed = read("2025-03-09 01:59:59", "2025-03-09 02:30:00", "2025-03-09 03:00:00", zone="America/New_York")
    assert moments(typed) == [*(datetime(2025, 3, 9, 6, 59, 59, tzinfo=UTC), None, datetime(2025, 3, 9, 7, tzinfo=UTC))]
    assert typed.faults[1] == "OPS203 the clocks of the zone skipped this time"
    assert typed.values[1] is None


def test_a_time_that_the_clocks_showed_twice_is_the_earlier_and_noted() -> None:
    typed = read("2025-11-02 01:30:00", "2025-11-02 03:00:00", zone="America/New_York")
    assert moments(typed) == [datetime(2025, 11, 2, 5, 30, tzinfo=UTC), datetime(2025, 11, 2, 8, tzinfo=UTC)]
    assert typed.notes == ("1 time falls in an hour that the clocks showed twice; the earlier was taken",)


def test_shanghai_had_summer_time_until_1991() -> None:
    typed = read("1991-07-01 08:00:00", "1992-07-01 08:00:00")
    assert moments(typed) == [datetime(1991, 6, 30, 23, tzinfo=UTC), datetime(1992, 7, 1, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([EIGHT]), [EIGHT]),
        (pl.Series([EIGHT], dtype=pl.Datetime("ms", "America/New_York")), [EIGHT]),
        (pl.Series([EIGHT.replace(tzinfo=None) + timedelta(hours=8)], dtype=pl.Datetime("ns")), [EIGHT]),
        (pl.Series([EIGHT.replace(year=1970, tzinfo=None), None]), [None, None]),
        (pl.Series([date(2025, 1, 5)]), [None]),
        (pl.Series([None]), [None]),
        (pl.Series([["2025-01-05"]]), [None]),
        (pl.Series([20250105]), [None]),
    ],
)
def test_native_times(column: pl.Series, expected: list[datetime | None]) -> None:
    typed = read(column)
    assert moments(typed) == expected
    assert (typed.faults.is_not_null() == (typed.values.is_null() & column.is_not_null())).all()


@few
@given(
    times=st.lists(st.datetimes(datetime(1990, 1, 2), datetime(2036, 1, 1)), min_size=1, max_size=20),  # noqa: DTZ001
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
)
def test_every_time_of_every_zone_is_the_moment_that_python_finds(times: list[datetime], zone: str) -> None:
    expected = [time.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC) for time in times]
    exists = [
        moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == time
        for moment, time in zip(expected, times, strict=True)
    ]
    typed = read(*[f"{time:%Y-%m-%d %H:%M:%S.%f}" for time in times], zone=zone)
    assert moments(typed) == [moment if real else None for moment, real in zip(expected, exists, strict=True)]
    assert typed.values.to_list() == [time.date() if real else None for time, real in zip(times, exists, strict=True)]
    absolute = read(*[f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z" for moment in expected], zone=zone)
    assert moments(absolute) == expected
    assert absolute.values.to_list() == [moment.astimezone(ZoneInfo(zone)).date() for moment in expected]
