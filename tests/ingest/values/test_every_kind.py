"""What holds of reading a column as anything at all, and of columns of real files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.ingest.values import Kind, Style, type_column
from opsctl.schemas.kinds import DTYPES

few = settings(deadline=None, max_examples=50)  # a column costs milliseconds, whatever its length
STYLE = Style(nulls=frozenset(["n.a."]), zone="Asia/Shanghai", decimal=".", dates="mdy", unit=None)
every_kind = pytest.mark.parametrize("kind", list(Kind))
cells = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["", "-", "n.a.", "1,234.5", "5", "1e400", "2025-01-05", "2025-01-05 08:00:00", "12/31/2025"]),
)


@every_kind
@few
@given(texts=st.lists(cells, max_size=8))
def test_a_cell_has_a_value_or_a_fault_or_is_missing(kind: Kind, texts: list[str | None]) -> None:
    column = pl.Series("x", texts, dtype=pl.String)
    typed = type_column(column, kind, STYLE, name="x")
    assert column.to_list() == texts  # the input is untouched
    assert len(typed.values) == len(typed.faults) == len(texts)
    assert typed.values.dtype == (pl.Date() if kind is Kind.MOMENT else DTYPES[kind])
    assert typed.faults.dtype == pl.String
    assert (typed.moment is not None) == (kind is Kind.MOMENT)
    for text, value, fault in zip(texts, typed.values, typed.faults, strict=True):
        assert value is None or fault is None
        if text is None or text in ("", "n.a."):
            assert (value, fault) == (None, None)
        if fault is not None:
            assert fault.startswith("OPS20")


@every_kind
@few
@given(texts=st.lists(cells, min_size=2, max_size=8))
def test_once_the_mapping_decides_a_cell_is_read_alike_wherever_it_stands(kind: Kind, texts: list[str | None]) -> None:
    if kind is Kind.NUMBER:  # percent signs are decided by the column
        texts = [None if text and set(text) & {"%", "‰", "％"} else text for text in texts]
    if kind is Kind.MONEY:  # so are currencies
        texts = [text if text is None or text.isascii() else None for text in texts]
    column = pl.Series(texts, dtype=pl.String)
    together = type_column(column, kind, STYLE, name="x")
    alone = [type_column(column[row : row + 1], kind, STYLE, name="x") for row in range(len(texts))]
    assert together.values.to_list() == [typed.values.item() for typed in alone]
    assert together.faults.to_list() == [typed.faults.item() for typed in alone]


@every_kind
@pytest.mark.parametrize(
    "dtype", [pl.String, pl.Null, pl.Float64, pl.Int64, pl.Date, pl.Datetime("us", "UTC"), pl.Boolean]
)
def test_an_empty_export_and_an_empty_column_are_no_error(kind: Kind, dtype: pl.DataType) -> None:
    for length in (0, 3):
        typed = type_column(pl.Series([None] * length, dtype=dtype), kind, STYLE, name="x")
        assert typed.values.null_count() == typed.faults.null_count() == length


def test_a_fault_never_shows_the_value() -> None:
    for kind in (Kind.MONEY, Kind.COUNT, Kind.NUMBER, Kind.DAY, Kind.MOMENT):
        fault = type_column(pl.Series(["13800138000x"]), kind, STYLE, name="x").faults.item()
        assert "138" not in fault


def test_the_orders_of_a_shop_add_up(shared: Path) -> None:
    style = Style(nulls=frozenset(), zone="Asia/Shanghai")
    orders = pl.read_csv(shared / "exports/tmall/tmall_order_report.csv", infer_schema=False)
    paid = type_column(orders["买家实际支付金额"], Kind.MONEY, style, name="买家实际支付金额")
    refunded = type_column(orders["退款金额"], Kind.MONEY, style, name="退款金额")
    paid_at = type_column(orders["订单付款时间 "], Kind.MOMENT, style, name="订单付款时间 ")
    assert paid_at.moment is not None
    assert paid_at.moment.count() == 24_087
    assert paid.values.sum() == 1_902_487_15_00
    assert refunded.values.sum() == 572_335_92_00
    for typed in (paid, refunded, paid_at):
        assert typed.faults.null_count() == len(orders)


def test_an_unlabelled_total_of_a_platform_is_the_sum_of_its_rows(shared: Path) -> None:
    rows = pl.read_csv(shared / "exports/meta/id_day_region.csv", infer_schema=False)
    style = Style(nulls=frozenset(), zone="Asia/Jakarta")
    for column, kind, one in (("Amount spent (IDR)", Kind.MONEY, 10_000), ("Impressions", Kind.COUNT, 1)):
        total, *details = type_column(rows[column], kind, style, name=column).values.fill_null(0)
        assert total == sum(details) == {"Impressions": 179_335}.get(column, 1_744_800) * one
