"""A figure is the same in every format: what the JSON says, rounded where people read, in the row it belongs to."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from opsctl.cli import session
from opsctl.config.words import Words
from opsctl.core.paths import shipped
from opsctl.core.period import last_complete_week
from opsctl.metrics.figure import Figure
from opsctl.render import Page, formats, render
from opsctl.render.cells import said_in_words, written
from opsctl.reports.channel_table import MARK, channel_report
from opsctl.reports.report import Cell, Column, Report, RowKind, Table, TableRow

LOCALES = ("zh-CN", "en")
Rows = list[list[str]]


@dataclass(frozen=True)
class Told:
    """The report on the sample in one language, and what its channels are called there."""

    report: Report
    names: dict[str, str]
    words: Words

    @property
    def table(self) -> Table:
        (table,) = self.report.tables
        return table

    def in_json(self, row: TableRow) -> dict[str, Any]:
        """The object of the JSON answer that a row of the table shows."""
        answer = json.loads(render(self.report, "json", Page(self.words)))
        name = str(row.cells["channel"])
        if row.kind is RowKind.TOTAL:
            found: dict[str, Any] = answer["total" if name == self.words["report.all"] else "paid_total"]
            return found
        by_name: dict[str, dict[str, Any]] = {self.names[one["channel"]]: one for one in answer["rows"]}
        return by_name[name.removesuffix(MARK)]


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    quiet = session.Voice(quiet=True)
    chosen = session.settings(shipped("sample_data"), None, "en", quiet)
    loaded = session.read([], chosen, quiet, strict=True)
    known = session.evidence(loaded, chosen, None, quiet)
    period = last_complete_week(known.evidence.as_of)
    found = {}
    for locale in LOCALES:
        words = Words(locale)
        report = channel_report(loaded, known, replace(chosen, locale=locale), period, words)
        ids = [row["channel"] for row in report.data["rows"]]
        names = {channel: chosen.project.channel_name(channel, locale) for channel in ids}
        found[locale] = Told(report, names, words)
    return found


# --- how each format is read ----------------------------------------------------------------------------


def from_text(text: str) -> Rows:
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]


def from_markdown(text: str) -> Rows:
    found: Rows = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "tr_open":
            found.append([])
        if token.type == "td_open":
            found[-1].append("".join(one.content for one in tokens[at + 1].children or []))
    return found


class _Rows(HTMLParser):
    """The cells of every row of every table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        """A cell ends with itself, or with what it is in."""
        self.open = self.open and tag not in ("td", "th", "tr", "tbody", "thead", "table")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


def from_html(text: str) -> Rows:
    reader = _Rows()
    reader.feed(text)
    return [[cell.strip() for cell in row] for row in reader.rows]


def from_csv(text: str) -> Rows:
    return list(csv.reader(io.StringIO(text, newline="")))


READERS: dict[str, Callable[[str], Rows]] = {
    "table": from_text,
    "md": from_markdown,
    "html": from_html,
    "csv": from_csv,
}
FOR_PROGRAMS = {"csv"}
every_locale = pytest.mark.parametrize("locale", LOCALES)


# --- the law --------------------------------------------------------------------------------------------


@every_locale
def test_a_row_for_people_is_the_row_for_programs(told: dict[str, Told], locale: str) -> None:
    one = told[locale]
    answer = json.loads(render(one.report, "json", Page(one.words)))
    assert len(one.table.rows) == len(answer["rows"]) + 2
    for row in one.table.rows:
        figures = {key: cell.as_json() for key, cell in row.cells.items() if isinstance(cell, Figure)}
        assert figures == {key: value for key, value in one.in_json(row).items() if key in figures}
        assert figures.keys() >= {"spend", "acquisitions", "cpa", "retention_d7", "cost_per_retained_d7"}


@every_locale
@pytest.mark.parametrize("name", [name for name in formats() if name != "json"])
def test_every_figure_of_the_json_stands_in_its_row_of_every_format(
    told: dict[str, Told], locale: str, name: str
) -> None:
    one = told[locale]
    rows = READERS[name](render(one.report, name, Page(one.words)))
    for row in one.table.rows:
        (found,) = (cells for cells in rows if row.cells["channel"] in cells)
        expected = [_shown(row.cells.get(column.key), column, name) for column in said_in_words(one.table)]
        assert found[-len(expected) :] == expected


def _shown(cell: Cell, column: Column, name: str) -> str:
    """A cell as the format has it: for people rounded, for programs as in the JSON."""
    if name in FOR_PROGRAMS and isinstance(cell, Figure):
        value = cell.as_json()["value"]
        return "" if value is None else str(value)
    return "" if name in FOR_PROGRAMS and cell is None else written(cell, column)


@every_locale
def test_every_figure_of_the_json_is_read_back_from_csv_to_the_last_digit(told: dict[str, Told], locale: str) -> None:
    one = told[locale]
    header, *rows = from_csv(render(one.report, "csv", Page(one.words)))
    for row, cells in zip(one.table.rows, rows, strict=True):
        for key, value in one.in_json(row).items():
            if isinstance(value, dict):
                assert _read(cells[header.index(key)], value["value"]) == value["value"], key


def _read(text: str, like: object) -> object:
    """A cell as the JSON's value is: text, integer or double."""
    if not text:
        return None
    return type(like)(text) if isinstance(like, (int, float)) else text


@every_locale
def test_every_sentence_of_the_report_is_said_in_every_format_for_people(told: dict[str, Told], locale: str) -> None:
    one = told[locale]
    sentences = [note.text for note in one.table.footnotes] + _lines(one.report)
    for name in set(formats()) - FOR_PROGRAMS - {"json"}:
        text = _plain(render(one.report, name, Page(one.words)), name)
        assert [sentence for sentence in sentences if _squeezed(sentence) not in text] == [], name


def _lines(report: Report) -> list[str]:
    return [line for part in report.parts for line in getattr(part, "lines", ())]


def _plain(text: str, name: str) -> str:
    """What a format says, without its markup and blanks."""
    if name == "html":
        text = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", "", text, flags=re.DOTALL)
        text = html.unescape(text)
    if name == "md":
        text = re.sub(r"\\(?=\W)", "", text)
    return _squeezed(text)


def _squeezed(text: str) -> str:
    return "".join(text.split())
