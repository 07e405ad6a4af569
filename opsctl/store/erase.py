"""Taking people, and rows that were kept long enough, out of a store: all of it in one transaction, none of it in part.

Every file that holds such a row is written anew without it, also those whose rows newer ones took the place of. The
keyed hash of a person stays, so that the same export sent again does not bring them back. What remains to be done once
that counts is `owed`.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from opsctl.config.plans import Privacy
from opsctl.config.settings import Settings
from opsctl.core.errors import DamagedStore, NoSource, NoStore
from opsctl.ingest.account import Input
from opsctl.ingest.load import of_what_is_left
from opsctl.ingest.privacy import ATTRIBUTE
from opsctl.schemas import day_columns, tables
from opsctl.schemas.table import Merge
from opsctl.store import catalog as catalogs
from opsctl.store import key, owed, people, place, records, segments
from opsctl.store.catalog import Catalog
from opsctl.store.intake import ERASED
from opsctl.store.key import Keys
from opsctl.store.retention import Over, over
from opsctl.store.segments import PEOPLE, Segment
from opsctl.store.traces import Traces

KEPT_LONG_ENOUGH = "kept long enough"  # a reason for dropping rows


@dataclass(frozen=True)
class Wanted:
    """What must not stay.

    Args:
        traces: The ids of people, as they are written anywhere.
        over_retention: Take out the rows that `privacy.retention_days` says are over, too.
        as_of: The last day that retention counts from; unset: the last day that the store knows.
    """

    traces: Traces
    over_retention: bool = False
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What leaves one file of the store.

    Args:
        table: Its table.
        segment: The file.
        rows: How many of its rows are of those people.
        over: How many others were kept long enough.
        cells: In how many cells of what stays such a person is named: as the inviter, in an attribute.
    """

    table: str
    segment: Segment
    rows: int
    over: int
    cells: int


@dataclass(frozen=True)
class Erased:
    """What was taken out, or would be.

    Args:
        asked: How many people were named.
        numbers: By which of them the store knew them; those whom it does not know have none.
        over: The tables with a limit, and the last day that is over.
        cuts: What leaves which file.
    """

    asked: int
    numbers: tuple[int, ...]
    over: tuple[Over, ...]
    cuts: tuple[Cut, ...]


def erase(settings: Settings, wanted: Wanted, *, wait: float = 0.0, only_try: bool = False) -> Erased:
    """Take people out of the project's store; with `only_try` say what would leave it, and change no byte.

    Raises:
        NoStore: Nothing was ever ingested.
        Locked: Another run is writing, and did not end within `wait` seconds.
        CannotStore: The disk is full. Nothing was taken out.
        NotSwept: All was taken out, and files that held it could not be removed yet.
        DamagedStore, StoreTooNew: The store is not what was written, or newer.
        KeyMissing, KeyWrong, KeyExposed, KeyUnreadable, KeyMisplaced: The ids of people cannot be hashed.
    """
    folder = _folder(settings)
    if only_try:
        with catalogs.reading(folder) as catalog:
            return _Taking(catalog, settings, wanted, _keys(catalog, settings.project.privacy, folder, wanted)).found
    with catalogs.writing(folder, wait) as catalog:
        keys = people.keys_of(catalog, settings.project.privacy, folder, os.environ) if wanted.traces.ids else ()
        taking = _Taking(catalog, settings, wanted, keys)
        taking.take()
        return taking.found


def _folder(settings: Settings) -> Path:
    """The folder of a project that has a store.

    Raises:
        NoSource: There is no project.
        NoStore: Nothing was ever ingested.
    """
    if settings.folder is None:
        raise NoSource("there is no project here: a store belongs to an opsctl.yaml", hint="-C names its folder")
    if not place.exists(settings.folder):
        raise NoStore("this project has no store yet", hint="there is nothing to erase before opsctl ingest")
    return settings.folder


