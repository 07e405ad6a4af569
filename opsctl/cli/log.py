"""What was told, kept in a file with its time: for whoever looks after a run that nobody watched."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from opsctl.cli.streams import tell
from opsctl.core.errors import BadOption

OPTION = "--log-file"
VARIABLE = "OPSCTL_LOG"


def named(words: Sequence[str], environ: Mapping[str, str]) -> Path | None:
    """The file that a command line or the environment names for the log.

    It is looked for before the words are understood, so that a mistyped option is logged too.
    """
    for at, word in enumerate(words):
        if word == "--":
            break
        if word == OPTION and at + 1 < len(words):
            return Path(words[at + 1])
        if word.startswith(f"{OPTION}="):
            return Path(word.partition("=")[2])
    return Path(environ[VARIABLE]) if environ.get(VARIABLE) else None


class Log:
    """Lines of `TIME PROCESS LEVEL CODE TEXT`, appended one by one, so that two runs may share a file."""

    def __init__(self) -> None:
        self._file: int | None = None

    def open(self, path: Path) -> None:
        """Append to a file from now on; a new one can be read by its owner alone.

        Raises:
            BadOption: It cannot be written.
        """
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise BadOption(f"cannot write the log '{path}': {error.strerror}", hint="name another file") from error

    def write(self, level: str, text: str, code: str = "-") -> None:
        """Every line of a text; without a file, nothing. A log that cannot be written to stops no run."""
        if self._file is None:
            return
        from opsctl.core.clock import now

        head = f"{now():%Y-%m-%dT%H:%M:%SZ} {os.getpid()} {level} {code}"
        lines = "".join(f"{head} {line}\n" for line in text.splitlines() if line.strip())
        try:
            os.write(self._file, lines.encode(errors="backslashreplace"))
        except OSError as error:
            self.close()
            tell(f"warning: the log ends here: {error.strerror}\n")

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


LOG = Log()  # of this process
