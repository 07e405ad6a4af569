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
from opsctl.render.cells import said_in_words
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

WIDTHS = (40, 60, 80, 100, 120, 200, None)
LOCALES = ("zh-CN", "en")
PUBLIC = {"douyin", "xiaohongshu", "tencent", "baidu", "kuaishou", "bilibili", "google"}  # of the sample's tree
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


def tables(report: Report) -> dict[str, Table]:
    """Its two tables as a page has them: the key figures and the channels."""
    return {table.name: table.in_short for table in report.tables}


ANY = object()  # the movement of all paid channels together is nowhere else to be read
Exact = dict[str, Any]  # by column: what is printed, exactly and in the unit of print; a range as three numbers


def exactly(report: Report, name: str) -> list[Exact]:
    """The numbers of the JSON answer, row by row as a table shows them."""
    answer = envelope(report)
    if name == "kpis":
        return [
            exactly_of_kpi(one, str(row.cells["metric"]))
            for one, row in zip(answer["kpis"], tables(report)[name].rows, strict=True)
        ]
    moved = {(one["channel"], one["metric"]): one["relative"] for one in answer["changes"]}
    rows = [exactly_of_channel(row, moved) for row in ordered(answer)]
    at = sum(row["channel"] in PUBLIC for row in answer["rows"])
    bought, paid, everyone = (
        exactly_of_channel({**answer[total], "channel": None}, moved)
        for total in ("bought_total", "paid_total", "total")
    )
    return [*rows[:at], {**bought, "cpa_change": None}, *rows[at:], {**paid, "cpa_change": ANY}, everyone]


