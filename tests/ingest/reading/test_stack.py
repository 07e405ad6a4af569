"""Tables stacked in one file, each below its own `#` lines: one is read whole, the others are left out and counted."""

from __future__ import annotations

import pytest

from opsctl.core.naming import fold
from opsctl.ingest.reading import Content, TextTable, read_text
from tests.ingest.reading.reader import dropped, read, rejected, rows

STACK = """# ------
# Report
# Account: shop
# ------
# Start date: 20250101
# End date: 20250107
Nth day,Users
0000,40
0001,52

# Start date: 20250201
# End date: 20250202
Nth day,New users
0000,31
0001,47

# What are your top events?
# Start date: 20250101
# End date: 20250107
Event name,Conversions


# Start date: 20250101
# End date: 20250107
Page,Views
"Home, sweet
""home"" page",15
"""
FIRST, SECOND, THIRD, FOURTH = "Nth day,Users", "Nth day,New users", "Event name,Conversions", "Page,Views"
OTHERS = {
    FIRST: [13, 14, 15, 20, 25, 26],
    SECOND: [7, 8, 9, 20, 25, 26],
    THIRD: [7, 8, 9, 13, 14, 15, 25, 26],
    FOURTH: [7, 8, 9, 13, 14, 15, 20],
}


def any_of(*headers: str) -> TextTable:
    names = [[fold(name) for name in header.split(",")] for header in headers]
    return read_text(
        Content("export.csv", STACK.encode(), "text"), lambda cells: [fold(cell) for cell in cells] in names
    )


@pytest.mark.parametrize("header", OTHERS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_records_of_other_tables_are_left_out_and_counted(header: str, line_end: str) -> None:
    table = read(STACK.replace("\n", line_end), header)
    others = [line for line, reason in dropped(table) if reason == "another table"]
    assert (others, rejected(table)) == (OTHERS[header], [])


def test_every_table_has_its_rows_only() -> None:
    assert rows(read(STACK, FIRST)) == [("0000", "40"), ("0001", "52")]
    assert rows(read(STACK, SECOND)) == [("0000", "31"), ("0001", "47")]
    assert rows(read(STACK, THIRD)) == []
    assert rows(read(STACK, FOURTH)) == [('Home, sweet\n"home" page', "15")]
    assert read(STACK, SECOND).lines.to_list() == [14, 15]


def test_what_a_table_says_of_itself_goes_before_the_top_of_the_file() -> None:
    first, second = (read(STACK, header).preamble for header in (FIRST, SECOND))
    assert [line for line, _ in first] == [1, 2, 3, 4, 5, 6]
    assert second[2:] == ((3, "# Account: shop"), (4, "# ------"), (11, second[4][1]), (12, second[5][1]))
    assert [text for _, text in second[4:]] == ["# Start date: 20250201", "# End date: 20250202"]


def test_the_first_of_several_that_are_expected_is_read_and_the_others_are_said() -> None:
    table = any_of(SECOND, THIRD, FOURTH)
    assert (table.header_line, table.warnings) == (
        13,
        ("2 more tables of this file would be expected too; only the first is read",),
    )
    assert any_of(SECOND).warnings == ()


def test_the_same_header_below_other_dates_is_another_table() -> None:
    table = read(STACK.replace("Nth day,Users", "Nth day,New users"), SECOND)
    assert (table.header_line, rows(table)) == (7, [("0000", "40"), ("0001", "52")])
    assert table.warnings == ("1 more table of this file would be expected too; only the first is read",)


# --- what is no stack -----------------------------------------------------------------------------------

COLUMNS = "day,channel,spend"
DATED = "# Start date: 20250105\n"
KEPT = [("2025-01-05", "A", "1"), ("2025-01-06", "B", "2")]


def of_rows(between: str, above: str = DATED) -> TextTable:
    return read(f"{above}{COLUMNS}\n2025-01-05,A,1\n{between}2025-01-06,B,2\n", COLUMNS)


@pytest.mark.parametrize("above", ["", "# remark\n", DATED, f"{DATED}\n"])
@pytest.mark.parametrize("remark", ["# remark\n", DATED, f"\n{DATED}\n"])
def test_a_remark_between_rows_cuts_nothing(above: str, remark: str) -> None:
    table = of_rows(f"\n{remark}", above)
    assert (rows(table), rejected(table)) == (KEPT, [])


def test_a_broken_line_below_a_remark_is_rejected_as_ever() -> None:
    table = of_rows(f"\n{DATED}some text, in two cells\n")
    assert (rows(table), rejected(table)) == (KEPT, [(6, "OPS201")])


def test_a_table_below_a_remark_without_dates_is_rejected_as_ever() -> None:
    table = of_rows("\n# Others\nchannel,owner,users\nA,x,1\nB,y,2\n\n# Ours\n", "# Ours\n")
    assert rows(table)[0] == KEPT[0]
    assert "another table" not in {reason for _, reason in dropped(table)}
    assert read(STACK.replace("Start date", "From").replace("End date", "To").replace(": 20", ": x"), FIRST).rejected


def test_lists_of_words_below_dated_remarks_stay_one_table() -> None:
    words = "# Checked: 2025-01-05\nchannel,owner\nA,x\n\n# Checked: 2025-01-06\nB,y\nC,z\n"
    assert rows(read(words, "channel,owner")) == [("A", "x"), ("B", "y"), ("C", "z")]


def test_remarks_inside_a_quoted_cell_are_text() -> None:
    text = f'{DATED}id,note\n1,"a\n\n{DATED}Page,Views\nHome,5"\n2,b\n'
    assert rows(read(text, "id,note")) == [("1", f"a\n\n{DATED}Page,Views\nHome,5"), ("2", "b")]
