"""Every format writes every report: all of it, the same bytes each time, and nothing that a name could smuggle in."""

from __future__ import annotations

import csv
import io
import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from markdown_it import MarkdownIt

from opsctl.cli import asking, session
from opsctl.config.words import Words
from opsctl.core import period as periods
from opsctl.core.errors import UnknownName
from opsctl.ingest.privacy import plain
from opsctl.metrics import load
from opsctl.render import Page, format_of, formats, known_format, render
from opsctl.reports.channel_report import channel_report
from opsctl.reports.notes import Notes
from opsctl.reports.pruning import pruning
from opsctl.reports.query import query
from opsctl.reports.report import Report
from opsctl.reports.why import why
from opsctl.reports.year_end import year_end
from tests.cli.inside import opsctl

every_format = pytest.mark.parametrize("name", formats())
COMMANDS = (
    "query spend,cpa . --by channel",
    "query spend . --by channel --where channel=B",
    "report .",
    "explain cpa .",
    "why cpa . --period 2025-03-07..2025-03-09",
    "prune .",
    "year-end 2025 .",
)
every_command = pytest.mark.parametrize("command", COMMANDS)
HOSTILE = ["\x1b[31mred", "a\u202eb", "line\nbreak", "tab\there", "[bold]x[/bold]", "{{7*7}}", "<b>x</b>", "=1+1"]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven days; B spends and wins nobody, so that something is unknown."""
    folder = tmp_path_factory.mktemp("exports")
    days = [f"2025-03-{day:02}" for day in range(3, 10)]
    channels = ["B", *HOSTILE]
    spend = [(day, channel, "1234.56") for day in days for channel in channels]
    users = [(f"u{at}", f"{days[at % 7]} 10:00", HOSTILE[at % len(HOSTILE)]) for at in range(50)]
    pl.DataFrame(spend, schema=["day", "channel", "spend"], orient="row").write_parquet(folder / "spend.parquet")
    frame = pl.DataFrame(users, schema=["user", "acquired_at", "channel"], orient="row")
    frame.write_parquet(folder / "users.parquet")
    return folder


@every_format
@every_command
def test_it_writes_every_report_the_same_each_time_and_ends_the_last_line(
    exports: Path, name: str, command: str
) -> None:
    ran = opsctl(*command.split(), "--format", name, cwd=exports)
    assert ran.code in (0, 3)  # of a week nobody can judge a channel, nor a year
    assert ran.out.endswith("\n")
    assert not ran.out.endswith("\n\n")
    assert opsctl(*command.split(), "--format", name, cwd=exports).out == ran.out


@every_format
@every_command
def test_no_name_brings_control_characters_into_it(exports: Path, name: str, command: str) -> None:
    assert not CONTROL.search(opsctl(*command.split(), "--format", name, cwd=exports).out)


@every_format
def test_what_is_unknown_is_not_written_as_zero(exports: Path, name: str) -> None:
    out = opsctl("query", "cpa", exports, "--where", "channel=B", "--format", name).out
    assert not re.search(r"(?<![\d.])0\.0", re.sub(r"<style.*?</style>|<[^>]*>", "", out, flags=re.DOTALL))


@every_format
def test_a_file_gets_what_a_pipe_gets(exports: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"answer.{name}"
    ran = opsctl("query", "spend", exports, "-f", name, "-o", path)
    assert (ran.code, ran.out) == (0, "")
    assert path.read_text(encoding="utf-8-sig") == opsctl("query", "spend", exports, "-f", name).out


@every_format
def test_a_report_of_nothing_is_still_a_report(exports: Path, name: str) -> None:
    quiet = ("--as-of", "2030-12-31", "--period", "2030")
    out = opsctl("query", "spend", exports, "--by", "channel", *quiet, "-f", name)
    assert (out.code, out.out.endswith("\n")) == (3, True)


@every_format
def test_its_name_is_known(name: str) -> None:
    assert known_format(name) == name


def test_the_extension_of_a_file_names_its_format() -> None:
    names = ("w21.json", "W21.JSON", "w21.txt", "w21.md", "w21.csv")
    assert [format_of(Path(name)) for name in names] == ["json", "json", "table", "md", "csv"]


@pytest.mark.parametrize(
    ("name", "says"), [("w21.jsn", "json"), ("w21", "--format"), ("w21.exe", f"known: {', '.join(formats())}")]
)
def test_another_extension_is_refused_with_the_nearest(name: str, says: str) -> None:
    with pytest.raises(UnknownName) as refused:
        format_of(Path(name))
    assert says in refused.value.hint


def test_formats_are_found_by_the_name_of_their_writer() -> None:
    assert {"csv", "json", "md", "table"} <= set(formats())
    assert not {"cells", "svg", "wrap"} & set(formats())


# --- names that anybody may have written, all at once -----------------------------------------------------

BLANK = (
    string.whitespace
    + "\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
    + "".join(map(chr, range(0x2000, 0x200C)))
)
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Named:
    """All reports on data whose channels and campaigns bear given names."""

    names: list[str]
    query: Report
    weekly: Report
    pruning: Report
    why: Report
    year: Report

    def texts(self, name: str, locale: str) -> list[str]:
        """All of them in a format."""
        reports = (self.query, self.weekly, self.pruning, self.why, self.year)
        return [render(report, name, Page(Words(locale))) for report in reports]


def named(names: Sequence[str], folder: Path) -> Named:
    """Five weeks of a channel and a campaign for each name; each spends another sum, so that their order is theirs."""
    (folder / "opsctl.yaml").write_text("margin: 0.3\n", encoding="utf-8")
    days = [date(2025, 3, 3) + timedelta(days=at) for at in range(35)]
    of = pl.DataFrame({"channel": names, "campaign": names, "at": range(len(names))})
    every = of.join(pl.DataFrame({"day": days}), how="cross")
    spent = every.with_columns(spend=pl.format("{}.25", 10_000 - pl.col("at")))
    spent.select("day", "channel", "campaign", "spend").write_parquet(folder / "spend.parquet")
    users = every.filter(pl.col("day").dt.weekday() == 1).with_columns(user=pl.format("u{}-{}", "at", "day"))
    users.select("user", "channel", "campaign", acquired_at="day").write_parquet(folder / "users.parquet")
    later = pl.concat([users.select("user", at=pl.col("day") + pl.duration(days=after)) for after in (0, 1, 7)])
    later.with_columns(event=pl.lit("open")).write_parquet(folder / "events.parquet")
    paid = users.select(order="user", user="user", paid_at="day", paid=pl.lit("30.00"))
    paid.write_parquet(folder / "orders.parquet")
    quiet = session.Voice(quiet=True)
    chosen = session.settings(None, [folder], "en", quiet)
    loaded = session.read([folder], chosen, quiet, strict=False)
    known = session.evidence(loaded, chosen, None, quiet)
    asked = asking.asks(known, chosen, None, ["channel,campaign"], {})
    words, week = Words("en"), periods.week(date(2025, 4, 2))
    return Named(
        list(names),
        query(loaded, known, asked, [load("spend"), load("cpa")], words),
        channel_report(loaded, known, chosen, week, words),
        pruning(loaded, known, chosen, words),
        why(loaded, known, chosen, load("cpa"), week, None, words),
        year_end(loaded, known, chosen, 2025, Notes(), words),
    )


@pytest.fixture(scope="module")
def naughty(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Named:
    """All strings that ever broke a program, each a channel and a campaign."""
    strings = json.loads((shared / "naughty" / "blns.json").read_text(encoding="utf-8"))
    names = [one for one in dict.fromkeys(one.strip(BLANK) for one in strings) if one]
    return named(names, tmp_path_factory.mktemp("naughty"))


@pytest.fixture(scope="module")
def harmless(naughty: Named, tmp_path_factory: pytest.TempPathFactory) -> Named:
    """The same with names of letters."""
    return named([f"n{at:04}" for at in range(len(naughty.names))], tmp_path_factory.mktemp("harmless"))


@every_format
def test_no_naughty_name_brings_anything_unseen_into_it(naughty: Named, name: str) -> None:
    for text in naughty.texts(name, "zh-CN"):
        assert not UNSEEN.search(text)
        assert text.encode().decode() == text


def test_json_gives_every_name_back_as_it_was(naughty: Named) -> None:
    answers = [json.loads(text) for text in naughty.texts("json", "en")]
    told = set(plain(pl.Series(naughty.names)))  # of a link in a name only the address is kept
    assert {row["campaign"] for row in answers[0]["rows"]} == told
    for answer in answers[:3]:  # the year and an explanation name channels otherwise
        assert {row["channel"] for row in answer["rows"]} == told


def test_csv_reads_back_in_the_same_shape_and_no_cell_is_a_formula(naughty: Named, harmless: Named) -> None:
    for text, other in zip(naughty.texts("csv", "en"), harmless.texts("csv", "en"), strict=True):
        rows, plain = (list(csv.reader(io.StringIO(one, newline=""))) for one in (text, other))
        assert [len(row) for row in rows] == [len(row) for row in plain]
        assert rows[0] == plain[0]
        cells = [cell for row in rows[1:] for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_markdown_has_the_same_tables_and_no_name_is_more_than_text(naughty: Named, harmless: Named) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    def shape(text: str) -> list[str]:
        tokens = [inner for token in reader.parse(text) for inner in (token, *(token.children or []))]
        return [token.type for token in tokens]

    for text, other in zip(naughty.texts("md", "en"), harmless.texts("md", "en"), strict=True):
        assert shape(text) == shape(other)


class _Elements(HTMLParser):
    """What a page is made of: its tags with the names of their attributes, and how often each stands there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[tuple[str, frozenset[str]]] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag, frozenset(name for name, _ in attrs)] += 1

    def handle_comment(self, data: str) -> None:
        self.found["comment", frozenset([data])] += 1


@pytest.mark.skipif("html" not in formats(), reason="there is no such writer")
def test_html_has_the_same_elements_and_no_name_adds_one(naughty: Named, harmless: Named) -> None:
    for text, other in zip(naughty.texts("html", "en"), harmless.texts("html", "en"), strict=True):
        found, plain = _Elements(), _Elements()
        found.feed(text)
        plain.feed(other)
        assert found.found.keys() == plain.found.keys()
        assert found.found["script", frozenset()] == plain.found["script", frozenset()]
