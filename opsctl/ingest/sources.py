"""Which files a command is about: those named, those in folders named, or those of the project's sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from opsctl.config.project import Source
from opsctl.config.settings import Settings
from opsctl.core.errors import BadConfiguration, NoSource, NoSuchPath
from opsctl.core.paths import PROJECT_FILE
from opsctl.core.personal import masked
from opsctl.ingest.reading.names import TABLES, WORKBOOKS, may_hold_rows

READ = (*TABLES, ".parquet")
PACKED = (".gz", ".zip", *WORKBOOKS)
LOCK = ("~$", ".~lock")


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One file to read, by the name under which the user knows it."""

    name: str
    path: Path


@dataclass(frozen=True)
class Files:
    """Files to read, in the order of their names, those passed over, and patterns of `sources:` without a file."""

    found: tuple[Found, ...]
    passed_over: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Those of the files passed over that may hold rows all the same: other formats, and links to tables."""
        return tuple(name for name in self.passed_over if may_hold_rows(name) or is_table_name(Path(name)))


def files(paths: Sequence[Path], settings: Settings) -> Files:
    """The files behind the paths of a command line; without paths, those of the project's `sources:`.

    Raises:
        NoSuchPath: A path that names nothing.
        NoSource: No path and no project, or a project that declares no source.
        BadConfiguration: A pattern under `sources:` that is none.
    """
    if paths:
        return _without_dictionary(_joined(_named(path) for path in paths), settings)
    if settings.folder is None:
        raise NoSource(
            "there is nothing to read: no path was given and no opsctl.yaml stands here or above",
            hint="name files or folders, such as: opsctl report exports/",
        )
    return _without_dictionary(_declared(settings.folder, settings.project.sources), settings)


def _without_dictionary(listed: Files, settings: Settings) -> Files:
    """The project's 渠道字典 lies among its exports and is none of them."""
    if settings.project.channel_map is None or settings.folder is None:
        return listed
    path = (settings.folder / settings.project.channel_map).resolve()
    return replace(listed, found=tuple(found for found in listed.found if found.path.resolve() != path))


class Declared:
    """What the project declares of its files; the first entry of `sources:` whose pattern covers a file counts."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.folder and settings.folder.resolve()
        self._declared = settings.project.sources
        self._sources: dict[Path, Source] = {}
        for source in settings.project.sources:
            for path in _matching(settings.folder, source.path) if settings.folder else ():
                self._sources.setdefault(path.resolve(), source)

    def of(self, path: Path) -> Source | None:
        """The entry that covers a file, or None."""
        return self._sources.get(path.resolve())

    def of_gone(self, path: Path) -> Source | None:
        """The entry that covers a file, be it that it has gone since or lies in an archive; or None."""
        whole = path.resolve()
        if whole.exists() or self._folder is None or not whole.is_relative_to(self._folder):
            return self.of(path)
        inside = whole.relative_to(self._folder)
        archives = [above for above in inside.parents if above.suffix.lower() in PACKED]
        names = [one.parts for one in (inside, *archives)]
        covering = (one for one in self._declared if any(_covers(Path(one.path).parts, name) for name in names))
        return next(covering, None)


def _covers(pattern: Sequence[str], name: Sequence[str]) -> bool:
    """Does a pattern below the project's folder name a file, both in their parts? As `Path.glob` would find it."""
    if not pattern or not name:
        return not pattern and not name
    if pattern[0] == "**":
        return _covers(pattern[1:], name) or _covers(pattern, name[1:])
    return fnmatchcase(name[0], pattern[0]) and _covers(pattern[1:], name[1:])


def _joined(parts: Iterable[Files]) -> Files:
    """Several lists as one; a file that was named twice is read once."""
    by_path: dict[Path, Found] = {}
    passed: list[str] = []
    unmatched: list[str] = []
    for part in parts:
        for found in part.found:
            kept = by_path.setdefault(found.path.resolve(), found)
            by_path[found.path.resolve()] = min(kept, found)
        passed += part.passed_over
        unmatched += part.unmatched
    return Files(tuple(sorted(by_path.values())), tuple(sorted(set(passed))), tuple(unmatched))


def _named(path: Path) -> Files:
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise NoSuchPath(f"there is no file or folder '{path}'", hint="check the spelling, or where you are")
    return Files((_found(path, path.as_posix()),))


def _found(path: Path, name: str) -> Found:
    """A file under its name as it may be shown and kept: some are named after the person whose account it was."""
    return Found(masked(name), path)


def _folder(folder: Path) -> Files:
    """A folder stands for its tables, recursively; hidden and lock files are skipped without a word."""
    found: list[Found] = []
    passed: list[str] = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if _is_hidden(inner) or path.is_dir():
            continue
        name = (PurePosixPath(folder.as_posix()) / inner.as_posix()).as_posix()
        if is_table_name(path) and not path.is_symlink():
            found.append(_found(path, name))
        else:
            passed.append(masked(name))
    return Files(tuple(found), tuple(passed))


def _is_hidden(path: Path) -> bool:
    """Hidden or a lock file, itself or a folder above it."""
    return any(part.startswith((".", *LOCK)) and part != ".." for part in path.parts)


def is_table_name(path: Path) -> bool:
    """Is the file named like a table, or like a packed one?

    Examples:
        >>> is_table_name(Path("w02.csv")), is_table_name(Path("w02.csv.gz")), is_table_name(Path("notes.md"))
        (True, True, False)
    """
    ends = [suffix.lower() for suffix in path.suffixes]
    if ends and ends[-1] == ".gz":
        return len(ends) > 1 and ends[-2] in (*READ, ".json")
    return bool(ends) and (ends[-1] in (*READ, *WORKBOOKS) or ends[-1] == ".zip")


def _declared(folder: Path, sources: Sequence[Source]) -> Files:
    if not sources:
        raise NoSource(
            "the project's opsctl.yaml declares no sources",
            hint="add `sources: [{path: exports/*.csv}]`, or name files on the command line",
        )
    parts: list[Files] = []
    for source in sources:
        found = tuple(_found(path, path.relative_to(folder).as_posix()) for path in _matching(folder, source.path))
        parts.append(Files(found, unmatched=() if found else (source.path,)))
    return _joined(parts)


def _matching(folder: Path, pattern: str) -> list[Path]:
    """The files below the project's folder that a pattern of `sources:` names, but for hidden and lock files.

    A link is read where it is named outright: what others put into an inbox must not lead elsewhere.
    """
    outright = folder / pattern
    try:
        every = [path for path in folder.glob(pattern) if path.is_file()]
        found = [path for path in every if path == outright or not path.is_symlink()]
    except (ValueError, NotImplementedError):
        raise BadConfiguration(
            f"sources: '{pattern}' is no pattern below the project's folder",
            file=PROJECT_FILE,
            hint="such as exports/*.csv; files elsewhere are named on the command line",
        ) from None
    return sorted(path for path in found if not _is_hidden(path.relative_to(folder)))
