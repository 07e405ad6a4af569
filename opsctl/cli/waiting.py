"""What is shown to those who wait: which file is being read, on a terminal only, gone when it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(files: int, *, quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """A line on stderr while files are read; nothing off a terminal, for quiet runs, or for a single file."""
    if quiet or files < 2 or not sys.stderr.isatty():  # noqa: PLR2004 - one file is read before anybody wonders
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from opsctl.core.clean import clean

    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=files)

        def started(name: str) -> None:
            bar.update(task, description=clean(name), advance=1)

        yield started
