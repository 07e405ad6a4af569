"""Where an answer goes: a terminal, a pipe, or files that are whole or not there."""

from __future__ import annotations

import base64
import csv
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.cli import heard, streams
from opsctl.cli.whole import write_all, write_whole
from opsctl.core.errors import BadOption

if TYPE_CHECKING:
    from opsctl.config.settings import Settings
    from opsctl.ingest.loaded import Loaded
    from opsctl.render import Page
    from opsctl.reports.report import Report

NARROWEST = 20
put = streams.put  # a text to stdout
ENCODINGS = {"csv": "utf-8-sig"}  # without a mark, a spreadsheet takes Chinese for its legacy encoding


def chosen_formats(format_: str | None, json: bool, outputs: Sequence[Path] | None) -> tuple[str, ...]:
    """The format of each place the answer goes to: by name, by --json, by the file's extension, else the terminal's.

    Raises:
        BadOption: One format is named for several files, or a file twice.
        UnknownName: There is no such format, or an extension asks for none.
    """
    from opsctl.render import format_of, known_format

    def choose(named: str | None, output: Path | None) -> str:
        if named is not None:
            return known_format(named)
        return format_of(output) if output is not None else "table"

    return formats_by(choose, named_format(format_, json), outputs)


def formats_by(
    choose: Callable[[str | None, Path | None], str], named: str | None, outputs: Sequence[Path] | None
) -> tuple[str, ...]:
    """The format of each file, of stdout where there is none, by a rule that knows names and extensions.

    Raises:
        BadOption: One format is named for several files, or a file twice.
    """
    places = list(outputs or ())
    if named is not None and len(places) > 1:
        raise BadOption(
            f"one format, {named}, for {len(places)} files", hint="leave it out: each file's extension says its format"
        )
    found = [path.resolve() for path in places]
    for at, path in enumerate(places):
        if found[at] in found[:at]:
            raise BadOption(f"'{path}' is to be written twice", hint="name each file once")
    return tuple(choose(named, path) for path in places) or (choose(named, None),)


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
    """Where the answer goes, a format for each file or one for stdout, and how wide it may be."""

    formats: tuple[str, ...]
    outputs: Sequence[Path] | None
    width: int | None
    no_color: bool

    def write(self, report: Report, chosen: Settings) -> None:
        """Render the report in the language and colour that were chosen, and put it where it belongs."""
        from opsctl.render import render

        self._spare_inputs(report)
        page = self.page(chosen)
        self.place([render(report, format_, page) for format_ in self.formats])

    def _spare_inputs(self, report: Report) -> None:
        """An export is never written over by what was made of it.

        Raises:
            BadOption: A file that was read is to be written.
        """
        from opsctl.core.personal import masked

        read = {masked(str(Path(one.file).resolve())) for one in report.inputs}  # their names are masked already
        for path in self.outputs or ():
            if masked(str(path.resolve())) in read:
                raise BadOption(f"'{path}' is one of the files that were read", hint="write to another file")

    def place(self, texts: Sequence[str]) -> None:
        """A text for each format into its file, all or none; without files, to stdout.

        Raises:
            CannotWrite: It cannot be written there.
        """
        if not self.outputs:
            put(texts[0])
            return
        files = zip(self.outputs, self.formats, texts, strict=True)
        contents = {path: text.encode(ENCODINGS.get(format_, "utf-8")) for path, format_, text in files}
        write_all(contents)
        heard.hear(heard.FILES, {str(path): base64.b64encode(content).decode() for path, content in contents.items()})

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
        if not self.outputs and columns.isdigit() and int(columns):
            return max(int(columns), NARROWEST)
        if not self.outputs and sys.stdout.isatty():
            return max(os.get_terminal_size(sys.stdout.fileno()).columns, NARROWEST)
        return None

    def coloured(self, wanted: str) -> bool:
        """A flag and the environment come before what a person set for all projects."""
        if self.no_color or self.outputs or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return wanted == "always" or (wanted == "auto" and sys.stdout.isatty())


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
