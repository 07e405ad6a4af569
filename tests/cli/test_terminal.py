"""On every terminal, however narrow, a printed number is the answer's number; what finds no room is named."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import unicodedata
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from opsctl.cli import session
from opsctl.config.words import Words
from opsctl.core.paths import shipped
from opsctl.core.period import last_complete_week
from opsctl.metrics import load
from opsctl.metrics.metric import Shape
from opsctl.render import Page, render
from opsctl.render.json import envelope
from opsctl.render.wrap import broken
from opsctl.reports.channel_report import channel_report
from opsctl.reports.report import (
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
from tests.cli.inside import opsctl

WIDTHS = (40, 60, 80, 100, 120, 160, None)
LOCALES = ("zh-CN", "en")
every_page = pytest.mark.parametrize(("locale", "width"), [(locale, width) for locale in LOCALES for width in WIDTHS])
ESCAPE = "\x1b"
Reports = dict[str, Report]


@pytest.fixture(scope="module")
def reports() -> Reports:
    """The report on the sample in each language, read and made once for all pages."""
    quiet = session.Voice(quiet=True)
    chosen = session.settings(shipped("sample_data"), None, "en", quiet)
    loaded = session.read([], chosen, quiet, strict=True)
    known = session.evidence(loaded, chosen, None, quiet)
    period = last_complete_week(known.evidence.as_of)
    return {
        locale: channel_report(loaded, known, replace(chosen, locale=locale), period, Words(locale))
        for locale in LOCALES
    }


def channels_of(report: Report) -> Table:
    """Its one table."""
    (table,) = report.tables
    return table


def figures(report: Report) -> list[dict[str, Any]]:
    """The figures of the JSON answer, row by row as the table shows them; changes and half intervals beside them."""
    answer = envelope(report)
    by_name = {row["channel"]: row for row in answer["rows"]}
    names = ordered(answer)
    totals = [answer["paid_total"], answer["total"]][-(len(channels_of(report).rows) - len(names)) :]
    return [by_name[name] for name in names] + totals


def ordered(answer: dict[str, Any]) -> list[str]:
    """The ids of the channels in the order of the table: by what they spent, then by whom they brought."""

    def weight(row: dict[str, Any]) -> tuple[float, float, str]:
        return (-float(row["spend"]["value"]), -row["acquisitions"]["value"], row["channel"])

    return [row["channel"] for row in sorted(answer["rows"], key=weight)]


def agrees(printed: str, exact: Any, metric: str) -> bool:
    """Whether a printed figure is the answer's, rounded to the decimals that are printed."""
    if exact is None:
        return printed == "-"
    digits = printed.replace(",", "").removesuffix("%")
    places = len(digits.partition(".")[2])
    times = 100 if load(metric).shape is Shape.RATE else 1
    return abs(Fraction(digits) - Fraction(exact) * times) <= Fraction(1, 2 * 10**places) + Fraction(1, 10**9)


def shown_columns(report: Report, text: str, locale: str) -> list[Column]:
    """The columns that the page has: all but those that the line below the table names, the least wanted ones."""
    words = Words(locale)
    told = "".join(text.split())
    leaving = sorted(channels_of(report).columns, key=lambda column: column.priority)[::-1]
    for count in range(len(leaving), 0, -1):
        hidden = [column for column in channels_of(report).columns if column in leaving[:count]]
        names = words["list.separator"].join(column.title.partition("\n")[0] for column in hidden)
        if "".join(words.say("table.hidden", count=count, names=names).split()) in told:
            return [column for column in channels_of(report).columns if column not in hidden]
    return list(channels_of(report).columns)


@every_page
def test_every_printed_number_is_the_answers(reports: Reports, locale: str, width: int | None) -> None:
    report = reports[locale]
    text = render(report, "table", Page(Words(locale), width))
    columns = channels_of(report).columns
    rows = figures(report)
    assert len(rows) == len(channels_of(report).rows)
    if width is not None and width < 60:
        cells = blocks(text, report)
    else:
        columns = shown_columns(report, text, locale)
        cells = table(text, report, len(columns))
    for row, printed in zip(rows, cells, strict=True):
        assert len(printed) == len(columns) - 1
        for column, cell in zip(columns[1:], printed, strict=True):
            if column.key in row:
                assert agrees(cell, row[column.key]["value"], column.key), (column.key, cell)


