"""The command line: one file per command; this one only gathers them and gives every failure its exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

from opsctl import __version__
from opsctl.cli import (
    config,
    demo,
    doctor,
    explain,
    ingest,
    init,
    inspect,
    prune,
    query,
    report,
    validate,
    why,
    year_end,
)
from opsctl.cli.answers import Remembering
from opsctl.core.errors import Defect, ExitCode, OpsctlError

EPILOG = "Data goes to stdout, everything else to stderr. Exit codes: opsctl explain exit-codes"


class InOrder(TyperGroup):
    """Commands in the order in which one meets them, and nothing slow imported before one of them runs."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # typer's own context type
        """The options. A flag that is not given is false: of a None, typer would import pydantic to make nothing."""
        found = super().get_params(ctx)
        for option in found:
            if option.default is None and getattr(option, "is_flag", False):
                option.default = False
        return found

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Where help and version are printed."""
        with _read_to_the_end():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer's own context type
        """Where a command runs."""
        with _read_to_the_end():
            return super().invoke(ctx)

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own context type
        """The commands as they were added."""
        return list(self.commands)


@contextmanager
def _read_to_the_end() -> Iterator[None]:
    """Leave quietly when the reader of the output has gone away; typer would say that something was found."""
    try:
        yield
    except BrokenPipeError:
        from opsctl.cli import sink

        sink.forget_output()
        raise typer.Exit(ExitCode.READER_GONE) from None


app = typer.Typer(
    cls=InOrder,
    name="opsctl",
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"opsctl {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", "-V", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Channel performance from the exports you already have: the week, the verdicts, the year, in one command each.

    \b
    opsctl demo                               a report on sample data
    opsctl report exports/ -o w21.html        what the week says and asks
    opsctl prune exports/                     what to grow, reduce or stop
    opsctl why cpa exports/ --channel douyin  where a change happened
    opsctl year-end 2025 exports/             the year in one document
    opsctl query cpa exports/ --by channel    figures, also as --json
    opsctl explain prune                      what a verdict rests on
    opsctl validate exports/                  what is wrong with files, and where
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("init")(init.init)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("ingest")(ingest.ingest)
app.command("report", cls=Remembering)(report.report)
app.command("prune", cls=Remembering)(prune.prune)
app.command("query", cls=Remembering)(query.query)
app.command("why", cls=Remembering)(why.why)
app.command("year-end", cls=Remembering)(year_end.year_end)
app.command("explain", cls=Remembering)(explain.explain)
app.command("inspect")(inspect.inspect)
app.command("validate")(validate.validate)
app.add_typer(config.app, name="config")


def run() -> None:
    """Run the command line and leave with the exit code that belongs to what happened."""
    signal.signal(signal.SIGTERM, _terminated)
    _prepare_streams()
    try:
        app(prog_name="opsctl")
    except OpsctlError as error:
        _say(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last net: a defect gets a log, not a traceback
        _say(_defect(error))
        sys.exit(ExitCode.BUG)


def _prepare_streams() -> None:
    """A console of another encoding shows escapes instead of failing; a stream that was closed swallows."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(ExitCode.TERMINATED)


def _say(error: OpsctlError) -> None:
    from opsctl.core.clean import clean

    for line in error.lines():
        sys.stderr.write(clean(line) + "\n")


def _defect(error: Exception) -> Defect:
    """A defect's details go to a file that only the user can read: they may hold values."""
    import tempfile

    with tempfile.NamedTemporaryFile("w", prefix="opsctl-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write("".join(traceback.format_exception(error)))
    return Defect(
        f"{type(error).__name__}: a defect of opsctl, not of your data",
        details=(("log", log.name),),
        hint="please report it with the last lines of the log; read it first, it may hold values of your data",
    )
