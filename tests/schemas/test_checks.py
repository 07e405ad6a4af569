"""Constraints become polars expressions one by one, and one that has no such form is refused, never skipped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import polars as pl
import pytest
from pydantic import Field, create_model

from opsctl.schemas import tables
from opsctl.schemas.checks import BREAKS_A_RULE, EMPTY, OUT_OF_RANGE, checks
from opsctl.schemas.kinds import Count, Kind, Moment, Money, Number, Quantity
from opsctl.schemas.table import Merge, Table, columns, physical_schema, required, rule


def table_of(**fields: Any) -> type[Table]:
    """A table with these columns."""
    made: type[Table] = create_model("Made", __base__=Table, **fields)
    made.KEY, made.MERGE = (next(iter(fields)),), Merge.APPEND
    return made


def broken(table: type[Table], **cells: Any) -> list[str]:
    """The checks that one row breaks, as code and sentence."""
    row = pl.DataFrame([cells], schema=physical_schema(table))
    return [f"{check.code} {check.sentence}" for check in checks(table) if row.select(check.good).item() is False]


@pytest.mark.parametrize(
    ("annotation", "bad", "sentence"),
    [
        (Annotated[Count, Field(ge=1)], 0, "x is below 1"),
        (Annotated[Count, Field(gt=1)], 1, "x is not above 1"),
        (Annotated[Count, Field(le=1)], 2, "x is above 1"),
        (Annotated[Count, Field(lt=1)], 1, "x is not below 1"),
        (Annotated[Money, Field(ge=1)], 9_999, "x is below 1"),
        (Annotated[Quantity, Field(lt=Decimal("0.5"))], 5_000, "x is not below 0.5"),
        (Number, float("nan"), "x is not a finite number"),
        (Number, float("-inf"), "x is not a finite number"),
        (Annotated[Number, Field(ge=0)], -0.5, "x is below 0"),
        (Annotated[str, Field(min_length=1)], "", "x is empty"),
        (Annotated[str, Field(max_length=2)], "抖音上", "x is longer than 2 characters"),
        (Annotated[str, Field(pattern="^[A-Z]{3}$")], "CNYX", "x does not look like [A-Z]{3}"),
        (Annotated[str, Field(pattern="^[A-Z]{3}$")], "CNY\n", "x does not look like [A-Z]{3}"),
        (Literal["event", "click"], "billing", "x is none of event, click"),
    ],
)
def test_a_constraint_says_in_words_what_is_wrong(annotation: Any, bad: Any, sentence: str) -> None:
    assert broken(table_of(x=(annotation, ...)), x=bad) == [f"{OUT_OF_RANGE} {sentence}"]
    assert broken(table_of(x=(annotation | None, None)), x=bad) == [f"{OUT_OF_RANGE} {sentence}"]


def test_a_column_that_must_be_filled_is_told_from_one_that_need_not() -> None:
    table = table_of(x=(Count, ...), y=(Count | None, ...), z=(Count | None, None))
    assert broken(table, x=None, y=None, z=None) == [f"{EMPTY} x is empty"]
    assert required(table) == {"x", "y"}


def test_of_a_moment_the_day_must_be_there_and_the_time_need_not() -> None:
    table = tables()["activity"]
    row = {"user": "u", "event": "open", "at": None}
    assert broken(table, **row, day=date(2025, 1, 1)) == []
    assert broken(table, **row, day=None) == [f"{EMPTY} at is empty"]


@pytest.mark.parametrize(
    "constraint",
    [
        Field(multiple_of=5),
        Field(max_digits=3),
        Field(decimal_places=1),
    ],
)
def test_a_constraint_without_a_polars_form_is_refused(constraint: Any) -> None:
    table = table_of(x=(Annotated[Money, constraint], ...))
    with pytest.raises(TypeError, match=r"x: .* has no polars form"):
        checks(table)


def test_a_constraint_of_a_text_without_a_polars_form_is_refused() -> None:
    for constraint in (Field(strict=True), Field(coerce_numbers_to_str=True)):
        with pytest.raises(TypeError, match="has no polars form"):
            checks(table_of(x=(Annotated[str, constraint], ...)))


@pytest.mark.parametrize("annotation", [bool, bytes, list[int], dict[str, int], Decimal])
def test_a_column_of_no_known_kind_is_refused(annotation: Any) -> None:
    with pytest.raises(TypeError, match="a canonical column cannot be"):
        columns(table_of(x=(annotation, ...)))


def test_the_kind_of_a_column_is_read_off_its_annotation() -> None:
    table = table_of(
        a=(str, ...), b=(date, ...), c=(Moment, ...), d=(Money | None, None), e=(Quantity, ...), f=(Count, ...),
        g=(Number | None, None), h=(Literal["x"] | None, None), i=(Annotated[Money, Field(ge=0)] | None, None),
    )  # fmt: skip
    assert [column.kind for column in columns(table).values()] == [
        *(Kind.TEXT, Kind.DAY, Kind.MOMENT, Kind.MONEY, Kind.QUANTITY),
        *(Kind.COUNT, Kind.NUMBER, Kind.TEXT, Kind.MONEY),
    ]


class Ruled(Table):
    """A table with a rule."""

    MERGE: ClassVar[Merge] = Merge.APPEND
    KEY: ClassVar[tuple[str, ...]] = ("low",)

    low: Count | None = None
    high: Count | None = None

    @rule
    def in_order() -> pl.Expr:
        """The low end is above
        the high one.
        """
        return pl.col("low") <= pl.col("high")


def test_a_rule_says_its_docstring_and_what_is_unknown_breaks_none() -> None:
    assert broken(Ruled, low=2, high=1) == [f"{BREAKS_A_RULE} The low end is above the high one"]
    assert broken(Ruled, low=1, high=1) == []
    assert broken(Ruled, low=2, high=None) == []
    assert Ruled(low=1, high=2).high == 2
    with pytest.raises(ValueError, match="in_order"):
        Ruled(low=2, high=1)


@pytest.mark.parametrize(
    ("clicks", "impressions", "good"),
    [(3, 3, True), (4, 3, True), (1, 0, False), (0, 0, True), (4, None, True), (None, 0, True)],
)
def test_nobody_clicks_on_what_was_never_shown_but_a_click_may_come_a_day_late(
    clicks: int | None,
    impressions: int | None,
    good: bool,  # noqa: FBT001 - the verdict
) -> None:
    row = {"day": date(2025, 1, 1), "channel": "A", "spend": 0, "clicks": clicks, "impressions": impressions}
    assert (broken(tables()["spend"], **row) == []) is good


def test_amounts_are_rounded_half_to_even_to_ten_thousandths() -> None:
    spend = tables()["spend"]
    for text, kept in (("0.00005", "0.0000"), ("0.00015", "0.0002"), ("-0.00005", "0.0000"), ("1.42999", "1.4300")):
        row = spend.model_validate({"day": "2025-01-01", "channel": "A", "spend": text})
        assert Decimal(kept) == row.model_dump()["spend"]
