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
from opsctl.ingest.contract import INCOMPLETE, broken, is_incomplete, new_columns, rule_of
from opsctl.ingest.control import Added, reconciled, refuse_overflow, sums
from opsctl.ingest.convert import Converted
from opsctl.ingest.in_place import InPlace
from opsctl.ingest.keys import alike, told_apart
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
    keyed = file.source is not None and file.source.key is not None  # then no row is good before it saw the others
    tried = attempt(file.name, file.content, claims, file.source, ids=ids) if stay and not keyed else None
    if tried is None or not tried.is_long:
        part = kept(_tried(file, claims, tried, tried.prove() if tried else None) or _read(file, claims, asked))
        return lambda: part
    proven = meanwhile.submit(tried.prove)
    return lambda: kept(_tried(file, claims, tried, proven.result()) or _read(file, claims, asked))


def _tried(file: File, claims: Claims, tried: Attempt | None, found: InPlace | None) -> Part | None:
    """A file of events whose rows stay where they are."""
    if tried is None or found is None:
        return None
    table = tried.claim.table
    cap = _cap_reached(tried.claim, found.height)
    account = Input(
        file.name, "", tried.claim.name, table, found.days, found.height, unread=len(tried.claim.unused), cap=cap
    )
    _hold_to(file.source, claims.settings, tried.read, tried.claim, account)
    empty = pl.DataFrame(schema={**physical_schema(tables()[table]), "line": pl.Int64})
    converted = Converted(empty, found.supplied, (), (), (), currency_assumed=False)
    notes = tuple(_notes(file, claims.settings, tried.read, tried.claim, converted))
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
    converted = rows_of(read, claim, source, claims.settings, asked)
    refuse_overflow(converted.frame, claim.table, name)
    written = way(read.raw, claim, source, claims.settings)
    zone = _foreign_zone(written, converted.frame, claims.settings)
    account = account_of(read, claim, converted, source, claims.settings)
    if account.rejected and not account.accepted:
        raise _nothing_left(account)
    if read.raw.cells.height and len(converted.dropped) == read.raw.cells.height and not _only_totals(converted):
        raise _nothing_kept(account, converted)
    _hold_to(source, claims.settings, read, claim, account)
    breakdown = claim.mapping.export.breakdown if claim.mapping else None
    notes = [*_notes(file, claims.settings, read, claim, converted), *_of_zone(name, zone)]
    return Part(account, converted.frame, converted.supplied, breakdown, tuple(notes), zone is not None)


def rows_of(
    read: Read, claim: Claim, source: Source | None, settings: Settings, asked: Period | None = None
) -> Converted:
    """The file's rows as rows of its table, each once as far as its source says what tells them apart.

    Raises:
        RefusedFile: Its values can be read in two ways, or it does not have the columns of its key.
    """
    converted = typed_rows(read, claim, source, settings, asked)
    if source is not None and source.key:
        return told_apart(read.raw, converted, claim.table, source.key)
    said = alike(read.raw, converted) if claim.table == "spend" and converted.frame.height else ""
    return replace(converted, notes=(*converted.notes, said)) if said else converted


def _hold_to(source: Source | None, settings: Settings, read: Read, claim: Claim, account: Input) -> None:
    """Hold a file to the contract of its source.

    Raises:
        NewColumn, TooManyRejected: It does not keep it.
    """
    refusal = broken(read.raw, claim, account, settings.project.contract_of(source))
    if refusal is not None:
        raise refusal


def _notes(file: File, settings: Settings, read: Read, claim: Claim, converted: Converted) -> Iterator[Note]:
    name, contract = file.name, settings.project.contract_of(file.source)
    yield from (Note("reading", f"{name}: {warning}") for warning in read.warnings)
    yield from (Note("values", f"{name}: {note}") for note in converted.notes)
    if rule_of(claim, contract) == "evolve" and (new := new_columns(claim, contract)):
        yield Note("unused_columns", f"{name}: nothing reads {masked(', '.join(new))}")
    if converted.currency_assumed and converted.frame.height:
        yield Note("currency_assumed", f"{name} names no currency; the project's is taken")
    if is_incomplete(read.raw, claim):
        yield Note("incomplete_data", f"{name}: {INCOMPLETE}")


def _of_zone(name: str, zone: str | None) -> Iterator[Note]:
    if zone is not None:
        yield Note("tz_mismatch", f"{name}: its days are those of {zone} and cannot be shifted")


def _foreign_zone(way: Written, frame: pl.DataFrame, settings: Settings) -> str | None:
    """The zone of daily sums that cannot be shifted to the project's; whoever joins them with users must know."""
    if "day" not in columns(tables()[way.claim.table]) or frame.is_empty():
        return None
    zone, ours = way.style("day").zone, settings.project.timezone
    return zone if zone != ours and days_differ(frame["day"].drop_nulls().unique(), zone, ours) else None


def account_of(read: Read, claim: Claim, converted: Converted, source: Source | None, settings: Settings) -> Input:
    """What became of every row of a file; its hash is not among it yet."""
    contract, table = settings.project.contract_of(source), claim.table
    dropped = Counter([*read.dropped, *(reason for _, reason in converted.dropped)])
    rejected = sorted((*read.rejected, *converted.rejected), key=lambda row: row.line)
    return Input(
        file=read.raw.name,
        sha256="",
        mapping=claim.name,
        table=table,
        days=days_of(converted.frame, table),
        accepted=converted.frame.height,
        rejected=tuple(rejected),
        dropped=dict(sorted(dropped.items())),
        sums=sums_of(converted.frame, table),
        control=reconciled(
            way(read.raw, claim, source, settings),
            [*read.totals, *_called_totals(read, converted)],
            Added(sums(converted.frame, table), converted.frame.height, contract.tolerance),
        ),
        unread=len(claim.unused),
        cap=_cap_reached(claim, read.raw.cells.height + len(read.rejected)),
        incomplete=is_incomplete(read.raw, claim),
        may_reject=int(contract.rejects.of(converted.frame.height + len(rejected))) if contract.rejects else None,
    )


def _cap_reached(claim: Claim, rows: int) -> int | None:
    """The most rows that a platform exports, where a file has just as many."""
    caps = claim.mapping.export.file.cap if claim.mapping else ()
    return rows if rows in caps else None


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
