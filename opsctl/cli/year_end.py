"""`opsctl year-end`: the review of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from opsctl.cli import options
from opsctl.core.errors import BadPeriod

if TYPE_CHECKING:
    from opsctl.core.period import Period


def year_end(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="Such as 2025.")],
    paths: options.Paths = None,
    notes: options.NotesFile = None,
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
    from opsctl.reports.year_end import PLACES
    from opsctl.reports.year_end import year_end as reviewed

    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    asked = _year(year)
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    written = session.notes(notes, chosen, asked, PLACES)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=asked, as_of=as_of)
    known = session.evidence(loaded, chosen, as_of, voice)
    asking.period(known, year)
    made = reviewed(loaded, known, chosen, asked.start.year, written, Words(chosen.locale))
    made = made.asked_as("year-end", year=year)
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
