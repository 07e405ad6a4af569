"""Files in, canonical tables out, with an account of every row and one error for every file that is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.errors import OpsctlError, RefusedFile, SumTooLarge
from opsctl.core.period import Period
from opsctl.core.personal import masked
from opsctl.ingest.account import Input, Part, Rejected
from opsctl.ingest.claim import Claims
from opsctl.ingest.codes import Codes
from opsctl.ingest.cohorts import added_up, beside_users, summary_notes
from opsctl.ingest.control import refuse_overflow
from opsctl.ingest.memory import Memory
from opsctl.ingest.merge import merge
from opsctl.ingest.part import File, days_of, part_of, sha256_of, sums_of
from opsctl.ingest.privacy import Hashing, protected
from opsctl.ingest.reading import Content, unpack
from opsctl.ingest.remarks import (
    Note,
    one_channel_twice,
    two_sources,
    unknown_channels,
    users_twice,
)
from opsctl.ingest.sources import Files
from opsctl.ingest.stretch import Stretch
from opsctl.schemas import tables
from opsctl.schemas.table import Merge


@dataclass
class Loaded:
    """What a run has read.

    Attributes:
        tables: By name, the canonical rows; see `measures.evidence.Evidence` for the columns.
        supplied: By name, the columns that at least one file gave.
        inputs: The account of every file, by name. `source_file` is a position in this list.
        refused: One error per file, or pair of files, that was refused.
        notes: What should be said of the data.
        foreign_days: Tables with days of another zone than the project's.
        unknown_codes: That too many users have a code which the 渠道字典 does not hold.
        by_day: Of large tables, how many rows each day has, where that is known beforehand.
        stretches: The rows of activity once more, bit by bit; empty where nothing is known of single bits.
        memory: The store that they come from; what is wrong with files was told when they came in.
    """

    tables: dict[str, pl.LazyFrame] = field(default_factory=dict)
    supplied: dict[str, frozenset[str]] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    foreign_days: set[str] = field(default_factory=set)
    unknown_codes: Note | None = None
    by_day: dict[str, dict[date, int]] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)
    memory: Memory | None = None

    @property
    def rejected(self) -> list[Rejected]:
        """Every rejected row of every file."""
        return [row for account in self.inputs for row in account.rejected]

    @property
    def mismatches(self) -> list[tuple[Input, str]]:
        """Files whose rows do not add up to their own total, with the column."""
        return [(one, control.column) for one in self.inputs for control in one.control if not control.ok]

    @property
    def has_findings(self) -> bool:
        """Is there anything that `--strict` would not let pass?"""
        return bool(self.refused or self.rejected or self.mismatches or self.unknown_codes)


Started = Callable[[str], None]
Knows = Callable[[str, str], bool]


@dataclass(frozen=True)
class Keeping:
    """What a store brings to reading: which files it has already, and how it keeps ids."""

    knows: Knows
    hashed: Hashing


def load(
    files: Files,
    settings: Settings,
    asked: Period | None = None,
    started: Started | None = None,
    *,
    stay: bool = False,
) -> Loaded:
    """Read files into tables. A file, or an archive's member, that is refused does not keep the others from loading.

    Args:
        files: The files.
        settings: The project's, or the usual ones.
        asked: The period asked for: rows of a file that says nothing of its days are taken to be of it.
        started: Told the name of every file before it is read, for those who wait.
        stay: Whether rows of events may remain in their files until somebody asks for them.
    """
    return joined(gather(files, settings, asked, started, stay=stay), settings)


@dataclass
class Gathered:
    """Files read one by one, before they are held against each other.

    Attributes:
        parts: The rows of every file that was not refused, as the file has them.
        refused: One error per file that was.
        notes: What should be said of files that are no part.
        paths: Of every part, by its file's name, where it was read; of an archive's member, the archive.
        passed: The files that the reader knows already, by name.
    """

    parts: list[Part] = field(default_factory=list)
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)


def gather(  # noqa: PLR0913 - what there is to say of reading, most of it left out
    files: Files,
    settings: Settings,
    asked: Period | None = None,
    started: Started | None = None,
    keeping: Keeping | None = None,
    *,
    stay: bool = False,
) -> Gathered:
    """Read files one by one, without what is personal; see `load` and `privacy.protected`.

    A file that is known for `keeping`, by its name and hash, is passed over.
    """
    found = Gathered()
    claims = Claims(settings)
    digests: list[Future[str]] = []
    with ThreadPoolExecutor(1) as beside:
        for path, file in _unpacked(files, claims, found, started, beside):
            if keeping is not None and keeping.knows(file.name, file.digest.result()):
                found.passed.append(file.name)
                continue
            found.paths[file.name] = path
            with _refusing(found, file.name):
                part = part_of(file, claims, asked, stay=stay)
                found.parts.append(protected(part, settings, keeping.hashed if keeping else None))
                digests.append(file.digest)
    return _each_once(found, [digest.result() for digest in digests])


def joined(gathered: Gathered, settings: Settings) -> Loaded:
    """Files become tables: codes looked up, what was sent twice counted once, what contradicts refused."""
    found = Loaded(refused=list(gathered.refused), notes=list(gathered.notes))
    parts: dict[str, list[Part]] = defaultdict(list)
    codes = Codes(settings)
    for each in gathered.parts:
        found.notes += each.notes
        found.foreign_days |= {each.account.table} if each.foreign_days else set()
        part = codes.filled_in(each)
        if part.account.table == "cohort":
            part, notes = added_up(part)
            found.notes += notes
        parts[part.account.table].append(part)
    said, found.unknown_codes = codes.notes()
    found.notes += said
    parts["cohort"], told_twice = beside_users(parts["cohort"], parts["acquisition"])
    found.refused += told_twice
    for name, of_table in sorted(parts.items()):
        _add_table(found, name, of_table, settings)
    found.notes += _across(found.tables, settings)
    return found


def _across(tables_: Mapping[str, pl.LazyFrame], settings: Settings) -> list[Note]:
    """What tables say of each other."""
    told = {name: tables_[name].collect() for name in ("spend", "acquisition", "cohort") if name in tables_}
    users = [told[name] for name in ("acquisition", "cohort") if name in told]
    notes = users_twice(told["cohort"], told["acquisition"]) if {"cohort", "acquisition"} <= told.keys() else []
    return [*notes, *(one_channel_twice(told["spend"], users, settings.project) if users and "spend" in told else [])]


def _unpacked(
    files: Files, claims: Claims, found: Gathered, started: Started | None, beside: Executor
) -> Iterator[tuple[Path, File]]:
    """Every file and where it lies, of an archive each member; their hashes are computed beside."""
    for file in files.found:
        if started is not None:
            started(file.name)
        contents: list[Content] = []
        with _refusing(found, file.name):
            contents = unpack(file.path)
        for content in contents:
            name = file.name + masked(content.name.removeprefix(str(file.path)))
            yield file.path, File(name, content, beside.submit(sha256_of, content), claims.sources.of(file.path))


@contextmanager
def _refusing(found: Gathered, name: str) -> Iterator[None]:
    """A refusal is kept under the name that the user knows, and the run goes on with the next file or member."""
    try:
        yield
    except RefusedFile as refusal:
        refusal.file = name
        found.refused.append(refusal)


def _each_once(found: Gathered, digests: Sequence[str]) -> Gathered:
    """The parts with the hashes of their files, without those that say what another did.

    The same bytes may be of another account or week, by source or name.
    """
    first: dict[str, Part] = {}
    kept: list[Part] = []
    for read, digest in zip(found.parts, digests, strict=True):
        part = replace(read, account=replace(read.account, sha256=digest))
        twin = first.setdefault(digest, part)
        if twin is part or not _same_rows(twin, part):
            kept.append(part)
            continue
        text = f"{part.account.file} holds the same bytes as {twin.account.file} and was read once"
        found.notes.append(Note("same_bytes", text))
    return replace(found, parts=kept)


def _same_rows(part: Part, other: Part) -> bool:
    if part.scan is None and other.scan is None:
        return part.frame.equals(other.frame)
    return part.rows.collect(engine="streaming").equals(other.rows.collect(engine="streaming"))


def _add_table(found: Loaded, name: str, parts: Sequence[Part], settings: Settings) -> None:
    if tables()[name].MERGE is Merge.APPEND:
        _append(found, name, parts)
        return
    merged = merge(name, parts, settings.policy.reinstall_days)
    found.refused += merged.refused
    found.notes += merged.notes
    if not merged.parts:
        return
    try:
        refuse_overflow(merged.frame, name, merged.parts[-1].account.file)
    except SumTooLarge as refusal:
        found.refused.append(refusal)
        return
    base = len(found.inputs)
    found.inputs += [_of_what_is_left(part, name) for part in merged.parts]
    frame = merged.frame.with_columns(pl.col("source_file") + base)
    found.tables[name] = frame.lazy()
    found.supplied[name] = frozenset().union(*(part.supplied for part in merged.parts))
    if name == "cohort":
        found.notes += summary_notes(merged.parts)
    if name == "spend":
        found.notes += two_sources(frame, [account.mapping for account in found.inputs])
    found.notes += [note for note in unknown_channels(frame, settings.project) if note not in found.notes]


def _append(found: Loaded, name: str, parts: Sequence[Part]) -> None:
    """Rows that change nothing when they are sent again: none is held against another, however many there are."""
    if not parts:
        return
    found.tables[name] = appended(parts, len(found.inputs))
    for at, part in enumerate(parts, len(found.inputs)):
        found.stretches += [stretch.read(partial(_placed, at=at)) for stretch in part.stretches or (_whole(part),)]
    found.inputs += [part.account for part in parts]
    found.supplied[name] = frozenset().union(*(part.supplied for part in parts))


def appended(parts: Sequence[Part], base: int) -> pl.LazyFrame:
    """The rows of files one after the other; the first file is number `base` of all inputs."""
    return pl.concat([_placed(part.rows, at=at) for at, part in enumerate(parts, base)], how="diagonal")


def _placed(rows: pl.LazyFrame, *, at: int) -> pl.LazyFrame:
    return rows.rename({"line": "source_line"}).with_columns(source_file=pl.lit(at, pl.Int32))


def _whole(part: Part) -> Stretch:
    height, days = part.account.accepted, part.account.days
    return Stretch(part.rows, days, height, [(height, days)] if days else ())


def _of_what_is_left(part: Part, table: str) -> Input:
    """The account of a file once rows that another file had too are gone; its control totals stay those of the file."""
    return replace(part.account, sums=sums_of(part.frame, table), days=days_of(part.frame, table))
