"""Totals, blank lines, comments and headers that stand again are no rows: they are dropped, counted and named."""

from __future__ import annotations

import pytest

from tests.ingest.reading.reader import dropped, read, rejected, rows

COLUMNS = "日期,渠道,消耗,激活数"
ROWS = ["2025-01-05,抖音,10.00,3", "2025-01-05,快手,20.00,4", "2025-01-06,抖音,5.50,1"]
KEPT = [tuple(row.split(",")) for row in ROWS]


def export(*lines: str) -> str:
    return "\n".join((COLUMNS, *lines)) + "\n"


@pytest.mark.parametrize(
    "total",
    [
        "合计,,35.50,8",
        "总计,--,35.50,8",
        "汇总,-,35.50,8",
        ",小计,35.50,8",
        "合　计,,35.50,8",
        "合计：,,35.50,8",
        "合计(3条),,35.50,8",
        "本页小计,,35.50,8",
        "Total,,35.50,8",
        "ＴＯＴＡＬ,,35.50,8",
        "Grand Total,,35.50,8",
        "Total: Campaigns, --,35.50,8",
        "Total of 3 results,-,35.50,8",
        '"合计","","35.50","8"',
    ],
)
def test_a_total_is_dropped_wherever_it_stands_and_keeps_its_cells(total: str) -> None:
    for lines in ([total, *ROWS], [*ROWS, total]):
        table = read(export(*lines), COLUMNS)
        assert (rows(table), table.rejected) == (KEPT, ())
        [drop] = table.dropped
        assert (drop.reason, drop.line, drop.cells[2:]) == ("total", lines.index(total) + 2, ("35.50", "8"))


def test_a_total_may_have_fewer_or_more_cells_than_the_header() -> None:
    table = read(export("总计,35.50", *ROWS, ",,35.50,8,Grand total"), COLUMNS)
    assert (rows(table), dropped(table)) == (KEPT, [(2, "total"), (6, "total")])


def test_a_label_in_the_third_column_makes_a_total() -> None:
    header = "status,match,keyword,cost"
    table = read(f"{header}\nEnabled,Broad,towing,1.00\n --,,Total: Account,1.00\n", header)
    assert dropped(table) == [(3, "total")]


def test_a_subtotal_of_a_day_is_dropped() -> None:
    table = read(export(ROWS[0], ROWS[1], "2025-01-05,小计,30.00,7", ROWS[2]), COLUMNS)
    assert (rows(table), dropped(table)) == (KEPT, [(4, "total")])


def test_a_dated_row_called_total_is_one_when_it_adds_up() -> None:
    table = read(export(ROWS[0], ROWS[1], "2025-01-05,Total,30.00,7", ROWS[2]), COLUMNS)
    assert (rows(table), dropped(table)) == (KEPT, [(4, "total")])


def test_a_dated_row_called_total_is_data_when_it_does_not_add_up() -> None:
    table = read(export(*ROWS, "2025-01-05,Total,99.00,9"), COLUMNS)
    assert (rows(table)[-1], table.dropped) == (("2025-01-05", "Total", "99.00", "9"), ())


def test_a_file_of_nothing_but_daily_sums_is_data() -> None:
    table = read(export("2025-01-05,合计,30.00,7", "2025-01-06,合计,5.50,1"), COLUMNS)
    assert (len(rows(table)), table.dropped) == (2, ())


@pytest.mark.parametrize("name", ["Total Recall", "总计划", "合计划A", "汇总报告", "sumo", "TotalEnergies"])
def test_a_campaign_whose_name_only_begins_like_a_total_is_data(name: str) -> None:
    table = read(export(f"2025-01-07,{name},1.00,1", f",{name},2.00,1"), COLUMNS)
    assert [row[1] for row in rows(table)] == [name, name]


def test_the_words_of_a_total_can_be_told() -> None:
    table = read(export("Gesamt,,35.50,8", "合计,,35.50,8"), COLUMNS, total_words=lambda _: ["gesamt"])
    assert (dropped(table), rows(table)) == ([(2, "total")], [("合计", "", "35.50", "8")])
    assert read(export(ROWS[0]), COLUMNS, total_words=lambda _: []).cells.height == 1


def test_blank_lines_and_rows_of_nothing_are_left_out_and_counted() -> None:
    table = read(export("", ROWS[0], ",,,", " , ,\t,　", '"","","",""', ROWS[1], ""), COLUMNS)
    assert rows(table) == KEPT[:2]
    assert dropped(table) == [(line, "blank") for line in (2, 4, 5, 6, 8)]
    assert table.warnings == ("5 blank lines left out",)


