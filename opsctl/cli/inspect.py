"""`opsctl inspect`: what opsctl sees in a file, and why it is or is not claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from opsctl.cli import options

File = Annotated[Path, typer.Argument(help="The file to look at.")]
Expect = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation
    typer.Option("--expect", metavar="COL,COL", help="The header to look for, as one CSV record.", show_default=False),
]
Encoding = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--encoding", help="The encoding, where it cannot be found out.", show_default=False),
]
Typed = Annotated[bool, typer.Option("--typed", help="Show the rows as the table that they become.")]


def inspect(
    file: File,
    expect: Expect = None,
    encoding: Encoding = None,
    typed: Typed = False,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    strict: options.Strict = False,
    quiet: options.Quiet = False,
) -> None:
    """Show how a file reads: its encoding, delimiter, header, rows, and what was left out or refused.

    \b
    opsctl inspect exports/w02.csv
    opsctl inspect exports/w02.csv --typed
    opsctl inspect odd.txt --expect 日期,渠道,消耗 --json
    """
    from opsctl.cli import session, sink
    from opsctl.core.errors import ExitCode
    from opsctl.ingest.inspection import Look, see
    from opsctl.render.seen import written

    voice = session.Voice(quiet)
    (wanted,) = sink.chosen_formats(format_, json, None)
    chosen = session.settings(project, [file], None, voice)
    seen = see(file, Look(chosen, expect, encoding, typed))
    sink.put(written(seen, wanted))
    if seen.refused is not None:
        raise typer.Exit(ExitCode.NO_ANSWER)
    findings = bool(seen.rejected)
    raise typer.Exit(ExitCode.NO_ANSWER if findings and strict else ExitCode.FINDINGS if findings else ExitCode.OK)
