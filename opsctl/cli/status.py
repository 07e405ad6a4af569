"""`opsctl status`: what the store knows, what is missing, late or waiting, and what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from opsctl.cli import options

Days = Annotated[int, typer.Option("--days", metavar="N", help="How many days back gaps are looked for.", min=1)]


def status(
    days: Days = 28,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
    width: options.Width = None,
) -> None:
    """Say what the store knows: how far each source reaches, which days are missing, what is late or not read yet.

    \b
    opsctl status
    opsctl status --days 90 -o status.html
    opsctl status --as-of 2025-05-26 --json      late by that day

    A source is late when it lies further behind the others than it usually does. Exit codes: 0 all is there, 1 days
    are missing, a source is late, files are to be read or contradict each other, 3 the project has no store.
    """
    from opsctl.cli import session, sink
    from opsctl.config.words import Words
    from opsctl.core.errors import ExitCode
    from opsctl.measures.known import known
    from opsctl.reports.status import Status
    from opsctl.store import memory, runs

    voice = session.Voice(quiet)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    until = session.day(as_of)
    chosen = session.settings(project, None, locale, voice)
    loaded = memory.known(chosen, until)
    found = Status(loaded, known(loaded, chosen, until), runs.standing(chosen), chosen, days, Words(chosen.locale))
    answer.write(found.report(), chosen)
    raise typer.Exit(ExitCode.OK if found.is_whole else ExitCode.FINDINGS)
