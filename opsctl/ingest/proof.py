"""Columns of a Parquet file of events that are known to be good, by what the file's footer says of them.

Each function gives the column as the table has it, as expressions over the file's own, or None where the footer does
not prove that reading it would neither reject a row nor have anything to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from opsctl.core.period import FIRST_YEAR, LAST_YEAR
from opsctl.ingest.people import canonical
from opsctl.ingest.privacy import plain
from opsctl.ingest.reading.footer import Bounds, RowGroup
from opsctl.ingest.stretch import Days
from opsctl.ingest.values import zones
from opsctl.ingest.values.missing import are_missing
from opsctl.ingest.values.text import DESTROYED, text
from opsctl.ingest.values.typed import Style
from opsctl.ingest.written import Written

MOMENT = pl.Datetime("us", "UTC")
_TICKS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}  # a second
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local
_FIRST, _END = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001
_FIRST_SHOWN, _LAST_SHOWN = b"!", b"~"  # of ASCII: blanks lie before, all other characters behind
Span = tuple[datetime, datetime]
_LEAST_PHONE = 10**12  # a mobile number behind its country's has more digits


@dataclass(frozen=True)
class Stored:
    """A Parquet file, and what its claim makes of it; `groups` are its row groups but for empty ones."""

    path: Path
    groups: Sequence[RowGroup]
    way: Written
    zone: str

    @property
    def rows(self) -> pl.LazyFrame:
        """The file's own columns, and the number of each row as `line`."""
        return pl.scan_parquet(self.path, glob=False, row_index_name="line", row_index_offset=1)

    def column(self, name: str) -> str | None:
        """The file's column that is a canonical one just as it stands."""
        at = self.way.claim.positions.get(name)
        if at is None or len(at) != 1 or not self.way.column(name).as_it_stands:
            return None
        return self.way.raw.header[at[0]]

    def dtype(self, name: str) -> pl.DataType:
        """The type of the file's column that is a canonical one."""
        (at,) = self.way.claim.positions[name]
        return self.way.raw.cells.schema[str(at)]

    def bounds(self, column: str) -> list[Bounds] | None:
        """The statistics of a column, group by group; None where some are missing, or tell of nulls."""
        found = [known for group in self.groups if (known := group.columns.get(column))]
        whole = len(found) == len(self.groups) and not any(known.nulls for known in found)
        return found if whole else None


# --- times ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """The moment and the local day of each event, and the first and last day of each row group."""

    at: pl.Expr
    day: pl.Expr
    days: Sequence[Days]


def times(file: Stored) -> Times | None:
    """Of native dates and times: all between the years that there are, none in an hour that the clocks changed."""
    name = file.column("at")
    bounds = file.bounds(name) if name else None
    if name is None or bounds is None:
        return None
    dtype = file.dtype("at")
    if dtype == pl.Date:
        return as_days(pl.col(name), [(_day(known.smallest), _day(known.largest)) for known in bounds])
    return _timed(file, name, dtype, bounds) if isinstance(dtype, pl.Datetime) else None


def _timed(file: Stored, name: str, dtype: pl.Datetime, bounds: Sequence[Bounds]) -> Times | None:
    spans = [(_moment(known.smallest, dtype), _moment(known.largest, dtype)) for known in bounds]
    written = pl.col(name).dt.cast_time_unit("us").dt.replace_time_zone(None)
    return at_constant_offsets(
        written, spans, file.way.style("at").zone if dtype.time_zone is None else None, file.zone
    )


def at_constant_offsets(written: pl.Expr, spans: Sequence[Span], theirs: str | None, ours: str) -> Times | None:
    """Times without a zone as moments and days; None where the clocks of a zone changed among them.

    Args:
        written: The times.
        spans: The first and last of each bit of them.
        theirs: The zone that they are of; None for UTC.
        ours: The zone in which days are days.
    """
    if not are_dates(spans):
        return None
    first, last = min(one for one, _ in spans), max(one for _, one in spans)
    ahead = timedelta(0) if theirs is None else zones.constant_offset(first, last, theirs)
    here = zones.constant_offset(first, last, ours)
    if ahead is None or here is None:
        return None
    shift = here - ahead
    day = (written + shift if shift else written).dt.date()
    return Times(
        at=(written - ahead).dt.replace_time_zone("UTC"),
        day=day,
        days=[((one + shift).date(), (other + shift).date()) for one, other in spans],
    )


def as_days(written: pl.Expr, spans: Sequence[Span]) -> Times | None:
    """Dates without a time of day, given the first and last of each bit of them."""
    found = [(one.date(), other.date()) for one, other in spans]
    return Times(pl.lit(None, MOMENT), written, found) if are_dates(spans) else None


