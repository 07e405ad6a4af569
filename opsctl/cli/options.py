"""The options that mean the same in every command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from opsctl.cli import streams


def _put_help(context: typer.Context, asked: bool) -> None:
    """Help is an answer like any other, so it meets a full disk and a console of another encoding like one."""
    if asked and not context.resilient_parsing:
        streams.put(context.get_help() + "\n")
        raise typer.Exit


Help = Annotated[
    bool, typer.Option("--help", "-h", is_eager=True, callback=_put_help, help="Show this message and exit.")
]
Paths = Annotated[
    Optional[list[Path]],  # noqa: UP045 - typer reads the annotation
    typer.Argument(help="Files or folders; none: the project's sources.", show_default=False),
]
ProjectDir = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--project", "-C", help="The folder of opsctl.yaml.", show_default=False),
]
AsOf = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--as-of", metavar="DATE", help="The last day that is known.", show_default=False),
]
PeriodText = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--period", metavar="PERIOD", help="2025, 2025-Q1, 2025-03, 2025-W07, FROM..TO.", show_default=False),
]
By = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--by", metavar="DIM[,DIM]", help="Split by channel, week, campaign …; may be repeated.", show_default=False
    ),
]
Where = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--where", metavar="DIM=VALUE", help="Only these rows; may be repeated.", show_default=False),
]
Format = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--format", "-f", metavar="FORMAT", help="How to write; json is for programs.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Output = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write there, by its extension; repeatable.", show_default=False
    ),
]
Locale = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--locale", metavar="zh-CN|en", help="The language of the report.", show_default=False),
]
Strict = Annotated[bool, typer.Option("--strict", help="No answer while anything is wrong with the data.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
LogFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--log-file", metavar="FILE", help="Keep what is told; also OPSCTL_LOG.", show_default=False),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Never colour the output.")]
Width = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("--width", metavar="N", help="Columns of the page; 0: as wide as needed.", min=0, show_default=False),
]
NotesFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--notes", metavar="FILE", help="Your text; unset: notes/PERIOD.md.", show_default=False),
]
Rejects = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--rejects", metavar="FILE", help="Write every rejected row's place there.", show_default=False),
]
