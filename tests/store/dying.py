"""`opsctl` in a process that something happens to at its n-th operation on the store's files.

    python -m tests.store.dying HOW N COUNT_FILE ARGUMENTS…

HOW: `kill`, `term` and `int` send the signal to the process itself; `full` makes that operation, and all after it that
would need room, fail like a full disk; `small` lets no file grow beyond N bytes; `none` only counts. An operation is a
file or folder that is opened, made, renamed, removed or forced out, and a statement that SQLite is given.
"""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.command import Ran

_EVENTS = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect"})
_SIGNALS = {"kill": "SIGKILL", "term": "SIGTERM", "int": "SIGINT"}
_REPOSITORY = Path(__file__).parents[2]


def run(how: str, number: int, *arguments: str | Path, environ: dict[str, str]) -> tuple[Ran, int]:
    """Run a command so; what it left behind, and how many operations it came to (0 where it died before its end)."""
    count = Path(environ["HOME"]) / "operations"
    count.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.dying", how, str(number), str(count), *map(str, arguments)],
        cwd=_REPOSITORY,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        timeout=120,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    return ran, int(count.read_text(encoding="utf-8")) if count.exists() else 0


class _Fate:
    """What happens, and when."""

    def __init__(self, how: str, number: int) -> None:
        self.how, self.number, self.count = how, number, 0

    def meet(self, *, needs_room: bool = True) -> None:
        """One more operation."""
        self.count += 1
        if self.how in _SIGNALS and self.count == self.number:
            os.kill(os.getpid(), getattr(signal, _SIGNALS[self.how]))
        if self.how == "full" and self.count >= self.number and needs_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit event of Python."""
        if event in _EVENTS and any(".opsctl" in str(one) for one in arguments[:1]):
            reads = event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"))
            self.meet(needs_room=event in {"open", "os.mkdir", "os.rename"} and not reads)

    def forced(self, fsync: Callable[[Any], None]) -> Callable[[Any], None]:
        """`os.fsync` as an operation."""

        def forcing(handle: Any) -> None:
            self.meet()
            fsync(handle)

        return forcing


def _main() -> None:
    how, number, count = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    fate = _Fate(how, number)
    if how == "small":
        import resource  # noqa: PLC0415 - not there on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
    from opsctl.store import database  # noqa: PLC0415 - before anything is counted

    execute = database.execute

    def executing(connection: sqlite3.Connection, statement: str) -> None:
        fate.meet(needs_room=False)
        execute(connection, statement)

    database.execute = executing
    system: Any = os
    system.fsync = fate.forced(os.fsync)
    sys.addaudithook(fate.hear)
    sys.argv = ["opsctl", *sys.argv[4:]]
    from opsctl.cli import run as command  # noqa: PLC0415

    try:
        command()
    finally:
        fate.how = "none"
        count.write_text(str(fate.count), encoding="utf-8")


if __name__ == "__main__":
    _main()
