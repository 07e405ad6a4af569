"""One file becomes a part: its rows, or where they lie, and the account of every one of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from opsctl.config.project import Source
from opsctl.config.settings import Settings
from opsctl.core.errors import NoRowLeft
from opsctl.core.period import Period
from opsctl.core.personal import masked
from opsctl.ingest.account import Input, Part, written
from opsctl.ingest.claim import Claim, Claims
from opsctl.ingest.control import reconciled, refuse_overflow, sums
from opsctl.ingest.convert import Converted
from opsctl.ingest.in_place import InPlace
from opsctl.ingest.opened import Read, of_parquet, of_text, typed_rows, way
from opsctl.ingest.reading import Content
from opsctl.ingest.remarks import Note, days_differ
from opsctl.ingest.staying import Attempt, attempt
from opsctl.ingest.written import TOTAL, Written
from opsctl.schemas import day_columns, tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns, physical_schema


@dataclass(frozen=True)
class File:
    """One file's bytes, under the name that the user knows, with what the project declares of it.

    Its hash is computed beside the reading: `digest` waits for it.
    """

    name: str
    content: Content
    digest: Future[str]
    source: Source | None


def sha256_of(content: Content) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    if content.path is None:
        return hashlib.sha256(content.data).hexdigest()
    with content.path.open("rb") as bytes_:
        return hashlib.file_digest(bytes_, "sha256").hexdigest()


def begun(  # noqa: PLR0913 - what there is to say of reading a file
    file: File,
    claims: Claims,
    asked: Period | None,
    kept: Callable[[Part], Part],
    meanwhile: Executor,
    *,
    stay: bool,
    ids: bool,
) -> Callable[[], Part]:
    """Begin to read the rows of a file; what is returned waits for them, as they are to be `kept`.

    Nearly all files are read at once. With `stay`, rows of events remain where they are if nothing speaks against it;
    where it takes long to tell, that is found out `meanwhile`, and with `ids` whoever they are of, too.

    Raises:
        RefusedFile: It cannot be read, nobody claims it, or nothing is left of it; waiting may say so, too.
    """
    tried = attempt(file.name, file.content, claims, file.source, ids=ids) if stay else None
    if tried is None or not tried.is_long:
        part = kept(_tried(file, tried, tried.prove() if tried else None) or _read(file, claims, asked))
        return lambda: part
    proven = meanwhile.submit(tried.prove)
    return lambda: kept(_tried(file, tried, proven.result()) or _read(file, claims, asked))


def _tried(file: File, tried: Attempt | None, found: InPlace | None) -> Part | None:
    """A file of events whose rows stay where they are."""
    if tried is None or found is None:
        return None
    table = tried.claim.table
    account = Input(file.name, "", tried.claim.name, table, found.days, found.height)
    empty = pl.DataFrame(schema={**physical_schema(tables()[table]), "line": pl.Int64})
    converted = Converted(empty, found.supplied, (), (), (), currency_assumed=False)
    notes = tuple(_notes(file.name, tried.read, tried.claim, converted, None))
    given = Part(account, empty, found.supplied, notes=notes)
    return replace(given, scan=found.rows, stretches=found.stretches, ids=found.ids)


def _read(file: File, claims: Claims, asked: Period | None) -> Part:
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
    zone, ours = way.style("day").zone, settings.project.timezone
    return zone if zone != ours and days_differ(frame["day"].drop_nulls().unique(), zone, ours) else None


def _account(file: File, read: Read, claim: Claim, converted: Converted, way: Written) -> Input:
    dropped = Counter([*read.dropped, *(reason for _, reason in converted.dropped)])
    rejected = sorted((*read.rejected, *converted.rejected), key=lambda row: row.line)
    return Input(
        file=file.name,
        sha256="",
        mapping=claim.name,
        table=claim.table,
        days=days_of(converted.frame, claim.table),
        accepted=converted.frame.height,
        rejected=tuple(rejected),
        dropped=dict(sorted(dropped.items())),
        sums=sums_of(converted.frame, claim.table),
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


def sums_of(frame: pl.DataFrame, table: str) -> dict[str, int | str]:
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


def days_of(frame: pl.DataFrame, table: str) -> tuple[date, date] | None:
    """The first and last day that rows name."""
    days = pl.col(day_columns(table))
    ends = frame.select(first=pl.min_horizontal(days.min()), last=pl.max_horizontal(days.max())).row(0)
    return None if ends[0] is None else ends


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
