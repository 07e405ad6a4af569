"""A claimed file's rows become rows of its canonical table; a row that breaks a rule is kept aside, never bent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from opsctl.config.project import Project
from opsctl.core.errors import AmbiguousColumns, AmbiguousValues
from opsctl.core.period import Period
from opsctl.core.personal import masked
from opsctl.ingest.account import Rejected
from opsctl.ingest.claim import Claim
from opsctl.ingest.conditions import as_told
from opsctl.ingest.derive import UNDATED, derived, kind_in_file
from opsctl.ingest.items import A_FURTHER_ITEM, of_items
from opsctl.ingest.stated_units import refuse_scaled, stated_currency
from opsctl.ingest.summed import summed_rows
from opsctl.ingest.unlabelled import unlabelled_total
from opsctl.ingest.values import Typed, glance, type_column
from opsctl.ingest.values.marks import mark_of
from opsctl.ingest.values.typed import counted
from opsctl.ingest.values.zones import local_days
from opsctl.ingest.written import TOTAL, Raw, Written, melted, without_dropped
from opsctl.schemas import tables
from opsctl.schemas.checks import EMPTY, checks
from opsctl.schemas.cohort import Cohort
from opsctl.schemas.kinds import Kind
from opsctl.schemas.spend import Spend
from opsctl.schemas.table import Table, columns, physical_schema

ATTRIBUTE = "attribute_"
ADDITIVE = (Kind.MONEY, Kind.QUANTITY, Kind.COUNT)
NOTHING_THERE = "nothing there"  # a reason for dropping rows
# By table an amount that adds up over channels, and what one sum is of.
# What rows that sum up others add, what they share with these, and by what these are told apart.
_SUMMED: dict[type[Table], tuple[list[str], list[str], list[str]]] = {
    Spend: (
        ["spend", "impressions", "clicks"],
        ["day", "through", "currency"],
        ["channel", "campaign", "ad_group", "creative", "placement", "audience", "keyword", "region", "hour"],
    ),
    Cohort: (["users"], ["day", "offset"], ["channel"]),
}
_BAR = "|"  # between a column's name, which never has one, and what is wrong with it


@dataclass(frozen=True)
class Converted:
    """What became of a file's rows.

    Args:
        frame: The accepted rows: the table's physical columns, attributes, and `line`.
        supplied: The columns that the file itself gave.
        rejected: The rows that broke a rule, by their line.
        dropped: The rows that the mapping says are no data: line and reason.
        notes: What a person should know of the file's values.
        currency_assumed: Whether nothing but the project says what the money's currency is.
    """

    frame: pl.DataFrame
    supplied: frozenset[str]
    rejected: tuple[Rejected, ...]
    dropped: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    currency_assumed: bool


@dataclass
class _Columns:
    """The columns read so far, and what is wrong with which row."""

    zone: str
    found: dict[str, pl.Series] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)  # by column what stands in every row, kept once
    faults: list[tuple[str, pl.Series]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    possible: dict[str, frozenset[str]] = field(default_factory=dict)  # by column what its signs leave

    def keep(self, name: str, column: glance.Column, day_name: str, typed: Typed) -> None:
        if typed.faults.null_count() < len(typed.faults):
            self.faults.append((name, typed.faults))
        self.notes += [f"{name}: {note}" for note in typed.notes]
        self.currencies |= {typed.currency} if typed.currency else set()
        self.possible |= {name: typed.possible} if typed.possible else {}
        if column.kind is Kind.MOMENT and typed.moment is not None:
            ours = column.style.zone == self.zone
            days = typed.values if ours else self._local_day(typed.moment, typed.values)
            self.found |= {name: typed.moment, day_name: days}
        else:
            self.found[name] = typed.values

    def _local_day(self, moment: pl.Series, days: pl.Series) -> pl.Series:
        """The day in the project's zone, whatever zone the moment was written in; a bare date is the day it is."""
        local = local_days(moment, self.zone)
        return local.zip_with(moment.is_not_null(), days) if moment.null_count() else local


