"""The command line: one file per command; this one only gathers them and gives every failure its exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from opsctl import __version__
from opsctl.cli import (
    config,
    demo,
    doctor,
    erase,
    explain,
    export,
    ingest,
    init,
    inspect,
    key,
    log,
    options,
    prune,
    query,
    report,
    status,
    streams,
    validate,
    verify,
    why,
    year_end,
)
from opsctl.cli.everywhere import everywhere
from opsctl.cli.plain import taken_plainly
from opsctl.core.errors import BadUsage, Defect, ExitCode, NoSuchPath, OpsctlError

UsageError = typer.BadParameter.__bases__[0]  # typer names only this child of it
EPILOG = "Data goes to stdout, everything else to stderr. Exit codes: opsctl explain exit-codes"


class InOrder(TyperGroup):
    """Commands in the order in which one meets them; nothing slow is imported or built before one of them runs."""

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # typer's own type
        """The command that is asked for, in full; of the others their names and first words are enough."""
        if args and args[0] in self.commands:
            log.LOG.write("info", args[0])
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = built(args[0])
        return super().resolve_command(ctx, args)

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
        streams.forget(sys.stdout)
        raise typer.Exit(ExitCode.READER_GONE) from None


NO_HELP_OF_TYPER = {"help_option_names": list[str]()}  # ours is in options.Help
app = typer.Typer(
    cls=InOrder,
    name="opsctl",
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=NO_HELP_OF_TYPER,
    epilog=EPILOG,
)


def _version(asked: bool) -> None:
    if asked:
        streams.put(f"opsctl {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", "-V", callback=_version, is_eager=True, help="Print the version."),
    help_: options.Help = False,
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
        streams.put(context.get_help() + "\n")


COMMANDS: dict[str, Callable[..., None]] = {
    "init": init.init,
    "demo": demo.demo,
    "doctor": doctor.doctor,
    "ingest": ingest.ingest,
    "status": status.status,
    "verify": verify.verify,
    "export": export.export,
    "erase": erase.erase,
    "report": report.report,
    "prune": prune.prune,
    "query": query.query,
    "why": why.why,
    "year-end": year_end.year_end,
    "explain": explain.explain,
    "inspect": inspect.inspect,
    "validate": validate.validate,
}


# What is asked of a store again and again.
REMEMBERED = {"report", "prune", "query", "why", "year-end", "explain"}


def built(name: str) -> Any:
    """A command with all its options, as typer makes it of a function."""
    from opsctl.cli.answers import Remembering

    alone = typer.Typer(rich_markup_mode=None, add_completion=False, context_settings=NO_HELP_OF_TYPER)
    alone.command(name, cls=Remembering if name in REMEMBERED else None)(everywhere(COMMANDS[name]))
    return taken_plainly(get_command(alone))


def _title(command: Callable[..., None]) -> Callable[[], None]:
    def titled() -> None: ...

    titled.__doc__ = command.__doc__
    return titled


for title, command in COMMANDS.items():
    app.command(title)(_title(command))
app.add_typer(config.app, name="config")
app.add_typer(key.app, name="key")


def run() -> None:
    """Run the command line and leave with the exit code that belongs to what happened."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # we have none, and looking for them takes 20 ms
    _heed_signals()
    streams.prepare()
    code: object = ExitCode.BUG
    try:
        code = _code()
    except SystemExit as left:  # of a signal
        code = left.code
    finally:
        _close_log(code)
    sys.exit(code)


def _code() -> int:
    """The exit code of the command that was asked for; what went wrong is told."""
    try:
        if (file := log.named(sys.argv[1:], os.environ)) is not None:
            log.LOG.open(file)
            log.LOG.write("info", f"opsctl {__version__}")
        return app(prog_name="opsctl", standalone_mode=False) or ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last net: a defect gets a log, not a traceback
        refusal = _refusal(error)
    from opsctl.cli.session import Voice

    Voice().refuse(refusal)
    return refusal.exit_code


def _refusal(error: Exception) -> OpsctlError:
    """What is told of whatever was raised."""
    if isinstance(error, OpsctlError):
        return error
    if isinstance(error, UsageError):
        return _bad_usage(error)
    if isinstance(error, FileNotFoundError) and not _stand_somewhere():
        return NoSuchPath("the folder in which this was started is gone", hint="change to another")
    return _defect(error)


def _bad_usage(error: Any) -> BadUsage:
    command = error.ctx.command_path if error.ctx else "opsctl"
    usage = (("usage", " ".join(error.ctx.get_usage().split()[1:])),) if error.ctx else ()
    return BadUsage(error.format_message().rstrip("."), details=usage, hint=f"{command} -h")


def _stand_somewhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _heed_signals() -> None:
    """Whoever ends a run from outside, by signal or by closing its window, has nothing half-written left behind."""
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # the last is of Windows, the one before is not
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminated)


def _close_log(code: object) -> None:
    for known in ExitCode:
        if known == code:
            level = "info" if known in (ExitCode.OK, ExitCode.FINDINGS) else "error"
            log.LOG.write(level, f"exit {known.value}: {known.sentence}")
    log.LOG.close()


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(ExitCode.TERMINATED)


def _defect(error: Exception) -> Defect:
    """A defect's details go to a file that only the user can read, and without values: it will be sent to others."""
    import tempfile

    told = f"{type(error).__name__}: a defect of opsctl, not of your data"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="opsctl-", suffix=".log", delete=False, encoding="utf-8") as file:
            file.writelines(_trace(error))
    except OSError:
        return Defect(told, hint="there is no room for its log; set TMPDIR to a folder with room and run it again")
    return Defect(
        told,
        details=(("log", file.name),),
        hint="please report it with the log; values of your data are left out of it",
    )


def _trace(error: BaseException) -> Iterator[str]:
    """Where a failure and what led to it happened, the first cause first."""
    import traceback

    from opsctl.core.personal import withheld

    before = error.__cause__ or error.__context__
    if before is not None:
        yield from _trace(before)
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__name__}: {withheld(str(error))}\n"
