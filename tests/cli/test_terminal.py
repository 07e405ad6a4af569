"""On every terminal, however narrow, a printed number is the answer's number; what finds no room is named."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.cells import cell_len

from opsctl.cli import session
from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.paths import shipped
from opsctl.core.period import last_complete_week
from opsctl.ingest.load import Loaded
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.metric import Shape
from opsctl.render import Page, render
from opsctl.render.json import envelope
from opsctl.reports.channel_report import channel_report
from opsctl.reports.report import Column, Report
from tests.cli.inside import opsctl

WIDTHS = (40, 60, 80, 100, 160, None)
LOCALES = ("zh-CN", "en")
every_page = pytest.mark.parametrize(("locale", "width"), [(locale, width) for locale in LOCALES for width in WIDTHS])
ESCAPE = "\x1b"
Read = tuple[Settings, Loaded, Known]


@pytest.fixture(scope="module")
def sample() -> Read:
    """The sample, read once for all pages."""
    quiet = session.Voice(quiet=True)
    folder = shipped("sample_data")
    chosen = session.settings(folder, None, "en", quiet)
    loaded = session.read([], chosen, quiet, strict=True)
    return chosen, loaded, session.evidence(loaded, chosen, None, quiet)


def report_of(sample: Read, locale: str) -> Report:
    chosen, loaded, known = sample
    period = last_complete_week(known.evidence.as_of)
    return channel_report(loaded, known, replace(chosen, locale=locale), period, Words(locale))


def figures(report: Report) -> list[dict[str, Any]]:
    """The figures of the JSON answer, row by row as the table shows them; changes and half intervals beside them."""
    answer = envelope(report)
    by_name = {row["channel"]: row for row in answer["rows"]}
    names = channels(answer)
    totals = [answer["paid_total"], answer["total"]][-(len(report.table.rows) - len(names)) :]
    return [by_name[name] for name in names] + totals


def channels(answer: dict[str, Any]) -> list[str]:
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
    leaving = sorted(report.table.columns, key=lambda column: -column.priority)
    for count in range(len(leaving), 0, -1):
        hidden = [column for column in report.table.columns if column in leaving[:count]]
        names = words["list.separator"].join(column.title.partition("\n")[0] for column in hidden)
        if "".join(words.say("table.hidden", count=count, names=names).split()) in told:
            return [column for column in report.table.columns if column not in hidden]
    return list(report.table.columns)


@every_page
def test_every_printed_number_is_the_answers(sample: Read, locale: str, width: int | None) -> None:
    report = report_of(sample, locale)
    text = render(report, "table", Page(Words(locale), width))
    columns = report.table.columns
    rows = figures(report)
    assert len(rows) == len(report.table.rows)
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
    first = str(report.table.rows[0].cells["channel"])
    at = next(at for at, line in enumerate(lines) if line.startswith(f"{first} "))
    found = [re.split(r"\s{2,}", line.strip()) for line in lines[at : at + len(report.table.rows)]]
    assert {len(cells) for cells in found} == {columns}
    assert [cells[0] for cells in found] == [row.cells["channel"] for row in report.table.rows]
    return [cells[1:] for cells in found]


def blocks(text: str, report: Report) -> list[list[str]]:
    """The last word of each line of a row's block; a title without room for its value has it on the line below."""
    found = []
    parts = text.split("\n\n")
    for row in report.table.rows:
        (block,) = (part for part in parts if part.partition("\n")[0] == row.cells["channel"])
        values = [re.split(r"\s+", line)[-1] for line in block.splitlines()[1:]]
        found.append([value for value in values if re.fullmatch(r"-|[-+]?[\d,]+(\.\d+)?%?", value)])
    return found


@every_page
def test_no_line_is_wider_than_the_page_and_nothing_is_cut(sample: Read, locale: str, width: int | None) -> None:
    text = render(report_of(sample, locale), "table", Page(Words(locale), width))
    assert "…" not in text
    assert "..." not in text
    assert ESCAPE not in text
    if width is not None:
        assert max(map(cell_len, text.splitlines())) <= width


@every_page
def test_a_column_that_finds_no_room_is_named_and_the_least_wanted_goes_first(
    sample: Read, locale: str, width: int | None
) -> None:
    report = report_of(sample, locale)
    text = render(report, "table", Page(Words(locale), width))
    shown = shown_columns(report, text, locale)
    hidden = [column for column in report.table.columns if column not in shown]
    if width is None or width == 160:
        assert hidden == []
    if width == 80:
        assert hidden
    for column in hidden:
        assert all(column.priority >= other.priority for other in shown)


def test_the_more_room_the_more_columns(sample: Read) -> None:
    report = report_of(sample, "en")
    counts = [
        len(shown_columns(report, render(report, "table", Page(Words("en"), width)), "en"))
        for width in range(60, 161, 10)
    ]
    assert counts == sorted(counts)


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


def widest(text: str) -> int:
    return max(map(cell_len, text.splitlines()))


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
