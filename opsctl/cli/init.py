"""`opsctl init`: a project's first opsctl.yaml, commented; with --from, mappings drafted from real files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from opsctl.cli import options
from opsctl.core.errors import BadOption, CannotWrite, ExitCode, NoData
from opsctl.core.paths import PROJECT_FILE, shipped

if TYPE_CHECKING:
    from opsctl.cli.session import Voice
    from opsctl.core.errors import OpsctlError
    from opsctl.ingest.drafting import Draft, Drafts

EXAMPLE = "configs/opsctl.example.yaml"
TABLES = (
    ".csv",
    ".tsv",
    ".txt",
    ".parquet",
    ".xlsx",
    ".xls",
    ".gz",
    ".zip",
)  # such a word is meant for a file, even if it is none

Folder = Annotated[
    Optional[list[Path]],  # noqa: UP045 - typer reads the annotation
    typer.Argument(metavar="DIR", help="The project's folder; unset: here.", show_default=False),
]
From = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option("--from", metavar="FILE", help="Draft from it; may be repeated, or a folder.", show_default=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Print what would be written; write nothing.")]


def init(
    folder: Folder = None,
    from_: From = None,
    locale: options.Locale = None,
    dry_run: DryRun = False,
    quiet: options.Quiet = False,
) -> None:
    """Start a project: write a commented opsctl.yaml, or draft one with mappings from your files.

    \b
    opsctl init
    opsctl init shop --from exports/
    opsctl init --from exports/*.csv -n
    """
    from opsctl.cli.session import Voice

    voice = Voice(quiet)
    where, more = _told_apart(folder or [], bool(from_))
    if where.exists() and not where.is_dir():
        raise BadOption(f"'{where}' is no folder", hint="name a folder, or none for this one")
    if from_:
        raise typer.Exit(_drafted(where, [*from_, *more], locale, voice, dry_run=dry_run))
    if (where / PROJECT_FILE).exists():
        raise BadOption(f"there is an {PROJECT_FILE} already", hint="edit it; opsctl init -n prints a commented one")
    text = shipped(EXAMPLE).read_text("utf-8")
    if dry_run:
        _put({PROJECT_FILE: text})
        return
    _write(where, {PROJECT_FILE: text})
    voice.say(
        _next(
            where, [PROJECT_FILE], "edit it", f"opsctl config check{_at(where)}", f"opsctl report exports/{_at(where)}"
        )
    )


def _told_apart(named: Sequence[Path], drafts: bool) -> tuple[Path, list[Path]]:
    """The project's folder and further files: a shell makes many words of the pattern behind --from.

    Raises:
        BadOption: More than one folder is named.
    """
    tables = [path for path in named if drafts and (path.is_file() or path.suffix.lower() in TABLES)]
    folders = [path for path in named if path not in tables]
    if len(folders) > 1:
        raise BadOption(f"'{folders[0]}' and '{folders[1]}': a project has one folder", hint="name one, or none")
    return (folders[0] if folders else Path()), tables


def _drafted(where: Path, paths: Sequence[Path], locale: str | None, voice: Voice, *, dry_run: bool) -> ExitCode:
    """Draft for the files, write or print what came of it, and say what is left to do."""
    from opsctl.cli import session
    from opsctl.ingest.drafting import MAPPINGS, Words, draft, lines_to_add, project_text
    from opsctl.ingest.sources import files

    is_there = (where / PROJECT_FILE).is_file()
    chosen = session.configured(where if is_there else None, locale)
    session.check_mappings(chosen)
    taken = frozenset(path.stem for path in (where / MAPPINGS).glob("*.yaml"))
    words = Words(chosen.locale)
    drafts = draft(files(list(paths), chosen), chosen, words, taken)
    _tell(drafts, voice)
    if not drafts.sources:
        raise _nothing(drafts)
    texts = {} if is_there else {PROJECT_FILE: project_text(drafts, where, chosen, words)}
    texts |= {one.file: one.text for one in drafts.mappings}
    if dry_run:
        _put(texts)
    else:
        _write(where, texts)
    if is_there:
        _say_what_to_add(voice, lines_to_add(drafts, where, chosen, words))
    if not dry_run:
        steps = ["edit the lines marked # ? in the mappings"] if drafts.mappings else []
        voice.say(_next(where, texts, *steps, f"opsctl config check{_at(where)}", f"opsctl report{_at(where)}"))
    return ExitCode.FINDINGS if drafts.refused else ExitCode.OK


def _tell(drafts: Drafts, voice: Voice) -> None:
    for error in drafts.refused:
        voice.refuse(error)
    for name, label in drafts.claimed.items():
        voice.say(f"{name}: read by {label} already")
    for name in drafts.left_out:
        voice.say(f"{name}: a sheet beside the data; it is left out")
    for one in drafts.mappings:
        for name, outcome in one.loads.items():
            voice.say(f"{name}: {one.table}, drafted in {one.file}; {_outcome(outcome)}; {_to_check(one)}")


def _outcome(outcome: tuple[int, int] | OpsctlError) -> str:
    if isinstance(outcome, tuple):
        return f"as it stands {outcome[0]} rows load" + (f" and {outcome[1]} are rejected" if outcome[1] else "")
    return f"as it stands it is refused: {outcome.sentence}"


def _to_check(one: Draft) -> str:
    return f"{one.doubts} {'line' if one.doubts == 1 else 'lines'} to check"


def _nothing(drafts: Drafts) -> OpsctlError:
    if len(drafts.refused) == 1:
        return drafts.refused[0]
    if drafts.refused:
        return NoData(f"nothing could be drafted from {len(drafts.refused)} files", hint="see the messages above")
    return NoData(
        "there is no file to read there", hint="tables are named .csv .tsv .txt .parquet .xlsx .xls, also in .gz .zip"
    )


def _say_what_to_add(voice: Voice, lines: Sequence[str]) -> None:
    if lines:
        voice.say("\n".join([f"{PROJECT_FILE} is there and was left alone; add to it:", *lines]))


# --- writing --------------------------------------------------------------------------------------------


def _put(texts: Mapping[str, str]) -> None:
    """What would be written; where it is more than one file, each below its name."""
    from opsctl.cli import sink

    several = len(texts) > 1
    sink.put("\n".join(f"# ==> {name}\n{text}" if several else text for name, text in texts.items()))


def _write(where: Path, texts: Mapping[str, str]) -> None:
    """The files, mappings before the project that names them; nothing that is there is written over.

    Raises:
        CannotWrite: A folder cannot be made, or a file cannot be written.
    """
    from opsctl.cli.whole import write_whole

    for name in sorted(texts, key=lambda name: name == PROJECT_FILE):
        path = where / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(f"cannot make the folder '{path.parent}': {error.strerror}", hint="check it") from error
        write_whole(path, texts[name])


def _next(where: Path, written: Iterable[str], *steps: str) -> str:
    files = [f"wrote {(where / name).as_posix()}" for name in written]
    return "\n".join([*files, "next:", *(f"  {step}" for step in steps)])


def _at(where: Path) -> str:
    import shlex

    return "" if where == Path() else f" -C {shlex.quote(where.as_posix())}"
