"""Records are split strictly; a broken one is rejected with its line and takes no other with it."""

from __future__ import annotations

import pytest

from tests.ingest.reading.reader import read, rejected, rows

COLUMNS = "day,channel,note"
GOOD = [f"2025-01-0{day},ch{day},n{day}" for day in range(1, 6)]
KEPT = [tuple(row.split(",")) for row in GOOD]


def export(*lines: str, end: str = "\n") -> str:
    return "".join(line + end for line in (COLUMNS, *lines))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(end: str) -> None:
    table = read(export(*GOOD, end=end), COLUMNS)
    assert (rows(table), table.lines.to_list()) == (KEPT, [2, 3, 4, 5, 6])


def test_line_ends_may_be_mixed_and_the_last_may_be_missing() -> None:
    table = read(f"{COLUMNS}\r\n{GOOD[0]}\n{GOOD[1]}\r{GOOD[2]}", COLUMNS)
    assert (rows(table), table.lines.to_list()) == (KEPT[:3], [2, 3, 4])
    assert table.warnings == ("the lines end in more than one way",)


def test_a_quoted_cell_keeps_delimiters_quotes_and_line_ends() -> None:
    table = read(export('2025-01-01,"a, ""b""","line 1\r\nline 2"', GOOD[1]), COLUMNS)
    assert rows(table) == [("2025-01-01", 'a, "b"', "line 1\r\nline 2"), KEPT[1]]
    assert table.lines.to_list() == [2, 4]


def test_a_quote_inside_a_cell_is_text_where_it_is_paired_or_means_inches() -> None:
    table = read(export('2025-01-01,12" 屏广告,55" TV', '2025-01-02,the "best" one,x'), COLUMNS)
    assert rows(table) == [("2025-01-01", '12" 屏广告', '55" TV'), ("2025-01-02", 'the "best" one', "x")]


@pytest.mark.parametrize("row", ['2025-01-09,ab"c,x', '2025-01-09,abc",x', '2025-01-"09,abc,x'])
def test_a_lone_quote_rejects_its_row(row: str) -> None:
    table = read(export(GOOD[0], row, GOOD[1]), COLUMNS)
    assert (rows(table), rejected(table)) == (KEPT[:2], [(3, "OPS208")])


def test_a_blank_before_the_quotes_of_one_cell_rejects_its_row() -> None:
    table = read(export('2025-01-01,"a","b"', '2025-01-02, "a","b"'), COLUMNS)
    assert (rows(table), rejected(table)) == ([("2025-01-01", "a", "b")], [(3, "OPS208")])


@pytest.mark.parametrize(("row", "cells"), [("2025-01-09,x", 2), ("2025-01-09,x,y,z", 4), ("2025-01-09,x,y,", 4)])
def test_a_row_of_another_width_is_rejected_and_never_padded_or_shifted(row: str, cells: int) -> None:
    table = read(export(GOOD[0], row, GOOD[1]), COLUMNS)
    assert rows(table) == KEPT[:2]
    [fault] = table.rejected
    assert (fault.line, fault.rule, fault.reason) == (3, "OPS201", f"{cells} cells where the header has 3")


def test_text_after_a_closing_quote_rejects_its_row() -> None:
    table = read(export(GOOD[0], '2025-01-09,"a"b,c', GOOD[1]), COLUMNS)
    assert (rows(table), rejected(table)) == (KEPT[:2], [(3, "OPS208")])


@pytest.mark.parametrize("stray", range(3))
def test_a_stray_quote_rejects_its_own_row_only(stray: int) -> None:
    cells = GOOD[1].split(",")
    cells[stray] = '"' + cells[stray]
    table = read(export(GOOD[0], ",".join(cells), *GOOD[2:]), COLUMNS)
    assert (rows(table), rejected(table)) == ([KEPT[0], *KEPT[2:]], [(3, "OPS208")])


