"""Files in, canonical tables out, with an account of every row and one error for every file that is refused."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from opsctl.config.project import Source
from opsctl.config.settings import Settings
from opsctl.core.errors import NoRowLeft, OpsctlError, RefusedFile, SumTooLarge
from opsctl.core.period import Period
from opsctl.core.personal import masked
from opsctl.ingest.account import Delivery, Input, Part, Rejected, written
from opsctl.ingest.claim import Claim, Claims
from opsctl.ingest.codes import Codes
from opsctl.ingest.cohorts import added_up, beside_users, summary_notes
from opsctl.ingest.control import reconciled, refuse_overflow, sums
from opsctl.ingest.convert import Converted
from opsctl.ingest.memory import Memory
from opsctl.ingest.merge import merge
from opsctl.ingest.opened import Read, of_parquet, of_text, typed_rows, way
from opsctl.ingest.privacy import Hashing, protected
from opsctl.ingest.reading import Content, unpack
from opsctl.ingest.remarks import (
    Note,
    days_differ,
    one_channel_twice,
    two_sources,
    unknown_channels,
    users_twice,
)
from opsctl.ingest.sources import Files, Found
from opsctl.ingest.written import TOTAL, Written
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import Merge, columns


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
        memory: The store that they come from; what is wrong with files was told when they came in.
        deliveries: Of a store, all that it ever took in, in the order in which it came.
    """

    tables: dict[str, pl.LazyFrame] = field(default_factory=dict)
    supplied: dict[str, frozenset[str]] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    foreign_days: set[str] = field(default_factory=set)
    unknown_codes: Note | None = None
    by_day: dict[str, dict[date, int]] = field(default_factory=dict)
    memory: Memory | None = None
    deliveries: tuple[Delivery, ...] = ()

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


def load(files: Files, settings: Settings, asked: Period | None = None, started: Started | None = None) -> Loaded:
    """Read files into tables. A file, or an archive's member, that is refused does not keep the others from loading.

    `asked` is the period asked for: rows of a file that says nothing of its days are taken to be of it. `started` is
    told the name of every file before it is read, for those who wait.
    """
    return joined(gather(files, settings, asked, started), settings)


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


def gather(
    files: Files,
    settings: Settings,
    asked: Period | None = None,
    started: Started | None = None,
    keeping: Keeping | None = None,
) -> Gathered:
    """Read files one by one, without what is personal; see `load` and `privacy.protected`.

    A file that is known for `keeping`, by its name and hash, is passed over.
    """
    found = Gathered()
    seen: dict[str, Part] = {}
    claims = Claims(settings)
    for path, file in _unpacked(files, claims, found, started):
        if keeping is not None and keeping.knows(file.name, file.sha256):
            found.passed.append(file.name)
            continue
        found.paths[file.name] = path
        with _refusing(found, file.name):
            part = protected(_part(file, claims, asked), settings, keeping.hashed if keeping else None)
            if _is_new(part, found, seen):
                found.parts.append(part)
    return found


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


def _unpacked(files: Files, claims: Claims, found: Gathered, started: Started | None) -> Iterator[tuple[Path, File]]:
    """Every file and where it lies, of an archive each member."""
    for file in files.found:
        if started is not None:
            started(file.name)
        contents: list[Content] = []
        with _refusing(found, file.name):
            contents = unpack(file.path)
        for content in contents:
            yield file.path, File(_called(file, content), content, _sha256(content), claims.sources.of(file.path))


def hashes_of(file: Found) -> dict[str, str]:
    """The hash of a file's bytes as it is now, by its name; of an archive, of each member.

    Raises:
        RefusedFile: It cannot be unpacked.
    """
    return {_called(file, content): _sha256(content) for content in unpack(file.path)}


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


def _is_new(part: Part, found: Gathered, seen: dict[str, Part]) -> bool:
    """Whether a file says what no other did. The same bytes may be of another account or week, by source or name."""
    first = seen.setdefault(part.account.sha256, part)
    if first is part or not first.frame.equals(part.frame):
        return True
    text = f"{part.account.file} holds the same bytes as {first.account.file} and was read once"
    found.notes.append(Note("same_bytes", text))
    return False


def _sha256(content: Content) -> str:
    if content.path is None:
        return hashlib.sha256(content.data).hexdigest()
    with content.path.open("rb") as bytes_:
        return hashlib.file_digest(bytes_, "sha256").hexdigest()


@dataclass(frozen=True)
class File:
    """One file's bytes, under the name that the user knows, with what the project declares of it."""

    name: str
    content: Content
    sha256: str
    source: Source | None


def _part(file: File, claims: Claims, asked: Period | None) -> Part:
    name, source = file.name, file.source
    read = (
        of_parquet(name, file.content)
        if file.content.kind == "parquet"
        else of_text(name, file.content, claims, source)[0]
    )
    claim = claims.of(read.raw.header, source, name, read.raw.cells)
    converted = typed_rows(read, claim, source, claims.settings, asked)
    refuse_overflow(converted.frame, claim.table, name)
    written = way(read.raw, claim, source, claims.settings)
    zone = _foreign_zone(written, converted.frame, claims.settings)
    account = _account(file, read, claim, converted, written)
    if account.rejected and not account.accepted:
        raise _nothing_left(account)
    if read.raw.cells.height and len(converted.dropped) == read.raw.cells.height and not _only_totals(converted):
        raise _nothing_kept(account, converted)
    breakdown = claim.mapping.export.breakdown if claim.mapping else None
    notes = _notes(name, read, claim, converted, zone)
    return Part(account, converted.frame, converted.supplied, breakdown, tuple(notes), zone is not None)


