"""What every command that answers does first and last: read, tell what was found, and choose the exit code."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from opsctl.cli import heard
from opsctl.cli.log import LOG
from opsctl.cli.streams import tell
from opsctl.core.errors import BadOption, ExitCode, NoData, OpsctlError, RefusedStrictly
from opsctl.core.paths import PROJECT_FILE, project_above, user_folder
from opsctl.core.period import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from opsctl.config.settings import Settings
    from opsctl.core.period import Period
    from opsctl.ingest.loaded import Loaded
    from opsctl.ingest.sources import Files
    from opsctl.measures.known import Known
    from opsctl.reports.notes import Notes
    from opsctl.reports.report import Report


@dataclass(frozen=True)
class Voice:
    """What is told beside the answer, on stderr; the log has all of it."""

    quiet: bool = False
    verbose: bool = False

    def say(self, text: str) -> None:
        """Something worth knowing."""
        self._tell("info", "-", text, aloud=not self.quiet)

    def murmur(self, text: str) -> None:
        """Something for those who asked for more."""
        self._tell("info", "-", text, aloud=self.verbose and not self.quiet)

    def warn(self, code: str, text: str) -> None:
        """Something that is wrong with the data, by the code that explains it."""
        self._tell("warning", code, f"warning[{code}]: {text}", aloud=not self.quiet)

    def refuse(self, error: OpsctlError) -> None:
        """A refusal, which nobody may miss."""
        self._tell("error", error.code, "\n".join(error.lines()), aloud=True)

    def repeat(self, said: Sequence[Any]) -> None:
        """What was heard before, once more."""
        level, code, text, aloud = said
        self._tell(level, code, text, aloud=aloud)

    def _tell(self, level: str, code: str, text: str, *, aloud: bool) -> None:
        from opsctl.core.clean import clean
        from opsctl.core.personal import masked

        told = "\n".join(masked(line) for line in text.split("\n"))
        heard.hear(heard.ERR, (level, code, told, aloud))
        lines = [clean(line) for line in told.split("\n")]
        LOG.write(level, "\n".join(lines), code)
        if aloud:
            tell("".join(f"{line}\n" for line in lines))


def day(text: str | None, option: str = "--as-of") -> date | None:
    """A date option's value.

    Raises:
        BadOption: It is no date.
    """
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadOption(f"{option} '{text}' is no date", hint="write it as 2025-01-31")
    return found


def settings(project: Path | None, paths: Sequence[Path] | None, locale: str | None, voice: Voice) -> Settings:
    """The configuration of the project that the command belongs to.

    Raises:
        BadOption: The folder named holds no `opsctl.yaml`.
    """
    folder = project_folder(project, paths)
    if folder is not None:
        voice.say(f"project: {shown(folder)}")
    return configured(folder, locale)


def project_folder(project: Path | None, paths: Sequence[Path] | None = None) -> Path | None:
    """The project that the command belongs to: named, above here, or above the first path.

    Raises:
        BadOption: The folder named holds no `opsctl.yaml`.
    """
    if project is None:
        above_path = project_above(paths[0] if paths[0].is_dir() else paths[0].parent) if paths else None
        return project_above(Path.cwd()) or above_path
    if not (project / PROJECT_FILE).is_file():
        raise BadOption(f"there is no {PROJECT_FILE} in '{project}'", hint="name the folder that holds it with -C")
    return project


def configured(folder: Path | None, locale: str | None) -> Settings:
    """What the flags, the environment, the project in a folder and the user's own file say together."""
    from opsctl.config.settings import load

    return load(folder, _flags(locale), dict(os.environ), user_file())


def language(locale: str | None) -> str:
    """The language where no file can be asked."""
    from opsctl.config.choice import choose

    return next(origin.value for origin in choose((), _flags(locale), os.environ) if origin.key == "locale")


def _flags(locale: str | None) -> dict[str, str]:
    return {"locale": locale} if locale else {}


def shown(folder: Path) -> str:
    """A folder as a person would name it from here."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix() or "."
    except ValueError:
        return folder.as_posix()


def user_file() -> Path | None:
    """The user's own configuration; it need not exist."""
    folder = user_folder(os.environ)
    return folder / "config.yaml" if folder else None


