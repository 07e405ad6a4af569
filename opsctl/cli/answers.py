"""An answer that was given is given again while nothing it was made from has changed, without computing anything.

Only answers from a project's store are kept: bare files would have to be read to see whether they changed. What an
answer depends on is its question (command, options, folder, terminal, environment), the store, the configuration
and the notes of people, and opsctl itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from opsctl import __version__
from opsctl.cli import heard
from opsctl.core.errors import ExitCode
from opsctl.core.paths import PROJECT_FILE, STORE_FOLDER
from opsctl.store import checked

if TYPE_CHECKING:
    from typer._click.core import Context

    from opsctl.config.project import Project

FOLDER = "answers"
OFF = "OPSCTL_NO_CACHE"
_KEPT = 64
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_MESSAGES", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING")
_VARIABLE = re.compile(rb"\$\{(\w+)")
_PACKAGE = Path(__file__).resolve().parents[1]
_GIVEN_AGAIN = (ExitCode.OK, ExitCode.FINDINGS, ExitCode.NO_ANSWER)


class Remembering(TyperCommand):
    """A command whose answers from a store are kept."""

    def invoke(self, ctx: Context) -> Any:
        """Give the answer that is kept, or make it and keep it."""
        place = _place(ctx)
        if place is None:
            return super().invoke(ctx)
        told = _kept(place)
        if told is not None:
            _give(told)
        try:
            with _keeping(place, _folder(ctx), ctx.params.get("notes")):
                return super().invoke(ctx)
        except typer.Exit:
            raise
        except Exception:
            if _place(ctx) == place:
                raise
        finally:
            if _place(ctx) != place:  # the store was changed meanwhile: somebody may have been erased from it
                place.unlink(missing_ok=True)
        return super().invoke(ctx)  # its files were written anew while they were read


# --- the question -----------------------------------------------------------------------------------------


def _folder(ctx: Context) -> Path | None:
    """The project that the command belongs to, where it has a store."""
    from opsctl.cli import session
    from opsctl.core.errors import BadOption

    try:
        found = session.project_folder(ctx.params.get("project"))
    except BadOption:
        return None
    return found if found is not None and (found / STORE_FOLDER / _CATALOG).is_file() else None


def _place(ctx: Context) -> Path | None:
    """Where the answer to this question is kept; None where none is."""
    if ctx.params.get("paths") or ctx.params.get("rejects") or os.environ.get(OFF):
        return None
    folder = _folder(ctx)
    if folder is None:
        return None
    store = folder / STORE_FOLDER
    asked = [ctx.command.name, sorted((name, str(value)) for name, value in ctx.params.items())]
    where = [str(Path.cwd()), str(folder), sys.stdout.isatty(), sys.stderr.isatty(), _terminal()]
    told = [(name, os.environ.get(name)) for name in _ENVIRONMENT]
    told += sorted((name, value) for name, value in os.environ.items() if name.startswith("OPSCTL_"))
    known = [_stamp(store / name) for name in (_CATALOG, _SEAL, f"{_CATALOG}-journal")]
    whole = repr([__version__, _program(), asked, where, told, known])
    return store / FOLDER / f"{hashlib.sha256(whole.encode()).hexdigest()[:32]}.json"


_CATALOG = "catalog.sqlite"
_SEAL = "catalog.seal"


def _terminal() -> tuple[int, int] | None:
    return tuple(os.get_terminal_size(sys.stdout.fileno())) if sys.stdout.isatty() else None  # type: ignore[return-value]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _program() -> tuple[int, int]:
    """Which opsctl this is: its version does not change while it is being worked on."""
    newest = count = 0
    for folder, _, names in os.walk(_PACKAGE):
        for name in names:
            if name.endswith((".py", ".yaml", ".css", ".js")):
                count += 1
                newest = max(newest, os.stat(os.path.join(folder, name)).st_mtime_ns)  # noqa: PTH116, PTH118 - 300 files
    return count, newest


# --- what else it was made from -----------------------------------------------------------------------------


def _read_files(folder: Path, project: Project, named_notes: Path | None) -> dict[str, str | None]:
    """The files that a person writes, each with the hash of what it says: configuration, dictionary, notes."""
    from opsctl.cli import session

    named = {folder / name for name in (PROJECT_FILE, project.channel_map) if name}
    mappings = {path for pattern in _patterns(project) for path in folder.glob(pattern)}
    inside = {path for path in named | mappings if path.is_file()}
    user = session.user_file()
    notes = [*sorted((folder / "notes").glob("*.md")), *([named_notes.resolve()] if named_notes else [])]
    return {str(path): _hash(path) for path in (*sorted(inside), *([user] if user else []), *notes)}


def _folders(folder: Path, patterns: list[str]) -> dict[str, str]:
    """What patterns of mappings, and the folder of notes, find: a new file is a change too."""
    found = {pattern: sorted(map(str, folder.glob(pattern))) for pattern in (*patterns, "notes/*.md")}
    return {pattern: hashlib.sha256("\n".join(paths).encode()).hexdigest() for pattern, paths in found.items()}


def _hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _hash_of_variable(name: str) -> str:
    return hashlib.sha256(os.environ.get(name, "\0").encode()).hexdigest()


# --- keeping and giving -------------------------------------------------------------------------------------


def _kept(place: Path) -> dict[str, Any] | None:
    """The answer that is kept, if all that it was made from is as it was."""
    try:
        content = checked.opened(place.read_bytes())
        told: dict[str, Any] = json.loads(content or b"")
        same = (
            all(_hash(Path(path)) == known for path, known in told["files"].items())
            and _folders(Path(told["folder"]), list(told["patterns"])) == told["patterns"]
            and all(_hash_of_variable(name) == known for name, known in told["variables"].items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return told if same else None


def _give(told: dict[str, Any]) -> None:
    from opsctl.cli import session, sink
    from opsctl.cli.whole import write_all

    give: dict[str, Callable[[Any], None]] = {
        heard.OUT: sink.put,
        heard.ERR: session.Voice().repeat,
        heard.FILES: lambda files: write_all({Path(path): base64.b64decode(text) for path, text in files.items()}),
    }
    for kind, content in told["heard"]:
        give[kind](content)
    raise typer.Exit(told["exit"])


@contextmanager
def _keeping(place: Path, folder: Path | None, notes: Path | None) -> Iterator[None]:
    """Keep what the command says, if it ends with an answer."""
    with heard.recorded() as said:
        try:
            yield
        except typer.Exit as end:
            if folder is not None and end.exit_code in _GIVEN_AGAIN and said:
                with suppress(OSError):  # the answer was given; that it cannot be kept is nobody's concern
                    _keep(place, folder, notes, said, int(end.exit_code))
            raise


def _keep(place: Path, folder: Path, notes: Path | None, said: list[tuple[str, Any]], code: int) -> None:
    from opsctl.cli import session

    project = session.configured(folder, None).project
    files = _read_files(folder, project, notes)
    text = b"\n".join(Path(path).read_bytes() for path, known in files.items() if known)
    names = sorted({name.decode() for name in _VARIABLE.findall(text)})
    told = {
        "folder": str(folder),
        "files": files,
        "patterns": _folders(folder, _patterns(project)),
        "variables": {name: _hash_of_variable(name) for name in names},
        "heard": said,
        "exit": code,
    }
    place.parent.mkdir(mode=0o700, exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(checked.sealed(json.dumps(told, ensure_ascii=False).encode()))
    part.replace(place)
    oldest = sorted(place.parent.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)[:-_KEPT]
    for path in oldest:
        path.unlink(missing_ok=True)


def _patterns(project: Project) -> list[str]:
    mappings = project.mappings
    return [] if isinstance(mappings, dict) else [entry for entry in mappings if isinstance(entry, str)]