def are_dates(spans: Sequence[Span]) -> bool:
    """Are there years of all times?"""
    return all(_FIRST <= first <= last < _END for first, last in spans)


def _day(value: bytes) -> datetime:
    return _EPOCH + timedelta(days=_whole(value))


def _moment(value: bytes, dtype: pl.Datetime) -> datetime:
    ticks = _whole(value)
    return _EPOCH + timedelta(microseconds=ticks * _TICKS["us"] // _TICKS[dtype.time_unit])


# --- texts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Users:
    """The ids of users as the table has them, and as they are written where that may differ; see `Stretch`."""

    tidied: pl.Expr
    as_written: pl.Expr | None = None


def users(file: Stored) -> Users | None:
    """Of texts and whole numbers: none missing."""
    name = file.column("user")
    bounds = file.bounds(name) if name else None
    if name is None or bounds is None:
        return None
    if file.dtype("user").is_integer():
        small = all(_whole(known.smallest) >= 0 and _whole(known.largest) < _LEAST_PHONE for known in bounds)
        return Users(pl.col(name).cast(pl.String)) if small and not _nulls(file, "user") else None
    if not _is_good_text(file, "user", name):
        return None
    style = file.way.style("user")
    return Users(_batches(name, lambda ids: canonical(text(ids, style).values)), pl.col(name))


def events(file: Stored) -> pl.Expr | None:
    """Of texts, or one said for the whole file: none missing."""
    name, style = file.column("event"), file.way.style("event")
    if name is not None:
        good = _is_good_text(file, "event", name)
        return _batches(name, lambda texts: _each_once(texts, style)) if good else None
    said = None if "event" in file.way.claim.positions else file.way.said("event")
    typed = None if said is None else plain(text(pl.Series([said]), style).values).item()
    return None if typed is None else pl.lit(typed)


def _each_once(texts: pl.Series, style: Style) -> pl.Series:
    """Texts as the general way reads them. Events are few: each is read once, and nearly always is what it was."""
    found = texts.unique()
    read = plain(text(found, style).values)
    return texts if read.equals(found) else texts.replace_strict(found, read)


def _batches(name: str, read: Callable[[pl.Series], pl.Series]) -> pl.Expr:
    """A column as the general way reads it, a batch at a time."""
    return pl.col(name).map_batches(read, return_dtype=pl.String(), is_elementwise=True)


def _whole(value: bytes) -> int:
    return int.from_bytes(value, "little", signed=True)


def _nulls(file: Stored, canonical: str) -> frozenset[str]:
    return file.way.style(canonical).nulls


def _is_good_text(file: Stored, canonical: str, name: str) -> bool:
    """Is no cell of a column of texts missing, and none an id that a spreadsheet destroyed?"""
    bounds = file.bounds(name)
    tokens = _nulls(file, canonical)
    if file.dtype(canonical) != pl.String or bounds is None or not all(token.isascii() for token in tokens):
        return False
    return all(_are_filled(known, tokens) for known in bounds) or not _has_bad(file, name, tokens)


def _are_filled(known: Bounds, tokens: frozenset[str]) -> bool:
    """Do all texts between two begin with a letter or the like, and is none of them a token?"""
    first, last = known.smallest[:1], known.largest[:1]
    said = [each.encode() for token in tokens for each in (token, token.strip())]
    shown = _FIRST_SHOWN <= first <= last <= _LAST_SHOWN
    numeric = first <= b"9" and last >= b"0"
    return shown and not numeric and not any(known.smallest[:1] <= token[:1] <= known.largest[:1] for token in said)


def _has_bad(file: Stored, name: str, tokens: frozenset[str]) -> bool:
    """A look at every cell, where the footer does not tell."""
    cells = pl.col(name)
    bad = are_missing(cells, tokens) | cells.str.contains(DESTROYED, literal=True)
    return bool(file.rows.select(bad.any()).collect(engine="streaming").item())


# --- numbers --------------------------------------------------------------------------------------------


def numbers(file: Stored) -> pl.Expr | None:
    """Of finite numbers, or where there are none at all."""
    if "value" not in file.way.claim.positions:
        return pl.lit(None, pl.Float64) if file.way.said("value") is None else None
    name = file.column("value")
    style = file.way.style("value")
    if name is None or style.nulls or style.unit is not None:
        return None
    dtype, value = file.dtype("value"), pl.col(name)
    if dtype.is_integer():
        return value.cast(pl.Float64)
    if dtype != pl.Float64 or not _are_finite(file, value):
        return None
    return pl.when(value == 0).then(0.0).otherwise(value)


def _are_finite(file: Stored, value: pl.Expr) -> bool:
    return bool(file.rows.select(value.is_finite().all()).collect(engine="streaming").item())
