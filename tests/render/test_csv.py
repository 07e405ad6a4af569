"""CSV holds the numbers of the JSON under the names of the JSON, and no spreadsheet computes what a name says."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.render import Page, render
from opsctl.reports.report import Cell, Column, Form, Heading, Number, Report, RowKind, Sparkline, Table
from opsctl.reports.report import TableRow as Row
from tests.render.specimen import figure, specimen

NAME = Column("channel", "渠道", numeric=False)


def written(*tables: Table) -> str:
    return render(Report("T", None, None, [Heading("一"), *tables], {}), "csv", Page(Words("zh-CN")))


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_names_of_columns_are_never_translated_and_numbers_never_rounded() -> None:
    cells: dict[str, Cell] = {
        "channel": "抖音",
        "spend": figure("spend", 1234567.5),
        "acquisitions": figure("acquisitions", 3),
        "cpa": figure("cpa", 1 / 3),
        "retention_d7": figure("retention_d7", None),
        "change": Number(0.029, Form.CHANGE),
    }
    columns = [NAME, *(Column(key, key.upper()) for key in cells if key != "channel")]
    assert written(Table(columns, [Row(cells)])) == (
        "channel,spend,acquisitions,cpa,retention_d7,change\n抖音,1234567.5000,3,0.3333333333333333,,0.029\n"
    )


def test_totals_are_marked_where_there_are_any() -> None:
    table = Table([NAME], [Row({"channel": "A"}), Row({"channel": "合计"}, RowKind.TOTAL)])
    assert rows(written(table)) == [["row", "channel"], ["plain", "A"], ["total", "合计"]]


def test_several_tables_are_one_with_all_columns_and_the_name_of_each() -> None:
    first = Table([NAME, Column("cpa", "CPA")], [Row({"channel": "A", "cpa": figure("cpa", 2.5)})], "channels")
    second = Table([Column("spend", "S"), NAME], [Row({"channel": "B", "spend": figure("spend", 1)})], "campaigns")
    assert rows(written(first, second)) == [
        ["table", "channel", "cpa", "spend"],
        ["channels", "A", "2.5", ""],
        ["campaigns", "B", "", "1.0000"],
    ]


def test_a_column_of_the_same_name_as_a_mark_keeps_its_name() -> None:
    table = Table([Column("table", "T", numeric=False)], [Row({"table": "spend"})], "sources")
    assert rows(written(table, table))[:2] == [["table_", "table"], ["sources", "spend"]]


def test_a_table_of_nothing_has_its_header_and_a_report_without_tables_an_empty_line() -> None:
    assert written(Table([NAME], [])) == "channel\n"
    assert written() == "\n"


def test_a_drawing_has_no_column() -> None:
    assert rows(written(Table([NAME, Column("trend", "")], [Row({"channel": "A", "trend": Sparkline((1.0,))})]))) == [
        ["channel"],
        ["A"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", " =1", "＝1", "\u3000=1"])
def test_a_name_is_no_formula(name: str) -> None:
    assert rows(written(Table([NAME], [Row({"channel": name})])))[1] == [f"'{name}"]


@pytest.mark.parametrize(("name", "shown"), [("\t=1", "\\u0009=1"), ("\r=1", "\\u000d=1"), ("\n", "\\u000a")])
def test_what_a_cell_could_hide_is_made_visible(name: str, shown: str) -> None:
    assert rows(written(Table([NAME], [Row({"channel": name})])))[1] == [shown]


def test_a_change_that_was_written_already_stays_a_number_but_only_where_numbers_stand() -> None:
    table = Table([NAME, Column("change", "")], [Row({"channel": "-5%", "change": "-5.0%"})])
    assert rows(written(table))[1] == ["'-5%", "-5.0%"]
    assert rows(written(Table(table.columns, [Row({"change": "-5%+cmd"})])))[1] == ["", "'-5%+cmd"]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_any_names_come_back_in_the_same_shape(names: list[str]) -> None:
    columns = [Column(f"c{at}", "", numeric=False) for at in range(len(names))]
    found = rows(
        written(Table(columns, [Row({column.key: name for column, name in zip(columns, names, strict=True)})]))
    )
    assert [len(row) for row in found] == [len(names)] * 2
    assert [cell.removeprefix("'") for cell in found[1]] == [clean(name).removeprefix("'") for name in names]


def test_a_report_with_everything_is_rectangular() -> None:
    found = rows(render(specimen("zh-CN"), "csv", Page(Words("zh-CN"))))
    assert {len(row) for row in found} == {len(found[0])}
    assert len(found) == 1 + sum(len(table.rows) for table in specimen("zh-CN").tables)
    assert render(specimen("zh-CN"), "csv", Page(Words("en"))) == render(specimen("zh-CN"), "csv", Page(Words("zh-CN")))