def table(text: str, report: Report, columns: int) -> list[list[str]]:
    """The cells of the table's rows, without the channel's name."""
    lines = text.splitlines()
    first = str(channels_of(report).rows[0].cells["channel"])
    at = next(at for at, line in enumerate(lines) if line.startswith(f"{first} "))
    found = [re.split(r"\s{2,}", line.strip()) for line in lines[at : at + len(channels_of(report).rows)]]
    assert {len(cells) for cells in found} == {columns}
    assert [cells[0] for cells in found] == [row.cells["channel"] for row in channels_of(report).rows]
    return [cells[1:] for cells in found]


def blocks(text: str, report: Report) -> list[list[str]]:
    """The last word of each line of a row's block; a title without room for its value has it on the line below."""
    found = []
    parts = re.split(r"\n\n|\n[=-]{20,}\n", text)
    for row in channels_of(report).rows:
        (block,) = (part for part in parts if part.partition("\n")[0] == row.cells["channel"])
        values = [re.split(r"\s+", line)[-1] for line in block.splitlines()[1:]]
        found.append([value for value in values if re.fullmatch(r"-|[-+]?[\d,]+(\.\d+)?%?", value)])
    return found


@every_page
def test_no_line_is_wider_than_the_page_and_nothing_is_cut(reports: Reports, locale: str, width: int | None) -> None:
    text = render(reports[locale], "table", Page(Words(locale), width))
    assert "…" not in text
    assert "..." not in text
    assert ESCAPE not in text
    if width is not None:
        assert max(map(cell_len, text.splitlines())) <= width


@every_page
def test_a_column_that_finds_no_room_is_named_and_the_least_wanted_goes_first(
    reports: Reports, locale: str, width: int | None
) -> None:
    report = reports[locale]
    text = render(report, "table", Page(Words(locale), width))
    shown = shown_columns(report, text, locale)
    hidden = [column for column in channels_of(report).columns if column not in shown]
    if width is None or width == 160:
        assert hidden == []
    if width == 80:
        assert hidden
    for column in hidden:
        assert all(column.priority >= other.priority for other in shown)


def test_the_more_room_the_more_columns(reports: Reports) -> None:
    report = reports["en"]
    counts = [
        len(shown_columns(report, render(report, "table", Page(Words("en"), width)), "en"))
        for width in range(60, 161, 10)
    ]
    assert counts == sorted(counts)


# --- parts ----------------------------------------------------------------------------------------------

ACROSS = re.compile(r"[=-]+")
PARTS: tuple[Part, ...] = (
    Lines("数据", ["22 个账户到 21 个，缺 B站-01 的 24、25 日消耗；与后台合计核对 19/19 一致"]),
    Lines(
        "结论",
        [
            "1. 公域获客成本 32.7 元，环比 +0.8%，在正常波动内；比 5 月目标高 2.2%，月底预计211.5万元（98.4%）。",
            "2. 快手获客成本最低（25.8元），但 7 留成本 205元，比抖音高44%；2条计划疑似异常量，涉及1.89万元。",
        ],
    ),
    Prose(
        "账面获客成本会升到 32.9 元（减的是便宜量），7留成本降到158.6元；每周新增约少153人（-1.0%）。", "1. 收缩平台。"
    ),
    Heading("一、年度运营全景"),
    Prose("Paid CPA is 32.7 yuan, +0.8% on the week, which is in its normal range and 2.2% above the target of 32.0."),
    Heading("（一）目标达成", 2),
    Table(
        [Column("name", "渠道", numeric=False), Column("cpa", "获客成本\n(元)"), Column("trend", "走势", 1)],
        [
            TableRow({"name": "抖音", "cpa": Number(31.5, Form.PRICE), "trend": Sparkline((1.0, 2.0))}),
            TableRow({"name": "合计", "cpa": Number(1.31, Form.MULTIPLE, 1.18, 1.45)}, RowKind.TOTAL),
        ],
        title="表 1 核心指标",
        footnotes=[Footnote("误差为百分点", frozenset({"error"})), Footnote("实付=后台消耗扣返点", frozenset({"cpa"}))],
    ),
)
NARROWER = (20, 30, 40, 50, 60, 70, 80, 90, 100, 120, 160)
every_width = pytest.mark.parametrize("width", NARROWER)


