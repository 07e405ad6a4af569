"""What a column of a canonical table holds, as a person would say it, and how polars keeps it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import polars as pl
from pydantic import AfterValidator, Field

from opsctl.core import money


class Kind(Enum):
    """The kinds of value; the comment is the polars column that keeps them."""

    TEXT = "text"  # String
    DAY = "day"  # Date
    MOMENT = "moment"  # Datetime(us, UTC), null where only the day is known, beside a Date
    MONEY = "amount of money"  # Int64 ten-thousandths
    QUANTITY = "quantity"  # Int64 ten-thousandths: platforms credit fractions of a conversion
    COUNT = "whole number"  # Int64
    NUMBER = "number"  # Float64


SCALED = (Kind.MONEY, Kind.QUANTITY)

DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.DAY: pl.Date(),
    Kind.MOMENT: pl.Datetime("us", "UTC"),
    Kind.MONEY: pl.Int64(),
    Kind.QUANTITY: pl.Int64(),
    Kind.COUNT: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
}


def _four_decimals(amount: Decimal) -> Decimal:
    return Decimal(money.units(amount)).scaleb(-4)


_WIDEST = money.LIMIT - money.PLACES / 2  # from here on an amount would be rounded up to the limit
_Exact = Annotated[
    Decimal,
    Field(gt=-_WIDEST, lt=_WIDEST, allow_inf_nan=False),
    AfterValidator(_four_decimals),
]
Money = Annotated[_Exact, Kind.MONEY]
Quantity = Annotated[_Exact, Kind.QUANTITY]
Moment = Annotated[datetime | date, Kind.MOMENT]
Count = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[float, Field(allow_inf_nan=False)]


def kind_of(annotation: Any, metadata: list[Any]) -> Kind:
    """The kind of a model's field.

    Raises:
        TypeError: The annotation is none that a canonical column may have.
    """
    for mark in metadata:
        if isinstance(mark, Kind):
            return mark
    inner, marks = _without_none(annotation)
    if marks:
        return kind_of(inner, marks)
    if get_origin(inner) is Literal:
        return Kind.TEXT
    plain: dict[Any, Kind] = {str: Kind.TEXT, date: Kind.DAY, int: Kind.COUNT, float: Kind.NUMBER}
    if inner not in plain:
        raise TypeError(f"a canonical column cannot be {annotation!r}")
    return plain[inner]


def _without_none(annotation: Any) -> tuple[Any, list[Any]]:
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return inner, marks
    return annotation, []
