"""The header is the first line that somebody expects, wherever it stands and however its cells are kept apart."""

from __future__ import annotations

import pytest

from opsctl.core.errors import NoHeader
from opsctl.ingest.reading import Content, read_text
from tests.ingest.reading.reader import dropped, read, rejected, rows

ROWS = [("2025-01-05", "抖音", "1.50"), ("2025-01-06", "小红书", "2.50")]
COLUMNS = "日期,渠道,消耗"


def written(delimiter: str) -> str:
    return "".join(delimiter.join(row) + "\n" for row in [tuple(COLUMNS.split(",")), *ROWS])


@pytest.mark.parametrize(
    "delimiter", [",", "\t", ";", "|", "，", "\x01", " ", ", ", "||", "\t\t", ":", "^", "~", "\\t", " | ", "¦"]
)
def test_the_delimiter_is_the_one_under_which_the_header_appears(delimiter: str) -> None:
    table = read(written(delimiter), COLUMNS)
    assert (table.delimiter, rows(table), table.rejected) == (delimiter, ROWS, ())


def test_a_delimiter_is_found_between_quoted_names_with_blanks_in_them() -> None:
    table = read('"Ad  Group" "Spend (CNY)"\n"拉新 A" 1.50\n', ["ad group", "spend (cny)"])
    assert (table.delimiter, rows(table)) == (" ", [("拉新 A", "1.50")])


def test_a_title_with_the_names_in_it_is_no_header() -> None:
    table = read("日期 渠道 消耗\n" + written(","), COLUMNS)
    assert (table.header_line, table.delimiter, rows(table)) == (2, ",", ROWS)


def test_words_between_two_names_are_no_delimiter() -> None:
    with pytest.raises(NoHeader):
        read("日期和渠道\n2025-01-05和抖音\n", "日期,渠道")


def test_the_line_sep_states_the_delimiter() -> None:
    for first in ("sep=;", '"sep=;"', "SEP=;"):
        table = read(f"{first}\r\n" + written(";"), COLUMNS)
        assert (table.delimiter, table.header_line, rows(table)) == (";", 2, ROWS)
    assert read("sep=~\n" + written("~"), COLUMNS).delimiter == "~"


def test_a_blank_after_each_comma_of_the_header_alone_is_part_of_the_names() -> None:
    table = read("日期, 渠道, 消耗\n2025-01-05,抖音,1.50\n", COLUMNS)
    assert (table.header, rows(table)) == (("日期", " 渠道", " 消耗"), ROWS[:1])


def test_blanks_after_each_comma_of_the_rows_belong_to_the_delimiter() -> None:
    table = read("日期,渠道,消耗\n2025-01-05, 抖音, 1.50\n2025-01-06, 小红书, 2.50\n", COLUMNS)
    assert (rows(table), table.rejected) == (ROWS, ())


def test_rows_delimited_otherwise_than_their_header_are_read_and_said() -> None:
    table = read(written(",").replace("日期,渠道,消耗", "日期;渠道;消耗"), COLUMNS)
    assert rows(table) == ROWS
    assert table.warnings == ("the rows are delimited by ',', the header by ';'",)


def test_what_stands_above_the_header_is_kept_with_its_lines() -> None:
    table = read("渠道日报\n导出时间：2025-02-01,,\n,,\n\n" + written(","), COLUMNS)
    assert table.header_line == 5
    assert table.preamble == ((1, "渠道日报"), (2, "导出时间：2025-02-01,,"), (3, ",,"), (4, ""))
    assert (rows(table), table.lines.to_list()) == (ROWS, [6, 7])


def test_a_header_far_below_is_found() -> None:
    table = read("remark\n" * 300 + written(","), COLUMNS)
    assert (table.header_line, rows(table)) == (301, ROWS)


def test_rows_above_the_header_are_not_lost_in_silence() -> None:
    table = read("合计,,4.00\n2025-01-04,微信,0.50\n" + written(","), COLUMNS)
    assert rows(table) == ROWS
    assert (dropped(table), rejected(table)) == ([(1, "total")], [(2, "OPS201")])


def test_a_header_may_run_over_lines_and_stays_as_it_is_written() -> None:
    table = read(' 日期 ,渠道,"消耗\n(元)"\n2025-01-05,抖音,1.50\n', ["日期", "渠道", "消耗 (元)"])
    assert table.header == (" 日期 ", "渠道", "消耗\n(元)")
    assert table.lines.to_list() == [3]


