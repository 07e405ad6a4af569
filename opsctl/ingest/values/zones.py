"""Local time to UTC and back, by a constant where the clocks did not change in the span of the column."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import polars as pl

_MARGIN = timedelta(days=2)  # more than any zone is away from UTC


def to_utc(local: pl.Series, zone: str) -> tuple[pl.Series, int]:
    """Moments of a local time, and how many of them the clocks showed twice (the earlier is taken).

    A time that the clocks skipped is null.
    """
    offset = offset_of(local, zone)
    if offset is not None:
        return (local - offset).dt.replace_time_zone("UTC"), 0
    early, late = (
        local.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").dt.convert_time_zone("UTC")
        for which in ("earliest", "latest")
    )
    return early, int((early != late).sum())


def local_days(moments: pl.Series, zone: str) -> pl.Series:
    """The local day of each moment."""
    if moments.null_count() == len(moments):
        return moments.dt.date()
    offset = offset_of(moments.dt.replace_time_zone(None), zone)
    if offset is not None:
        return (moments.dt.replace_time_zone(None) + offset).dt.date()
    return moments.dt.convert_time_zone(zone).dt.date()


def offset_of(times: pl.Series, zone: str) -> timedelta | None:
    """The zone's distance from UTC, if it is one and the same from the first to the last of the times."""
    first, last = times.min(), times.max()
    if not (isinstance(first, datetime) and isinstance(last, datetime)):
        return timedelta(0)
    return constant_offset(first, last, zone)


def constant_offset(first: datetime, last: datetime, zone: str) -> timedelta | None:
    """The zone's distance from UTC, if it is one and the same between two times, be they local or of UTC."""
    years = datetime(first.year, 1, 1), datetime(last.year + 1, 1, 1)  # noqa: DTZ001 - as the times are
    whole = _offset_between(*years, zone)  # in most zones the clocks never change, and that is asked often
    return _offset_between(first, last, zone) if whole is None else whole


@lru_cache(maxsize=64)
def _offset_between(first: datetime, last: datetime, zone: str) -> timedelta | None:
    instants = pl.datetime_range(first - _MARGIN, last + _MARGIN, "1h", time_zone="UTC", eager=True)
    walls = instants.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    offsets = (walls - instants.dt.replace_time_zone(None)).unique()
    offset = offsets[0]
    return offset if len(offsets) == 1 else None