def ordered(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The channels in the order of the table: the bought ones first, by what they spent, then by whom they brought."""

    def weight(row: dict[str, Any]) -> tuple[bool, float, float, str]:
        bought = row["channel"] in PUBLIC
        return (not bought, -float(row["spend"]["value"]), -row["acquisitions"]["value"], row["channel"])

    return sorted(answer["rows"], key=weight)


def exactly_of_kpi(one: dict[str, Any], title: str) -> Exact:
    shape = load(one["metric"]).shape
    scale = (
        Fraction(100)
        if shape is Shape.RATE
        else Fraction(1, 10_000 if "万" in title else 1_000 if " k)" in title else 1)
    )
    figures = {"now": "now", "before": "before", "to_date": "month_to_date"}
    values = {column: one[key] and one[key]["value"] for column, key in figures.items()}
    relative = {"change": one["change"], "usual": one["usual_range"], "year_change": one["year_change"]}
    return {
        **{column: times(value, scale) for column, value in {**values, "target": one["target"]}.items()},
        **{column: times(value, 100) for column, value in relative.items()},
    }


def exactly_of_channel(row: dict[str, Any], moved: dict[tuple[str | None, str], float | None]) -> Exact:
    figures = {key: cell for key, cell in row.items() if isinstance(cell, dict)}
    found: Exact = {
        key: times(cell["value"], 100 if load(key).shape is Shape.RATE else 1) for key, cell in figures.items()
    }
    worth = [row.get(key) for key in ("value_per_cost", "value_low", "value_high")]
    return {
        **found,
        "cpa_change": times(moved.get((row["channel"], "cpa")), 100),
        "retention_d7_error": times(row["retention_d7"]["error"], 100),
        "budget_share": times(row.get("budget_share"), 100),
        "value_per_cost": None if worth[0] is None else worth,
    }


def times(value: Any, scale: Fraction | int) -> Fraction | None:
    return None if value is None else Fraction(value) * scale


def agrees(printed: str, exact: Any) -> bool:
    """Whether a printed number is the answer's, rounded to the decimals that are printed."""
    if exact is None or exact is ANY:
        return printed == "-" or exact is ANY
    if isinstance(exact, list):
        numbers = re.findall(r"[\d.]+", printed)
        return len(numbers) == len(exact) and all(map(agrees, numbers, exact))
    digits = printed.replace(",", "").removesuffix("%")
    places = len(digits.partition(".")[2])
    return abs(Fraction(digits) - Fraction(exact)) <= Fraction(1, 2 * 10**places) + Fraction(1, 10**9)


def shown_columns(table: Table, text: str, locale: str) -> list[Column]:
    """The columns that the page has: all but those that the line below the table names, the least wanted ones."""
    words = Words(locale)
    told = squeezed(text)
    columns = said_in_words(table)
    leaving = sorted(columns, key=lambda column: column.priority)[::-1]
    for count in range(len(leaving), 0, -1):
        hidden = [column for column in columns if column in leaving[:count]]
        names = words["list.separator"].join(column.title.partition("\n")[0] for column in hidden)
        if squeezed(words.say("table.hidden", count=count, names=names)) in told:
            return [column for column in columns if column not in hidden]
    return columns


def squeezed(text: str) -> str:
    return "".join(text.split())


def printed(text: str, table: Table, columns: list[Column]) -> list[dict[str, str]]:
    """The cells of a table by their columns, row by row, wherever the page has put them."""
    lines = text.splitlines()
    first = str(table.rows[0].cells[columns[0].key])
    at = next((at for at, line in enumerate(lines) if line.startswith(f"{first}  ")), None)
    if at is None:
        return in_blocks(text, table, columns)
    found = [re.split(r"\s{2,}", line.strip()) for line in lines[at : at + len(table.rows)]]
    assert {len(cells) for cells in found} == {len(columns)}
    return [{column.key: cell for column, cell in zip(columns, cells, strict=True)} for cells in found]


def in_blocks(text: str, table: Table, columns: list[Column]) -> list[dict[str, str]]:
    """A block per row: its name, then every title with its value, which may stand on the line below."""
    name, *others = columns
    found = []
    parts = [squeezed(part) for part in re.split(r"\n\n|\n[=-]{20,}\n", text)]
    for row in table.rows:
        head = re.escape(squeezed(str(row.cells[name.key])))
        pattern = head + "".join(rf"{re.escape(squeezed(one.title))}(?P<{one.key}>.+?)" for one in others)
        (block,) = (match for part in parts if (match := re.fullmatch(pattern, part)))
        found.append({name.key: str(row.cells[name.key]), **block.groupdict()})
    return found


WORDS = {"metric", "standing", "channel", "advice"}
every_table = pytest.mark.parametrize("name", ["kpis", "channels"])


@every_table
@every_page
def test_every_printed_number_is_the_answers(reports: Reports, locale: str, width: int | None, name: str) -> None:
    report = reports[locale]
    table = tables(report)[name]
    text = render(report, "table", Page(Words(locale), width))
    columns = shown_columns(table, text, locale)
    for row, exact, cells in zip(table.rows, exactly(report, name), printed(text, table, columns), strict=True):
        assert squeezed(cells[columns[0].key]) == squeezed(str(row.cells[columns[0].key]))
        assert [
            (key, cell) for key, cell in cells.items() if key not in WORDS and not agrees(cell, exact.get(key))
        ] == []


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
    for table in tables(report).values():
        shown = shown_columns(table, text, locale)
        hidden = [column for column in said_in_words(table) if column not in shown]
        if width is None or width == 200:
            assert hidden == []
        if width == 80:
            assert hidden
        for column in hidden:
            assert all(column.priority >= other.priority for other in shown)


def test_the_more_room_the_more_columns(reports: Reports) -> None:
    report = reports["en"]
    pages = [render(report, "table", Page(Words("en"), width)) for width in range(60, 201, 10)]
    for table in tables(report).values():
        tabled = [page for page in pages if f"\n{table.rows[0].cells[table.columns[0].key]}  " in page]
        counts = [len(shown_columns(table, page, "en")) for page in tabled]
        assert len(counts) > 10
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
    assert "17,284.0" in ran.out  # thousands: seven days of 1,234,567.89 for two channels


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
    assert "17,284.0" in ran.out
    assert widest(ran.out) <= 20
    ran = opsctl("query", "spend", exports, "--period", "2025-W12", "--width", "8")
    assert "17,283,950.46" in ran.out


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