def _keys(catalog: Catalog, privacy: Privacy, folder: Path, wanted: Wanted) -> Keys:
    """The keys under which the store knows people now; none where it holds nobody yet."""
    stored = people.fingerprint_of(catalog)
    if stored is None or not wanted.traces.ids:
        return ()
    path = key.located(privacy, folder, os.environ)
    return key.applied(key.load(path), stored, path)


class _Taking:
    """What leaves a store, as far as its catalog is open."""

    def __init__(self, catalog: Catalog, settings: Settings, wanted: Wanted, keys: Keys) -> None:
        self._catalog = catalog
        self._traces = wanted.traces
        self._privacy = settings.project.privacy
        self._hashes = key.hashed(wanted.traces.ids_as_kept, keys) if keys else pl.Series(dtype=pl.Binary)
        first = key.hashed(wanted.traces.ids_as_kept, keys[:1]) if keys else pl.Series(dtype=pl.Binary)
        self._hashed_cells = first.bin.encode("hex")
        self._tables = {row["id"]: row["kind"] for row in catalog.rows("SELECT id, kind FROM file")}
        known = people.read(catalog)
        self._uids = known.join(people.marks_of(self._hashes), on=["high", "low"], how="semi")["uid"]
        self._over = {one.table: one.last_day for one in self._limits(wanted)}
        self._orders = self._ordered()
        self.found = Erased(
            asked=len(wanted.traces.ids),
            numbers=tuple(self._uids),
            over=tuple(Over(*one) for one in self._over.items()),
            cuts=tuple(self._cuts()),
        )

    def take(self) -> None:
        """Write all files anew that are concerned, and what the catalog says of them."""
        known = set(people.erased(self._catalog))
        load = self._catalog.rows("SELECT coalesce(max(id), 0) AS last FROM load")[0]["last"]
        for mark in self._hashes:
            if mark not in known:
                self._catalog.insert("erased", mark=mark, load=load)
        for cut in self.found.cuts:
            segments.replace(self._catalog, cut.table, cut.segment, self._left(cut.table, cut.segment))
        self._settle_accounts()
        people.forget(self._catalog, self._uids)
        if self.found.cuts or self.found.numbers:
            owed.owe(self._catalog)

    # --- what leaves ----------------------------------------------------------------------------------------

    def _limits(self, wanted: Wanted) -> tuple[Over, ...]:
        last = self._catalog.rows("SELECT max(as_of) AS day FROM load")[0]["day"]
        as_of = wanted.as_of or (date.fromisoformat(last) if last else None)
        return over(self._privacy, as_of) if wanted.over_retention and as_of else ()

    def _segments(self, table: str | None = None) -> Iterator[tuple[str, Segment]]:
        for row in self._catalog.rows("SELECT * FROM segment ORDER BY file, month, id"):
            name = self._tables[row["file"]]
            if table in (None, name):
                yield name, Segment(**dict(row))

    def _ordered(self) -> pl.Series:
        """The orders of these people: an export without a column of users may hold them too."""
        scans = (self._scan(one) for _, one in self._segments("order")) if self._uids.len() else ()
        found = [self._collected(scan.filter(self._is_one(scan, "user")).select("order"))["order"] for scan in scans]
        return pl.concat([pl.Series("order", dtype=pl.Binary), *found]).unique()

    def _cuts(self) -> Iterator[Cut]:
        for table, one in self._segments():
            scan = self._scan(one)
            gone, long = self._of_them(scan, table), self._is_over(scan, table)
            cells = [(named & ~gone & ~long).sum() for named in self._named(scan, table).values()]
            counts = scan.select(rows=gone.sum(), over=(long & ~gone).sum(), cells=pl.sum_horizontal(0, *cells))
            rows, kept_long, named = self._collected(counts).row(0)
            if rows or kept_long or named:
                yield Cut(table, one, rows, kept_long, named)

    def _left(self, table: str, segment: Segment) -> pl.LazyFrame:
        scan = self._scan(segment)
        stays = scan.filter(~self._of_them(scan, table), ~self._is_over(scan, table))
        return stays.with_columns(
            pl.when(~named).then(pl.col(column)).alias(column) for column, named in self._named(scan, table).items()
        )

    # --- which rows -----------------------------------------------------------------------------------------

    def _scan(self, segment: Segment) -> pl.LazyFrame:
        return pl.scan_parquet(self._catalog.store / segment.path)

    def _collected(self, scan: pl.LazyFrame) -> pl.DataFrame:
        try:
            return scan.collect(engine="streaming")
        except (pl.exceptions.PolarsError, OSError) as error:
            raise DamagedStore("a file of the store cannot be read", hint="opsctl verify names it") from error

    def _is_one(self, scan: pl.LazyFrame, column: str) -> pl.Expr:
        """Is it the number of one of these people?"""
        if column not in scan.collect_schema():
            return pl.lit(value=False)
        return pl.col(column).is_in(self._uids.implode()).fill_null(value=False)

    def _of_them(self, scan: pl.LazyFrame, table: str) -> pl.Expr:
        """Is it a row of one of these people?"""
        found = self._is_one(scan, "user")
        if table != "order" or self._orders.is_empty():
            return found
        nobody = pl.col("user").is_null() if "user" in scan.collect_schema() else pl.lit(value=True)
        return found | (nobody & pl.col("order").is_in(self._orders.implode()))

    def _is_over(self, scan: pl.LazyFrame, table: str) -> pl.Expr:
        """Was the row kept long enough, by the last of its days?"""
        there = [name for name in day_columns(table) if name in scan.collect_schema()]
        if table not in self._over or not there:
            return pl.lit(value=False)
        return (pl.max_horizontal(there) <= self._over[table]).fill_null(value=False)

    def _named(self, scan: pl.LazyFrame, table: str) -> Mapping[str, pl.Expr]:
        """By column, where another's row names one of these people: as inviter, in attributes that are kept."""
        if tables()[table].MERGE is Merge.APPEND or not self._traces.ids:
            return {}
        names = scan.collect_schema().names()
        found = {name: self._is_one(scan, name) for name in PEOPLE if name != "user" and name in names}
        for name in names:
            treatment = self._privacy.treatment(name.removeprefix(ATTRIBUTE)) if name.startswith(ATTRIBUTE) else None
            if treatment == "hash":
                found[name] = pl.col(name).is_in(self._hashed_cells.implode()).fill_null(value=False)
            elif treatment == "keep":
                found[name] = pl.col(name).map_batches(self._traces.in_cells, return_dtype=pl.Boolean)
        return found

    # --- what the catalog says of it ------------------------------------------------------------------------

    def _settle_accounts(self) -> None:
        of_file: dict[int, list[Cut]] = defaultdict(list)
        for cut in self.found.cuts:
            of_file[cut.segment.file].append(cut)
        left = segments.of_files(self._catalog, sorted(of_file))
        for file, cuts in of_file.items():
            (row,) = self._catalog.rows("SELECT account FROM file WHERE id = ?", file)
            account = self._recounted(records.account_of(row["account"]), cuts, left[file])
            self._catalog.change("UPDATE file SET account = ? WHERE id = ?", records.account_text(account), file)

    def _recounted(self, account: Input, cuts: Sequence[Cut], left: Sequence[Segment]) -> Input:
        for reason, rows in (
            (ERASED, sum(cut.rows for cut in cuts)),
            (KEPT_LONG_ENOUGH, sum(cut.over for cut in cuts)),
        ):
            account = account.with_dropped(reason, rows) if rows else account
        if tables()[account.table].MERGE is not Merge.APPEND:
            return of_what_is_left(account, segments.frame_of(self._catalog, account.table, left))
        (days,) = segments.days_of(self._catalog, [cuts[0].segment.file])
        return replace(account, days=(min(days), max(days)) if days else None)
