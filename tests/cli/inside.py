"""The real command in this very process: what a subprocess would print and leave with, without starting one."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from opsctl.cli import run
from tests.command import Ran


def opsctl(*arguments: str | Path, cwd: Path | None = None, environ: Mapping[str, str] | None = None) -> Ran:
    """Run `opsctl` with arguments in an environment that holds nothing but `environ`."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            patch.delenv(name)
        for name, value in (environ or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["opsctl", *map(str, arguments)])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.chdir(cwd or Path.cwd())
        code = _left()
    signal.signal(signal.SIGTERM, before)
    return Ran(code, *(_text(stream) for stream in (out, err)))


def _left() -> int:
    try:
        run()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
