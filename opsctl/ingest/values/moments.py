"""Columns of dates and times, in the zone of their source, become local days and moments of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import polars as pl

from opsctl.ingest.values import dates, faults, missing, native, zones
from opsctl.ingest.values.typed import Style, Typed, counted, no_faults

LOCAL = pl.Datetime("us")
MOMENT = pl.Datetime("us", "UTC")
_YEARS = date(dates.FIRST_YEAR, 1, 1), date(dates.LAST_YEAR, 12, 31)
_EPOCH = date(1970, 1, 1)
_SINCE_1970 = {"seconds": 1_000_000, "millis": 1_000, "micros": 1}  # by unit, the microseconds of one
_COUNTED = r"^\s*[0-9]{1,16}(?:\.[0-9]*)?\s*$"
FIRST = 100  # cells, by which the form of a column is told
Texts = TypeVar("Texts", pl.Series, pl.Expr)


@dataclass(frozen=True, slots=True)
class _Times:
    """A column taken apart; in each row at most one of the four is not null.

    Attributes:
        days: Date, of cells without a time of day.
        local: Datetime(us) of the source's zone, of times that name no zone.
        absolute: Datetime(us, UTC), of times that do.
        faults: String.
    """

    days: pl.Series
    local: pl.Series
    absolute: pl.Series
    faults: pl.Series


@dataclass(frozen=True, slots=True)
class Form:
    """A usual way to write a day or a time, which polars reads by itself; `length` in bytes, where it is fixed."""

    format: str
    dtype: pl.DataType
    length: int | None = None

    def read(self, texts: Texts) -> Texts:
        """The days, or the times without their zone; null where polars reads none."""
        if self.dtype == pl.Date:
            return texts.str.to_date(self.format, strict=False)
        return texts.str.to_datetime(self.format, time_unit="us", strict=False, cache=False)

    def is_another(self, texts: Texts) -> Texts | None:
        """True of texts that polars reads although they are not written so; None where there are none such."""
        other = None if self.length is None else texts.str.len_bytes() != self.length
        if self.dtype == pl.Date:
            return other
        leap = self._leap_seconds(texts)
        return leap if other is None else other | leap

    def _leap_seconds(self, texts: Texts) -> Texts:
        """The times whose second is 60, which polars would read as the next minute."""
        behind = self.format.partition("%S")[2]
        if "%" in behind:
            return texts.str.contains(":60.", literal=True)
        return texts.str.ends_with(":60" + behind)


# The most frequent first: the search ends with the first that reads every cell of the sample.
_FORMS = (
    Form("%Y-%m-%d", pl.Date()),
    Form("%Y/%m/%d", pl.Date()),
    Form("%Y%m%d", pl.Date(), 8),
    Form("%Y-%m-%d %H:%M:%S", LOCAL, 19),
    Form("%Y/%m/%d %H:%M:%S", LOCAL, 19),
    Form("%Y-%m-%d %H:%M", LOCAL, 16),
    Form("%Y-%m-%d %H:%M:%S%.3f", LOCAL, 23),
    Form("%Y-%m-%d %H:%M:%S%.6f", LOCAL, 26),
    Form("%Y-%m-%dT%H:%M:%S", LOCAL, 19),
    Form("%Y-%m-%dT%H:%M:%SZ", MOMENT, 20),
    Form("%Y-%m-%dT%H:%M:%S%.3fZ", MOMENT, 24),
    Form("%Y-%m-%dT%H:%M:%S%.6fZ", MOMENT, 27),
    Form("%Y-%m-%d %H:%M:%S UTC", MOMENT, 23),
)


def day(column: pl.Series, style: Style, *, name: str) -> Typed:
    """The local day of each cell; a time of day behind it is read and dropped."""
    times = _times(column, style, name=name)
    days = _first_known(times.days, times.local.dt.date(), zones.local_days(times.absolute, style.zone))
    return Typed(days, times.faults)


def moment(column: pl.Series, style: Style, *, name: str) -> Typed:
    """The local day and the moment of each cell; the moment is null where there is no time of day."""
    times = _times(column, style, name=name)
    utc, repeated = zones.to_utc(times.local, style.zone)
    skipped = times.local.is_not_null() & utc.is_null()
    local_days = times.local.dt.date().set(skipped, None)
    skips = no_faults(len(column)).set(skipped, faults.SKIPPED_TIME)
    notes = counted(repeated, "time falls", "times fall") if repeated else ""
    return Typed(
        _first_known(times.days, local_days, zones.local_days(times.absolute, style.zone)),
        _first_known(times.faults, skips),
        moment=_first_known(utc, times.absolute),
        notes=(f"{notes} in an hour that the clocks showed twice; the earlier was taken",) if notes else (),
    )


def _times(column: pl.Series, style: Style, *, name: str) -> _Times:
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return _native(column)
    texts = missing.without_tokens(native.as_text(column), style.nulls)
    since_1970 = _SINCE_1970.get(style.unit or "")
    return _written(texts, style, name=name) if since_1970 is None else _counted(texts, since_1970, style, name=name)


def _counted(texts: pl.Series, micros: int, style: Style, *, name: str) -> _Times:
    """Times that are counts since 1970; a file may hold some that are written out."""
    counts = texts.str.contains(_COUNTED).fill_null(value=False)
    number = texts.set(~counts, None).str.strip_chars().cast(pl.Float64)
    found = (number * micros).round(0).cast(pl.Int64).cast(LOCAL).dt.replace_time_zone("UTC")
    outside = ~_within_years(found.dt.replace_time_zone(None))
    other = _written(texts.set(counts, None), style, name=name)
    return _Times(
        other.days,
        other.local,
        _first_known(_refused(found, outside.fill_null(value=False)), other.absolute),
        other.faults.set(outside.fill_null(value=False), faults.FAR_YEAR).set(number == 0, faults.ZERO_DAY),
    )


def _written(texts: pl.Series, style: Style, *, name: str) -> _Times:
    usual = _usual(texts)
    rows = (texts.is_not_null() & usual.is_null()).arg_true()
    times = _placed(usual, no_faults(len(texts)))
    if rows.is_empty():
        return times
    if style.dates is None:
        dates.refuse_swapped(texts, name=name)
    parts = dates.take_apart(missing.tidied(texts.gather(rows), style.nulls), style, name=name)
    written = pl.col("day").cast(LOCAL) + pl.col("clock")
    careful = parts.select(
        "fault",
        days=pl.when(pl.col("clock").is_null()).then("day"),
        local=pl.when(pl.col("ahead").is_null()).then(written),
        absolute=(written - pl.col("ahead")).dt.replace_time_zone("UTC"),
    )
    return _Times(
        times.days.scatter(rows, careful["days"]),
        times.local.scatter(rows, careful["local"]),
        times.absolute.scatter(rows, careful["absolute"]),
        times.faults.scatter(rows, careful["fault"]),
    )


def _usual(texts: pl.Series) -> pl.Series:
    """Every cell that is written in the column's most usual form, read by polars; null elsewhere."""
    return _parsed(texts, usual_form(texts))


