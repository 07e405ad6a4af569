"""A log has what was told, when, at which level, by which code, and how the run ended; and nobody's data."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.inside import opsctl

GOOD = "day,channel,spend\n2025-03-01,A,100\n2025-03-02,B,90\n"
NOON = {"SOURCE_DATE_EPOCH": "1767268800"}  # 2026-01-01T12:00:00Z
LINE = re.compile(r"(?P<time>\S+) (?P<process>\d+) (?P<level>info|warning|error) (?P<code>-|OPS\d{3}) (?P<text>.*)")


class Line(NamedTuple):
    """A line of a log."""

    level: str
    code: str
    text: str


def lines(log: Path) -> list[Line]:
    """What a log says; every line is whole and of the one time that was stated."""
    found = [LINE.fullmatch(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert all(one and one["time"] == "2026-01-01T12:00:00Z" for one in found)
    return [Line(one["level"], one["code"], one["text"]) for one in found if one]


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "good.csv").write_text(GOOD)
    return tmp_path


def test_a_quiet_run_says_nothing_and_its_log_has_everything(exports: Path) -> None:
    told = opsctl("query", "spend", "exports", cwd=exports, environ=NOON)
    kept = opsctl("query", "spend", "exports", "-q", "--log-file", "run.log", cwd=exports, environ=NOON)
    assert (kept.code, kept.out, kept.err) == (0, told.out, "")
    first, command, *narrated, last = lines(exports / "run.log")
    assert first.text.startswith("opsctl ")
    assert command.text == "query"
    assert last == ("info", "-", "exit 0: an answer")
    assert [line.text for line in narrated] == told.err.splitlines()


def test_the_environment_names_a_log_and_the_command_line_another(exports: Path) -> None:
    environ = {**NOON, "OPSCTL_LOG": "nightly.log"}
    opsctl("query", "spend", "exports", cwd=exports, environ=environ)
    opsctl("query", "spend", "exports", "--log-file=mine.log", cwd=exports, environ=environ)
    assert lines(exports / "nightly.log") == lines(exports / "mine.log")


def test_a_log_is_appended_to(exports: Path) -> None:
    for _ in range(2):
        opsctl("query", "spend", "exports", "--log-file", "run.log", cwd=exports, environ=NOON)
    found = lines(exports / "run.log")
    assert found == 2 * found[: len(found) // 2]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_new_log_can_be_read_by_its_owner_alone(exports: Path) -> None:
    before = os.umask(0)
    opsctl("query", "spend", "exports", "--log-file", "run.log", cwd=exports)
    os.umask(before)
    assert (exports / "run.log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "code", "level", "said"),
    [
        ("query spnd exports", "OPS001", "error", "exit 2: "),
        ("query spend exports --bye week", "OPS007", "error", "exit 2: "),
        ("qery spend", "OPS007", "error", "exit 2: "),
        ("query spend nowhere", "OPS004", "error", "exit 2: "),
        ("query spend exports --as-of 2024-01-01", "OPS401", "error", "exit 3: "),
        ("query spend exports -o missing/x.json", "OPS006", "error", "exit 4: "),
    ],
)
def test_what_went_wrong_is_logged_with_its_code_and_the_exit_code(
    exports: Path, arguments: str, code: str, level: str, said: str
) -> None:
    ran = opsctl(*arguments.split(), "-q", cwd=exports, environ={**NOON, "OPSCTL_LOG": "run.log"})
    found = lines(exports / "run.log")
    assert [line.text for line in found if line.code == code] == ran.err.splitlines()
    assert (found[-1].level, found[-1].text[: len(said)]) == (level, said)


def test_a_refused_file_and_a_finding_are_logged_with_their_codes(exports: Path) -> None:
    (exports / "exports" / "bad.csv").write_text(f"{GOOD}13800138000x,C,1\n")
    (exports / "exports" / "page.csv").write_text("<html><body>login</body></html>")
    ran = opsctl("query", "spend", "exports", "--log-file", "run.log", cwd=exports, environ=NOON)
    found = lines(exports / "run.log")
    assert ran.code == 1
    assert {(line.level, line.code) for line in found} > {("error", "OPS101")}
    assert "warning" in {line.level for line in found}
    assert found[-1].text.startswith("exit 1: ")
    assert "13800138000" not in (exports / "run.log").read_text(encoding="utf-8")


def test_lines_cannot_be_forged_by_a_name(exports: Path) -> None:
    ran = opsctl("query", "x\nx\x1b[2J", "exports", "--log-file", "run.log", cwd=exports, environ=NOON)
    assert len(lines(exports / "run.log")) == 3 + len(ran.err.splitlines())
    assert "\x1b" not in (exports / "run.log").read_text(encoding="utf-8")


def test_a_log_that_cannot_be_opened_is_refused_before_anything_is_read(exports: Path) -> None:
    ran = opsctl("query", "spend", "exports", "--log-file", "missing/run.log", cwd=exports)
    assert (ran.code, ran.out) == (2, "")
    assert "missing/run.log" in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_log_that_is_full_is_told_once_and_stops_nothing(exports: Path) -> None:
    ran = opsctl("query", "spend", "exports", "-q", "--json", "--log-file", "/dev/full", cwd=exports)
    assert (ran.code, len(ran.rows), ran.err.count("the log ends here")) == (0, 1, 1)


def test_two_runs_may_share_a_log(exports: Path) -> None:
    environ = {"PATH": os.environ.get("PATH", ""), "OPSCTL_LOG": "run.log", **NOON}
    environ |= {name: os.environ[name] for name in ("PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-m", "opsctl", "query", "spend", "exports", "-q", "-o"]
    runs = [subprocess.Popen([*command, f"{at}.json"], cwd=exports, env=environ) for at in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    assert [line.text for line in lines(exports / "run.log")].count("exit 0: an answer") == 3