def test_a_stray_quote_above_quoted_rows_rejects_its_own_row_only() -> None:
    quoted = [f'2025-01-0{day},"ch, {day}","a\nb"' for day in range(1, 6)]
    table = read(export(quoted[0], '2025-01-08,"x,y', *quoted[1:]), COLUMNS)
    assert rows(table) == [(f"2025-01-0{day}", f"ch, {day}", "a\nb") for day in range(1, 6)]
    assert rejected(table) == [(4, "OPS208")]


def test_a_file_cut_inside_a_quoted_cell_loses_that_row_only() -> None:
    table = read(export(*GOOD) + '2025-01-06,ch6,"text, and\nmore, text', COLUMNS)
    assert (rows(table), [line for line, _ in rejected(table)]) == (KEPT, [7, 8])


def test_two_stray_quotes_do_not_swallow_the_rows_between_them() -> None:
    astray = [GOOD[0].replace("ch1", '"ch1'), *GOOD[1:3], GOOD[3].replace("ch4", 'ch4"'), GOOD[4]]
    table = read(export(*astray), COLUMNS)
    assert rows(table) == [KEPT[1], KEPT[2], KEPT[4]]
    assert rejected(table) == [(2, "OPS208"), (5, "OPS208")]


def test_lines_of_a_broken_record_are_not_taken_for_rows() -> None:
    broken = '2025-01-09,x,"an address\n12 Foo St, Berlin, DE\nand a phone",one cell too many'
    table = read(export(GOOD[0], broken, GOOD[1]), COLUMNS)
    assert rows(table) == KEPT[:2]
    assert rejected(table) == [(3, "OPS208")]


def test_a_row_that_a_stray_quote_ended_early_is_not_kept_half() -> None:
    table = read(export(GOOD[0], '2025-01-09,x,"line 1"', 'line 2"', GOOD[1]), COLUMNS)
    assert (rows(table), rejected(table)) == (KEPT[:2], [(3, "OPS208")])


def test_lines_of_one_quoted_cell_that_look_like_no_row_are_text() -> None:
    text = "dear all, see below, please,\nthe second line"
    table = read(export(f'2025-01-09,x,"{text}"', GOOD[0]), COLUMNS)
    assert rows(table) == [("2025-01-09", "x", text), KEPT[0]]


def test_quotes_escaped_with_a_backslash_are_read_when_that_leaves_no_row_broken() -> None:
    table = read(export(r'2025-01-01,"say \"hi\", he said","C:\\x"', '2025-01-02,"a ""b"" c",\\N'), COLUMNS)
    assert rows(table) == [("2025-01-01", 'say "hi", he said', r"C:\x"), ("2025-01-02", 'a "b" c', "\\N")]
    assert table.warnings == ("quotes are escaped with a backslash",)


def test_a_delimiter_escaped_with_a_backslash_is_text() -> None:
    table = read(export(r"2025-01-01,a\,b,c", GOOD[1]), COLUMNS)
    assert rows(table) == [("2025-01-01", "a,b", "c"), KEPT[1]]


def test_backslashes_are_text_where_nothing_is_broken() -> None:
    assert rows(read(export('2025-01-01,"C:\\","\\"'), COLUMNS)) == [("2025-01-01", "C:\\", "\\")]


def test_a_broken_row_leaves_backslashes_alone_when_they_do_not_mend_it() -> None:
    table = read(export(r'2025-01-01,"a \"b\" c",d', "2025-01-02,x", GOOD[2]), COLUMNS)
    assert (rows(table), [line for line, _ in rejected(table)]) == ([KEPT[2]], [2, 3])


def test_quotes_that_nobody_doubled_are_read_when_that_leaves_no_row_broken() -> None:
    table = read(export('"2025-01-01","say "hi" twice, he said","55" TV"', '"2025-01-02","a "b"","c"'), COLUMNS)
    assert rows(table) == [("2025-01-01", 'say "hi" twice, he said', '55" TV'), ("2025-01-02", 'a "b"', "c")]
    assert table.warnings == ("quotes inside quoted cells are not doubled",)


