"""`opsctl validate`: what is right and wrong with files, for a person, a program or a CI system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from opsctl.cli import options

if TYPE_CHECKING:
    from opsctl.core.errors import ExitCode
    from opsctl.ingest.loaded import Loaded


def validate(
    paths: options.Paths = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    strict: options.Strict = False,
    rejects: options.Rejects = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    width: options.Width = None,
) -> None:
    """Say what is right and wrong with files. Formats: text, json, github, gitlab, junit.

    \b
    opsctl validate exports/
    opsctl validate exports/ --rejects rejects.csv
    opsctl validate exports/ --format github
    opsctl validate exports/ -o validate.xml

    Exit codes: 0 nothing is wrong, 1 something is, 3 no file could be read, or something is wrong and --strict.
    """
    from opsctl.cli import session, sink
    from opsctl.ingest.load import load
    from opsctl.render import validation as writers
    from opsctl.reports.validation import validation

    voice = session.Voice(quiet, verbose)
    wanted = sink.formats_by(writers.chosen, sink.named_format(format_, json), output)
    answer = sink.Sink(wanted, output, width, no_color=True)
    chosen = session.settings(project, paths, locale, voice)
    listed = session.list_files(paths, chosen, voice)
    loaded = load(listed, chosen)
    folder = "" if paths or chosen.folder is None else session.shown(chosen.folder)
    made = validation(loaded, listed, "" if folder == "." else folder)
    page = answer.page(chosen)
    answer.place([writers.render(made, one, page) for one in wanted])
    sink.write_rejects(loaded, rejects)
    raise typer.Exit(_left_with(loaded, strict=strict))


def _left_with(loaded: Loaded, *, strict: bool) -> ExitCode:
    from opsctl.core.errors import ExitCode

    if not loaded.has_findings:
        return ExitCode.OK
    return ExitCode.NO_ANSWER if strict or not loaded.tables else ExitCode.FINDINGS