def _notes(name: str, read: Read, claim: Claim, converted: Converted, zone: str | None) -> Iterator[Note]:
    yield from (Note("reading", f"{name}: {warning}") for warning in read.warnings)
    yield from (Note("values", f"{name}: {note}") for note in converted.notes)
    if claim.unused and (claim.mapping is None or claim.table == "cohort"):
        yield Note("unused_columns", f"{name}: nothing reads {masked(', '.join(claim.unused))}")
    if converted.currency_assumed and converted.frame.height:
        yield Note("currency_assumed", f"{name} names no currency; the project's is taken")
    if zone is not None:
        yield Note("tz_mismatch", f"{name}: its days are those of {zone} and cannot be shifted")


def _foreign_zone(way: Written, frame: pl.DataFrame, settings: Settings) -> str | None:
    """The zone of daily sums that cannot be shifted to the project's; whoever joins them with users must know."""
    if "day" not in columns(tables()[way.claim.table]) or frame.is_empty():
        return None
    zone = way.style("day").zone
    return zone if days_differ(set(frame["day"].drop_nulls()), zone, settings.project.timezone) else None


def _account(file: File, read: Read, claim: Claim, converted: Converted, way: Written) -> Input:
    dropped = Counter([*read.dropped, *(reason for _, reason in converted.dropped)])
    rejected = sorted((*read.rejected, *converted.rejected), key=lambda row: row.line)
    return Input(
        file=file.name,
        sha256=file.sha256,
        mapping=claim.name,
        table=claim.table,
        days=_days(converted.frame, claim.table),
        accepted=converted.frame.height,
        rejected=tuple(rejected),
        dropped=dict(sorted(dropped.items())),
        sums=_sums(converted.frame, claim.table),
        control=reconciled(
            way,
            [*read.totals, *_called_totals(read, converted)],
            sums(converted.frame, claim.table),
            converted.frame.height,
        ),
    )


def _called_totals(read: Read, converted: Converted) -> list[tuple[str, ...]]:
    """The rows that the mapping calls totals, where no label does."""
    lines = [line for line, reason in converted.dropped if reason == TOTAL]
    rows = read.raw.cells.filter(read.raw.lines.is_in(lines)) if lines else read.raw.cells.clear()
    return [tuple("" if cell is None else str(cell) for cell in row) for row in rows.iter_rows()]


def _sums(frame: pl.DataFrame, table: str) -> dict[str, int | str]:
    """What the rows add up to; money of several currencies by currency, as `spend.USD`."""
    kinds = columns(tables()[table])
    currencies = sorted(frame["currency"].unique()) if "currency" in kinds and frame.height else []
    found: dict[str, int | str] = {}
    for name, total in sums(frame, table).items():
        if kinds[name].kind is not Kind.MONEY or len(currencies) == 1:
            found[name] = written(total, kinds[name].kind)
            continue
        for currency in currencies:
            part = frame.filter(pl.col("currency") == currency)[name].sum()
            found[f"{name}.{currency}"] = written(int(part), Kind.MONEY)
    return found


def _days(frame: pl.DataFrame, table: str) -> tuple[date, date] | None:
    days = pl.concat([frame[name].alias("day") for name in day_columns(table)]).drop_nulls()
    return (days.min(), days.max()) if days.len() else None  # type: ignore[return-value]  # dates, as the schema says


def day_columns(table: str) -> list[str]:
    """The columns that hold the local days of a table's rows."""
    found = columns(tables()[table]).values()
    return list(dict.fromkeys(column.day_name for column in found if column.kind in (Kind.DAY, Kind.MOMENT)))


def _only_totals(converted: Converted) -> bool:
    return {reason for _, reason in converted.dropped} <= {TOTAL}


def _nothing_kept(account: Input, converted: Converted) -> NoRowLeft:
    reasons = ", ".join(sorted({reason for _, reason in converted.dropped}))
    return NoRowLeft(
        f"the mapping {account.mapping} leaves out every one of the {account.read} rows ({reasons})",
        file=account.file,
        hint="is it the export that the mapping is for? opsctl inspect shows what was seen",
    )


def _nothing_left(account: Input) -> NoRowLeft:
    first = account.rejected[0]
    where = f" in {first.column}" if first.column else ""
    return NoRowLeft(
        f"none of the {account.read} rows could be loaded as {account.table}",
        file=account.file,
        line=first.line,
        details=(("first", f"{first.code}{where}: {first.reason}"),),
        hint="is it the right mapping? opsctl inspect shows what was seen",
    )


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
    found.inputs += [part.account for part in parts]
    found.supplied[name] = frozenset().union(*(part.supplied for part in parts))


def appended(parts: Sequence[Part], base: int) -> pl.LazyFrame:
    """The rows of files one after the other; the first file is number `base` of all inputs."""
    rows = [
        part.rows.rename({"line": "source_line"}).with_columns(source_file=pl.lit(base + at, pl.Int32))
        for at, part in enumerate(parts)
    ]
    return pl.concat(rows, how="diagonal")


def of_what_is_left(account: Input, frame: pl.DataFrame) -> Input:
    """A file's account with the sums and days of the rows that are left of it; its control totals stay the file's."""
    return replace(account, sums=_sums(frame, account.table), days=_days(frame, account.table))
