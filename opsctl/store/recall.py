"""What the store knows, as of any day: the files that had been taken in by then, as if they had just been read."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from opsctl.ingest.account import Delivery, Part
from opsctl.ingest.loaded import Gathered, Loaded
from opsctl.ingest.memory import Monthly
from opsctl.ingest.privacy import ATTRIBUTE
from opsctl.ingest.remarks import Note
from opsctl.schemas import tables
from opsctl.schemas.table import Merge
from opsctl.store import records, segments
from opsctl.store.catalog import Catalog

RECONSTRUCTED = "reconstructed"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was taken in.

    Args:
        id: Its number.
        load: That of the run that took it in.
        name: As answers call it.
        path: Where its original was.
        sha256: Of its bytes.
        table: Where its rows went.
        mapping: What read it.
        mapping_sha256: The mapping as it was then, with what the project said of the file.
    """

    id: int
    load: int
    name: str
    path: str
    sha256: str
    table: str
    mapping: str
    mapping_sha256: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Which loads count: all up to `last`. `reconstructed` is the day before which the store remembers nothing."""

    last: int
    reconstructed: date | None = None


def seen(catalog: Catalog, as_of: date | None) -> Seen:
    """What was known at the end of a day, unset: what is known now.

    A load counts as known on the last day that its data made known, so that an answer can be had again whenever it is
    asked for. Before the first of these days the store remembers nothing: what it knew then stands for all before.
    """
    loads = [(row["id"], row["as_of"]) for row in catalog.rows("SELECT id, as_of FROM load ORDER BY id")]
    last = loads[-1][0] if loads else 0
    days = [date.fromisoformat(day) for _, day in loads if day]
    if as_of is None or not days:
        return Seen(last)
    first = min(days)
    until = max(as_of, first)
    known = [number for number, day in loads if day is None or date.fromisoformat(day) <= until]
    return Seen(known[-1] if known else 0, first if as_of < first else None)


def files(catalog: Catalog, until: int) -> list[Stored]:
    """The files that were taken in up to a load and not read anew by then, in the order in which they came."""
    names = "id, load, name, path, sha256, kind AS 'table', mapping, mapping_sha256"
    rows = catalog.rows(
        f"SELECT {names} FROM file WHERE load <= ? AND (gone IS NULL OR gone > ?) ORDER BY load, id",  # noqa: S608
        until,
        until,
    )
    return [Stored(**dict(row)) for row in rows]


def deliveries(catalog: Catalog, until: int) -> tuple[Delivery, ...]:
    """All that was ever taken in up to a load, in the order in which it came, whatever took its place since."""
    rows = catalog.rows(
        "SELECT name, mapping, kind, load, first_day, last_day, as_of FROM file JOIN load ON load.id = file.load"
        " WHERE load <= ? AND last_day IS NOT NULL ORDER BY load, file.id",
        until,
    )
    return tuple(
        Delivery(
            file=row["name"],
            mapping=row["mapping"],
            table=row["kind"],
            load=row["load"],
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"]),
            known=date.fromisoformat(row["as_of"]) if row["as_of"] else None,
        )
        for row in rows
    )


def gathered(catalog: Catalog, known: Seen, unread: Collection[str] = ()) -> Gathered:
    """All files of the store as parts; those of tables that are `unread` without their rows.

    Raises:
        DamagedStore: A file of the store cannot be read.
    """
    found = Gathered(parts=parts(catalog, files(catalog, known.last), unread))
    if known.reconstructed is not None:
        text = f"before {known.reconstructed} the store remembers nothing: what was known then is made from later files"
        found.notes.append(Note(RECONSTRUCTED, text))
    return found


def months(catalog: Catalog, known: Seen) -> tuple[Monthly, ...]:
    """The events that count, month by month."""
    load_of = {one.id: one.load for one in files(catalog, known.last) if one.table == "activity"}
    by_month: dict[str, dict[int, list[segments.Segment]]] = defaultdict(lambda: defaultdict(list))
    for file, of_file in segments.of_files(catalog, sorted(load_of)).items():
        for segment in of_file:
            by_month[segment.month][load_of[file]].append(segment)
    return tuple(_monthly(catalog, month, by_load) for month, by_load in sorted(by_month.items()))


def _monthly(catalog: Catalog, month: str, by_load: Mapping[int, Sequence[segments.Segment]]) -> Monthly:
    def of(found: Sequence[segments.Segment], parts: tuple[Monthly, ...] = ()) -> Monthly:
        return Monthly(month, segments.state(found), segments.scan_of(catalog, "activity", found), parts)

    everything = [segment for found in by_load.values() for segment in found]
    return of(everything, tuple(of(found) for found in by_load.values()) if len(by_load) > 1 else ())


def count_days(catalog: Catalog, known: Seen, loaded: Loaded) -> None:
    """Say how many rows large tables have of each day, and which days each file has: nobody needs to look again."""
    there = files(catalog, known.last)
    for name in (name for name in loaded.tables if tables()[name].MERGE is Merge.APPEND):
        of_file = segments.days_of(catalog, [one.id for one in there if one.table == name])
        base = [account.table for account in loaded.inputs].index(name)
        loaded.days_of.update({at: sorted(days) for at, days in enumerate(of_file, base)})
        counted: Counter[date] = Counter()
        for days in of_file:
            counted.update(days)
        loaded.by_day[name] = dict(sorted(counted.items()))


def parts(catalog: Catalog, stored: Sequence[Stored], unread: Collection[str] = ()) -> list[Part]:
    """Files of the store with their rows, but for those of tables that are `unread`.

    Raises:
        DamagedStore: A file of the store cannot be read.
    """
    of = segments.of_files(catalog, [one.id for one in stored])
    told = {row["id"]: row for row in catalog.rows("SELECT * FROM file")}
    ages = _ages(catalog)
    found = []
    for one in stored:
        row = told[one.id]
        supplied = frozenset[str](json.loads(row["supplied"]))
        large = tables()[one.table].MERGE is Merge.APPEND
        held = () if large or one.table in unread else of[one.id]
        found.append(
            Part(
                account=replace(records.account_of(row["account"]), file=one.name),
                frame=_with_silent(segments.frame_of(catalog, one.table, held), supplied),
                scan=segments.scan_of(catalog, one.table, of[one.id]) if large else None,
                supplied=supplied,
                breakdown=row["breakdown"],
                notes=records.notes_of(row["notes"]),
                foreign_days=bool(row["foreign_days"]),
                load=ages[one.id],
            )
        )
    return found


def _with_silent(rows: pl.DataFrame, supplied: frozenset[str]) -> pl.DataFrame:
    """Rows with the attributes that their file has and never tells: a column of nothing is not written."""
    silent = sorted(name for name in supplied - set(rows.columns) if name.startswith(ATTRIBUTE))
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in silent) if silent else rows


def _ages(catalog: Catalog) -> dict[int, int]:
    """Of each file the load that first took it in: what is read anew, by another mapping, is as new as it was."""
    ages: dict[int, int] = {}
    before: dict[tuple[str, str, int], int] = {}
    for row in catalog.rows("SELECT id, load, gone, name, sha256 FROM file ORDER BY load, id"):
        this = row["name"], row["sha256"]
        ages[row["id"]] = before.get((*this, row["load"]), row["load"])
        if row["gone"] is not None:
            before[*this, row["gone"]] = ages[row["id"]]
    return ages
