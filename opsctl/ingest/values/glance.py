"""Columns that are good as they stand, told by one look at all of them: most columns of most clean files.

Reading a column with care takes dozens of steps, whatever is in it. Here every column of a file is asked at once
whether any of these steps would change a cell or have something to say; only where one would, it is read with care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from opsctl.core import money
from opsctl.core.period import FIRST_YEAR, LAST_YEAR
from opsctl.ingest.values import zones
from opsctl.ingest.values.text import are_tidy, told_by
from opsctl.ingest.values.typed import Style, Typed, no_faults
from opsctl.schemas.kinds import SCALED, Kind

LOCAL = pl.Datetime("us")
_DAYS = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - local
_TOLD_APART = 2**52  # up to here floats are nearer to each other than the amounts that they stand for


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, what its cells mean, and how they are written."""

    cells: pl.Series
    kind: Kind
    style: Style


@dataclass(frozen=True, slots=True)
class _Look:
    """Whether a column is good as it stands, and what it is then; of times also the first and the last."""

    good: pl.Expr
    values: pl.Expr
    ends: tuple[pl.Expr, pl.Expr] | None = None


def at_a_glance(columns: Mapping[str, Column]) -> dict[str, Typed]:
    """The columns that are good as they stand, as `type_column` would read them; all others are left out."""
    looks = {name: look for name, column in columns.items() if (look := _look(column, pl.col(name))) is not None}
    if not looks:
        return {}
    frame = pl.DataFrame({name: columns[name].cells for name in looks})
    good, ahead = _answers(frame, looks, columns)
    utc = {_moment(name): (pl.col(name) - by).dt.replace_time_zone("UTC") for name, by in ahead.items()}
    read = frame.select(**{name: looks[name].values for name in good}, **utc)
    nothing = no_faults(frame.height)
    spotless = Typed(nothing, nothing)
    return {
        name: replace(spotless, values=read[name], moment=read[_moment(name)] if name in ahead else None)
        for name in good
    }


def _moment(name: str) -> str:
    return f"{name} at"


def _answers(
    frame: pl.DataFrame, looks: Mapping[str, _Look], columns: Mapping[str, Column]
) -> tuple[list[str], dict[str, timedelta]]:
    """Which columns are good, and of good columns of times how far their clocks are ahead of UTC."""
    asked = {name: look.good for name, look in looks.items()}
    for name, look in looks.items():
        if look.ends is not None:
            asked |= {f"{name} first": look.ends[0], f"{name} last": look.ends[1]}
    told = frame.select(**asked).row(0, named=True)
    ahead: dict[str, timedelta] = {}
    good: list[str] = []
    for name, look in looks.items():
        if not told[name]:
            continue
        if look.ends is not None:
            by = zones.constant_offset(told[f"{name} first"], told[f"{name} last"], columns[name].style.zone)
            if by is None:
                continue
            ahead[name] = by
        good.append(name)
    return good, ahead


def _look(column: Column, cells: pl.Expr) -> _Look | None:
    """None where nothing but care helps."""
    dtype, kind, style = column.cells.dtype, column.kind, column.style
    if kind is Kind.TEXT and dtype == pl.String:
        return _Look(are_tidy(told_by(column.cells, cells), style), cells)
    if kind is Kind.DAY and dtype == pl.Date:
        return _Look(_are_days(cells.cast(LOCAL)), cells)
    if kind is Kind.MOMENT and dtype == LOCAL:
        return _Look(_are_days(cells), cells.dt.date(), (cells.min(), cells.max()))
    plain = not style.nulls and style.decimal != "," and (style.unit is None or style.unit.isupper())
    if not plain or kind not in (*SCALED, Kind.COUNT, Kind.NUMBER):
        return None
    if dtype == pl.Float64:
        return _of_floats(cells, kind)
    return _of_integers(cells, kind) if dtype.is_integer() else None


def _are_days(times: pl.Expr) -> pl.Expr:
    """Are all times, null aside, of years that there are? The zero of dates lies before them."""
    return (times.min() >= _DAYS[0]) & (times.max() <= _DAYS[1])


def _of_integers(cells: pl.Expr, kind: Kind) -> _Look:
    scale = money.TEN_THOUSANDTHS if kind in SCALED else 1
    small = cells.is_between(-_TOLD_APART // scale, _TOLD_APART // scale).all()
    return _Look(small, cells.cast(pl.Float64) if kind is Kind.NUMBER else cells.cast(pl.Int64, strict=False) * scale)


def _of_floats(cells: pl.Expr, kind: Kind) -> _Look:
    """A float is an amount of four decimals if it is the float nearest to one: then that is its shortest text."""
    if kind is Kind.NUMBER:
        return _Look((cells.abs() < _TOLD_APART).all(), pl.when(cells == 0).then(0.0).otherwise(cells))
    scale = money.TEN_THOUSANDTHS if kind in SCALED else 1
    nearest = (cells * scale).round(0)
    each_by = cells * 0 + scale  # polars divides by one number as it multiplies by its inverse, which is not exact
    exact = (nearest / each_by == cells) & (nearest.abs() < _TOLD_APART)
    return _Look(exact.all(), nearest.cast(pl.Int64, strict=False))