def convert(raw: Raw, written: Written, project: Project, asked: Period | None = None) -> Converted:
    """Read a claimed file into its table; the project says which zone's days count, and the currency of last resort.

    `asked` is the period asked for: rows of a file that names no days are taken to be of it.

    Raises:
        AmbiguousValues: A column of dates or numbers can be read in two ways.
        AmbiguousColumns: Two columns of the file could be the one that the mapping looks for.
        SeveralDays: The file as a whole is of several days, and its table knows rows of one day only.
    """
    _refuse_ambiguous_columns(raw, written.claim)
    kept, dropped = without_dropped(raw, written.export)
    written = melted(Written(kept, written.claim, written.source, written.zone))
    kept = written.raw
    table = tables()[written.claim.table]
    read = _read_columns(written, table, project.timezone)
    made = derived(read.found, written, asked)
    read.found = made.found
    read.notes += made.notes
    supplied = frozenset(read.found)
    assumed = _settle_currency(read, written, table, project.currency)
    frame, rejected = _checked(read, kept, table, made.empty)
    dropped += [(line, NOTHING_THERE) for line in kept.lines.filter(made.empty)]
    if written.export and written.export.rows.each == "item":
        orders = of_items(frame, _orders_of(read, kept, rejected))
        frame = orders.frame
        dropped += [(line, A_FURTHER_ITEM) for line in orders.added]
        rejected += [rejection(kept.name, line, fault) for line, fault in orders.rejected]
        read.notes += orders.notes
    totals = _hidden_totals(written, kept, frame, table)
    frame = frame.filter(~pl.col("line").is_in([line for line, _ in totals])) if totals else frame
    dropped += totals
    read.notes += _more_clicks(frame)
    return Converted(frame, supplied, tuple(rejected), tuple(dropped), tuple(read.notes), assumed)


def _orders_of(read: _Columns, raw: Raw, rejected: list[Rejected]) -> pl.Series:
    """The orders of which some row was rejected."""
    lines = [row.line for row in rejected]
    return read.found["order"].filter(raw.lines.is_in(lines)).drop_nulls().unique()


def _hidden_totals(written: Written, raw: Raw, frame: pl.DataFrame, table: type[Table]) -> list[tuple[int, str]]:
    """The lines of totals that bear no label, or one that only their amounts prove; and why they are left out."""
    found: list[tuple[int, str]] = []
    if "channel" in written.claim.positions and table in _SUMMED:
        found += summed_rows(frame, *_SUMMED[table])
    if table is Spend and written.export and not written.export.melt:
        total = unlabelled_total(raw, frame)
        found += [] if total is None else [(total, TOTAL)]
    return found


def _more_clicks(frame: pl.DataFrame) -> list[str]:
    """A click may come on a later day than its impression: such rows are kept, and said."""
    if "clicks" not in frame.columns or "impressions" not in frame.columns:
        return []
    rows = int((frame["clicks"] > frame["impressions"]).sum())
    return [f"{counted(rows, 'row has', 'rows have')} more clicks than impressions"] if rows else []


def _refuse_ambiguous_columns(raw: Raw, claim: Claim) -> None:
    for twice in claim.match.ambiguous if claim.match else ():
        first, *others = (raw.cells[str(at)] for at in twice.indexes)
        if all(other.equals(first) for other in others):
            continue  # exports repeat a column; as long as both say the same it does not matter which is read
        names = ", ".join(f"'{masked(raw.header[at])}' (column {at + 1})" for at in twice.indexes)
        raise AmbiguousColumns(
            f"two columns could be {twice.column}: {names}",
            file=raw.name,
            hint=f"write the exact name under columns.{twice.column} of the mapping {claim.name}",
        )


def _read_columns(written: Written, table: type[Table], zone: str) -> _Columns:
    parts = _with_mark(_parts(written, table), written)
    for name, of in parts.items():
        if of[0].kind is Kind.MONEY and of[0].style.unit is None:
            refuse_scaled(written.raw, _places(written, [name]), name)
    single = {name: of[0] for name, of in parts.items() if len(of) == 1}
    known = glance.at_a_glance(single)
    read = _Columns(zone)
    for name, of in parts.items():
        typed = as_told(known[name] if name in known else _added([_typed(name, part) for part in of]), written, name)
        read.keep(name, of[0], columns(table)[name].day_name if name in columns(table) else name, typed)
    basis = written.basis("conversions") if "conversions" in read.found else None
    if basis and "conversion_basis" in columns(table) and "conversion_basis" not in read.found:
        read.found["conversion_basis"] = written.raw.same(basis)
    return read


def _parts(written: Written, table: type[Table]) -> dict[str, list[glance.Column]]:
    """By canonical column and attribute, the file's columns that make it up."""
    kinds = {name: kind_in_file(written, name, column.kind) for name, column in columns(table).items()}
    kinds |= {name: Kind.TEXT for name in written.claim.positions if name.startswith(ATTRIBUTE)}
    found = {
        name: [glance.Column(part, kind, written.style(name)) for part in written.parts(name)]
        for name, kind in kinds.items()
    }
    return {name: parts for name, parts in found.items() if parts}


def _with_mark(parts: dict[str, list[glance.Column]], written: Written) -> dict[str, list[glance.Column]]:
    """The same columns, read with the decimal mark that the numbers of the file tell, where nobody has told one."""
    open_ones = [part.cells.alias(name) for name, each in parts.items() for part in each if _is_open(part)]
    mark = mark_of(open_ones, written.raw.header)
    if mark is None:
        return parts
    return {
        name: [replace(part, style=replace(part.style, decimal=mark)) if _is_open(part) else part for part in each]
        for name, each in parts.items()
    }