def widest(text: str) -> int:
    return max(map(cell_len, text.splitlines()))


def page_of(*parts: Part, width: int | None, title: str = "渠道周报", status: str = "关注 3 项，待批 2 项") -> str:
    report = Report(title, None, None, parts, {}, status if title else "")
    return render(report, "table", Page(Words("zh-CN"), width))


@every_width
def test_rules_and_sentences_fit_the_page_and_no_letter_is_lost(width: int) -> None:
    text = page_of(*PARTS, width=width)
    assert widest(text) <= width
    rules = [line for line in text.splitlines() if ACROSS.fullmatch(line)]
    assert [(line[0], len(line)) for line in rules] == [("=", width), ("-", width), ("-", width)]
    said = "".join(re.sub(r"[=-]{20,}", "", text).split())
    for part in PARTS:
        sentences = part.lines if isinstance(part, Lines) else [part.text] if isinstance(part, Prose) else []
        assert [one for one in sentences if "".join(one.split()) not in said] == []


@pytest.mark.parametrize("width", NARROWER[1:])
def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(width: int) -> None:
    lines = [line.strip() for line in page_of(*PARTS, width=width).splitlines() if line.strip()]
    assert [line for line in lines if line[0] in "，。；：、！？）》”】%"] == []
    assert [line for line in lines if line[-1] in "（《“【"] == []


@every_width
@pytest.mark.parametrize(
    "number", ["211.5万元", "98.4%", "25.8元", "205元", "44%", "2条", "1.89万元", "158.6元", "+0.8%", "-1.0%"]
)
def test_a_number_stays_in_one_piece_with_its_sign_and_unit(width: int, number: str) -> None:
    assert number in page_of(*PARTS, width=width)


def test_a_date_is_not_torn_apart() -> None:
    assert broken("数据截至2025年12月8日", 14) == ["数据截至", "2025年12月8日"]


def test_a_word_wider_than_the_page_is_folded_and_nothing_lost() -> None:
    assert broken("https://intra.example.com/w21", 10, 2) == ["https://", "  intra.ex", "  ample.co", "  m/w21"]


@given(st.text(alphabet="渠道，。（）%12.元 ab👩\u200d💻", max_size=80), st.integers(4, 40), st.integers(0, 2))
def test_breaking_lines_loses_nothing_and_no_line_is_too_wide(text: str, width: int, hang: int) -> None:
    lines = broken(text, width, hang)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cell_len, lines)) <= width


def test_the_sentences_of_a_label_stand_beside_it_those_of_an_item_to_the_right_of_its_number() -> None:
    lines = page_of(*PARTS, width=100).splitlines()
    assert lines[2].startswith("数据  22 个")
    assert lines[3].startswith("结论  1. 公域")
    assert lines[4].startswith("         ")
    assert lines[5].startswith("      2. 快手")


def test_where_there_is_no_room_beside_it_a_label_stands_above() -> None:
    text = page_of(Lines("Conclusions", ["Paid CPA is 32.7 yuan, in its normal range."]), width=30)
    assert text.splitlines()[-3:] == ["Conclusions", "  Paid CPA is 32.7 yuan, in", "  its normal range."]


def test_status_stands_beside_the_title_at_the_right_where_there_is_room() -> None:
    assert page_of(width=40).splitlines() == ["渠道周报            关注 3 项，待批 2 项", "=" * 40]
    assert page_of(width=24).splitlines() == ["渠道周报", "关注 3 项，待批 2 项", "=" * 24]


def test_off_a_terminal_sentences_of_a_list_are_one_line_each_and_paragraphs_a_page_wide() -> None:
    lines = page_of(*PARTS, width=None).splitlines()
    assert sum("结论" in line or "2. 快手" in line for line in lines) == 2
    (paragraph,) = (line for line in lines if line.startswith("Paid CPA"))
    assert 80 < cell_len(paragraph) <= 100


def test_a_heading_stands_apart_from_what_is_above_and_next_to_what_it_is_about() -> None:
    lines = page_of(*PARTS, width=100).splitlines()
    chapter, section = lines.index("一、年度运营全景"), lines.index("（一）目标达成")
    assert lines[chapter - 1] == "-" * 100
    assert lines[chapter + 1].startswith("Paid CPA")
    assert lines[section - 1] == ""
    assert lines[section + 1] == "表 1 核心指标"


