"""Files in, canonical tables out, with an account of every row and one error for every file that is refused."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.errors import RefusedFile, SumTooLarge
from opsctl.core.period import Period
from opsctl.core.personal import masked
from opsctl.ingest.account import Input, Part
from opsctl.ingest.claim import Claims
from opsctl.ingest.codes import Codes
from opsctl.ingest.cohorts import added_up, beside_users, summary_notes
from opsctl.ingest.contract import lost_as_allowed
from opsctl.ingest.control import refuse_overflow
from opsctl.ingest.loaded import Gathered, Loaded, appended, stacked, stretches_of
from opsctl.ingest.merge import merge
from opsctl.ingest.part import File, begun, days_of, sha256_of, sums_of
from opsctl.ingest.privacy import Hashing, protected
from opsctl.ingest.reading import Content, unpack
from opsctl.ingest.remarks import (
    Note,
    one_channel_twice,
    two_sources,
    unknown_channels,
    users_twice,
)
from opsctl.ingest.sheets import Sheets
from opsctl.ingest.sources import Files, Found
from opsctl.ingest.stock import Stock
from opsctl.schemas import tables
from opsctl.schemas.table import Merge

AT_ONCE = 2  # small files: while one waits for the engine, another is prepared
SMALL = 4 * 1024 * 1024  # bytes; a larger file keeps the engine busy by itself, and needs its memory
Started = Callable[[str], None]
Knows = Callable[[str, Callable[[], str]], bool]


@dataclass(frozen=True)
class Keeping:
    """What a store brings to reading: which files it has already, by name and, where it must be asked for, hash.

    `hashed` is how it keeps ids.
    """

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
    kept = partial(protected, settings=settings, hashed=keeping.hashed if keeping else None)
    reading, sheets = _Reading(found), Sheets()
    with ThreadPoolExecutor(1) as beside, ThreadPoolExecutor(1) as meanwhile, ThreadPoolExecutor(AT_ONCE) as readers:
        for path, file in _unpacked(files, claims, found, started, beside):
            if keeping is not None and keeping.knows(file.name, file.digest.result):
                found.passed.append(file.name)
                sheets.add(file)
                continue
            found.paths[file.name] = path
            sheets.add(file)
            begin = partial(begun, file, claims, asked, kept, meanwhile, stay=stay, ids=keeping is not None)
            if _size(file.content) <= SMALL:
                reading.add_small(file, begin, readers)
            else:
                reading.add_large(file, begin)
        return sheets.beside_data(_each_once(found, reading.gathered()))


@dataclass
class _Reading:
    """Files that are being read: small ones side by side, and each large one alone, since its memory adds up.

    What becomes of them is told in the order of the files, whichever was read first.
    """

    found: Gathered
    begun: list[tuple[File, Callable[[], Part], int]] = field(default_factory=list)
    small: deque[Future[Part]] = field(default_factory=deque)

    def add_small(self, file: File, begin: Callable[[], Callable[[], Part]], readers: Executor) -> None:
        """Read a file while others are read, too; the bytes of few are held at one time."""

        def read() -> Part:
            wait = begin()
            return wait()

        self._wait_until(AT_ONCE)
        self.small.append(readers.submit(read))
        self.begun.append((file, self.small[-1].result, len(self.found.refused)))

    def add_large(self, file: File, begin: Callable[[], Callable[[], Part]]) -> None:
        """Read a file that keeps the engine busy by itself, or begin what takes long."""
        self._wait_until(1)
        with _refusing(self.found, file.name):
            self.begun.append((file, begin(), len(self.found.refused)))

    def _wait_until(self, fewer: int) -> None:
        while len(self.small) >= fewer:
            self.small.popleft().exception()

    def gathered(self) -> list[str]:
        """Gather the parts of files, and their hashes; what is told late stands in its file's place."""
        digests: list[str] = []
        late = 0
        for file, part, before in self.begun:
            known = len(self.found.refused)
            with _refusing(self.found, file.name):
                self.found.parts.append(part())
                digests.append(file.digest.result())
            if len(self.found.refused) > known:
                self.found.refused.insert(before + late, self.found.refused.pop())
                late += 1
        return digests


def _size(content: Content) -> int:
    return len(content.data) if content.path is None else content.path.stat().st_size


