"""The page: everything the report says and nothing else, whole in one file that asks for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.render import Page, format_of, render
from opsctl.render.cells import written
from opsctl.reports.chart import Chart
from opsctl.reports.report import (
    Cell,
    Column,
    Footnote,
    Form,
    Heading,
    Lines,
    Number,
    Part,
    Prose,
    Report,
    RowKind,
    Sparkline,
    Table,
    TableRow,
)
from tests.render.specimen import figure, specimen

LOCALES = ("zh-CN", "en")
in_every_language = pytest.mark.parametrize("locale", LOCALES)
HOSTILE = "\"'></td><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\x1b[31m\u202e javascript:"
EMPTY_TAGS = {"meta", "link", "br"}
MAY_STAY_OPEN = {"th", "td", "tr"}
LIMIT = 200_000


@dataclass
class Seen(HTMLParser):
    """What a browser finds: tags in order, their attributes, texts by tag, and what does not close."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.within and tag in MAY_STAY_OPEN and self.within[-1] in MAY_STAY_OPEN and not self._nests(tag):
            self.within.pop()
        self.tags.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in EMPTY_TAGS:
            self.within.append(tag)

    def _nests(self, tag: str) -> bool:
        return tag != "tr" and self.within[-1] == "tr"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within[-1] in MAY_STAY_OPEN and self.within[-1] != tag:
            self.within.pop()
        if not self.within or self.within.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        for tag in set(self.within):
            self.texts[tag][-1] += data


def seen(text: str) -> Seen:
    found = Seen()
    found.feed(text)
    found.close()
    return found


def page_of(*parts: Part, locale: str = "en", title: str = "t", status: str = "") -> str:
    return render(Report(title, None, None, parts, {}, status), "html", Page(Words(locale)))


def whole(locale: str) -> str:
    return render(specimen(locale), "html", Page(Words(locale)))


# --- the document ---------------------------------------------------------------------------------------


@in_every_language
def test_it_is_one_document_that_closes_what_it_opens(locale: str) -> None:
    text = whole(locale)
    found = seen(text)
    assert text.startswith("<!DOCTYPE html>\n")
    assert text.endswith("</html>\n")
    assert not text.endswith("\n\n")
    assert (found.wrong, found.within) == ([], [])


@in_every_language
def test_it_says_its_language_its_letters_its_maker_and_its_title(locale: str) -> None:
    found = seen(whole(locale))
    about = {attributes.get("name"): attributes.get("content") for tag, attributes in found.tags if tag == "meta"}
    assert ("html", {"lang": locale}) in found.tags
    assert ("meta", {"charset": "utf-8"}) in found.tags
    assert about["viewport"] == "width=device-width, initial-scale=1"
    assert (about["generator"] or "").startswith("opsctl ")
    assert found.texts["title"][0] == specimen(locale).title


@in_every_language
def test_it_asks_for_nothing(locale: str) -> None:
    text = whole(locale)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face", text)
    for tag, attributes in seen(text).tags:
        assert tag not in {"img", "iframe", "object", "embed", "audio", "video", "source", "base", "form"}
        assert not {"src", "srcset", "style", "onclick", "onload"} & set(attributes), attributes
        if "href" in attributes:
            assert (attributes["href"] or "").startswith(("#", "data:,"))


