"""`opsctl erase`: take people, and what was kept long enough, out of the project; name what still holds them."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from opsctl.cli import options
from opsctl.cli.ingest import DryRun, Wait

if TYPE_CHECKING:
    from opsctl.cli.session import Voice
    from opsctl.config.settings import Settings
    from opsctl.reports.erasure import Outside
    from opsctl.store.traces import Traces

User = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads the annotation
    typer.Option(
        "--user", metavar="ID", help="Whom; repeatable. Others see it in the process list.", show_default=False
    ),
]
Users = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--users", metavar="FILE", help="Whom, one id a line; - for stdin.", show_default=False),
]
OverRetention = Annotated[bool, typer.Option("--over-retention", help="And rows past privacy.retention_days.")]
Originals = Annotated[bool, typer.Option("--originals", help="Delete exports that hold them, once taken in.")]
_STDIN = Path("-")


def erase(
    user: User = None,
    users: Users = None,
    over_retention: OverRetention = False,
    originals: Originals = False,
    dry_run: DryRun = False,
    wait: Wait = 0.0,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
    width: options.Width = None,
) -> None:
    """Erase people from the project's store, and name every file that still holds them.

    \b
    opsctl erase --users leaving.txt -n      what would be done
    opsctl erase --users -                   from stdin: no process list has them
    opsctl erase --users leaving.txt --originals -o proof.json
    opsctl erase --over-retention            rows past privacy.retention_days

    All or nothing; the keyed hashes stay, so that no export brings them back. Nothing but originals is ever deleted
    outside the store. Exit codes: 0 nothing is left, 1 named files still hold them, 3 there is no store, 4 it cannot
    be written to, 75 another run is writing.
    """
    from opsctl.cli import session, sink
    from opsctl.config.words import Words
    from opsctl.core.errors import ExitCode
    from opsctl.reports.erasure import erasure
    from opsctl.store.erase import Wanted
    from opsctl.store.erase import erase as erased
    from opsctl.store.traces import Traces

    voice = session.Voice(quiet)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    traces = Traces(_named(user, users, over_retention=over_retention))
    wanted = Wanted(traces, over_retention, session.day(as_of))
    chosen = session.settings(project, None, locale, voice)
    done = erased(chosen, wanted, wait=wait, only_try=dry_run)
    outside = _outside(chosen, traces, done.numbers if dry_run else None, voice, originals=originals)
    answer.write(erasure(done, outside, Words(chosen.locale), dry_run=dry_run), chosen)
    raise typer.Exit(ExitCode.FINDINGS if outside.left or outside.unsought else ExitCode.OK)


def _named(user: list[str] | None, users: Path | None, *, over_retention: bool) -> list[str]:
    """The ids of those who are to be erased, as a table has them.

    Raises:
        BadUsage: Nobody is named, and nothing else is to be erased.
        NoSuchPath, BadOption: Their file is not there, cannot be read, or names nobody.
    """
    from opsctl.core.errors import BadOption, BadUsage

    lines = [*(user or ()), *(_lines(users) if users else ())]
    found = [unicodedata.normalize("NFC", one.strip()) for one in lines if one.strip()]
    if not found and (user or users):
        raise BadOption("nobody is named: there is no id in it", hint="one id a line")
    if not found and not over_retention:
        raise BadUsage("whom? nobody is named", hint="--users FILE, --user ID or --over-retention")
    return found


def _lines(users: Path) -> list[str]:
    from opsctl.core.errors import BadOption, NoSuchPath

    try:
        content = sys.stdin.buffer.read() if users == _STDIN else users.read_bytes()
        return content.decode("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise NoSuchPath(f"there is no file '{users}'", hint="one id a line, in UTF-8") from None
    except OSError as error:
        raise BadOption(f"cannot read '{users}': {error.strerror}", hint="one id a line, in UTF-8") from error
    except UnicodeDecodeError:
        raise BadOption(f"'{users}' is not UTF-8", hint="save it as UTF-8, one id a line") from None


def _outside(
    chosen: Settings, traces: Traces, leaving: tuple[int, ...] | None, voice: Voice, *, originals: bool
) -> Outside:
    """What lies outside the store; originals are deleted where that is asked for, and named before.

    Where people are only `leaving`, nothing is deleted.
    """
    from opsctl.reports.erasure import Outside
    from opsctl.store.remains import Why, delete, is_kept_by_git, remains

    found = remains(chosen, traces, leaving)
    wanted = [one for one in found if originals and one.original and one.why is not Why.CLOSED]
    for one in wanted:
        voice.say(f"{'deleting' if leaving is None else 'would delete'} {one.file}")
    deleted = [one for one in wanted if leaving is not None or delete(one)]
    return Outside(found, deleted, traces.unsought, is_kept_by_git(chosen.folder) if chosen.folder else False)
