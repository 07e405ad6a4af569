"""Where an answer goes: a terminal, a pipe, or a file that is whole or not there."""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.core.errors import BadOption, CannotWrite

if TYPE_CHECKING:
    from opsctl.config.settings import Settings
    from opsctl.ingest.load import Loaded
    from opsctl.render import Page
    from opsctl.reports.report import Report

NARROWEST = 20


def chosen_format(format_: str | None, json: bool, output: Path | None) -> str:
    """The format asked for: by name, by --json, by the file's extension, else the terminal's table."""
    from opsctl.render import format_of, known_format

    named = named_format(format_, json)
    if named is not None:
        return known_format(named)
    return format_of(output) if output is not None else "table"


def named_format(format_: str | None, json: bool) -> str | None:
    """The format that --format or its short form --json names, if any.

    Raises:
        BadOption: They name different ones.
    """
    if json and format_ not in (None, "json"):
        raise BadOption(f"--json and --format {format_} ask for different formats", hint="leave one of them out")
    return "json" if json else format_


@dataclass(frozen=True)
class Sink:
    """Where the answer goes, and how wide it may be."""

    format: str
    output: Path | None
    width: int | None
    no_color: bool

    def write(self, report: Report, chosen: Settings) -> None:
        """Render the report in the language and colour that were chosen, and put it where it belongs."""
        from opsctl.render import render

        place(render(report, self.format, self.page(chosen)), self.output)

    def page(self, chosen: Settings) -> Page:
        """What a writer may use: the language and colour that were chosen, and how wide."""
        from opsctl.config.words import Words
        from opsctl.render import Page

        return Page(Words(chosen.locale), self.page_width(), self.coloured(chosen.colour))

    def page_width(self) -> int | None:
        """A terminal's own width; what was asked for; off a terminal as wide as needed, so no number is cut."""
        if self.width is not None:
            return max(self.width, NARROWEST) if self.width else None
        columns = os.environ.get("COLUMNS", "")
        if self.output is None and columns.isdigit() and int(columns):
            return max(int(columns), NARROWEST)
        if self.output is None and sys.stdout.isatty():
            return max(os.get_terminal_size(sys.stdout.fileno()).columns, NARROWEST)
        return None

    def coloured(self, wanted: str) -> bool:
        """A flag and the environment come before what a person set for all projects."""
        if self.no_color or self.output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return wanted == "always" or (wanted == "auto" and sys.stdout.isatty())


def place(text: str, output: Path | None) -> None:
    """A text into the file that was named, else to stdout."""
    if output is None:
        put(text)
    else:
        write_whole(output, text)


def put(text: str) -> None:
    """The answer to stdout; a terminal gets its own encoding, a file or pipe always UTF-8.

    Raises:
        CannotWrite: The disk that it goes to is full.
    """
    try:
        _put(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        forget_output()
        raise CannotWrite(f"cannot write the answer: {error.strerror}", hint="check the disk") from error


def _put(text: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def forget_output() -> None:
    """What could not be written is given up, or the interpreter would try again, and complain, when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """A file that is complete or not there: written beside its place, forced to disk, then renamed.

    `private` files can be read by their owner alone; others by whom the user's umask allows.

    Raises:
        CannotWrite: The folder does not exist or cannot be written to, or the disk is full.
    """
    if path.exists() and not path.is_file():
        _pour(path, text)
        return
    part: str | None = None
    try:
        handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if not private:
            Path(part).chmod(0o666 & ~_umask())
        Path(part).replace(path)
    except OSError as error:
        raise CannotWrite(f"cannot write '{path}': {error.strerror}", hint="check the folder and the disk") from error
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


def _pour(path: Path, text: str) -> None:
    """A text into a device or a pipe, which must never be replaced by a file of its name."""
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise CannotWrite(f"cannot write '{path}': {error.strerror}", hint="name a file") from error


def _umask() -> int:
    """The user's umask; the only way to learn it is to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_rejects(loaded: Loaded, path: Path | None) -> None:
    """Every rejected row's place and rule as CSV, readable by its owner alone; its values stay in the file.

    Raises:
        CannotWrite: It cannot be written there.
    """
    if path is None:
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "line", "column", "code", "reason"])
    writer.writerows([row.file, row.line, row.column, row.code, row.reason] for row in loaded.rejected)
    write_whole(path, text.getvalue(), private=True)