def joined(gathered: Gathered, settings: Settings, stock: Mapping[str, Stock] | None = None) -> Loaded:
    """Files become tables: codes looked up, what was sent twice counted once, what contradicts refused.

    Tables in `stock` are taken as they stood: the first of their files are told of without rows, and the others tell
    nothing of what is there (see `stock.tells_anew`).
    """
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
        if stock and name in stock:
            _grow_table(found, name, of_table, settings, stock[name])
        else:
            _add_table(found, name, of_table, settings)
    found.notes += [*lost_as_allowed(found.inputs), *_across(found.tables, settings)]
    return found


def _across(tables_: Mapping[str, pl.LazyFrame], settings: Settings) -> list[Note]:
    """What tables say of each other."""
    said = _among(tables_, "day", ("acquisition", "cohort"))
    notes = users_twice(said["cohort"], said["acquisition"]) if len(said) > 1 else []
    brought = _among(tables_, "channel", ("acquisition", "cohort")).values()
    paid = _among(tables_, "channel", ("spend",)).values()
    return [*notes, *one_channel_twice(set().union(*paid), set().union(*brought), settings.project)]


def _among(tables_: Mapping[str, pl.LazyFrame], column: str, names: Sequence[str]) -> dict[str, set[Any]]:
    """What stands in a column of tables, by table."""
    there = [name for name in names if name in tables_]
    found = pl.collect_all([tables_[name].select(pl.col(column).unique()) for name in there], engine="streaming")
    return {name: set(values.to_series().drop_nulls()) for name, values in zip(there, found, strict=True)}


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
            yield (
                file.path,
                File(_called(file, content), content, beside.submit(sha256_of, content), claims.sources.of(file.path)),
            )


def hashes_of(file: Found) -> dict[str, str]:
    """The hash of a file's bytes as it is now, by its name; of an archive, of each member.

    Raises:
        RefusedFile: It cannot be unpacked.
    """
    return {_called(file, content): sha256_of(content) for content in unpack(file.path)}


def _called(file: Found, content: Content) -> str:
    """A file's name, or that of an archive's member."""
    return file.name + masked(content.name.removeprefix(str(file.path)))


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
    found.inputs += [of_what_is_left(part.account, part.frame) for part in merged.parts]
    found.tables[name] = merged.frame.with_columns(pl.col("source_file") + base).lazy()
    found.one_user_a_row |= name == "acquisition" and merged.told_apart_by == ("user",)
    found.supplied[name] = frozenset().union(*(part.supplied for part in merged.parts))
    if name == "cohort":
        found.notes += summary_notes(merged.parts)
    if name == "spend":
        mappings = [account.mapping for account in found.inputs[base:]]
        found.notes += two_sources(merged.frame, mappings)
    _say_of_channels(found, name, settings)


def _grow_table(found: Loaded, name: str, parts: Sequence[Part], settings: Settings, stock: Stock) -> None:
    """A table as it stood, with what new files add."""
    new = parts[len(stock.inputs) :]
    merged = merge(name, new, settings.policy.reinstall_days)
    added = merged.frame.with_columns(pl.col("source_file") + len(stock.inputs))
    rows = stacked([stock.rows, added.lazy()]) if new else stock.rows
    try:
        refuse_overflow(rows, name, parts[-1].account.file)
    except SumTooLarge as refusal:
        found.refused.append(refusal)
        return
    base = len(found.inputs)
    found.inputs += [*stock.inputs, *(of_what_is_left(part.account, part.frame) for part in merged.parts)]
    found.tables[name] = rows.with_columns(pl.col("source_file") + base)
    found.supplied[name] = stock.supplied.union(*(part.supplied for part in merged.parts))
    found.added[name] = added
    _say_of_channels(found, name, settings)


def _say_of_channels(found: Loaded, name: str, settings: Settings) -> None:
    if settings.project.channels and "channel" in found.tables[name].collect_schema():
        channels = _among(found.tables, "channel", (name,))[name]
        found.notes += [note for note in unknown_channels(channels, settings.project) if note not in found.notes]


def _append(found: Loaded, name: str, parts: Sequence[Part]) -> None:
    """Rows that change nothing when they are sent again: none is held against another, however many there are."""
    if not parts:
        return
    found.tables[name] = appended(parts, len(found.inputs))
    found.stretches += stretches_of(parts, len(found.inputs))
    found.inputs += [part.account for part in parts]
    found.supplied[name] = frozenset().union(*(part.supplied for part in parts))


def of_what_is_left(account: Input, frame: pl.DataFrame) -> Input:
    """A file's account with the sums and days of the rows that are left of it; its control totals stay the file's."""
    return replace(account, sums=sums_of(frame, account.table), days=days_of(frame, account.table))
