"""Who waits at a terminal sees which file is being read; afterwards, and anywhere else, there is no trace of it."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import opsctl

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
COLUMNS = 60


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    for month, name in enumerate(("jan", "抖音" * 30, "mar\x1b[2J"), start=1):
        (tmp_path / f"{name}.csv").write_text(f"day,channel,spend\n2025-{month:02}-01,A,100\n")
    return tmp_path


def at_terminal(folder: Path, *arguments: str, **environ: str) -> str:
    """Every character that a run sends to a terminal behind its stderr."""
    import fcntl  # noqa: PLC0415 - of POSIX
    import pty  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environ = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TERM": "xterm", **environ}
    command = [sys.executable, "-m", "opsctl", "query", "spend", ".", *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs, env=environ) as run:
        os.close(theirs)
        sent = b"".join(iter(lambda: _read(ours), b""))
        assert run.wait(timeout=60) == 0
    os.close(ours)
    return sent.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """The next bytes; none when the other side has hung up."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def left_on_screen(sent: str) -> str:
    """What a terminal shows in the end: a carriage return goes back, and what follows writes over what was there."""
    lines = []
    for line in sent.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return "\n".join(lines)


def test_it_shows_each_file_in_one_line_and_leaves_nothing(exports: Path) -> None:
    sent = at_terminal(exports)
    steps = [part for part in sent.replace("\n", "\r").split("\r") if part[:2] in ("1/", "2/", "3/")]
    assert [step[:3] for step in steps] == ["1/3", "2/3", "3/3"]
    assert all(sum(1 + (letter > "\u2e80") for letter in step) < COLUMNS for step in steps)
    assert "\x1b" not in sent
    assert left_on_screen(sent) == opsctl("query", "spend", ".", cwd=exports).err


@pytest.mark.parametrize("how", ["-q", "dumb"])
def test_it_is_not_shown_to_the_quiet_nor_where_a_line_cannot_be_taken_back(exports: Path, how: str) -> None:
    if how == "-q":
        assert at_terminal(exports, "-q") == ""
    else:
        assert at_terminal(exports, TERM="dumb") == opsctl("query", "spend", ".", cwd=exports).err


def test_it_is_not_shown_to_a_pipe(exports: Path) -> None:
    assert "1/3" not in opsctl("query", "spend", ".", cwd=exports).err