def _is_open(part: glance.Column) -> bool:
    is_number = part.kind in (*ADDITIVE, Kind.NUMBER)
    return is_number and part.cells.dtype == pl.String and part.style.decimal is None


def _typed(name: str, part: glance.Column) -> Typed:
    return type_column(part.cells, part.kind, part.style, name=name)


def _added(parts: list[Typed]) -> Typed:
    """Several columns as one amount: what is missing in one of them is nothing, in all of them unknown."""
    if len(parts) == 1:
        return parts[0]
    values = pl.DataFrame({str(at): part.values for at, part in enumerate(parts)})
    faults = pl.DataFrame({str(at): part.faults for at, part in enumerate(parts)})
    known = pl.any_horizontal(pl.all().is_not_null())
    return Typed(
        values=values.select(pl.when(known).then(pl.sum_horizontal(pl.all()))).to_series(),
        faults=faults.select(pl.coalesce(pl.all())).to_series(),
        notes=tuple(note for part in parts for note in part.notes),
        currency=next((part.currency for part in parts if part.currency), None),
        possible=next((part.possible for part in parts if part.possible), frozenset()),
    )


def _settle_currency(read: _Columns, written: Written, table: type[Table], project: str) -> bool:
    """Give every row of money a currency; True where nothing but the project's own could be assumed."""
    if "currency" not in columns(table):
        return False
    money = [name for name, column in columns(table).items() if column.kind is Kind.MONEY]
    if not read.found.keys() & {*money, "currency"}:
        return False
    told = written.currency(read.currencies, money) or stated_currency(written.raw, _places(written, money))
    own = read.found.get("currency")
    _refuse_other_signs(read, told or project, own)
    if own is None:
        read.same["currency"] = told or project
        return told is None and written.raw.cells.height > 0
    read.found["currency"] = own.str.to_uppercase().fill_null(told or project)
    return told is None and own.null_count() > 0


def _places(written: Written, names: Sequence[str]) -> list[int]:
    """Where columns stand in the file."""
    return [at for name in names for at in written.claim.positions.get(name, ())]


def _refuse_other_signs(read: _Columns, assumed: str, own: pl.Series | None) -> None:
    """Money that bears the sign of other currencies is not of the one that everything else speaks for."""
    for name, possible in read.possible.items():
        if own is None and assumed not in possible:
            raise AmbiguousValues(
                f"the amounts bear a sign that {assumed} does not have",
                column=name,
                hint="write `currency:` with the code of theirs under `sources:`",
            )


def _checked(read: _Columns, raw: Raw, table: type[Table], empty: pl.Series) -> tuple[pl.DataFrame, list[Rejected]]:
    """The rows that keep every rule, and of each other row, but those that hold nothing, its first fault."""
    frame = _physical(read, raw, table)
    held_to = [
        check
        for check in checks(table)
        if not (check.column in UNDATED and check.code == EMPTY and check.column not in read.found)
    ]
    broken_ones = frame.select((~check.good).any().alias(str(at)) for at, check in enumerate(held_to)).row(0)
    if not (read.faults or any(broken_ones) or empty.any()):
        return frame, []
    unread = [pl.format(f"{name}{_BAR}{{}}", pl.lit(faults)) for name, faults in read.faults]
    broken = [
        pl.when(~check.good).then(pl.lit(f"{check.column}{_BAR}{check.code} {check.sentence}"))
        for check, is_broken in zip(held_to, broken_ones, strict=True)
        if is_broken
    ]
    judged = frame.with_columns(fault=pl.coalesce(*unread, *broken, pl.lit(None, pl.String))).filter(~empty)
    bad = judged.filter(pl.col("fault").is_not_null()).select("line", "fault")
    rejected = [rejection(raw.name, line, fault) for line, fault in bad.iter_rows()]
    return judged.filter(pl.col("fault").is_null()).drop("fault"), rejected


def _physical(read: _Columns, raw: Raw, table: type[Table]) -> pl.DataFrame:
    """All columns of the table's physical schema, null where the file said nothing; attributes beside them."""
    schema = physical_schema(table)
    given = pl.DataFrame({**read.found, "line": raw.lines})
    casts = [pl.col(name).cast(schema.get(name, pl.String())) for name in read.found if name not in schema]
    own = [
        pl.col(name).cast(dtype) if name in read.found else pl.lit(read.same.get(name), dtype).alias(name)
        for name, dtype in schema.items()
    ]
    return given.select(*own, *casts, pl.col("line").cast(pl.Int64))


def rejection(file: str, line: int, fault: str) -> Rejected:
    column, _, told = fault.partition(_BAR)
    code, _, reason = told.partition(" ")
    return Rejected(file, line, column, code, reason)