def test_names_that_are_doubled_or_empty_are_kept() -> None:
    assert read("日期,消耗,消耗\n2025-01-05,1,2\n", "日期,消耗,消耗").header == ("日期", "消耗", "消耗")
    assert read("日期,,消耗\n2025-01-05,1,2\n", "日期,,消耗").header == ("日期", "", "消耗")


def test_a_delimiter_at_the_end_of_every_line_makes_no_column() -> None:
    everywhere = read("日期,消耗,,\n2025-01-05,1,,\n2025-01-06,2,,\n", "日期,消耗")
    rows_only = read("日期,消耗\n2025-01-05,1,\n2025-01-06,2,\n", "日期,消耗")
    header_only = read("日期,消耗,\n2025-01-05,1\n2025-01-06,2\n", "日期,消耗")
    for table in (everywhere, rows_only, header_only):
        assert table.header == ("日期", "消耗")
        assert (rows(table), table.rejected) == ([("2025-01-05", "1"), ("2025-01-06", "2")], ())


def test_a_nameless_column_that_some_row_fills_stays() -> None:
    table = read("日期,消耗,\n2025-01-05,1,\n2025-01-06,2,x\n", "日期,消耗")
    assert table.header == ("日期", "消耗", "")
    assert rows(table) == [("2025-01-05", "1", ""), ("2025-01-06", "2", "x")]


def test_one_row_with_a_delimiter_too_many_is_rejected_even_when_the_cell_is_empty() -> None:
    table = read("日期,消耗\n2025-01-05,1,\n2025-01-06,2\n", "日期,消耗")
    assert (rows(table), rejected(table)) == ([("2025-01-06", "2")], [(2, "OPS201")])


def test_an_extra_delimiter_inside_the_header_alone_does_not_shift_the_rows() -> None:
    table = read("日期,,渠道,消耗\n2025-01-05,抖音,1.50\n2025-01-06,小红书,2.50\n", COLUMNS)
    assert (table.header, rows(table)) == (("日期", "渠道", "消耗"), ROWS)


def test_a_stray_quote_in_the_header_is_said() -> None:
    table = read(written(",").replace("渠道", '"渠道'), COLUMNS)
    assert (table.header, rows(table)) == (("日期", "渠道", "消耗"), ROWS)
    assert table.warnings == ("a stray quote stands in the header",)


def test_the_first_row_is_never_taken_for_a_header() -> None:
    with pytest.raises(NoHeader) as refusal:
        read("2025-01-05,抖音,1.50\n2025-01-06,小红书,2.50\n", COLUMNS)
    assert "抖音" not in "\n".join(refusal.value.lines())


def test_a_missing_header_shows_the_line_that_comes_closest() -> None:
    with pytest.raises(NoHeader) as refusal:
        read("渠道日报\n日期,渠道,总消耗\n2025-01-05,抖音,1.50\n", COLUMNS)
    assert refusal.value.line == 2
    assert dict(refusal.value.details)["the closest line has"] == "日期, 渠道, 总消耗"


def test_a_header_without_rows_is_no_error() -> None:
    table = read("日期,渠道,消耗\n", COLUMNS)
    assert (rows(table), table.cells.width, table.read) == ([], 3, 0)
    assert table.warnings == ("no rows below the header",)


def test_a_recogniser_without_names_finds_the_usual_delimiters() -> None:
    content = Content("export.csv", written(";").encode(), "text")
    table = read_text(content, lambda cells: {"日期", "消耗"} <= set(cells))
    assert (table.delimiter, rows(table)) == (";", ROWS)


def test_a_doubled_delimiter_makes_no_nameless_columns_even_when_they_would_be_allowed() -> None:
    content = Content("export.csv", written("\t\t").encode(), "text")
    table = read_text(content, lambda cells: {"日期", "消耗"} <= set(cells))
    assert (table.delimiter, rows(table)) == ("\t\t", ROWS)


def test_nameless_columns_are_kept_where_a_doubled_delimiter_does_not_fit() -> None:
    content = Content("export.csv", "日期,,消耗\n2025-01-05,x,1\n2025-01-06,,2\n".encode(), "text")
    table = read_text(content, lambda cells: {"日期", "消耗"} <= set(cells))
    assert (table.header, rows(table)[0]) == (("日期", "", "消耗"), ("2025-01-05", "x", "1"))
