"""A canonical table: a pydantic model whose fields are its columns and whose rules are polars expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, ClassVar, Self, get_args

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from opsctl.core import money
from opsctl.schemas.kinds import DTYPES, Kind, kind_of


class Merge(StrEnum):
    """How rows of a newer export join those already there."""

    REPLACE = "replace by slice"
    UPSERT = "upsert by key"
    APPEND = "append by key"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table."""

    name: str
    kind: Kind
    required: bool  # a file without it is not this table
    nullable: bool  # a row may leave it empty
    field: FieldInfo

    @property
    def day_name(self) -> str:
        """Of a moment, the column that keeps its local day; of anything else, the column itself.

        The moment a row is about (`at`, `acquired_at`) gives the row's `day`; others keep their name: `paid_day`.
        """
        if self.kind is not Kind.MOMENT:
            return self.name
        return "day" if self.name in ("at", "acquired_at") else self.name.removesuffix("_at") + "_day"


RuleFunction = Callable[[], pl.Expr]


def rule(function: RuleFunction) -> staticmethod[[], pl.Expr]:
    """Mark a function of a table as a rule: a polars expression that is true of every good row.

    Its docstring says why. Nulls never break a rule: what is unknown is not wrong.
    """
    function.__opsctl_rule__ = True  # type: ignore[attr-defined]  # the mark `rules` looks for
    return staticmethod(function)


class Table(BaseModel):
    """The base of all canonical tables.

    `KEY` names the columns by which two rows are the same thing; `MERGE` says what then happens. The numbers of
    `NOT_ADDED` add up to nothing; those of `REPEATED` stand on every row of what the column named beside tells apart.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
    KEY: ClassVar[tuple[str, ...]]
    MERGE: ClassVar[Merge]
    NOT_ADDED: ClassVar[frozenset[str]] = frozenset()
    REPEATED: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def rules(cls) -> dict[str, RuleFunction]:
        """The rules that span columns, by name."""
        return {
            name: member.__func__
            for name, member in vars(cls).items()
            if isinstance(member, staticmethod) and hasattr(member.__func__, "__opsctl_rule__")
        }

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        """Ask the same expressions that check a whole frame about this one row."""
        row = pl.DataFrame([physical_row(self)], schema=physical_schema(type(self)))
        broken = [name for name, function in self.rules().items() if row.select(function()).item() is False]
        if broken:
            error = PydanticCustomError("rule", "breaks {rule}", {"rule": broken[0]})
            raise ValidationError.from_exception_data(type(self).__name__, [InitErrorDetails(type=error, input=None)])
        return self


@cache
def columns(table: type[Table]) -> dict[str, Column]:
    """The columns of a table in the order of the model."""
    return {
        name: Column(
            name=name,
            kind=kind_of(field.annotation, field.metadata),
            required=field.is_required(),
            nullable=NoneType in get_args(field.annotation),
            field=field,
        )
        for name, field in table.model_fields.items()
    }


def required(table: type[Table]) -> frozenset[str]:
    """The columns by which a canonical file of this table is recognised."""
    return frozenset(name for name, column in columns(table).items() if column.required)


@cache
def physical_schema(table: type[Table]) -> dict[str, pl.DataType]:
    """The polars columns of a checked frame: each column, and the local day beside each moment."""
    schema: dict[str, pl.DataType] = {}
    for column in columns(table).values():
        schema[column.name] = DTYPES[column.kind]
        schema.setdefault(column.day_name, pl.Date())
    return schema


def physical_row(row: Table) -> dict[str, Any]:
    """A model's values as a checked frame keeps them; the days beside moments are left to the zone."""
    found: dict[str, Any] = {}
    for column in columns(type(row)).values():
        value = getattr(row, column.name)
        if column.kind in (Kind.MONEY, Kind.QUANTITY) and value is not None:
            value = money.units(value)
        found[column.name] = None if column.kind is Kind.MOMENT else value
    return found
