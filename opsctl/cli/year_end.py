"""`opsctl year-end`: the review of a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from opsctl.cli import options
from opsctl.core.errors import BadPeriod

if TYPE_CHECKING:
    from opsctl.config.settings import Settings
    from opsctl.core.period import Period
    from opsctl.reports.notes import Notes

NOTES = "notes"  # the folder beside opsctl.yaml
NotesFile = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation
    typer.Option("--notes", metavar="FILE", help="Your text by named blocks; unset: notes/YEAR.md.", show_default=False),
]


def year_end(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="Such as 2025.")],
    paths: options.Paths = None,
    notes: NotesFile = None,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    strict: options.Strict = False,
    rejects: options.Rejects = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    width: options.Width = None,
) -> None:
    """Review a year: goals, channels, quality, what was decided and what came of it.

    \b
    opsctl year-end 2025 exports/
    opsctl year-end 2025 exports/ --locale zh-CN -o 2025.html -o 2025.md
    opsctl year-end 2025 --notes notes/2025.md
    """
    from opsctl.cli import asking, session, sink
    from opsctl.config.words import Words
    from opsctl.reports.year_end import year_end as reviewed

    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    asked = _year(year)
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    written = _notes(notes, chosen, asked)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=asked)
    known = session.evidence(loaded, chosen, as_of, voice)
    asking.period(known, year)
    made = reviewed(loaded, known, chosen, asked.start.year, written, Words(chosen.locale))
    answer.write(made, chosen)
    sink.write_rejects(loaded, rejects)
    session.leave(loaded, made)


def _year(text: str) -> Period:
    """The year that is asked for.

    Raises:
        BadPeriod: It is none.
    """
    from opsctl.core import period as periods

    found = periods.named(text)
    if found.grain is not periods.Grain.YEAR:
        raise BadPeriod(f"'{text}' is no year", hint="opsctl year-end 2025")
    return found


def _notes(file: Path | None, chosen: Settings, year: Period) -> Notes:
    """What people wrote of the year: in the file named, else in that of the project where there is one."""
    from opsctl.reports.notes import Notes, read
    from opsctl.reports.year_end import PLACES

    usual = chosen.folder / NOTES / f"{year.label}.md" if chosen.folder else None
    found = file or (usual if usual and usual.is_file() else None)
    return read(found, PLACES) if found else Notes()
