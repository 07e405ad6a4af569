"""Columns that come with a type, as Parquet has them, written as the text a person would have written."""

from __future__ import annotations

import polars as pl

from opsctl.core import money
from opsctl.ingest.values.typed import Style, counted
from opsctl.schemas.kinds import DTYPES, SCALED, Kind

_WHOLE_FLOATS = 2**53  # from here on a float skips whole numbers
_TOLD_APART = 2**52  # up to here floats are nearer to each other than the amounts that they stand for
_INT64 = 2.0**63


def is_readable(dtype: pl.DataType) -> bool:
    """Whether a cell of the type is one value that can be written down."""
    return not dtype.is_nested() and dtype not in (pl.Binary, pl.Object, pl.Duration)


def exactly(column: pl.Series, kind: Kind, style: Style) -> pl.Series | None:
    """Numbers whose text need not be written to know what it says; None where a cell may say something else.

    A float is an amount of four decimals if it is the float nearest to one: then its shortest text is that amount.
    """
    plain = not style.nulls and style.decimal != "," and (style.unit is None or style.unit.isupper())
    if not plain or not (column.dtype.is_integer() or column.dtype == pl.Float64):
        return None
    scale = money.TEN_THOUSANDTHS if kind in SCALED else 1
    cells = pl.col(column.name)
    limit = _TOLD_APART // scale
    if kind is Kind.NUMBER:
        whole = cells.cast(pl.Float64)
        right = whole.is_finite() & (whole.abs() < limit)
        made = pl.when(whole == 0).then(0.0).otherwise(whole)
    elif column.dtype.is_integer():
        right = cells.is_between(-limit, limit)
        made = cells.cast(pl.Int64, strict=False) * scale
    else:
        nearest = (cells * scale).round(0)
        right = (nearest / scale == cells) & (cells.abs() < limit)
        made = nearest.cast(pl.Int64, strict=False)
    found = column.to_frame().select(made.cast(DTYPES[kind]).alias("made"), right=right.all())
    return found["made"].rename(column.name) if found["right"].all() else None


def as_text(column: pl.Series) -> pl.Series:
    """Each value as its shortest text: 0.1 and not 0.1000000000000000055, an id 12345 and not 12345.0."""
    texts = column.cast(pl.String)
    if column.dtype.is_decimal():
        return texts.str.replace(r"\.0+$", "")
    if not column.dtype.is_float():
        return texts
    whole = (column == column.floor()) & (column.abs() < _INT64)
    return texts.zip_with(~whole.fill_null(value=False), column.cast(pl.Int64, strict=False).cast(pl.String))


def without_nan(column: pl.Series) -> pl.Series:
    """A name or id that is not a number is missing: pandas writes it so."""
    return column.fill_nan(None) if column.dtype.is_float() else column


def lost_digits(column: pl.Series) -> tuple[str, ...]:
    """A note when ids were kept as floats too large to tell one id from the next."""
    lost = int((column.abs() >= _WHOLE_FLOATS).sum()) if column.dtype.is_float() else 0
    if not lost:
        return ()
    return (f"{counted(lost, 'id was kept as a float and has', 'ids were kept as floats and have')} lost digits",)