def test_only_its_own_style_and_script_are_allowed() -> None:
    found = seen(whole("en"))
    (policy,) = [attributes["content"] for tag, attributes in found.tags if attributes.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert policy.count("'sha256-") == 2
    assert "unsafe" not in policy


@in_every_language
def test_it_is_the_same_each_time(locale: str) -> None:
    assert whole(locale) == whole(locale)


def test_the_script_is_short() -> None:
    assert len(seen(whole("en")).texts["script"][0].encode()) < 600


def test_a_year_in_forty_tables_and_ten_charts_is_a_small_file() -> None:
    columns = [
        Column("name", "渠道", numeric=False),
        *(Column(f"c{at}", f"指标{at}\n5月12-18日新增") for at in range(9)),
    ]
    row = TableRow(
        {"name": "腾讯广告（信息流）", **{f"c{at}": Number(12345.678 / (at + 1), Form.PRICE) for at in range(9)}}
    )
    tables = [Table(columns, [row] * 12, title="表  各平台", footnotes=[Footnote("实付口径")]) for _ in range(40)]
    charts = [part for part in specimen("zh-CN").parts if isinstance(part, Chart)]
    text = page_of(*tables, *(charts * 2)[:10], locale="zh-CN")
    assert len(text.encode()) < LIMIT


def test_a_file_that_ends_in_html_is_this_format() -> None:
    assert format_of(Path("w46.html")) == "html"


# --- what it says ---------------------------------------------------------------------------------------


def said(part: Part) -> Iterator[str]:
    """Every text of a part, charts apart."""
    match part:
        case Heading():
            yield part.text
        case Lines():
            yield from [part.label, *part.lines]
        case Prose():
            yield from [part.lead, part.text]
        case Table():
            yield part.title
            yield from (line for column in part.columns for line in column.title.split("\n") if part.rows)
            yield from (note.text for note in part.footnotes)
        case _:
            yield from [part.title, part.note]


@in_every_language
def test_every_text_of_the_report_appears(locale: str) -> None:
    text, report = whole(locale), specimen(locale)
    for one in [report.title, report.status, *(each for part in report.parts for each in said(part))]:
        assert escape(one) in text


@in_every_language
def test_every_cell_has_the_text_that_every_format_has(locale: str) -> None:
    for table in specimen(locale).tables:
        if not table.rows:
            continue
        found = seen(page_of(table, locale=locale))
        heads = len(table.columns)
        cells = iter([text.strip("\n") for text in found.texts["td"]])
        names = iter([text.strip("\n") for text in found.texts["th"][heads:]])
        for row in table.rows:
            for at, column in enumerate(table.columns):
                cell = row.cells.get(column.key)
                shown = next(names if at == 0 and not column.numeric else cells)
                if isinstance(cell, Sparkline) and any(value is not None for value in cell.values):
                    assert shown == ""
                else:
                    assert shown == written(cell, column)


def test_what_is_unknown_is_a_dash() -> None:
    columns = [Column("name", "n", numeric=False), *(Column(f"c{at}", "c") for at in range(4))]
    cells: dict[str, Cell] = {
        "c0": None,
        "c1": Number(None, Form.RATE),
        "c2": figure("cpa", None),
        "c3": Sparkline((None,)),
    }
    found = seen(page_of(Table(columns, [TableRow({"name": "a", **cells})])))
    assert [text.strip() for text in found.texts["td"]] == ["-"] * 4
    assert not any("data-v" in attributes for _, attributes in found.tags)


def test_no_column_is_left_out() -> None:
    columns = [Column(f"c{at}", f"t{at}", priority=at) for at in range(60)]
    found = seen(page_of(Table(columns, [TableRow({})])))
    assert found.texts["th"] == [f"t{at}" for at in range(60)]


def test_beside_a_rounded_number_stands_the_number_itself() -> None:
    cells: dict[str, Cell] = {
        "a": figure("cpa", 32.69876),
        "b": figure("spend", 18.5),
        "c": Number(1402, Form.COUNT),
        "d": Number(0.5, Form.RATE),
    }
    found = seen(page_of(Table([Column(key, key) for key in cells], [TableRow(cells)])))
    assert [attributes.get("data-v") for tag, attributes in found.tags if tag == "td"] == [
        "32.69876",
        None,
        None,
        "0.5",
    ]


def test_totals_stay_where_they_are_when_the_others_are_sorted() -> None:
    plain, total = TableRow({"a": Number(1, Form.COUNT)}), TableRow({"a": Number(3, Form.COUNT)}, RowKind.TOTAL)
    found = seen(page_of(Table([Column("a", "a")], [plain, plain, total, plain, total, total])))
    kinds = [attributes.get("class") for tag, attributes in found.tags if tag == "tbody"]
    bodies = list(zip(kinds, (text.split() for text in found.texts["tbody"]), strict=True))
    assert bodies == [(None, ["1", "1"]), ("t", ["3"]), (None, ["1"]), ("t", ["3", "3"])]


def test_a_footnote_of_a_column_that_is_not_there_is_not_said() -> None:
    notes = [Footnote("yes", frozenset({"a", "x"})), Footnote("no", frozenset({"x"})), Footnote("always")]
    text = page_of(Table([Column("a", "a")], [TableRow({})], footnotes=notes))
    assert re.findall(r'<p class="note">(\w+)', text) == ["yes", "always"]


def test_a_wide_table_is_printed_small_then_across_the_sheet_and_a_long_one_may_be_parted() -> None:
    def kind(columns: int, rows: int = 1) -> str | None:
        of = [Column(f"c{at}", "c") for at in range(columns)]
        row = TableRow({column.key: Number(123_456, Form.COUNT) for column in of})
        (found,) = [each for tag, each in seen(page_of(Table(of, [row] * rows))).tags if tag == "figure"]
        return found.get("class")

    assert [kind(columns) for columns in (6, 14, 17, 19, 40)] == [
        None,
        "broad",
        "broad dense",
        "broad across",
        "broad across small",
    ]
    assert (kind(6, 24), kind(6, 25)) == (None, "long")


def test_a_table_without_rows_says_so() -> None:
    assert "没有数据" in page_of(Table([Column("a", "a")], []), locale="zh-CN")


def test_chapters_are_sections_and_sections_of_them_smaller_headings() -> None:
    found = seen(page_of(Prose("first"), Heading("A"), Heading("B", 2), Prose("b"), Heading("C"), Prose("c")))
    assert (found.texts["h2"], found.texts["h3"]) == (["A", "C"], ["B"])
    assert [re.sub(r"\s+", " ", text).strip() for text in found.texts["section"]] == ["A B b", "C c"]


def test_a_long_report_lists_its_chapters_after_what_is_to_be_read_first() -> None:
    chapters = [Heading(f"chapter {at}") for at in range(5)]
    text = page_of(Lines("", ["first"]), *chapters)
    assert text.index("first") < text.index("<nav") < text.index("<h2>chapter 0")
    links = {attributes["href"] for tag, attributes in seen(text).tags if tag == "a"}
    assert links == {f"#{attributes['id']}" for tag, attributes in seen(text).tags if tag == "section"}
    assert "<nav" not in page_of(*chapters[:4])


def test_a_bare_answer_has_no_headline_but_a_title() -> None:
    found = seen(page_of(Prose("x"), title=""))
    assert "h1" not in found.texts
    assert found.texts["title"] == ["opsctl"]


@in_every_language
def test_every_chart_is_a_picture_that_a_strict_reader_reads(locale: str) -> None:
    drawn = re.findall(r"<svg .*?</svg>", whole(locale), re.DOTALL)
    charts = [part for part in specimen(locale).parts if isinstance(part, Chart)]
    assert len(drawn) > len(charts)
    for one in drawn:
        assert fromstring(one).get("role") == "img"  # noqa: S314 - it is our own


# --- names that anybody may have written ----------------------------------------------------------------


def hostile_parts() -> list[Part]:
    columns = [Column("name", HOSTILE, numeric=False), Column("n", HOSTILE + "\n" + HOSTILE), Column("s", HOSTILE)]
    row = TableRow({"name": HOSTILE, "n": HOSTILE, "s": Sparkline((1.0, 2.0))})
    charts = [part for part in specimen("en").parts if isinstance(part, Chart)]
    return [
        Heading(HOSTILE), Lines(HOSTILE, [HOSTILE]), Prose(HOSTILE, HOSTILE),
        Table(columns, [row, replace(row, kind=RowKind.TOTAL)], title=HOSTILE, footnotes=[Footnote(HOSTILE)]),
        *(replace(chart, title=HOSTILE, note=HOSTILE) for chart in charts),
    ]  # fmt: skip


def test_no_name_becomes_a_tag_an_attribute_or_a_control_character() -> None:
    text = page_of(*hostile_parts(), title=HOSTILE, status=HOSTILE)
    found = seen(text)
    assert (found.wrong, found.within) == ([], [])
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert not any(tag == "img" or any(name.startswith("on") for name in attributes) for tag, attributes in found.tags)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert clean(HOSTILE) in found.texts["h1"][0]
