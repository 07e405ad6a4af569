"""`opsctl config`: what is configured, where each value comes from, and whether it holds together."""

from __future__ import annotations

from typing import Annotated

import typer

from opsctl.cli import options, streams
from opsctl.cli.everywhere import everywhere

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=False,
    add_completion=False,
)

Origin = Annotated[bool, typer.Option("--origin", help="Name the file and line of every value.")]


@app.callback(invoke_without_command=True)
def main(context: typer.Context, help_: options.Help = False) -> None:
    """What is configured, and where it comes from.

    \b
    opsctl config show --origin
    opsctl config check -C shop/
    """
    if context.invoked_subcommand is None:
        streams.put(context.get_help() + "\n")


@app.command()
@everywhere
def show(
    origin: Origin = False,
    project: options.ProjectDir = None,
    locale: options.Locale = None,
    json: options.Json = False,
) -> None:
    """Print every value that is in force; secrets are masked.

    \b
    opsctl config show
    opsctl config show --origin
    """
    from opsctl.cli import session, sink

    chosen = session.settings(project, None, locale, session.Voice(quiet=True))
    values = chosen.origins()
    if json:
        import json as encoder

        rows = [{"key": one.key, "value": one.value, "origin": one.source} for one in values]
        sink.put(encoder.dumps({"schema_version": 1, "rows": rows}, ensure_ascii=False, indent=2) + "\n")
        return
    from opsctl.core.clean import clean

    lines = (clean(f"{one.key}: {one.value}") + (f"  ({clean(one.source)})" if origin else "") for one in values)
    sink.put("".join(f"{line}\n" for line in lines))


@app.command()
@everywhere
def check(
    project: options.ProjectDir = None,
    quiet: options.Quiet = False,
) -> None:
    """Read all configuration and say whether it can be used; the first error is shown with its line.

    \b
    opsctl config check
    """
    from opsctl.cli import session
    from opsctl.config.project import unused_keys
    from opsctl.ingest.dictionary import dictionary_of
    from opsctl.ingest.sources import files

    voice = session.Voice(quiet)
    chosen = session.settings(project, None, None, voice)
    session.check_mappings(chosen)
    dictionary_of(chosen.project, chosen.folder)
    if chosen.folder is not None and chosen.project.sources:
        for pattern in files([], chosen).unmatched:
            voice.say(f"note: no file matches '{pattern}' of the project's sources")
    if unused := unused_keys(chosen.project):
        voice.say(f"not used by this version: {', '.join(unused)}")
    voice.say(f"{len(chosen.mappings)} mappings, {len(chosen.project.channels)} channels, nothing wrong")
