"""`opsctl key`: where the key of personal ids is, a copy of it for a safe place, and a new one behind it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opsctl.cli import options, streams
from opsctl.cli.everywhere import everywhere
from opsctl.cli.ingest import Wait
from opsctl.core.errors import BadOption, CannotWrite

if TYPE_CHECKING:
    from opsctl.config.settings import Settings

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=False,
    add_completion=False,
)

Copy = Annotated[Path, typer.Argument(metavar="FILE", help="The copy; a new file that only you can read.")]


@app.callback(invoke_without_command=True)
def main(context: typer.Context, help_: options.Help = False) -> None:
    """The key that ids of people are hashed with: where it is, a copy, a new one.

    \b
    opsctl key show-path
    opsctl key export /media/safe/opsctl.key
    opsctl key rotate
    """
    if context.invoked_subcommand is None:
        streams.put(context.get_help() + "\n")


@app.command("show-path")
@everywhere
def show_path(project: options.ProjectDir = None) -> None:
    """Print where the key is, or where the first ingest will make it.

    \b
    opsctl key show-path
    """
    from opsctl.cli import sink

    sink.put(f"{_located(_settings(project))}\n")


@app.command()
@everywhere
def export(copy: Copy, project: options.ProjectDir = None) -> None:
    """Write a copy of the key, for another machine or a safe place. It is never printed.

    \b
    opsctl key export /media/safe/opsctl.key

    Without the key nobody in the data is known again: keep a copy, and a new one after every rotation.
    """
    from opsctl.store import key

    keys = key.load(_located(_settings(project)))
    try:
        key.exported(keys, copy)
    except FileExistsError:
        raise BadOption(f"'{copy}' is there already", hint="name a new file") from None
    except OSError as error:
        raise CannotWrite(f"cannot write '{copy}': {error.strerror}", hint="check the folder and the disk") from error


@app.command()
@everywhere
def rotate(wait: Wait = 0.0, project: options.ProjectDir = None, quiet: options.Quiet = False) -> None:
    """Put a new key behind the old one and hash the ids of people once more with it.

    \b
    opsctl key rotate

    Whoever got hold of the old key can then find out nothing from the store. Copies that were made of the store
    before are not protected. Other projects with the same key follow when they are next written.
    """
    from opsctl.cli.session import Voice
    from opsctl.store import runs

    runs.rotate_key(_settings(project), wait=wait)
    Voice(quiet).say("the key was rotated; make new copies of it: opsctl key export FILE")


def _settings(project: Path | None) -> Settings:
    """The project's configuration.

    Raises:
        NoSource: There is no project.
    """
    from opsctl.cli import session
    from opsctl.core.errors import NoSource

    chosen = session.settings(project, None, None, session.Voice(quiet=True))
    if chosen.folder is None:
        raise NoSource("there is no project here: a key belongs to an opsctl.yaml", hint="-C names its folder")
    return chosen


def _located(chosen: Settings) -> Path:
    from opsctl.store import key

    return key.located(chosen.project.privacy, chosen.folder or Path(), os.environ)
