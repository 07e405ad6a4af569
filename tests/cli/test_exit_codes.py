"""Every way a command can end has its own code, also when somebody else ends it; and each is explained."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from opsctl.core.errors import ExitCode, every_error
from opsctl.core.paths import shipped
from opsctl.store import place
from tests.cli.inside import opsctl
from tests.command import opsctl as opsctl_in_a_shell

GOOD = "day,channel,spend\n2025-03-01,A,100\n2025-03-02,B,90\n"

ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("OPSCTL_")} | {"HOME": os.devnull}

# A run that stops in the middle of reading: the first argument is what happens there.
DRIVER = """
import signal, sys, time
from opsctl.cli import run, session

signal.signal(signal.SIGINT, signal.default_int_handler)

def wait(*_, **__):
    print("reading", file=sys.stderr, flush=True)
    time.sleep(60)

def stumble(*_, **__):
    raise KeyError("13800138000")

session.read = {"wait": wait, "stumble": stumble}[sys.argv.pop(1)]
run()
"""


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(GOOD)
    return tmp_path


def driven(how: str, folder: Path) -> subprocess.Popen[bytes]:
    """The command, made to wait or to stumble while it reads."""
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, how, "query", "spend", "good.csv", "-o", "answer.json"],
        cwd=folder,
        env=ENVIRON,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


NO_SENDER_YET = "nothing is sent yet; today 4 is what cannot be written"


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, "query spend good.csv"),
        (1, "query spend good.csv page.csv"),
        (2, "query spnd good.csv"),
        (2, "query spend good.csv --bye channel"),
        (3, "query spend page.csv"),
        (3, "query spend good.csv page.csv --strict"),
        (4, "query spend good.csv -o missing/answer.json"),
        pytest.param(4, "send", marks=pytest.mark.skip(reason=NO_SENDER_YET)),
    ],
)
def test_a_shell_sees_the_code(exports: Path, code: int, arguments: str) -> None:
    (exports / "page.csv").write_text("<html><body>please log in</body></html>")
    assert opsctl_in_a_shell(*arguments.split(), cwd=exports).code == code


def test_another_run_that_holds_the_store_is_75(exports: Path) -> None:
    (exports / "opsctl.yaml").write_text("version: 1\n")
    assert opsctl_in_a_shell("ingest", "good.csv", "-q", cwd=exports, environ={"HOME": str(exports)}).code == 0
    with closing(sqlite3.connect(place.store_of(exports) / place.LOCK, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        (exports / "more.csv").write_text(GOOD.replace("03-0", "04-0"))
        ran = opsctl_in_a_shell("ingest", "more.csv", "-q", cwd=exports, environ={"HOME": str(exports)})
    assert (ran.code, ran.out) == (75, "")


def test_an_answer_is_0(exports: Path) -> None:
    assert opsctl_in_a_shell("query", "spend", exports).code == 0


def test_an_answer_with_findings_is_1(exports: Path) -> None:
    (exports / "more.csv").write_text(f"{GOOD.replace('03-0', '04-0')}2025-13-03,C,1\n")
    ran = opsctl_in_a_shell("query", "spend", exports, "--json")
    assert (ran.code, ran.figure("spend")["value"]) == (1, "380.0000")


def test_asked_wrongly_is_2(exports: Path) -> None:
    assert opsctl("query", "spnd", exports).code == 2


def test_no_answer_is_3(exports: Path) -> None:
    (exports / "good.csv").write_bytes(b"")
    assert opsctl("query", "spend", exports).code == 3


def test_an_empty_folder_is_3(tmp_path: Path) -> None:
    assert opsctl("query", "spend", tmp_path).code == 3


def test_made_but_not_delivered_is_4(exports: Path) -> None:
    ran = opsctl("query", "spend", "good.csv", "-o", "missing/answer.json", cwd=exports)
    assert (ran.code, ran.out) == (4, "")
    assert not (exports / "missing").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_device_is_written_to_and_never_replaced(exports: Path) -> None:
    assert opsctl("query", "spend", "good.csv", "-o", os.devnull, "-f", "json", cwd=exports).code == 0
    assert Path(os.devnull).is_char_device()


def test_a_full_disk_behind_stdout_is_4_and_one_error(exports: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "opsctl", "query", "spend", str(exports)]
        ran = subprocess.run(command, env=ENVIRON, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 4
    assert ran.stderr.count(b"error[") == 1
    assert b"Exception" not in ran.stderr


def test_a_file_that_cannot_be_written_leaves_nothing_behind_and_an_old_one_alone(exports: Path) -> None:
    (exports / "answer.json").mkdir()  # a folder stands where the file should go
    before = sorted(exports.iterdir())
    assert opsctl("query", "spend", "good.csv", "-o", "answer.json", cwd=exports).code == 4
    assert sorted(exports.iterdir()) == before


def test_a_defect_is_5_with_a_log_that_only_the_user_can_read(exports: Path) -> None:
    run = driven("stumble", exports)
    out, err = run.communicate(timeout=60)
    told = err.decode()
    assert (run.returncode, out) == (5, b"")
    assert told.startswith("error[OPS501]: KeyError: a defect of opsctl")
    assert "13800138000" not in told
    assert "Traceback" not in told
    (log,) = (Path(line.partition("log: ")[2]) for line in told.splitlines() if "log: " in line)
    text = log.read_text(encoding="utf-8")
    mode = log.stat().st_mode
    log.unlink()
    assert "Traceback" in text
    assert mode & 0o077 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_stopped_by_a_signal_has_its_code_and_leaves_nothing_half_written(exports: Path, name: str, code: int) -> None:
    with driven("wait", exports) as run:
        assert run.stderr is not None
        assert run.stderr.readline().strip() == b"reading"
        run.send_signal(getattr(signal, name))
        out, err = run.communicate(timeout=60)
    assert (run.returncode, out, err) == (code, b"", b"")
    assert [path.name for path in exports.iterdir()] == ["good.csv"]


@pytest.mark.parametrize(
    "arguments",
    [["query", "spend", "good.csv"], ["query", "spend", "good.csv", "--json"], ["explain", "--list"], ["--help"]],
)
def test_a_reader_that_went_away_is_141_without_a_word(exports: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "opsctl", *arguments]
    with subprocess.Popen(command, cwd=exports, env=ENVIRON, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        told = run.stderr.read().decode()
        run.wait(timeout=60)
    assert run.returncode == 141
    assert [line for line in told.splitlines() if not line.startswith("note: ")] == []


def test_the_reader_of_a_file_that_is_a_pipe_may_go_away_too(exports: Path) -> None:
    command = [sys.executable, "-m", "opsctl", "query", "spend", "good.csv", "-q", "-f", "json", "-o", "/dev/stdout"]
    if not Path("/dev/stdout").exists():
        pytest.skip("no name for the output here")
    with subprocess.Popen(command, cwd=exports, env=ENVIRON, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.wait(timeout=60) == 141


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("after", [0.3, 0.9, 1.8])
def test_stopped_at_any_time_of_a_real_run_it_leaves_all_or_nothing(tmp_path: Path, name: str, after: float) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "here").mkdir()
    command = [
        sys.executable,
        "-m",
        "opsctl",
        "report",
        "-C",
        str(shipped("sample_data")),
        "-o",
        "a.html",
        "-o",
        "a.csv",
    ]
    environ = {**ENVIRON, "TMPDIR": str(tmp_path / "temporary"), "OPSCTL_LOG": str(tmp_path / "run.log")}
    with subprocess.Popen(command, cwd=tmp_path / "here", env=environ, stderr=subprocess.PIPE) as run:
        with suppress(subprocess.TimeoutExpired):
            run.wait(after)
        run.send_signal(getattr(signal, name))
        _, told = run.communicate(timeout=60)
    code = 130 if name == "SIGINT" else 143
    left = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert run.returncode in (0, code, -getattr(signal, name))  # the last: the interpreter had not begun, or was done
    assert left == ([] if run.returncode == code else left)
    assert left in ([], ["a.csv", "a.html"])
    assert list((tmp_path / "temporary").iterdir()) == []
    assert b"Traceback" not in told
    if run.returncode == code and (tmp_path / "run.log").exists():  # it had begun
        assert f" exit {code}: " in (tmp_path / "run.log").read_text(encoding="utf-8").splitlines()[-1]


def test_a_file_that_was_there_is_replaced_whole(exports: Path) -> None:
    (exports / "answer.json").write_text("old" * 10_000)
    ran = opsctl("query", "spend", "good.csv", "-o", "answer.json", cwd=exports)
    assert (ran.code, ran.out) == (0, "")
    answer = (exports / "answer.json").read_text()
    assert answer == opsctl("query", "spend", "good.csv", "--json", cwd=exports).out
    assert sorted(path.name for path in exports.iterdir()) == ["answer.json", "good.csv"]


def test_every_code_is_explained() -> None:
    text = opsctl("explain", "exit-codes").out
    for code in ExitCode:
        assert f"{code.value:>3}  {code.sentence}\n" in text


def test_every_refusal_leaves_with_a_code_that_is_explained() -> None:
    for code, kind in every_error().items():
        assert kind.exit_code in ExitCode, code
        assert kind.exit_code not in (ExitCode.OK, ExitCode.FINDINGS)
