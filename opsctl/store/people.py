"""Who is who without saying it: every personal id is a number here, and only its keyed hash is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from opsctl.config.plans import Privacy
from opsctl.core.errors import DamagedStore
from opsctl.store import key, parquet, place
from opsctl.store.catalog import Catalog
from opsctl.store.key import Keys, hashed

UID = pl.UInt32()
_NEXT = "next_uid"
_MARK = ["high", "low"]  # the two halves of a hash: a join on integers is many times one on bytes
_SCHEMA: dict[str, pl.DataType] = {"uid": UID, "high": pl.UInt64(), "low": pl.UInt64()}
_KEY = "key"


class People:
    """The ids that the store knows, as numbers; new ones get numbers of their own."""

    def __init__(self, catalog: Catalog, keys: Keys) -> None:
        self._catalog = catalog
        self._keys = keys
        self._known = read(catalog)
        self._fresh: list[pl.DataFrame] = []
        self._next = int(catalog.meta(_NEXT) or 0)
        self.met = pl.DataFrame(schema={"hash": pl.UInt64, "uid": UID})  # in this run, by the id as it is written
        self._erased = marks_of(erased(catalog))

    def hashed(self, ids: pl.Series) -> pl.Series:
        """What stands in the rows themselves, such as numbers of orders, as 16 bytes each; what is null stays so.

        Only the first key counts here: rows are never written anew, so a later key could not be put behind it.
        """
        return hashed(ids, self._keys[:1])

    def numbers(self, ids: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Ids as numbers, and where they are those of people who were erased, who have none; what is null stays so."""
        distinct = ids.drop_nulls().unique(maintain_order=True)
        marked = pl.DataFrame({"id": distinct}).hstack(marks_of(hashed(distinct, self._keys)))
        gone = marked.join(self._erased, on=_MARK, how="semi")["id"]
        marked = marked.join(self._erased, on=_MARK, how="anti", maintain_order="left")
        there = self._known.join(marked, on=_MARK, how="inner")  # the few in a table of their own, the many pass it
        new = marked.join(there, on="id", how="anti", maintain_order="left")
        if new.height:
            self._add(new.select(_MARK).unique(maintain_order=True))
            there = pl.concat([there, self._fresh[-1].join(new, on=_MARK, how="inner")], how="diagonal")
        self._meet(there)
        found = pl.DataFrame({"id": ids}).join(there.select("id", "uid"), on="id", how="left", maintain_order="left")
        return found["uid"].alias(ids.name), ids.is_in(gone.implode()).fill_null(value=False)

    def erased_in(self, cells: pl.Series, *, as_hashes: bool) -> pl.Series:
        """Where a cell is the id of somebody who was erased, as it is or, in hexadecimal, as `hashed` made it."""
        distinct = cells.drop_nulls().unique()
        if as_hashes:
            hashes = distinct.str.decode("hex", strict=False)
            for each in self._keys[1:]:
                hashes = key.rehashed(hashes, each)
        else:
            hashes = hashed(distinct, self._keys)
        marked = pl.DataFrame({"cell": distinct}).hstack(marks_of(hashes))
        gone = marked.join(self._erased, on=_MARK, how="semi")["cell"]
        return cells.is_in(gone.implode()).fill_null(value=False)

    @property
    def knows_erased(self) -> bool:
        """Was anybody ever erased?"""
        return not self._erased.is_empty()

    def _meet(self, numbered: pl.DataFrame) -> None:
        """Remember ids by a hash that lives as long as the run; two ids with one hash are remembered by neither."""
        came = numbered.select(pl.col("id").hash().alias("hash"), "uid").unique()
        again = self.met.join(came, on="hash", how="inner", suffix="_now")
        twice = pl.concat(
            [came.filter(pl.col("hash").is_duplicated()), again.filter(pl.col("uid") != pl.col("uid_now"))],
            how="diagonal",
        )
        fresh = came.join(again, on="hash", how="anti").join(twice, on="hash", how="anti")
        left = self.met.join(twice, on="hash", how="anti") if twice.height else self.met
        self.met = pl.concat([left, fresh])

    def _add(self, marks: pl.DataFrame) -> None:
        uids = pl.int_range(self._next, self._next + marks.height, eager=True).cast(UID)
        fresh = marks.select(uids.alias("uid"), *_MARK)
        self._next += marks.height
        self._fresh.append(fresh)
        self._known = pl.concat([self._known, fresh])

    def keep(self, load: int) -> None:
        """Write down whom the store did not know.

        Raises:
            CannotStore: The disk is full.
        """
        if not self._fresh:
            return
        write(self._catalog, pl.concat(self._fresh), load)
        self._catalog.set_meta(_NEXT, str(self._next))
        self._fresh = []


