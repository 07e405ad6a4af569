"""Markdown says what the report says, and nothing that a name holds is markup, a link or a mention."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.render import Page, render
from opsctl.render import md as writer
from opsctl.reports.report import Column, Footnote, Form, Heading, Lines, Number, Part, Prose, Report, RowKind, Table
from opsctl.reports.report import TableRow as Row
from tests.render.specimen import specimen

APART = "\u200b"  # what keeps a mention from being one
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LINKS = re.compile(r"@\w|#\d|\bGH-\d|://|www\.|:[a-z+-][\w+-]*:", re.IGNORECASE)
NAUGHTY = [
    "a|b", "a\\|b", "`code`", "*b* _i_ **bb**", "~~gone~~", "<b>x</b>", "<!-- x -->", "&lt;&amp;", "[x](http://x)",
    "![x](y)", "# 1", "#1", "- x", "+ x", "* x", "1. x", "1) x", "> x", "---", "===", "$x$", "@team", "a@b.com",
    "https://x.com", "www.x.com", "GH-1", ":+1:", ":smile:", "x\ny", "\\", "\\\\", "|", "||", "[^1]: x", "[x]: y",
    "\x1b[31m", "    x", "```\nx", "~~~", "a_b_c", "抖音*", "\u202ex", "{{7*7}}", "--:", "| --- |", "1.", "‑", "**",
]  # fmt: skip


def md(*parts: Part, title: str = "", status: str = "", locale: str = "en") -> str:
    return render(Report(title, None, None, parts, {}, status), "md", Page(Words(locale)))


def table_of(*names: str) -> Table:
    """A row for each name, which stands in its cells and is the title of the first column as well."""
    columns = [
        Column("name", "Name", numeric=False),
        Column("other", "Other", numeric=False),
        Column("cpa", "CPA\n(元)"),
    ]
    return Table(columns, [Row({"name": name, "other": name, "cpa": Number(31.5, Form.PRICE)}) for name in names])


def shape(tokens: list[Token]) -> list[tuple[str, str]]:
    """The elements of a document, without what they say."""
    return [(token.type, token.tag) for token in _flat(tokens) if token.type != "text"]


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def said(tokens: list[Token]) -> list[str]:
    """The texts of a document: one for each paragraph, heading and cell."""
    return ["".join(one.content for one in token.children or []) for token in tokens if token.type == "inline"]


def rows(text: str) -> list[list[str]]:
    """The cells of its tables, header rows included."""
    found: list[list[str]] = []
    tokens = READER.parse(text)
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            found.append([])
        if token.type in ("th_open", "td_open"):
            found[-1].append("".join(one.content for one in tokens[at + 1].children or []).replace(APART, ""))
    return found


# --- what it says ---------------------------------------------------------------------------------------


def test_a_report_has_its_title_its_status_and_its_parts_in_reading_order() -> None:
    text = md(
        Heading("一、年度运营全景"),
        Heading("（一）目标达成", 2),
        Lines("结论", ["1. 正常。", "2. 略超。"]),
        Lines("待批", ["微博收量"]),
        Prose("微博停投。", "1. 收缩平台。"),
        title="渠道周报",
        status="关注 3 项",
        locale="zh-CN",
    )
    assert text.split("\n\n") == [
        "# 渠道周报", "**关注 3 项**", "## 一、年度运营全景", "### （一）目标达成", "**结论**", "1. 正常。\n2. 略超。",
        "**待批**", "- 微博收量", "**1. 收缩平台。** 微博停投。\n",
    ]  # fmt: skip


@pytest.mark.parametrize("lines", [["1. a", "2. b"], ["1、a", "2、b"], ["(1) a", "(2) b"], ["（1）a", "（2）b"]])
def test_sentences_that_number_themselves_are_a_numbered_list(lines: list[str]) -> None:
    assert md(Lines("", lines)) == "1. a\n2. b\n"


@pytest.mark.parametrize("lines", [["1.00 is much"], ["2. a", "1. b"], ["1. a", "b"]])
def test_other_sentences_are_bullets_with_their_numbers_as_they_are(lines: list[str]) -> None:
    assert said(READER.parse(md(Lines("", lines)))) == lines
    assert md(Lines("", lines)).count("- ") == len(lines)


def test_a_table_has_its_numbers_at_the_right_its_totals_in_bold_and_its_footnotes_below() -> None:
    table = Table(
        [Column("name", "渠道", numeric=False), Column("cpa", "获客成本\n(元)"), Column("none", "无")],
        [
            Row({"name": "抖音", "cpa": Number(31.5, Form.PRICE)}),
            Row({"name": "合计", "cpa": Number(1234.5, Form.PRICE)}, RowKind.TOTAL),
        ],
        title="表 1",
        footnotes=[Footnote("* 缺数"), Footnote("误差", frozenset({"error"})), Footnote("实付", frozenset({"cpa"}))],
    )
    assert md(table) == (
        "**表 1**\n\n"
        "| 渠道 | 获客成本 (元) | 无 |\n| :-- | --: | --: |\n"
        "| 抖音 | 31.50 | - |\n| **合计** | **1,234.50** | **-** |\n\n"
        "> \\* 缺数\n>\n> 实付\n"
    )


def test_a_table_of_nothing_says_so() -> None:
    assert md(table_of(), locale="zh-CN") == "没有数据\n"


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_part_of_a_report_is_there_but_its_drawings(locale: str) -> None:
    report = specimen(locale)
    text = render(report, "md", Page(Words(locale)))
    found = said(READER.parse(text))
    assert [one.text for one in report.parts if isinstance(one, Heading) and one.text not in found] == []
    kpis = next(report.tables)
    assert len(rows(text)[0]) == len(kpis.columns) - 1
    assert sum(len(table.rows) + 1 for table in report.tables if table.rows) == len(rows(text))


# --- names ----------------------------------------------------------------------------------------------


def everywhere(name: str) -> str:
    """A report in which a name is everything that a name can be."""
    table = Table(
        [Column("a", clean(name), numeric=False)], [Row({"a": name}), Row({"a": name}, RowKind.TOTAL)], title=name
    )
    notes = Table(table.columns, table.rows, footnotes=[Footnote(name), Footnote(name)])
    parts = (Heading(name), Heading(name, 2), Lines(name, [name, name]), Prose(name, name), Prose(name), table, notes)
    return md(*parts, title=name, status=name)


PLAIN = shape(READER.parse(everywhere("abc")))


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_name_is_text_wherever_it_stands(name: str) -> None:
    _is_text(name)


@given(
    st.text(
        alphabet=st.sampled_from("ab1.-+*_`|\\<>[]()#@!~$&:=/ \t\n{}^；抖\u200b\U0001f469"), min_size=1, max_size=30
    )
)
def test_any_text_is_text(name: str) -> None:
    if clean(name).strip():
        _is_text(name)


def test_every_naughty_string_is_text(shared: Path) -> None:
    for name in json.loads((shared / "naughty" / "blns.json").read_text(encoding="utf-8")):
        if clean(name).strip():
            _is_text(name)


def _is_text(name: str) -> None:
    tokens = READER.parse(everywhere(name))
    assert shape(tokens) == PLAIN
    shown = clean(name).strip()
    spoken = [one.replace(APART, "").removesuffix(f" {shown}") for one in said(tokens)]
    assert {" ".join(one.split()) for one in spoken} == {" ".join(shown.split())}
    assert not [one for one in said(tokens) if LINKS.search(one)]


# --- no more than GitHub shows --------------------------------------------------------------------------


def test_a_document_too_large_loses_the_last_rows_of_its_longest_table_and_says_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "LARGEST", 90_000)
    total = Row({"name": "All", "other": "x", "cpa": Number(1.0, Form.PRICE)}, RowKind.TOTAL)
    names = [f"channel {at:06}" for at in range(4_000)]
    large = Table(table_of().columns, [*table_of(*names).rows, total], footnotes=[Footnote("a note")])
    text = md(table_of("small"), large, table_of("small too"), title="T")
    assert 88_000 < len(text.encode()) <= 90_000
    found = [row[0] for row in rows(text)]
    kept = [name for name in found if name.startswith("channel")]
    assert kept == names[: len(kept)]
    others = [name for name in found if not name.startswith("channel")]
    assert others == ["Name", "small", "Name", "All", "Name", "small too"]
    assert f"> {4_000 - len(kept):,} more rows are left out" in text
    assert "> a note" in text


def test_a_list_too_long_is_cut_too_and_both_languages_say_it() -> None:
    text = md(Lines("问题", ["测试" * 100] * 3_000), locale="zh-CN")
    assert 890_000 < len(text.encode()) <= 900_000
    assert re.search(r"还有 [\d,]+ 行没有列出", text)
