"""`opsctl verify`: whether the store is what was written, whether a delivered answer still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from opsctl.cli import options

if TYPE_CHECKING:
    from pathlib import Path

    from opsctl.config.settings import Settings
    from opsctl.config.words import Words
    from opsctl.reports.report import Report

Repair = Annotated[bool, typer.Option("--repair", help="Throw away and make good what loses nothing.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", help="Wait for another run to end.", min=0)]


def verify(
    repair: Repair = False,
    wait: Wait = 0.0,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
    width: options.Width = None,
) -> None:
    """Check the store: every hash, size, row count and sum of every file that was ever taken in.

    \b
    opsctl verify
    opsctl verify --json
    opsctl verify --repair       throws away tables that can be made again

    Exit codes: 0 all is what was written, 1 something is damaged, 3 there is no store, 75 a run is writing.
    """
    from opsctl.cli import session, sink
    from opsctl.config.words import Words
    from opsctl.core.errors import ExitCode

    voice = session.Voice(quiet)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    chosen = session.settings(project, None, locale, voice)
    made = _of_store(_folder(chosen), repair, wait, Words(chosen.locale))
    answer.write(made, chosen)
    raise typer.Exit(ExitCode.OK if made.answered else ExitCode.FINDINGS)


def _of_store(folder: Path, repair: bool, wait: float, words: Words) -> Report:
    from opsctl.reports.verification import verification
    from opsctl.store import verify as stores

    found = stores.verify(folder, wait)
    if not repair:
        return verification(found, [], words)
    stores.repair(folder, wait)
    after = stores.verify(folder, wait)
    return verification(after, [one for one in found.findings if one not in after.findings], words)


def _folder(chosen: Settings) -> Path:
    """The project's folder.

    Raises:
        NoSource: There is no project.
    """
    from opsctl.core.errors import NoSource

    if chosen.folder is None:
        raise NoSource("there is no project here: a store belongs to an opsctl.yaml", hint="-C names its folder")
    return chosen.folder