def fingerprint_of(catalog: Catalog) -> str | None:
    """By what the store knows its key; None where it holds nobody yet."""
    return catalog.meta(_KEY)


def keys_of(catalog: Catalog, privacy: Privacy, folder: Path, environ: Mapping[str, str]) -> Keys:
    """The keys under which the store knows people; a new store gets a new one. A rotated key is caught up with.

    Raises:
        KeyMissing, KeyWrong, KeyExposed, KeyUnreadable, KeyMisplaced: There is no key, or it is none of this store's.
        CannotStore: The disk is full.
    """
    path = key.located(privacy, folder, environ)
    stored = fingerprint_of(catalog)
    keys = key.of_store(path, stored)
    if stored is not None:
        behind = keys[len(key.applied(keys, stored, path)) :]
        _catch_up(catalog, behind)
    if stored != key.fingerprint(keys):
        catalog.set_meta(_KEY, key.fingerprint(keys))
    return keys


def _catch_up(catalog: Catalog, behind: Keys) -> None:
    """Hash the index once more for each key that was put behind the chain since."""
    if not behind:
        return
    known = read(catalog)
    hashes = bytes_of(known)
    gone = erased(catalog)
    for each in behind:
        hashes, gone = key.rehashed(hashes, each), key.rehashed(gone, each)
    catalog.change("DELETE FROM people")
    catalog.change("DELETE FROM erased")
    load = int(catalog.rows("SELECT coalesce(max(id), 0) AS last FROM load")[0]["last"])
    for mark in gone:
        catalog.insert("erased", mark=mark, load=load)
    if known.height:
        write(catalog, pl.concat([known.select("uid"), marks_of(hashes)], how="horizontal"), load)


def bytes_of(people: pl.DataFrame) -> pl.Series:
    """The hashes of people, 16 bytes each."""
    halves = zip(people["high"], people["low"], strict=True)
    marks = [high.to_bytes(8, "big") + low.to_bytes(8, "big") for high, low in halves]
    return pl.Series(marks, dtype=pl.Binary)


def read(catalog: Catalog) -> pl.DataFrame:
    """All that are known: columns uid, high, low.

    Raises:
        DamagedStore: A file of the index cannot be read.
    """
    paths = [catalog.store / row["path"] for row in catalog.rows("SELECT path FROM people ORDER BY id")]
    return pl.concat([pl.DataFrame(schema=_SCHEMA), *(_read(path) for path in paths)])


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DamagedStore("the index of people cannot be read", hint="opsctl verify names what is damaged") from error


def erased(catalog: Catalog) -> pl.Series:
    """The hashes of those who were erased, 16 bytes each."""
    return pl.Series([row["mark"] for row in catalog.rows("SELECT mark FROM erased")], dtype=pl.Binary)


def forget(catalog: Catalog, uids: pl.Series) -> None:
    """Take numbers and their hashes out of the index; the files of it that hold none of them stay as they are.

    Raises:
        CannotStore: The disk is full.
        DamagedStore: A file of the index cannot be read.
    """
    for row in catalog.rows("SELECT id, load, path FROM people ORDER BY id"):
        held = _read(catalog.store / row["path"])
        left = held.filter(~pl.col("uid").is_in(uids.implode()))
        if left.height == held.height:
            continue
        catalog.change("DELETE FROM people WHERE id = ?", row["id"])
        if left.height:
            write(catalog, left, row["load"])


def write(catalog: Catalog, people: pl.DataFrame, load: int) -> None:
    """A file of the index, and its entry in the catalog.

    Raises:
        CannotStore: The disk is full.
    """
    (first,) = people["uid"].head(1)
    version = catalog.generation + 1  # a rewritten index lies beside the old one until it counts
    name = f"{place.PEOPLE}/{version:06d}-{first:010d}.parquet"
    path = place.durable(catalog.store / name, lambda part: parquet.write(people, part))
    catalog.insert(
        "people",
        load=load,
        path=name,
        sha256=place.sha256_of(path),
        bytes=path.stat().st_size,
        rows=people.height,
    )


def marks_of(hashes: pl.Series) -> pl.DataFrame:
    """Hashes of 16 bytes as two halves, `high` and `low`, such as the index has them."""
    return pl.DataFrame({"mark": hashes}, schema={"mark": pl.Binary}).select(
        pl.col("mark").bin.slice(at, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big").alias(half)
        for half, at in zip(_MARK, (0, 8), strict=True)
    )