def read(
    paths: Sequence[Path] | None,
    chosen: Settings,
    voice: Voice,
    *,
    strict: bool,
    asked: Period | None = None,
    as_of: str | None = None,
) -> Loaded:
    """The tables behind the paths, or without paths what the project's store knew on the day `as_of`.

    What is wrong with files is told at once; with those of the store it was told when they were taken in. Rows of
    files that say nothing of their days are taken to be of the period `asked` for.

    Raises:
        BadConfiguration: A mapping fills a column that its table does not have.
        NoData: Every file was refused, or there was none.
        RefusedStrictly: Something is wrong and `strict` was given.
    """
    loaded = (None if paths else _remembered(chosen, day(as_of))) or _from_files(paths, chosen, voice, asked)
    if strict and loaded.has_findings:
        raise RefusedStrictly("something is wrong with the data and --strict was given, so nothing is answered")
    return loaded


def _remembered(chosen: Settings, as_of: date | None) -> Loaded | None:
    """What the project's store knew on a day, where it has one."""
    from opsctl.store import memory

    return memory.known(chosen, as_of) if memory.remembers(chosen.folder) else None


def _from_files(paths: Sequence[Path] | None, chosen: Settings, voice: Voice, asked: Period | None) -> Loaded:
    from opsctl.cli.waiting import progress
    from opsctl.ingest.load import load
    from opsctl.reports.findings import findings

    listed = list_files(paths, chosen, voice)
    with progress(len(listed.found), quiet=voice.quiet) as started:
        loaded = load(listed, chosen, asked, started, stay=True)
    if len(loaded.refused) == 1 and not loaded.inputs:
        raise loaded.refused[0]
    for error in loaded.refused:
        voice.refuse(error)
    for note in findings(loaded)[len(loaded.refused) :]:
        voice.warn(note.code, note.text)
    if not loaded.tables:
        raise NoData(
            f"all {len(loaded.refused)} files were refused", hint="see the messages above, or opsctl inspect FILE"
        )
    return loaded


def list_files(paths: Sequence[Path] | None, chosen: Settings, voice: Voice) -> Files:
    """The files behind the paths; those that are passed over are told.

    Raises:
        BadConfiguration: A mapping fills a column that its table does not have.
        NoData: There is no file.
    """
    from opsctl.config.project import unused_keys
    from opsctl.ingest.sources import files

    if unused := unused_keys(chosen.project):
        voice.murmur(f"not used by this version: {', '.join(unused)}")
    check_mappings(chosen)
    listed = files(list(paths or ()), chosen)
    if listed.passed_over:
        voice.murmur(f"passed over, not named like tables: {', '.join(listed.passed_over)}")
    if listed.unread:
        voice.say(f"note: not read, though it may hold rows: {', '.join(listed.unread)}; unpack it or save it as CSV")
    for pattern in listed.unmatched:
        voice.say(f"note: no file matches '{pattern}' of the project's sources")
    if not listed.found:
        raise NoData(
            "there is no file to read there",
            hint="tables are named .csv .tsv .txt .parquet .xlsx .xls, also in .gz .zip",
        )
    return listed


def evidence(loaded: Loaded, chosen: Settings, as_of: str | None, voice: Voice) -> Known:
    """What the tables show as of a day."""
    from opsctl.measures.known import known

    found = known(loaded, chosen, day(as_of))
    for note in (*loaded.notes, *found.notes):
        voice.say(f"note: {note.text}")
    return found


def leave(loaded: Loaded, report: Report) -> None:
    """End the command with the exit code that says whether there was an answer, and anything wrong with the data."""
    if not report.answered:
        raise typer.Exit(ExitCode.NO_ANSWER)
    told_before = loaded.memory is not None  # when the files were taken in
    raise typer.Exit(ExitCode.FINDINGS if loaded.has_findings and not told_before else ExitCode.OK)


def notes(file: Path | None, chosen: Settings, of: Period, places: Collection[str]) -> Notes:
    """What people wrote of a period: in the file named, else in the project's `notes/PERIOD.md` where there is one.

    Raises:
        BadConfiguration: A block has no place in the report, or the file is not UTF-8.
        NoSuchPath: The file that was named is not there.
    """
    from opsctl.reports.notes import Notes, read

    usual = chosen.folder / "notes" / f"{of.label}.md" if chosen.folder else None
    found = file or (usual if usual and usual.is_file() else None)
    return read(found, places) if found else Notes()


def check_mappings(chosen: Settings) -> None:
    """Hold every mapping to the columns of its table.

    Raises:
        BadConfiguration: A mapping fills a column that its table does not have.
    """
    from opsctl.config.matching import validate_columns
    from opsctl.ingest.claim import allowed_columns

    allowed = allowed_columns()
    for mapping in chosen.own:  # the shipped ones are held to it before they are shipped
        validate_columns(mapping, allowed)
