"""What is shown to those who wait: which file is being read, on a terminal only, gone when it is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opsctl.cli.streams import tell


@contextmanager
def progress(files: int, *, quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """A line on stderr while files are read; nothing off a terminal, for quiet runs, or for a single file."""
    if quiet or files < 2 or not _can_be_rewritten():  # noqa: PLR2004 - one file is read before anybody wonders
        yield None
        return
    line = _Line(files)
    try:
        yield line.started
    finally:
        line.clear()


def _can_be_rewritten() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class _Line:
    """One line, written over by blanks and not by escapes, which some consoles would show."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._begun = 0
        self._width = 0  # columns taken now

    def started(self, name: str) -> None:
        """The next file is being read."""
        from rich.cells import cell_len, set_cell_size

        from opsctl.core.clean import clean

        self.clear()
        self._begun += 1
        room = os.get_terminal_size(sys.stderr.fileno()).columns - 1  # the last column would begin a new line
        text = f"{self._begun}/{self._files} {clean(name)}"
        shown = text if cell_len(text) <= room else set_cell_size(text, max(room, 0)).rstrip()
        self._width = cell_len(shown)
        tell(shown)

    def clear(self) -> None:
        """The line as it was before."""
        if self._width:
            tell(f"\r{' ' * self._width}\r")
            self._width = 0
