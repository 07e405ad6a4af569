"""The real command in a subprocess, as a shell would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer on stdout."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the answer."""
        found: list[dict[str, Any]] = self.json["rows"]
        return found

    def figure(self, metric: str, **group: str | None) -> dict[str, Any]:
        """One metric's object in the row of a group."""
        (row,) = (row for row in self.rows if all(row[name] == value for name, value in group.items()))
        found: dict[str, Any] = row[metric]
        return found


def opsctl(
    *arguments: str | Path, cwd: Path | None = None, environ: Mapping[str, str] | None = None, timeout: float = 120
) -> Ran:
    """Run `opsctl` with arguments; nothing of the tester's own configuration or terminal reaches it."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    home = {"HOME": os.devnull, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-m", "opsctl", *map(str, arguments)],
        cwd=cwd,
        env={**kept, **home, **(environ or {})},
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