def test_a_bare_answer_has_no_rules() -> None:
    assert page_of(*PARTS[:3], width=100, title="").count("--") == 0
    assert page_of(Heading("一"), Prose("二"), Heading("三"), width=40, title="") == "一\n二\n\n三\n"


def test_a_drawing_has_no_column_and_a_footnote_comes_with_its_column() -> None:
    text = page_of(*PARTS, width=100)
    assert "走势" not in text
    assert "误差" not in text
    assert "1.31 (1.18-1.45)" in text
    assert text.endswith("\n\n实付=后台消耗扣返点\n")


def test_a_name_of_a_column_or_part_is_made_harmless() -> None:
    bad = "a\x1b[31mb"
    table = Table([Column("x", bad, numeric=False)], [TableRow({"x": bad})], title=bad, footnotes=[Footnote(bad)])
    parts = (Heading(bad), Lines(bad, [bad]), Prose(bad, bad), table)
    for width in (20, 80, None):
        text = page_of(*parts, width=width, title=bad, status=bad)
        assert ESCAPE not in text
        assert "".join(text.split()).count("a\\u001b[31mb") == 11


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_of_a_language_is_of_ambiguous_width(locale: str) -> None:
    texts = yaml.safe_load(shipped(f"configs/locales/{locale}.yaml").read_text(encoding="utf-8"))
    bad = {key for key, text in texts.items() if any(unicodedata.east_asian_width(letter) == "A" for letter in text)}
    assert bad == set()


@every_page
def test_nothing_that_is_printed_is_of_ambiguous_width(reports: Reports, locale: str, width: int | None) -> None:
    text = render(reports[locale], "table", Page(Words(locale), width))
    assert [letter for letter in text if unicodedata.east_asian_width(letter) == "A"] == []


# --- the page that a terminal asks for ------------------------------------------------------------------


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    days = [f"2025-03-{day:02}" for day in range(3, 24)]
    money = [f"{day},{channel},1234567.89" for day in days for channel in ("抖音直播投流", "B")]
    users = [f"u{at},{day} 10:00,抖音直播投流" for at, day in enumerate(days)]
    events = [f"u{at},{day} 20:00,open" for at, day in enumerate(days)]
    (folder / "spend.csv").write_text("\n".join(["day,channel,spend", *money, ""]), encoding="utf-8")
    (folder / "users.csv").write_text("\n".join(["user,acquired_at,channel", *users, ""]), encoding="utf-8")
    (folder / "events.csv").write_text("\n".join(["user,at,event", *events, ""]), encoding="utf-8")
    return folder


def test_into_a_pipe_a_table_is_as_wide_as_it_needs(exports: Path) -> None:
    ran = opsctl("report", exports)
    assert widest(ran.out) > 80
    assert "17,283,950.46" in ran.out  # seven days of 1,234,567.89 for two channels


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_page_is_as_wide_as_the_terminal_or_as_asked(exports: Path, width: int) -> None:
    told = opsctl("report", exports, environ={"COLUMNS": str(width)})
    asked = opsctl("report", exports, "--width", str(width))
    assert told.out == asked.out
    assert widest(told.out) <= width


def test_what_is_asked_counts_more_than_the_terminal(exports: Path) -> None:
    wide = opsctl("report", exports, "--width", "0", environ={"COLUMNS": "40"})
    assert wide.out == opsctl("report", exports).out


@pytest.mark.parametrize("columns", ["", "0", "wide", "-5"])
def test_a_terminal_that_does_not_tell_its_width_is_no_error(exports: Path, columns: str) -> None:
    assert opsctl("report", exports, environ={"COLUMNS": columns}).out == opsctl("report", exports).out


def test_a_number_wider_than_the_page_is_still_whole(exports: Path) -> None:
    ran = opsctl("report", exports, "--width", "20")
    assert "17,283,950.46" in ran.out
    assert widest(ran.out) <= 20


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ({"NO_COLOR": "1"}, False),
    ],
    ids=["pipe", "forced", "forced and refused", "dumb", "pipe of a colourful terminal", "refused"],
)
def test_there_is_no_colour_but_where_it_is_asked_for(exports: Path, environ: dict[str, str], coloured: bool) -> None:  # noqa: FBT001 - a case
    ran = opsctl("report", exports, environ=environ)
    assert (ESCAPE in ran.out) is coloured
    assert ESCAPE not in ran.err
    assert ESCAPE not in opsctl("report", exports, "--no-color", environ=environ).out
    assert ESCAPE not in opsctl("report", exports, "--json", environ=environ).out