def test_comments_are_left_out() -> None:
    table = read("# made by a tool\n" + export(ROWS[0], "# middle", "# padded,,,", ROWS[1], "#end"), COLUMNS)
    assert (rows(table), dropped(table)) == (KEPT[:2], [(4, "comment"), (5, "comment"), (7, "comment")])
    assert table.preamble == ((1, "# made by a tool"),)


def test_a_comment_with_as_many_cells_as_a_row_is_told_by_its_look() -> None:
    table = read("id,note\nu1,a\nu2,b\n# exported, by a tool\nu3,c\n", "id,note")
    assert dropped(table) == [(4, "comment")]


def test_a_campaign_that_begins_with_a_hash_is_data() -> None:
    header = "campaign,day,spend"
    table = read(f"{header}\n#1 summer,2025-01-05,1\n#2 winter,2025-01-06,2\nspring,2025-01-07,3\n", header)
    assert (table.cells.height, table.dropped) == (3, ())


def test_the_header_standing_again_is_dropped() -> None:
    table = read(export(ROWS[0], COLUMNS, ROWS[1], " 日期 ,渠道,消耗,激活数", "\ufeff" + COLUMNS), COLUMNS)
    assert (rows(table), dropped(table)) == (KEPT[:2], [(line, "repeated header") for line in (3, 5, 6)])


def test_what_follows_another_header_is_another_table() -> None:
    table = read(export(*ROWS, "", "日期,渠道,曝光,点击", "2025-01-05,抖音,1000,10"), COLUMNS)
    assert rows(table) == KEPT
    assert rejected(table) == [(6, "OPS201"), (7, "OPS201")]
    assert "whose header is on line 6" in table.rejected[0].reason


def test_the_same_columns_in_another_order_are_another_table() -> None:
    table = read(export(*ROWS, "渠道,日期,激活数,消耗", "抖音,2025-01-07,5,1.00"), COLUMNS)
    assert (rows(table), [line for line, _ in rejected(table)]) == (KEPT, [5, 6])


def test_a_footnote_padded_with_delimiters_is_no_row() -> None:
    table = read(export(*ROWS, "注：数据仅供参考,,,", "以平台结算为准,,,"), COLUMNS)
    assert (rows(table), [line for line, _ in rejected(table)]) == (KEPT, [5, 6])


@pytest.mark.parametrize("words", ["@2020 Microsoft Corporation. All rights reserved. ", "以平台结算为准"])
@pytest.mark.parametrize("padding", ["", ",,,"])
def test_words_alone_below_a_blank_line_at_the_end_are_a_remark(words: str, padding: str) -> None:
    table = read(export(*ROWS, "", f'"{words}"{padding}', ""), COLUMNS)
    assert (rows(table), table.rejected) == (KEPT, ())
    assert dropped(table) == [(5, "blank"), (6, "remark"), (7, "blank")]


@pytest.mark.parametrize(
    "lines",
    [
        ["以平台结算为准"],  # no blank line above it
        ["", "2025-01-0"],  # a row that was cut off
        ["", "以平台结算为准", "2025-01-07,抖音,1.00"],  # not the last
        ["", "以平台结算为准,是"],
    ],
)
def test_what_only_resembles_a_remark_is_rejected(lines: list[str]) -> None:
    table = read(export(*ROWS, *lines), COLUMNS)
    assert rows(table) == KEPT
    assert len(table.rejected) == sum(bool(line) for line in lines)


def test_a_remark_is_left_out_of_a_report_without_rows() -> None:
    table = read(export("", "@2020 Microsoft Corporation"), COLUMNS)
    assert (rows(table), table.rejected, dropped(table)) == ([], (), [(2, "blank"), (3, "remark")])


def test_a_row_of_one_column_is_never_a_remark() -> None:
    assert rows(read("channel\ndouyin\n\nkuaishou\n", "channel")) == [("douyin",), ("kuaishou",)]


def test_a_row_with_only_its_id_is_a_row() -> None:
    assert rows(read("id,a,b\n1,x,y\n2,,\n", "id,a,b"))[-1] == ("2", "", "")


def test_missing_tokens_are_text_and_no_blank() -> None:
    table = read(export("2025-01-05,抖音,--,N/A", "-,-,-,-"), COLUMNS)
    assert rows(table) == [("2025-01-05", "抖音", "--", "N/A"), ("-", "-", "-", "-")]