def usual_form(texts: pl.Series) -> Form:
    """The form in which most of the first cells of a column are written."""
    sample = texts.drop_nulls().head(FIRST)
    best, most = _FORMS[0], 0
    for form in _FORMS:
        if (read := _parsed(sample, form).count()) > most:
            best, most = form, read
        if most == len(sample):
            break
    return best


def _parsed(texts: pl.Series, form: Form) -> pl.Series:
    found = form.read(texts)
    other = form.is_another(texts)
    found = found if other is None else _refused(found, other)
    found = _refused(found, ~_within_years(found))
    return found.dt.replace_time_zone("UTC") if form.dtype == MOMENT else found


def _refused(times: pl.Series, wrong: pl.Series) -> pl.Series:
    return times.set(wrong, None) if wrong.any() else times


def _within_years(times: pl.Series) -> pl.Series:
    first, last = _YEARS
    if times.dtype == pl.Date:
        return times.is_between(first, last)
    return times.is_between(datetime(first.year, 1, 1), datetime(last.year + 1, 1, 1), closed="left")  # noqa: DTZ001 - local


def _native(column: pl.Series) -> _Times:
    """Dates and times of Parquet: without a zone they are of the source's zone, with one they are moments."""
    times = column
    if isinstance(column.dtype, pl.Datetime):
        times = column.dt.cast_time_unit("us")
        times = times if column.dtype.time_zone is None else times.dt.convert_time_zone("UTC")
    written = times if times.dtype != MOMENT else times.dt.replace_time_zone(None)
    outside = ~_within_years(written)
    why = no_faults(len(column)).set(outside, faults.FAR_YEAR).set(written.cast(pl.Date) == _EPOCH, faults.ZERO_DAY)
    return _placed(_refused(times, outside), why)


def _placed(times: pl.Series, why: pl.Series) -> _Times:
    """Days, local times or moments of one type, each where it belongs."""
    days, local, absolute = (
        times if times.dtype == dtype else pl.repeat(None, len(times), dtype=dtype, eager=True)
        for dtype in (pl.Date, LOCAL, MOMENT)
    )
    return _Times(days, local, absolute, why)


def _first_known(*columns: pl.Series) -> pl.Series:
    """Row by row the first value that is not null."""
    known = [column for column in columns if column.null_count() < len(column)] or [columns[0]]
    return known[0] if len(known) == 1 else pl.select(pl.coalesce(known)).to_series()