def test_colour_changes_nothing_but_colour(exports: Path) -> None:
    coloured = opsctl("report", exports, environ={"FORCE_COLOR": "1"}).out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == opsctl("report", exports).out


def test_a_file_gets_no_colour_and_no_width_of_the_terminal(exports: Path, tmp_path: Path) -> None:
    opsctl("report", exports, "-o", tmp_path / "w.txt", environ={"FORCE_COLOR": "1", "COLUMNS": "40"})
    assert (tmp_path / "w.txt").read_text(encoding="utf-8") == opsctl("report", exports).out


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_real_terminal_gets_its_own_width_and_colour(exports: Path, environ: dict[str, str], coloured: bool) -> None:  # noqa: FBT001 - a case
    shown = on_a_terminal(70, "report", exports, environ=environ)
    assert (ESCAPE in shown) is coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n")
    assert plain == opsctl("report", exports, "--width", "70").out


def on_a_terminal(width: int, *arguments: str | Path, environ: dict[str, str]) -> str:
    """What the command writes to a terminal of that width."""
    import fcntl  # noqa: PLC0415 - not everywhere
    import pty  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    everything = {**kept, "HOME": os.devnull, "LC_ALL": "C.UTF-8", "TERM": "xterm", **environ}
    command = [sys.executable, "-m", "opsctl", *map(str, arguments)]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=everything) as run:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        assert run.wait(timeout=60) == 0
    os.close(ours)
    return shown.decode()


def _read(terminal: int) -> bytes:
    """The next bytes; none when the other side has hung up."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


# --- names that anybody may have written ------------------------------------------------------------------

HOSTILE = {
    "\x1b[31mred": "\\u001b[31mred",
    "a\u202eb": "a\\u202eb",
    "line\nbreak": "line\\u000abreak",
    "tab\there": "tab\\u0009here",
    "[bold]x[/bold]": "[bold]x[/bold]",
    "=1+1": "=1+1",
    "\U0001f469\u200d\U0001f4bb": "\U0001f469\u200d\U0001f4bb",
}


@pytest.mark.parametrize("command", ["query spend . --by channel", "query spend . --by 渠道\x1b[2J", "report ."])
def test_what_a_name_could_do_to_a_terminal_is_made_visible(tmp_path: Path, command: str) -> None:
    frame = pl.DataFrame({"day": "2025-03-01", "channel": [*HOSTILE], "spend": "1"})
    frame.write_parquet(tmp_path / "spend.parquet")
    ran = opsctl(*command.split(), cwd=tmp_path)
    told = ran.out + ran.err
    assert not [letter for letter in ("\x1b", "\u202e", "\t") if letter in told]
    if ran.code == 0:
        assert [name for name, shown in HOSTILE.items() if shown not in ran.out] == []


def test_a_name_of_a_dimension_is_made_harmless_too(tmp_path: Path) -> None:
    name = "os\x1b[2J\nversion"
    frame = pl.DataFrame({"user": ["u1"], "acquired_at": "2025-03-01", "channel": "A", name: "x"})
    frame.write_parquet(tmp_path / "users.parquet")
    ran = opsctl("query", "acquisitions", tmp_path, "--by", "os\x1b[2j version")
    assert (ran.code, ESCAPE in ran.out) == (0, False)
    assert "os\\u001b[2j version" in ran.out


def test_every_naughty_string_can_be_a_channel(shared: Path, tmp_path: Path) -> None:
    strings = json.loads((shared / "naughty" / "blns.json").read_text(encoding="utf-8"))
    frame = pl.DataFrame({"day": "2025-03-01", "channel": [one for one in strings if one.strip()], "spend": "1"})
    frame.write_parquet(tmp_path / "spend.parquet")
    ran = opsctl("query", "spend", tmp_path, "--by", "channel")
    assert ran.code in (0, 1)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]", ran.out)
