"""`opsctl ingest`: take exports into the project's store, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from opsctl.cli import options

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from opsctl.config.settings import Settings
    from opsctl.core.errors import ExitCode
    from opsctl.ingest.loaded import Loaded
    from opsctl.store.intake import Intake, Order

DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done, and do nothing.")]
Replace = Annotated[bool, typer.Option("--replace", help="Take exports that lost more than half of a day.")]
Remap = Annotated[bool, typer.Option("--remap", help="Read what is there anew where its mapping has changed.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", help="Wait for another run to end.", min=0)]


def ingest(
    paths: options.Paths = None,
    dry_run: DryRun = False,
    replace: Replace = False,
    remap: Remap = False,
    wait: Wait = 0.0,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    locale: options.Locale = None,
    strict: options.Strict = False,
    rejects: options.Rejects = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    width: options.Width = None,
) -> None:
    """Take exports into the project's store: each once, a newer one in the place of the older.

    \b
    opsctl ingest exports/
    opsctl ingest                      the project's sources
    opsctl ingest exports/ -n          what would be done
    opsctl ingest --remap              with mappings that were corrected
    opsctl ingest --wait 600 -q        from cron

    Ids of people are stored as keyed hashes only. Exit codes: 0 all was taken in or is there already, 1 something was
    refused or rejected, 3 nothing could be read, 75 another run is writing.
    """
    import dataclasses

    from opsctl.cli import session, sink
    from opsctl.cli.waiting import progress
    from opsctl.config.words import Words
    from opsctl.core.errors import NoData
    from opsctl.reports.intake import intake
    from opsctl.store import runs
    from opsctl.store.intake import Order

    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, None), None, width, no_color=True)
    known_on = session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    order = Order(lambda loaded: _latest_day(loaded, chosen), replace, known_on, dry_run)
    if remap:
        done = _read_anew(paths, chosen, order, wait)
    else:
        listed = session.list_files(paths, chosen, voice)
        with progress(len(listed.found), quiet=voice.quiet) as started:
            done = runs.take_in(listed, chosen, order, wait=wait, started=started)
    for error in done.refused:
        voice.refuse(error)
    made = intake(done, _latest_day(done.loaded, chosen), Words(chosen.locale), dry_run=dry_run, anew=remap)
    for note in made.notes:
        voice.say(f"note[{note.code}]: {note.text}")
    if not quiet or json:
        answer.write(made, chosen)
    sink.write_rejects(dataclasses.replace(done.loaded, refused=done.refused), rejects)
    if not made.answered:
        raise NoData("no file was taken in", hint="see the messages above, or opsctl inspect FILE")
    raise typer.Exit(_left_with(done, strict=strict))


def _read_anew(paths: list[Path] | None, chosen: Settings, order: Order, wait: float) -> Intake:
    """What the store has, as today's mappings read it.

    Raises:
        BadOption: Files are named beside.
    """
    from opsctl.cli import session
    from opsctl.core.errors import BadOption
    from opsctl.store import runs

    if paths:
        raise BadOption("--remap reads the files again that are in the store", hint="name no files beside it")
    session.check_mappings(chosen)
    return runs.read_anew(chosen, order, wait=wait)


def _latest_day(loaded: Loaded, chosen: Settings) -> date | None:
    """The last day of which all is known; None where no row names one."""
    from opsctl.core.errors import NoData
    from opsctl.measures.known import known

    try:
        return known(loaded, chosen, None).as_of if loaded.tables else None
    except NoData:
        return None


def _left_with(done: Intake, *, strict: bool) -> ExitCode:
    from opsctl.core.errors import ExitCode
    from opsctl.reports.intake import is_clean

    if not done.refused and is_clean([part.account for part in done.new]):
        return ExitCode.OK
    return ExitCode.NO_ANSWER if strict else ExitCode.FINDINGS
