"""What holds of every canonical table: polars and pydantic give one verdict on any row, whatever it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from opsctl.core import money
from opsctl.core.naming import fold
from opsctl.core.rules import RULES
from opsctl.ingest.values import Style, type_column
from opsctl.schemas import tables
from opsctl.schemas.checks import checks
from opsctl.schemas.kinds import DTYPES, Kind
from opsctl.schemas.table import Merge, Table, columns, physical_schema, required
from tests.notation import frame

NAMES = list(tables())
every_table = pytest.mark.parametrize("name", NAMES)
few = settings(deadline=None, max_examples=150)
STYLE = Style(nulls=frozenset(), zone="Asia/Shanghai", decimal=".", dates="ymd")

# --- what it is -----------------------------------------------------------------------------------------


@every_table
def test_its_columns_have_names_in_chinese_and_kinds_that_polars_keeps(name: str) -> None:
    for column in columns(tables()[name]).values():
        assert column.field.title
        assert not column.field.title.isascii()
        assert column.name == fold(column.name)
        assert physical_schema(tables()[name])[column.name] == DTYPES[column.kind]


@every_table
def test_its_key_and_its_merge_are_declared(name: str) -> None:
    table = tables()[name]
    assert isinstance(table.MERGE, Merge)
    assert table.KEY
    assert set(table.KEY) <= columns(table).keys()


@every_table
def test_a_moment_has_its_local_day_beside_it(name: str) -> None:
    schema = physical_schema(tables()[name])
    for column in columns(tables()[name]).values():
        assert schema[column.day_name] == (pl.Date() if column.kind in (Kind.MOMENT, Kind.DAY) else DTYPES[column.kind])


@every_table
def test_it_is_told_from_the_others_by_the_columns_it_must_have(name: str) -> None:
    for other in set(NAMES) - {name}:
        assert not required(tables()[name]) <= required(tables()[other])


@every_table
def test_every_check_has_a_known_code_and_says_what_is_wrong(name: str) -> None:
    for check in checks(tables()[name]):
        assert check.code in RULES
        assert check.sentence
        assert not check.sentence.endswith(".")


# --- one verdict ----------------------------------------------------------------------------------------

LIMIT = int(money.LIMIT) * money.TEN_THOUSANDTHS
TEXTS = st.none() | st.sampled_from(["", " ", "抖音", "CNY", "cny", "CNYX", "CNY\n", "event", "Event", "x" * 300])
WHOLE = st.none() | st.sampled_from([0, 1, -1, 7, 2**63 - 1, -(2**63)]) | st.integers(-(2**63), 2**63 - 1)
AMOUNTS = st.none() | st.sampled_from([0, 1, -1, LIMIT - 1, LIMIT, -LIMIT, 1 - LIMIT]) | st.integers(-LIMIT, LIMIT)
NUMBERS = st.none() | st.floats()
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2100, 12, 31))
PHYSICAL: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: TEXTS,
    Kind.DAY: DAYS,
    Kind.MOMENT: DAYS,
    Kind.MONEY: AMOUNTS,
    Kind.QUANTITY: AMOUNTS,
    Kind.COUNT: WHOLE,
    Kind.NUMBER: NUMBERS,
}


def physical_rows(table: type[Table]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows as polars keeps them; often a good value, so that one bad one is not hidden by others."""
    usual = {"currency": "CNY", "conversion_basis": "event", "clicks": 3, "impressions": 3}
    by_kind = {Kind.TEXT: "x", Kind.DAY: date(2025, 1, 1), Kind.MOMENT: date(2025, 1, 1), Kind.NUMBER: 1.0}
    row = {
        name: st.just(usual.get(name, by_kind.get(column.kind, 0))) | PHYSICAL[column.kind]
        for name, column in columns(table).items()
    }
    return st.lists(st.fixed_dictionaries(row), min_size=1, max_size=6)


@every_table
@few
@given(data=st.data())
def test_polars_and_pydantic_give_one_verdict(name: str, data: st.DataObject) -> None:
    table = tables()[name]
    rows = data.draw(physical_rows(table))
    assert bulk_verdicts(table, rows) == [single_verdict(table, row) for row in rows]


