"""Lines that fit a table by their cells and are none of its rows: each is named, and the rows beside it stay."""

from __future__ import annotations

import pytest

from opsctl.core.naming import fold
from opsctl.ingest.reading import Content, TextTable, read_text
from tests.ingest.reading.reader import read, rows

# The export, the expected columns, the rows that are kept, and the lines that are rejected or left out.
Case = tuple[str, str, list[tuple[str, ...]], set[int]]

SUMS: dict[str, Case] = {
    "a group's total in English": ("Channel,Cost\nA,5\nA Total,5\n", "Channel,Cost", [("A", "5")], {3}),
    "a channel that ends like one": (
        "Channel,Cost\nA,5\nBrand Total,6\n",
        "Channel,Cost",
        [("A", "5"), ("Brand Total", "6")],
        set(),
    ),
    "a group's total in Chinese": ("渠道,消耗\n抖音,5\n抖音 汇总,5\n", "渠道,消耗", [("抖音", "5")], {3}),
    "a day's total": (
        "日期,渠道,消耗\n2024-01-01,a,5\n2024-01-01 汇总,,5\n2024-01-02,a,5\n2024-01-02 Total,,5\n",
        "日期,渠道,消耗",
        [("2024-01-01", "a", "5"), ("2024-01-02", "a", "5")],
        {3, 5},
    ),
    "changes and running totals": (
        "渠道,消耗\n抖音,5\n快手,6\n同比,7\n本月累计,9\n最大值,9\n",
        "渠道,消耗",
        [("抖音", "5"), ("快手", "6")],
        {4, 5, 6},
    ),
}
TABLES: dict[str, Case] = {
    "a table below a title and a gap": (
        "Channel,Cost\na,4\nb,5\n\nBy region\nRegion,Users\nEast,12\n",
        "Channel,Cost",
        [("a", "4"), ("b", "5")],
        {4, 5, 6, 7},
    ),
    "a table below a title": (
        "Channel,Cost\na,4\nb,5\nBy region\nRegion,Users\nEast,12\n",
        "Channel,Cost",
        [("a", "4"), ("b", "5")],
        {4, 5, 6},
    ),
    "a header in another order behind a row without an end": (
        "Day,Hour,Cost\n2024-01-01,1,5\n2024-01-02,2,6Cost,Day,Hour\n7,2024-01-03,3\n",
        "Day,Hour,Cost",
        [("2024-01-01", "1", "5")],
        {3, 4},
    ),
    "another file within a cell": (
        "Day,Name\n2024-01-01,a\n2024-01-02,5%\ufeffCampaign ID\tE1\n2024-01-03,b\n",
        "Day,Name",
        [("2024-01-01", "a"), ("2024-01-03", "b")],
        {3},
    ),
    "rows under another delimiter that end in commas": ("A,Cost,B\na;5;x,,\nb;6;y,,\n", "A,Cost,B", [], {2, 3}),
    "rows that begin with a number of their own": (
        'Campaign,Cost,Notes\n"1",Brand,5,\n"2",War,6,\n',
        "Campaign,Cost,Notes",
        [],
        {2, 3},
    ),
    "rows with a number for which the header has a name": (
        "序号,计划,消耗\n1,Brand,5,\n2,War,6,\n",
        "序号,计划,消耗",
        [("1", "Brand", "5"), ("2", "War", "6")],
        set(),
    ),
}
CELLS: dict[str, Case] = {
    "a row in its first cell": (
        'Name,Cost,N\na,5,1\n"b,6,2",,\nc,7,3\n',
        "Name,Cost,N",
        [("a", "5", "1"), ("c", "7", "3")],
        {3},
    ),
    "every row in its first cell": (
        'Day,Cost,N\n"2024-01-01,5,1",,\n"2024-01-02,6,2",,\n',
        "Day,Cost,N",
        [],
        {2, 3},
    ),
    "a row with quotes in its first cell": (
        'Name,Cost,N\na,5,1\nd,6,1\n"""b"",""1,006"",2",,\nc,7,3\n',
        "Name,Cost,N",
        [("a", "5", "1"), ("d", "6", "1"), ("c", "7", "3")],
        {4},
    ),
    "a row in an amount": (
        ('ch,camp,spend,n,st\nM,a,5,5,on\nM,b,"2,000.00,6,on\nT,c,3,000.00",7,on\nT,d,"4,000.00",8,on\nT,e,1,8,on\n'),
        "ch,camp,spend,n,st",
        [("M", "a", "5", "5", "on"), ("T", "d", "4,000.00", "8", "on"), ("T", "e", "1", "8", "on")],
        {3, 4},
    ),
    "rows in an empty cell": ('N,Reserved\n1,"\n2,""\n3,""\n4,"\n5,""\n', "N,Reserved", [], {2, 3, 4, 5, 6}),
    "a number in an input method's quotes": (
        "c,day,n\nx,2024-01-01,5\ny,2024-01-02,“6”\nz,2024-01-03,7\nz,2024-01-04,8\n",
        "c,day,n",
        [("x", "2024-01-01", "5"), ("z", "2024-01-03", "7"), ("z", "2024-01-04", "8")],
        {3},
    ),
    "an inch mark whose cell lost its first quote": (
        'Day,Product,Cost\n2024-01-01,Shoes,5\n2024-01-02,12"" screen",6\n',
        "Day,Product,Cost",
        [("2024-01-01", "Shoes", "5")],
        {3},
    ),
    "rows that somebody switched off, or searched for": (
        "day,channel\n2024-01-01,a\n2024-01-02,b\n--2024-01-03,c\nold.csv:12:2024-01-04,d\n2024-01-05,e\n",
        "day,channel",
        [("2024-01-01", "a"), ("2024-01-02", "b"), ("2024-01-05", "e")],
        {4, 5},
    ),
}
WORDS: dict[str, Case] = {
    "a heading in two columns": (
        "日期,消耗\n2024-01-01,5\n2024-01-02,6\n华东,\n2024-01-03,6\n",
        "日期,消耗",
        [("2024-01-01", "5"), ("2024-01-02", "6"), ("2024-01-03", "6")],
        {4},
    ),
    "a month for a heading": (
        "日期,渠道,消耗\n2024-01-01,a,5\n2024年1月,,\n2024-01-02,b,6\n2024-01-03,b,6\n",
        "日期,渠道,消耗",
        [("2024-01-01", "a", "5"), ("2024-01-02", "b", "6"), ("2024-01-03", "b", "6")],
        {3},
    ),
    "signatures": (
        "日期,消耗,点击\n2024-01-01,5,1\n2024-01-02,6,1\n制表人：张三,,审核：李四\n2024-01-03,6,1\n,,制表人：张三\n",
        "日期,消耗,点击",
        [("2024-01-01", "5", "1"), ("2024-01-02", "6", "1"), ("2024-01-03", "6", "1")],
        {4, 6},
    ),
    "days without figures, which are rows": (
        "日期,渠道,消耗\n2024-01-01,a,5\n2024-01-02,,\n2024-01-03,b,6\n2024-01-04,b,6\n",
        "日期,渠道,消耗",
        [("2024-01-01", "a", "5"), ("2024-01-02", "", ""), ("2024-01-03", "b", "6"), ("2024-01-04", "b", "6")],
        set(),
    ),
    "the columns in other words": (
        "日期,消耗,点击\ndate,cost,clicks\n日,元,次\n2024-01-01,5,1\n2024-01-02,6,2\n2024-01-03,7,3\n",
        "日期,消耗,点击",
        [("2024-01-01", "5", "1"), ("2024-01-02", "6", "2"), ("2024-01-03", "7", "3")],
        {2, 3},
    ),
    "the columns in other words above one row": (
        "日期,渠道,消耗\nDate,Channel,Cost\n2025-01-06,抖音,100\n",
        "日期,渠道,消耗",
        [("2025-01-06", "抖音", "100")],
        {2},
    ),
    "a first row of words": (
        "计划,消耗,展现,点击\nB,未投放,未投放,未投放\nA,1,2,3\nC,3,4,5\n",
        "计划,消耗,展现,点击",
        [("B", "未投放", "未投放", "未投放"), ("A", "1", "2", "3"), ("C", "3", "4", "5")],
        set(),
    ),
    "another table whose names speak of totals": (
        "日期,渠道,消耗\n2025-01-06,a,100\n2025-01-07,b,90\n\n渠道,消耗合计,\na,100,\n",
        "日期,渠道,消耗",
        [("2025-01-06", "a", "100"), ("2025-01-07", "b", "90")],
        {4, 5, 6},
    ),
    "what each column is": (
        "Day,Cost\nDay (see manual),Cost的说明\nMonday,5\n",
        "Day,Cost",
        [("Monday", "5")],
        {2},
    ),
    "the header again in other letters": (
        "Day,Cost\n2024-01-01,5\nDay ,Cost \n2024-01-02,6\nDAY,COST\n2024-01-03,7\n",
        "Day,Cost",
        [("2024-01-01", "5"), ("2024-01-02", "6"), ("2024-01-03", "7")],
        {3, 5},
    ),
    "rows that were left out": (
        "日期,渠道,消耗\n2024-01-01,抖音,5\n...,...,...\n2024-01-09,快手,6\n",
        "日期,渠道,消耗",
        [("2024-01-01", "抖音", "5"), ("2024-01-09", "快手", "6")],
        {3},
    ),
}
ABOVE: dict[str, Case] = {
    "a row over two lines": (
        '2024-01-01,"a\nb",5\nDate,Note,Cost\n2024-01-02,c,6\n',
        "Date,Note,Cost",
        [("2024-01-02", "c", "6")],
        {1},
    ),
    "a row without a name": (",5\nChannel,Cost\nA,6\nX,7\n", "Channel,Cost", [("A", "6"), ("X", "7")], {1}),
    "all rows, since the file was sorted": ("Meta,5\nTikTok,6\nChannel,Cost\n", "Channel,Cost", [], {1, 2}),
    "remarks are none": (
        "报表,\n2024-01-01,\nChannel,Cost\nA,6\nX,7\n",
        "Channel,Cost",
        [("A", "6"), ("X", "7")],
        set(),
    ),
}


@pytest.mark.parametrize("name", CASES := {**SUMS, **TABLES, **CELLS, **WORDS, **ABOVE})
def test_what_is_no_row_is_named(name: str) -> None:
    export, columns, kept, named = CASES[name]
    table = read(export, columns)
    assert (rows(table), _named(table)) == (kept, named)


def test_a_row_on_the_line_of_the_header_is_named() -> None:
    names = ["day", "n"]
    export = Content("export.csv", b"Day,N,2024-01-01,5\n2024-01-02,6\n", "text")
    table = read_text(export, lambda cells: set(names) <= set(map(fold, cells)), names=names)
    assert (rows(table), _named(table)) == ([], {1, 2})


def _named(table: TextTable) -> set[int]:
    return {fault.line for fault in table.rejected} | {drop.line for drop in table.dropped}
