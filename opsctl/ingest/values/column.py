"""One column in, one kind out: the only door to this package."""

from __future__ import annotations

import polars as pl

from opsctl.ingest.values import faults, moments, native, numbers, text
from opsctl.ingest.values.typed import Style, Typed, no_faults
from opsctl.schemas.kinds import DTYPES, Kind


def type_column(column: pl.Series, kind: Kind, style: Style, *, name: str) -> Typed:
    """Read a column, text or native, as one kind.

    A missing cell is null and no fault; a cell that cannot be read is null and has a fault. Nothing is guessed
    cell by cell, nothing wraps, and no amount goes through a float.

    Args:
        column: Text as it stood in the file, or any column of a Parquet file.
        kind: What the cells mean.
        style: How they are written.
        name: The column's name, for messages.

    Raises:
        AmbiguousValues: The column can be read in two ways and nothing in it or in the style tells which.
        BadConfiguration: The unit is none of the kind.

    Examples:
        >>> style = Style(nulls=frozenset(), zone="Asia/Shanghai")
        >>> read = type_column(pl.Series(["￥1,360.50", "--", "1e400"]), Kind.MONEY, style, name="spend")
        >>> read.values.to_list()
        [13605000, None, None]
        >>> read.faults.to_list()
        [None, None, 'OPS205 too large']
    """
    if not native.is_readable(column.dtype):
        return _unreadable(column, kind)
    if kind is Kind.DAY:
        return moments.day(column, style, name=name)
    if kind is Kind.MOMENT:
        return moments.moment(column, style, name=name)
    if kind is Kind.TEXT:
        column = native.without_nan(column)
        return text.text(native.as_text(column), style, notes=native.lost_digits(column))
    exact = native.exactly(column, kind, style)
    if exact is not None:
        return Typed(exact, no_faults(len(column)))
    texts = native.as_text(column)
    match kind:
        case Kind.MONEY:
            return numbers.money(texts, style, name=name)
        case Kind.QUANTITY:
            return numbers.quantity(texts, style, name=name)
        case Kind.COUNT:
            return numbers.count(texts, style, name=name)
        case Kind.NUMBER:
            return numbers.number(texts, style, name=name)


def _unreadable(column: pl.Series, kind: Kind) -> Typed:
    """A column of lists, structures or bytes: every cell that is not null has a fault."""
    present = column.is_not_null()
    nothing = pl.repeat(None, len(column), dtype=DTYPES[kind], eager=True)
    return Typed(
        nothing.cast(pl.Date) if kind is Kind.MOMENT else nothing,
        no_faults(len(column)).set(present, faults.NOT_A_VALUE),
        moment=nothing if kind is Kind.MOMENT else None,
    )
