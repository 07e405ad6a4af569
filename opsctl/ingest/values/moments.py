"""Columns of dates and times, in the zone of their source, become local days and moments of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from opsctl.ingest.values import dates, faults, missing, native, zones
from opsctl.ingest.values.typed import Style, Typed, counted, no_faults

LOCAL = pl.Datetime("us")
MOMENT = pl.Datetime("us", "UTC")
_YEARS = date(dates.FIRST_YEAR, 1, 1), date(dates.LAST_YEAR, 12, 31)
_EPOCH = date(1970, 1, 1)
_SAMPLE = 100


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
class _Form:
    """A usual way to write a day or a time, which polars reads by itself; `length` in bytes, where it is fixed."""

    format: str
    dtype: pl.DataType
    length: int | None = None


# The most frequent first: the search ends with the first that reads every cell of the sample.
_FORMS = (
    _Form("%Y-%m-%d", pl.Date()),
    _Form("%Y/%m/%d", pl.Date()),
    _Form("%Y%m%d", pl.Date(), 8),
    _Form("%Y-%m-%d %H:%M:%S", LOCAL, 19),
    _Form("%Y/%m/%d %H:%M:%S", LOCAL, 19),
    _Form("%Y-%m-%d %H:%M", LOCAL, 16),
    _Form("%Y-%m-%d %H:%M:%S%.3f", LOCAL, 23),
    _Form("%Y-%m-%d %H:%M:%S%.6f", LOCAL, 26),
    _Form("%Y-%m-%dT%H:%M:%S", LOCAL, 19),
    _Form("%Y-%m-%dT%H:%M:%SZ", MOMENT, 20),
    _Form("%Y-%m-%dT%H:%M:%S%.3fZ", MOMENT, 24),
    _Form("%Y-%m-%dT%H:%M:%S%.6fZ", MOMENT, 27),
    _Form("%Y-%m-%d %H:%M:%S UTC", MOMENT, 23),
)


def day(column: pl.Series, style: Style, *, name: str) -> Typed:
    """The local day of each cell; a time of day behind it is read and dropped."""
    if column.dtype == pl.Date and _all_within_years(column):
        return Typed(column, no_faults(len(column)))
    times = _times(column, style, name=name)
    days = _first_known(times.days, times.local.dt.date(), zones.local_days(times.absolute, style.zone))
    return Typed(days, times.faults)


def moment(column: pl.Series, style: Style, *, name: str) -> Typed:
    """The local day and the moment of each cell; the moment is null where there is no time of day."""
    if column.dtype == LOCAL and _all_within_years(column):
        simple = _of_one_offset(column, style)
        if simple is not None:
            return simple
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


def _all_within_years(times: pl.Series) -> bool:
    """Is every native day or time, null aside, one that there can be? The zero of dates lies before all of them."""
    first = times.min()
    return first is not None and bool(_within_years(pl.Series([first, times.max()])).all())


def _of_one_offset(local: pl.Series, style: Style) -> Typed | None:
    """Native local times where the clocks did not change between the first and the last of them."""
    offset = zones.offset_of(local, style.zone)
    if offset is None:
        return None
    utc = (local - offset).dt.replace_time_zone("UTC")
    return Typed(local.dt.date(), no_faults(len(local)), moment=utc)


def _times(column: pl.Series, style: Style, *, name: str) -> _Times:
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return _native(column)
    texts = missing.without_tokens(native.as_text(column), style.nulls)
    usual = _usual(texts)
    rows = (texts.is_not_null() & usual.is_null()).arg_true()
    times = _placed(usual, no_faults(len(texts)))
    if rows.is_empty():
        return times
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
    sample = texts.drop_nulls().head(_SAMPLE)
    best, most = _FORMS[0], 0
    for form in _FORMS:
        if (read := _parsed(sample, form).count()) > most:
            best, most = form, read
        if most == len(sample):
            break
    return _parsed(texts, best)


def _parsed(texts: pl.Series, form: _Form) -> pl.Series:
    if form.dtype == pl.Date:
        found = texts.str.to_date(form.format, strict=False)
    else:
        found = texts.str.to_datetime(form.format, time_unit="us", strict=False, cache=False)
        found = _refused(found, _leap_seconds(texts, form))
    if form.length is not None:
        found = _refused(found, texts.str.len_bytes() != form.length)
    found = _refused(found, ~_within_years(found))
    return found.dt.replace_time_zone("UTC") if form.dtype == MOMENT else found


def _leap_seconds(texts: pl.Series, form: _Form) -> pl.Series:
    """The times whose second is 60, which polars would read as the next minute."""
    behind = form.format.partition("%S")[2]
    if "%" in behind:
        return texts.str.contains(":60.", literal=True)
    return texts.str.ends_with(":60" + behind)


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