def bulk_verdicts(table: type[Table], rows: list[dict[str, Any]]) -> list[bool]:
    """Whether each row keeps every check, all rows at once. A check that is null is not broken."""
    schema = physical_schema(table)
    kept: list[dict[str, Any]] = []
    for row in rows:
        found = dict(row)
        for column in columns(table).values():
            if column.kind is Kind.MOMENT:
                found[column.day_name] = found.pop(column.name)
        kept.append(found)
    good = [check.good.fill_null(value=True) for check in checks(table)]
    return pl.DataFrame(kept, schema=schema).select(good=pl.all_horizontal(good)).to_series().to_list()


def single_verdict(table: type[Table], row: dict[str, Any]) -> bool:
    """Whether the model takes the row, its amounts in their own unit."""
    amounts = {name for name, column in columns(table).items() if column.kind in (Kind.MONEY, Kind.QUANTITY)}
    values = {
        name: Decimal(value).scaleb(-4) if name in amounts and value is not None else value
        for name, value in row.items()
    }
    try:
        table.model_validate(values)
    except ValidationError:
        return False
    return True


# --- one verdict on what a file says, too ---------------------------------------------------------------

WRITTEN = {
    Kind.MONEY: ["NaN", "inf", "-inf", "1e400", "-0.01", "-0.00004", "0.00005", "1360.50", "1_000", "x", "1e3"],
    Kind.QUANTITY: ["NaN", "-1", "0.5", "99999999999999.9999", "99999999999999.99995", "1e14"],
    Kind.COUNT: ["NaN", "-1", "0", "1.5", "1e400", "9223372036854775807", "9223372036854775808", "true"],
    Kind.NUMBER: ["NaN", "inf", "-1.5", "1e308", "x"],
}
CASES = [
    (name, column.name)
    for name, table in tables().items()
    for column in columns(table).values()
    if column.kind in WRITTEN
]
STRICTER = {"1_000"}  # how Python writes numbers is not how exports do: reading refuses it, and nothing else more


@pytest.mark.parametrize(("name", "column"), CASES)
def test_reading_a_cell_and_the_model_give_one_verdict(name: str, column: str) -> None:
    table = tables()[name]
    kind = columns(table)[column].kind
    for text in WRITTEN[kind]:
        accepted = reads(table, column, pl.Series([text]))
        if accepted or text not in STRICTER:
            assert accepted == accepts(table, {**GOOD[name], column: text}), text


GOOD: dict[str, dict[str, Any]] = {
    "acquisition": {"user": "u", "acquired_at": "2025-01-01", "channel": "A"},
    "activity": {"user": "u", "at": "2025-01-01", "event": "open"},
    "cohort": {"day": "2025-01-01", "channel": "A", "offset": "0", "users": "5"},
    "order": {"order": "o", "paid_at": "2025-01-01", "paid": "5"},
    "spend": {"day": "2025-01-01", "channel": "A", "spend": "5"},
}


def reads(table: type[Table], column: str, cell: pl.Series) -> bool:
    """Whether a cell can be read, and then keeps every check in an otherwise good row."""
    name = table.__name__.lower()
    typed = type_column(cell, columns(table)[column].kind, STYLE, name=column)
    row = frame(name, [GOOD[name]]).with_columns(pl.Series(column, typed.values))
    good = pl.all_horizontal([check.good.fill_null(value=True) for check in checks(table)])
    return typed.faults.item() is None and bool(row.select(good).item())


def accepts(table: type[Table], values: dict[str, Any]) -> bool:
    try:
        table.model_validate(values)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), float("-inf"), -0.5, 0.0, 12.345, 1e300, 99999999999999.5]
)
@pytest.mark.parametrize(("name", "column"), [("spend", "spend"), ("order", "refunded"), ("spend", "conversions")])
def test_money_kept_as_floats_is_judged_alike(name: str, column: str, value: float) -> None:
    table = tables()[name]
    assert reads(table, column, pl.Series([value])) == accepts(table, {**GOOD[name], column: value})


@every_table
def test_a_moment_is_a_point_in_time_or_a_day(name: str) -> None:
    table = tables()[name]
    for column in columns(table).values():
        if column.kind is Kind.MOMENT:
            for value in (date(2025, 1, 1), datetime(2025, 1, 1, 12, tzinfo=UTC), "2025-01-01", "2025-01-01T12:00:00Z"):
                assert accepts(table, {**GOOD[name], column.name: value})
            assert not accepts(table, {**GOOD[name], column.name: "2025-02-30"})


@every_table
def test_a_column_that_the_table_does_not_have_is_refused(name: str) -> None:
    assert accepts(tables()[name], GOOD[name])
    assert not accepts(tables()[name], {**GOOD[name], "unheard_of": 1})
