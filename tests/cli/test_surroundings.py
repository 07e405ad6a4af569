"""Cron, CI and odd shells: whatever the environment, the streams and the folder are like, the answer is the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.inside import opsctl as opsctl_inside
from tests.command import Ran, opsctl

GOOD = "day,channel,spend\n2025-03-01,抖音,100\n2025-03-02,快手🚀,90\n"
QUERY = ("query", "spend,cpm", "exports", "--by", "channel", "--locale", "zh-CN")
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "C": {"LC_ALL": "C"},
    "POSIX": {"LC_ALL": "POSIX", "LANG": "POSIX"},
    "no coercion": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "unknown language": {"LANG": "xx_YY.nonsense"},
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "cp936 strict": {"PYTHONIOENCODING": "cp936:strict"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "not utf-8": {"PYTHONUTF8": "0", "LC_ALL": "en_US.ISO-8859-1"},
    "dumb": {"TERM": "dumb"},
    "no colour though forced": {"NO_COLOR": "1", "FORCE_COLOR": "1"},
    "columns that are none": {"COLUMNS": "wide"},
    "no columns": {"COLUMNS": "0"},
    "no home": {"HOME": ""},
    "a home that is not there": {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"},
    "a zone that is none": {"TZ": "Mars/Olympus"},
    "no temporary folder": {"TMPDIR": "/nonexistent"},
}
closed_streams = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cron")
    (folder / "exports").mkdir()
    (folder / "exports" / "good.csv").write_text(GOOD, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def usual(exports: Path) -> Ran:
    ran = opsctl(*QUERY, cwd=exports)
    assert (ran.code, "抖音" in ran.out) == (0, True)
    return ran


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_answer_is_the_same_bytes_in_every_environment(exports: Path, usual: Ran, name: str) -> None:
    ran = opsctl(*QUERY, "-q", cwd=exports, environ=ENVIRONMENTS[name])
    assert (ran.code, ran.out, ran.err) == (0, usual.out, "")


@pytest.mark.parametrize("name", ["no coercion", "gbk", "ascii"])
def test_help_and_errors_hold_too(exports: Path, name: str) -> None:
    environ = ENVIRONMENTS[name]
    assert opsctl("query", "--help", environ=environ).out == opsctl("query", "--help").out
    done = raw("query", "spend", "抖音.csv", folder=exports, environ=environ)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error[OPS004]: ")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("columns", ["1", "19", "40"])
def test_a_narrow_page_is_one_and_its_numbers_are_whole(exports: Path, columns: str) -> None:
    ran = opsctl(*QUERY, "-q", cwd=exports, environ={"COLUMNS": columns})
    assert ran.code == 0
    assert "100.00" in ran.out
    assert opsctl("query", "--help", environ={"COLUMNS": columns}).code == 0


def raw(
    *arguments: str, folder: Path, environ: dict[str, str] | None = None, redirect: str = '"$@"'
) -> subprocess.CompletedProcess[bytes]:
    """The command behind redirections of a shell, in which `"$@"` is the command."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = ["sh", "-c", redirect, "sh", sys.executable, "-m", "opsctl", *arguments]
    return subprocess.run(command, cwd=folder, env={**kept, **(environ or {})}, capture_output=True, check=False)


@closed_streams
@pytest.mark.parametrize("redirect", ['"$@" <&-', '"$@" 2>&-', '"$@" 2>/dev/full', '"$@" 2>&- <&-'])
def test_without_an_input_or_anybody_to_tell_the_answer_is_the_same(exports: Path, usual: Ran, redirect: str) -> None:
    if "/dev/full" in redirect and not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    done = raw(*QUERY, folder=exports, redirect=redirect)
    assert (done.returncode, done.stdout.decode()) == (0, usual.out)


@closed_streams
def test_a_file_is_written_with_every_stream_closed(exports: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    done = raw(*QUERY, "-f", "table", "-o", str(file), folder=exports, redirect='"$@" <&- >&- 2>&-')
    assert done.returncode == 0
    assert "抖音" in file.read_text(encoding="utf-8")


@closed_streams
@pytest.mark.parametrize("arguments", [QUERY, ("query", "--help"), ("explain", "--list"), ("config", "show")])
@pytest.mark.parametrize("redirect", ['"$@" >&-', '"$@" >/dev/full'])
def test_an_answer_that_nothing_takes_is_4(exports: Path, arguments: tuple[str, ...], redirect: str) -> None:
    if "/dev/full" in redirect and not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    done = raw(*arguments, folder=exports, redirect=redirect)
    assert (done.returncode, done.stderr.count(b"error[OPS006]"), done.stderr.count(b"error[")) == (4, 1, 1)


@closed_streams
def test_a_refusal_keeps_its_code_where_nobody_hears_it(exports: Path) -> None:
    for redirect in ('"$@" 2>&-', '"$@" 2>/dev/full'):
        assert raw("query", "spend", "nowhere", folder=exports, redirect=redirect).returncode == 2


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that nobody can write to")
def test_a_folder_that_cannot_be_written_to_is_one_to_stand_in(exports: Path, usual: Ran) -> None:
    paths = [str(exports / word) if word == "exports" else word for word in QUERY]
    ran = opsctl(*paths, "-q", cwd=Path("/proc"), environ={"TMPDIR": "/nonexistent"})
    assert (ran.code, ran.out, ran.err) == (0, usual.out, "")
    refused = opsctl(*paths, "-q", "-o", "answer.csv", cwd=Path("/proc"))
    assert (refused.code, refused.err.startswith("error[OPS006]")) == (4, True)


@closed_streams
def test_a_folder_that_is_gone_is_said_to_be(exports: Path, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    paths = [str(exports / word) if word == "exports" else word for word in QUERY]
    done = raw(*paths, folder=tmp_path / "gone", redirect='rmdir ../gone && "$@"')
    assert (done.returncode, done.stdout, b"is gone" in done.stderr) == (2, b"", True)


def test_a_user_of_windows_has_a_file_of_their_own_too(exports: Path, tmp_path: Path) -> None:
    (tmp_path / ".config" / "opsctl").mkdir(parents=True)
    (tmp_path / ".config" / "opsctl" / "config.yaml").write_text("locale: zh-CN\n")
    said = opsctl_inside("config", "show", cwd=exports, environ={"USERPROFILE": str(tmp_path)}).out
    assert "locale: zh-CN" in said


def test_a_machine_without_the_signals_of_posix_runs(
    exports: Path, usual: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    import signal  # noqa: PLC0415 - only here

    monkeypatch.delattr(signal, "SIGHUP", raising=False)
    assert opsctl_inside(*QUERY, cwd=exports).out == usual.out
