"""A figure is the same in every format: what the JSON says, rounded where people read, in the row it belongs to."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from opsctl.cli import session
from opsctl.config.words import Words
from opsctl.core.paths import shipped
from opsctl.core.period import last_complete_week
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Shape
from opsctl.render import Page, formats, render
from opsctl.render.cells import said_in_words, written
from opsctl.reports.channel_report import channel_report
from opsctl.reports.report import Cell, Column, Number, Report, Sparkline, Table, TableRow
from opsctl.reports.units import MARK

LOCALES = ("zh-CN", "en")
Rows = list[list[str]]


@dataclass(frozen=True)
class Told:
    """The report on the sample in one language, and what its channels are called there."""

    report: Report
    names: dict[str, str]
    words: Words

    @property
    def tables(self) -> dict[str, Table]:
        return {table.name: table for table in self.report.tables}

    @property
    def answer(self) -> dict[str, Any]:
        """The JSON answer."""
        found: dict[str, Any] = json.loads(render(self.report, "json", Page(self.words)))
        return found

    def in_json(self) -> list[tuple[TableRow, dict[str, Any]]]:
        """Every row of the table of channels with the object of the JSON answer that it shows."""
        answer, scope = self.answer, self.words["scope.public"]
        rows = {self.names[one["channel"]]: one for one in answer["rows"]}
        rows[self.words["report.all"]] = answer["total"]
        rows[self.words["report.paid"]] = answer["paid_total"]
        rows[self.words.say("report.subtotal", scope=scope)] = answer["bought_total"]
        shown = self.tables["channels"].rows
        assert len(shown) == len(rows)
        return [(row, rows[str(row.cells["channel"]).removesuffix(MARK)]) for row in shown]

    def kpis(self) -> list[tuple[TableRow, dict[str, Any]]]:
        """Every row of the table of key figures with its object of the JSON answer."""
        return list(zip(self.tables["kpis"].rows, self.answer["kpis"], strict=True))


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
DRAWN = {"html"}  # has a column for drawings
every_locale = pytest.mark.parametrize("locale", LOCALES)


# --- the law --------------------------------------------------------------------------------------------


@every_locale
def test_a_row_for_people_is_the_row_for_programs(told: dict[str, Told], locale: str) -> None:
    for row, answer in told[locale].in_json():
        figures = {key: cell.as_json() for key, cell in row.cells.items() if isinstance(cell, Figure)}
        assert figures == {key: value for key, value in answer.items() if key in figures}
        assert figures.keys() >= {"spend", "acquisitions", "cpa", "retention_d7", "cost_per_retained_d7"}
        assert _number(row.cells.get("budget_share")) == answer.get("budget_share")
        assert _number(row.cells.get("value_per_cost")) == pytest.approx(answer.get("value_per_cost"), abs=1e-6)


FIGURES = {"now": "now", "before": "before", "to_date": "month_to_date"}
NUMBERS = {"target": "target", "change": "change", "year_change": "year_change", "usual": "usual_range"}


@every_locale
def test_a_key_figure_for_people_is_the_key_figure_for_programs(told: dict[str, Told], locale: str) -> None:
    one = told[locale]
    for row, answer in one.kpis():
        title = one.words.get(f"column.{answer['metric']}", load(answer["metric"]).title(locale))
        assert str(row.cells["metric"]).startswith(
            one.words.say("kpi.of_scope", scope=one.words[f"scope.{answer['scope']}"], metric=title)
        )
        for column, key in FIGURES.items():
            assert _as_in_json(row.cells.get(column), answer[key]) == answer[key], (title, key)
        assert {column: _number(row.cells[column]) for column in NUMBERS} == {
            column: answer[key] for column, key in NUMBERS.items()
        }
        assert row.cells["standing"] == (answer["standing"] and one.words[f"kpi.standing.{answer['standing']}"])


def _as_in_json(cell: Cell, answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """The object of a figure; of one that is written in thousands or ten thousands only its value is left."""
    if isinstance(cell, Number):
        return answer and {**answer, "value": None if cell.value is None else f"{cell.value:.4f}"}
    return cell.as_json() if isinstance(cell, Figure) else None


def _number(cell: Cell) -> float | None:
    return cell.value if isinstance(cell, Number) else None


@every_locale
def test_changes_of_key_figures_are_those_of_their_figures(told: dict[str, Told], locale: str) -> None:
    """But where money is missing: there only the same days are compared, and no year is set beside another."""
    seen = 0
    kpis = [one for _, one in told[locale].kpis()]
    incomplete = {(one["scope"], one["now"]["cohort"] is None) for one in kpis if one["now"]["left_out"]}
    for one in kpis:
        torn = (one["scope"], one["now"]["cohort"] is None) in incomplete
        against = {} if torn else {"change": "before", "year_change": "year_before"}
        for key, other in against.items():
            now, then = (float(one[name]["value"]) for name in ("now", other))
            is_rate = load(one["metric"]).shape is Shape.RATE
            assert one[key] == pytest.approx(now - then if is_rate else now / then - 1), (one["metric"], key)
            seen += 1
    assert seen >= 4


@every_locale
@pytest.mark.parametrize("name", [name for name in formats() if name != "json"])
@pytest.mark.parametrize("which", ["kpis", "channels"])
def test_every_number_stands_in_its_row_of_every_format(
    told: dict[str, Told], locale: str, name: str, which: str
) -> None:
    one = told[locale]
    table = one.tables[which]
    rows = READERS[name](render(one.report, name, Page(one.words)))
    columns = table.columns if name in DRAWN else said_in_words(table)
    if name in FOR_PROGRAMS:  # all tables are one: its columns are picked by their names
        at = [rows[0].index(column.key) for column in columns]
        rows = [[row[index] for index in at] for row in rows if row[0] == which]
    for row in table.rows:
        (found,) = (cells for cells in rows if row.cells[table.columns[0].key] in cells)
        expected = [_shown(row.cells.get(column.key), column, name) for column in columns]
        assert found[-len(expected) :] == expected


def _shown(cell: Cell, column: Column, name: str) -> str:
    """A cell as the format has it: for people rounded, for programs as in the JSON."""
    if isinstance(cell, Sparkline):
        return ""
    if name in FOR_PROGRAMS and isinstance(cell, Figure):
        value = cell.as_json()["value"]
        return "" if value is None else str(value)
    if name in FOR_PROGRAMS and isinstance(cell, Number):
        money = "money" in cell.form.value or "thousands" in cell.form.value
        return "" if cell.value is None else f"{cell.value:.4f}" if money else str(cell.value)
    if name in FOR_PROGRAMS and not column.numeric:
        text = str(cell or "")
        return f"'{text}" if text.startswith(("+", "-")) else text  # no spreadsheet may compute it
    return "" if name in FOR_PROGRAMS and cell is None else written(cell, column)


@every_locale
def test_every_figure_of_the_json_is_read_back_from_csv_to_the_last_digit(told: dict[str, Told], locale: str) -> None:
    one = told[locale]
    header, *rows = from_csv(render(one.report, "csv", Page(one.words)))
    kpis, channels = ([row for row in rows if row[0] == which] for which in one.tables)
    for (_, answer), cells in zip(one.kpis(), kpis, strict=True):
        for column, key in FIGURES.items():
            value = answer[key] and answer[key]["value"]
            assert cells[header.index(column)] == "" if value is None else _same(cells[header.index(column)], value)
        for column, key in NUMBERS.items():
            assert _read(cells[header.index(column)], answer[key]) == answer[key], key
    for (_, answer), cells in zip(one.in_json(), channels, strict=True):
        for key, value in answer.items():
            if isinstance(value, dict):
                assert _read(cells[header.index(key)], value["value"]) == value["value"], key


def _read(text: str, like: object) -> object:
    """A cell as the JSON's value is: text, integer or double."""
    if not text:
        return None
    return type(like)(text) if isinstance(like, (int, float)) else text


def _same(text: str, value: float | str) -> bool:
    """Whether a cell is a number of the JSON; money may have lost its last zeros."""
    return Fraction(text) == Fraction(value) if isinstance(value, str) else float(text) == value


@every_locale
def test_every_sentence_of_the_report_is_said_in_every_format_for_people(told: dict[str, Told], locale: str) -> None:
    one = told[locale]
    sentences = [note.text for table in one.report.tables for note in table.footnotes] + _lines(one.report)
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
