"""Files that were once read wrong without a word: what is kept of each is right, and every other line is named."""

from __future__ import annotations

import time

import pytest

from opsctl.core.errors import DamagedFile
from tests.ingest.reading.reader import read, rows

# By name: the export, the expected columns, the rows that are kept, and the lines that are rejected or left out.
Case = tuple[str | bytes, str, list[tuple[str, ...]], set[int]]

JOINED: dict[str, Case] = {
    "a narrower table above": (
        "day,channel,spend\n2024-01-01,a,1.00\n2024-01-02,b,2.00\nday,channel,spend,clicks\n2024-02-01,a,4.00,7\n",
        "day,channel,spend,clicks",
        [("2024-02-01", "a", "4.00", "7")],
        {2, 3},
    ),
    "a table above whose lines are quoted as a whole": (
        '"day;channel;spend"\r\n"2024-01-01;a;1.00"\r\nday;channel;spend\r\n2024-02-01;a;4.00\r\n2024-02-02;b;5.00\r\n',
        "day,channel,spend",
        [("2024-02-01", "a", "4.00"), ("2024-02-02", "b", "5.00")],
        {2},
    ),
    "rows of words above": (
        "抖音,张三,ok\n快手,李四,ok\n渠道,负责人,备注\n百度,王五,ok\n知乎,赵六,ok\n",
        "渠道,负责人,备注",
        [("百度", "王五", "ok"), ("知乎", "赵六", "ok")],
        {1, 2},
    ),
    "a byte order mark before a quoted row": (
        '"渠道","花费"\n"抖音","1"\n\ufeff"快手","2"\n',
        "渠道,花费",
        [("抖音", "1"), ("快手", "2")],
        set(),
    ),
    "a byte order mark before the header again": (
        '"账户","余额"\n"主账户","1.00"\n\ufeff"账户","余额"\n"子账户","2.00"\n',
        "账户,余额",
        [("主账户", "1.00"), ("子账户", "2.00")],
        {3},
    ),
    "a byte order mark before the header in another order": (
        '渠道,负责人,备注\n抖音,张三,ok\n\ufeff"渠道","备注","负责人"\n快手,ok,李四\n',
        "渠道,负责人,备注",
        [("抖音", "张三", "ok")],
        {3, 4},
    ),
    "another order of columns, glued to the last row": (
        "日期,渠道,展示,点击\n2024-01-01,抖音,100,1\n2024-01-01,快手,200,2日期,渠道,点击,展示\n2024-01-02,抖音,3,300\n",
        "日期,渠道,展示,点击",
        [("2024-01-01", "抖音", "100", "1")],
        {3, 4},
    ),
    "the same header, glued to the last row": (
        "日期,渠道,展示,点击\n2024-01-01,抖音,100,1\n2024-01-01,快手,200,2日期,渠道,展示,点击\n2024-01-02,抖音,300,3\n",
        "日期,渠道,展示,点击",
        [("2024-01-01", "抖音", "100", "1"), ("2024-01-02", "抖音", "300", "3")],
        {3},
    ),
    "another order of columns, quoted and glued": (
        '"渠道";"负责人";"备注"\n"抖音";"李四";"ok"\n"百度";"";"ok"\ufeff"负责人";"备注";"渠道"\n"张三";"";"抖音"\n',
        "渠道,负责人,备注",
        [("抖音", "李四", "ok")],
        {3, 4},
    ),
    "a header with one name changed, above words": (
        "渠道,负责人,备注\n抖音,张三,ok\n渠道,负责人,说明\n快手,李四,ok\n",
        "渠道,负责人,备注",
        [("抖音", "张三", "ok")],
        {3, 4},
    ),
    "another table with names of its own": (
        (
            '"day","channel","spend"\n"2024-01-01","a","1.00"\n"2024-01-02","b","2.00"\n"2024-01-03","b","2.00"\n'
            '"date","campaign","clicks"\n"2024-02-01","x","77"\n'
        ),
        "day,channel,spend",
        [("2024-01-01", "a", "1.00"), ("2024-01-02", "b", "2.00"), ("2024-01-03", "b", "2.00")],
        {5, 6},
    ),
}
QUOTED: dict[str, Case] = {
    "a cut after a quote": (
        '"账户","余额"\n"主账户6","1.00"\n"B账户7","2.00"\n"A',
        "账户,余额",
        [("主账户6", "1.00")],
        {3, 4},
    ),
    "another delimiter from the middle on": (
        (
            '"渠道"\t"日期"\t"花费"\t"备注"\r\n"c1"\t"2024-01-01"\t"1.00"\t"ok"\r\n"c2"\t"2024-01-02"\t"2.00"\t"ok"\r\n'
            '"c3"\t"2024-01-03"\t"3.00"\t"ok"\r\n"甲";"2024-01-05";"5.00";"ok"\r\n"乙";"2024-01-06";"6.00";"ok"\r\n'
            '"丙";"2024-01-07";"7.00";"第一\r\n第二"\r\n'
        ),
        "渠道,日期,花费,备注",
        [(f"c{n}", f"2024-01-0{n}", f"{n}.00", "ok") for n in (1, 2)],
        {4, 5, 6, 7},  # and 8 and 9, which are one record with 7
    ),
}
CUT: dict[str, Case] = {
    "a line end in the last cell": (
        "日期,渠道,花费,备注\n2024-01-01,抖音,1.00,第一行\n第二行\n2024-01-02,快手,2.00,ok\n",
        "日期,渠道,花费,备注",
        [("2024-01-02", "快手", "2.00", "ok")],
        {2, 3},
    ),
    "a line end in the first cell": (
        "备注,日期,渠道,花费\n第一行\n第二行,2024-01-01,抖音,1.00\nok,2024-01-02,快手,2.00\n",
        "备注,日期,渠道,花费",
        [("ok", "2024-01-02", "快手", "2.00")],
        {2, 3},
    ),
    "a line end in the id of the first cell": (
        "user,channel,day\nu1,a,2024-01-01\nu26181\n01270,b,2024-01-02\nu3,c,2024-01-03\n",
        "user,channel,day",
        [("u1", "a", "2024-01-01"), ("u3", "c", "2024-01-03")],
        {3, 4},
    ),
    "a server's words behind the last number": (
        (
            "日期,花费,点击\n2024-01-01,1.00,5\n2024-01-02,1.00,5\n2024-01-03,1.00,5\n2024-01-04,2.00,7<br />\n"
            "<b>Warning</b>: x<br />\n"
        ),
        "日期,花费,点击",
        [(f"2024-01-0{n}", "1.00", "5") for n in (1, 2, 3)],
        {5, 6},
    ),
    "one cell too many in a last line without an end": (
        "day,channel,spend\n2024-01-01,a,1\n2024-01-02,,b,",
        "day,channel,spend",
        [("2024-01-01", "a", "1")],
        {3},
    ),
}
NO_ROWS: dict[str, Case] = {
    "a ruler below the header": (
        "day,channel,spend\r\n----------,-------,-----\r\n2024-01-01,a,1.00\r\n2024-01-02,b,2.00\r\n",
        "day,channel,spend",
        [("2024-01-01", "a", "1.00"), ("2024-01-02", "b", "2.00")],
        {2},
    ),
    "rulers of a database's command line": (
        "日期|渠道|花费\n----------+------+-----\n2024-01-01|a|1.00\n2024-01-02|b|2.00\n----------+------+-----\n",
        "日期,渠道,花费",
        [("2024-01-01", "a", "1.00"), ("2024-01-02", "b", "2.00")],
        {2, 5},
    ),
    "units without brackets": (
        "日期,渠道,花费,点击\n,,元,次\n2024-01-01,a,1.00,3\n2024-01-02,b,2.00,4\n",
        "日期,渠道,花费,点击",
        [("2024-01-01", "a", "1.00", "3"), ("2024-01-02", "b", "2.00", "4")],
        {2},
    ),
    "types of columns": (
        "day,channel,spend\nDATE,varchar(20),文本\n2024-01-01,a,1.00\n2024-01-02,b,2.00\n",
        "day,channel,spend",
        [("2024-01-01", "a", "1.00"), ("2024-01-02", "b", "2.00")],
        {2},
    ),
    "a day's total in money with a sign": (
        "day,channel,spend\n2024-01-01,a,$1.00\n2024-01-01,b,$2.00\n2024-01-01,Total,$3.00\n",
        "day,channel,spend",
        [("2024-01-01", "a", "$1.00"), ("2024-01-01", "b", "$2.00")],
        {4},
    ),
    "totals and averages by other names": (
        "渠道,花费\n抖音,1.00\n快手,2.00\n共计,3.00\n平均,1.50\nSubtotal,3.00\n",
        "渠道,花费",
        [("抖音", "1.00"), ("快手", "2.00")],
        {4, 5, 6},
    ),
}
ENCODED: dict[str, Case] = {
    "rows in UTF-8 below rows in GB18030": (
        "渠道,花费\n抖音,1.00\n".encode("gb18030") + "北京,2.00\n上海,3.00\n抖音,4.00\n".encode(),
        "渠道,花费",
        [("抖音", "1.00")],
        {3, 4, 5},
    ),
    "a row in UTF-8 within UTF-16": (
        "day\tchannel\tspend\n2024-01-01\ta\t1\n2024-01-02\tb\t2\n".encode("utf-16")
        + b"2024-01-03\tcc\t3\n"
        + "2024-01-04\td\t4\n2024-01-05\te\t5\n".encode("utf-16-le"),
        "day,channel,spend",
        [("2024-01-01", "a", "1"), ("2024-01-02", "b", "2"), ("2024-01-05", "e", "5")],
        {4},  # and the next, whose line end is lost
    ),
    "what a decompressor takes for its own": (
        "channel,spend\nx^2,1\ny,2\n",
        "channel,spend",
        [("x^2", "1"), ("y", "2")],
        set(),
    ),
    "the same behind another delimiter": (
        "channel\x01spend\nx\x011\ny\x012\n",
        "channel,spend",
        [("x", "1"), ("y", "2")],
        set(),
    ),
}
MIXED: dict[str, Case] = {
    "a row written into a cell of another": (
        (
            "name,day,id,shown,clicks,note\na,2024-01-01,0571,10,1,x\n"
            'b,2024-01-02,0572,20,2,"budgc,2024-01-03,0573,30,3,\net 1,000"\nd,2024-01-04,0574,40,4,y\n'
        ),
        "name,day,id,shown,clicks,note",
        [("a", "2024-01-01", "0571", "10", "1", "x"), ("d", "2024-01-04", "0574", "40", "4", "y")],
        {3, 4},
    ),
    "rows whose commas are no delimiters": (
        (
            "user\x01channel\x01at\x01device\n"
            "u1\x01a\x012024-01-01 04:57:23\x01iPhone14,2u2\x01Meta, Inc.\x012024-01-01 11:28:47\x01iPhone14,2\n"
        ),
        "user,channel,at,device",
        [],
        {2},
    ),
    "quotes of an input method": (
        '渠道,安装\n"抖音","0"\n”B站”,”0”\n"快手","1"\n',
        "渠道,安装",
        [("抖音", "0"), ("快手", "1")],
        {3},
    ),
    "a footnote with an empty cell below two columns": (
        "渠道;安装\n抖音;1\n快手;2\n第 1 页，共 3 页;",
        "渠道,安装",
        [("抖音", "1"), ("快手", "2")],
        {4},
    ),
    "blanks that make a drawn table even": (
        "| user | device     |\n|------|------------|\n| u1   |            |\n| u2   | iPhone14,2 |\n",
        "user,device",
        [("", "u1", ""), ("", "u2", "iPhone14,2")],
        {2},
    ),
}
CASES = {**JOINED, **QUOTED, **CUT, **NO_ROWS, **ENCODED, **MIXED}


@pytest.mark.parametrize("name", CASES)
def test_what_is_kept_is_right_and_the_rest_is_named(name: str) -> None:
    export, columns, kept, named = CASES[name]
    table = read(export, columns)
    assert rows(table) == kept
    assert {fault.line for fault in table.rejected} | {drop.line for drop in table.dropped} == named


def test_text_that_was_taken_for_gbk_and_saved_again_is_refused() -> None:
    twice = "channel,spend\n北京,1.00\n上海,2.00\n".encode().decode("gb18030").encode()
    with pytest.raises(DamagedFile, match="encoded twice"):
        read(twice, "channel,spend")


def test_gaps_of_many_lines_take_no_time() -> None:
    export = "day,channel,spend\na,2,1\nb,2,2\n" + "\n" * 100_000 + "c,3,3\n"
    began = time.process_time()
    assert len(rows(read(export, "day,channel,spend"))) == 3
    assert time.process_time() - began < 10
