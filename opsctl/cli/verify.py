"""`opsctl verify`: whether the store is what was written, whether a delivered answer still holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from opsctl.cli import options

if TYPE_CHECKING:
    from opsctl.config.settings import Settings
    from opsctl.config.words import Words
    from opsctl.reports.report import Report

File = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation
    typer.Argument(help="A delivered JSON answer; none: the store itself.", show_default=False),
]
Originals = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Argument(metavar="[PATHS]...", help="What to compute it from; none: the store.", show_default=False),
]
Repair = Annotated[bool, typer.Option("--repair", help="Throw away and make good what loses nothing.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", help="Wait for another run to end.", min=0)]


def verify(
    file: File = None,
    paths: Originals = None,
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
    """Check the store, every hash, size, row count and sum; or every figure of an answer.

    \b
    opsctl verify
    opsctl verify --repair         throws away tables that can be made again
    opsctl verify w21.json         as of its day, from the store
    opsctl verify w21.json exports/

    Exit codes: 0 all as it was written, 1 damage or a difference, 3 there is no store, 75 a run is writing.
    """
    from opsctl.cli import session, sink
    from opsctl.config.words import Words
    from opsctl.core.errors import ExitCode

    voice = session.Voice(quiet)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    chosen = session.settings(project, paths, locale, voice)
    words = Words(chosen.locale)
    made = _of_answer(file, paths, project, words) if file else _of_store(_folder(chosen), repair, wait, words)
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


def _of_answer(file: Path, paths: list[Path] | None, project: Path | None, words: Words) -> Report:
    from opsctl.cli import again
    from opsctl.reports.recomputed import recomputed

    was = again.delivered(file)
    return recomputed(was, again.asked_again(was, paths, project, words.locale), file.name, words)


def _folder(chosen: Settings) -> Path:
    """The project's folder.

    Raises:
        NoSource: There is no project.
    """
    from opsctl.core.errors import NoSource

    if chosen.folder is None:
        raise NoSource("there is no project here: a store belongs to an opsctl.yaml", hint="-C names its folder")
    return chosen.folder
