"""A table's pydantic constraints as polars expressions, so that tens of millions of rows are checked at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
import polars as pl
from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from opsctl.core import money
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import Column, Table, columns

EMPTY = "OPS204"
OUT_OF_RANGE = "OPS205"
BREAKS_A_RULE = "OPS206"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold of every row of a table; `good` is false where it does not."""

    column: str
    code: str
    sentence: str
    good: pl.Expr


@cache
def checks(table: type[Table]) -> tuple[Check, ...]:
    """Every check of a table: emptiness, then each constraint of each column, then the rules.

    Raises:
        TypeError: A constraint has no polars form. It is never skipped.
    """
    found: list[Check] = []
    for column in columns(table).values():
        if not column.nullable:
            found.append(Check(column.name, EMPTY, f"{column.name} is empty", pl.col(column.day_name).is_not_null()))
        for mark in _marks(column.field.annotation, column.field.metadata):
            found += _constraint(column, mark)
    for name, function in table.rules().items():
        sentence = " ".join((function.__doc__ or name).split()).rstrip(".")
        found.append(Check(name, BREAKS_A_RULE, sentence, function()))
    return tuple(found)


def _marks(annotation: Any, metadata: list[Any]) -> list[Any]:
    """All constraints of a field, those inside `Annotated` and `| None` included, one by one."""
    found = list(metadata)
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            if part is not NoneType:
                found += _marks(part, [])
    elif get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        found += _marks(inner, marks)
    elif get_origin(annotation) is Literal:
        found.append(annotation)
    flat: list[Any] = []
    for mark in found:
        if isinstance(mark, FieldInfo):
            flat += _marks(None, mark.metadata)
        elif isinstance(mark, annotated_types.GroupedMetadata):
            flat += list(mark)
        else:
            flat.append(mark)
    return flat


def _constraint(column: Column, mark: Any) -> list[Check]:
    if _says_nothing_more(column, mark):
        return []
    good, sentence = _form(pl.col(column.name), mark, exact=column.kind in (Kind.MONEY, Kind.QUANTITY))
    if good is None:
        raise TypeError(f"{column.name}: {mark!r} has no polars form")
    return [Check(column.name, OUT_OF_RANGE, f"{column.name} {sentence}", good)]


def _says_nothing_more(column: Column, mark: Any) -> bool:
    """A name for the kind, rounding that the reading does, and what the polars type of the kind ensures."""
    return isinstance(mark, Kind | AfterValidator) or (
        column.kind is not Kind.NUMBER and _settings(mark) == {"allow_inf_nan": False}
    )


def _form(value: pl.Expr, mark: Any, *, exact: bool) -> tuple[pl.Expr | None, str]:
    """The expression for one constraint, or None when there is no form for it."""

    def bound(number: Any) -> Any:
        return money.units(number) if exact else number

    match mark:
        case annotated_types.Ge(ge=low):
            return value >= bound(low), f"is below {low}"
        case annotated_types.Gt(gt=low):
            return value > bound(low), f"is not above {low}"
        case annotated_types.Le(le=high):
            return value <= bound(high), f"is above {high}"
        case annotated_types.Lt(lt=high):
            return value < bound(high), f"is not below {high}"
        case annotated_types.MinLen(min_length=length):
            size = value.str.len_bytes() if length == 1 else value.str.len_chars()  # the bytes are known
            return size >= length, "is empty"
        case annotated_types.MaxLen(max_length=length):
            return value.str.len_chars() <= length, f"is longer than {length} characters"
        case _ if get_origin(mark) is Literal:
            words = list(get_args(mark))
            return value.is_in(words), f"is none of {', '.join(words)}"
    match _settings(mark):
        case {"allow_inf_nan": False, **others} if not others:
            return value.is_finite(), "is not a finite number"  # NaN passes every >= in polars
        case {"pattern": pattern, **others} if not others:
            return value.str.contains(pattern), f"does not look like {pattern.removeprefix('^').removesuffix('$')}"
    return None, ""


def _settings(mark: Any) -> dict[str, Any]:
    """Pydantic keeps some constraints in one nameless object: its attributes are the constraints."""
    return {key: setting for key, setting in getattr(mark, "__dict__", {}).items() if setting is not None}
