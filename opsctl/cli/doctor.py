"""`opsctl doctor`: whether the machine and the project are in order, and what to do where they are not."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from opsctl.cli import options

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from opsctl.config.settings import Settings
    from opsctl.reports.checkup import Check
    from opsctl.reports.installation import Terminal


def doctor(
    project: options.ProjectDir = None,
    as_of: options.AsOf = None,
    json: options.Json = False,
    locale: options.Locale = None,
    width: options.Width = None,
) -> None:
    """Check the machine, the project and its data. Says what to do; exit code 1: something must be repaired.

    \b
    opsctl doctor
    opsctl doctor -C shop/ --as-of 2025-05-26
    opsctl doctor --json
    """
    from opsctl.cli import session, sink
    from opsctl.config.words import Words
    from opsctl.core.errors import ExitCode
    from opsctl.render import Page, checklist
    from opsctl.reports.checkup import Level

    until = session.day(as_of)
    answer = sink.Sink((), None, width, no_color=True)
    chosen, checks = _checked(session.project_folder(project), until, locale)
    if json:
        sink.put(checklist.as_json(checks))
    else:
        language = chosen.locale if chosen else session.language(locale)
        sink.put(checklist.written(checks, Page(Words(language), answer.page_width())))
    failed = any(check.level is Level.FAIL for check in checks)
    raise typer.Exit(ExitCode.FINDINGS if failed else ExitCode.OK)


def _checked(folder: Path | None, until: date | None, locale: str | None) -> tuple[Settings | None, list[Check]]:
    """The checklist, and the configuration where it could be read.

    Raises:
        BadOption: A flag or an OPSCTL_* variable has a value that cannot be used.
    """
    from opsctl.cli import session
    from opsctl.core.errors import BadOption, OpsctlError
    from opsctl.reports import checkup
    from opsctl.reports.custody import custody
    from opsctl.reports.installation import installation

    try:
        chosen = session.configured(folder, locale)
    except BadOption:
        raise
    except OpsctlError as error:
        return None, [*installation(_terminal("auto")), checkup.broken("config", error)]
    found = installation(_terminal(chosen.colour))
    if folder is None:
        return chosen, [*found, checkup.no_project()]
    of_project = checkup.project(chosen, session.shown(folder), until)
    return chosen, [*found, *of_project, *custody(chosen, os.environ)]


def _terminal(colour: str) -> Terminal:
    from opsctl.cli import sink
    from opsctl.reports.installation import Terminal

    encoding = sys.stdout.encoding if sys.stdout.isatty() else None
    return Terminal(encoding, sink.Sink((), None, None, no_color=False).coloured(colour))