def test_one_row_with_a_stray_quote_is_no_habit() -> None:
    table = read(export('"2025-01-01","12" screen","x"', '"2025-01-02","a","b"'), COLUMNS)
    assert (rows(table), rejected(table)) == ([("2025-01-02", "a", "b")], [(2, "OPS208")])


def test_cells_in_single_quotes_are_read_when_that_leaves_no_row_broken() -> None:
    table = read(export("'2025-01-01','抖音','a,b'", "'2025-01-02','小红书','it''s'"), COLUMNS)
    assert rows(table) == [("2025-01-01", "抖音", "a,b"), ("2025-01-02", "小红书", "it's")]
    assert table.warnings == ("cells are quoted with '",)


def test_single_quotes_around_every_cell_of_a_column_are_quotes() -> None:
    table = read(export("2025-01-01,'抖音',1", "2025-01-02,'快手',2"), COLUMNS)
    assert rows(table) == [("2025-01-01", "抖音", "1"), ("2025-01-02", "快手", "2")]


def test_single_quotes_around_one_cell_are_text() -> None:
    table = read(export("2025-01-01,'best',1", "2025-01-02,other,2"), COLUMNS)
    assert rows(table)[0] == ("2025-01-01", "'best'", "1")


def test_one_row_in_other_quotes_is_rejected() -> None:
    table = read(export('"2025-01-01","a","b"', "'2025-01-02','c','d'", '"2025-01-03","e","f"'), COLUMNS)
    assert (rows(table), rejected(table)) == (
        [("2025-01-01", "a", "b"), ("2025-01-03", "e", "f")],
        [(3, "OPS208")],
    )


def test_a_header_in_single_quotes_above_rows_in_double_ones_does_no_harm() -> None:
    table = read("'day','channel','note'\n" + '"2025-01-01","a, b","c"\n', COLUMNS)
    assert (table.header, rows(table)) == (("day", "channel", "note"), [("2025-01-01", "a, b", "c")])


def test_blanks_around_quotes_belong_to_the_quotes_where_every_row_has_them() -> None:
    table = read(export('2025-01-01, "a, b" , "c"', '2025-01-02, "d" , "e, f"'), COLUMNS)
    assert rows(table) == [("2025-01-01", "a, b", "c"), ("2025-01-02", "d", "e, f")]


@pytest.mark.parametrize("delimiter", [";", "\t", " ", "|", ", ", ":"])
def test_one_row_with_another_delimiter_is_rejected(delimiter: str) -> None:
    table = read(export(*GOOD[:2], GOOD[2].replace(",", delimiter), *GOOD[3:]), COLUMNS)
    assert (rows(table), [line for line, _ in rejected(table)]) == ([*KEPT[:2], *KEPT[3:]], [4])


def test_a_missing_token_with_a_blank_before_it_is_no_other_delimiter() -> None:
    table = read(export(GOOD[0], "2025-01-02, --, --"), COLUMNS)
    assert rows(table)[1] == ("2025-01-02", " --", " --")


def test_one_very_large_cell_is_read() -> None:
    table = read(export("2025-01-01,x," + "x" * 2_000_000, GOOD[1]), COLUMNS)
    assert [len(cell) for cell in table.cells.get_column("2")] == [2_000_000, 2]


def test_a_table_of_one_column_is_read() -> None:
    assert rows(read("渠道\n抖音\n小红书\n", "渠道")) == [("抖音",), ("小红书",)]
    assert rejected(read("渠道\n抖音,快手\n小红书\n", "渠道")) == [(2, "OPS201")]


def test_read_counts_every_record_once() -> None:
    table = read(export(*GOOD, "", "合计,,", "x"), COLUMNS)
    assert (table.read, table.cells.height, len(table.dropped), len(table.rejected)) == (8, 5, 2, 1)
