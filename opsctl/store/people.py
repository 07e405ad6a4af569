"""Who is who without saying it: every personal id is a number here, and only its keyed hash is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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
        self._first = self._known.is_empty()  # whoever is not met in this run is new then
        self._fresh: list[pl.DataFrame] = []
        self._beside = ThreadPoolExecutor(1)
        self._coming: list[Future[pl.DataFrame]] = []
        self._next = int(catalog.meta(_NEXT) or 0)
        self.met = pl.DataFrame(schema={"hash": pl.UInt64, "uid": UID})  # in this run, by the id as it is written
        self._erased = marks_of(erased(catalog))

    def hashed(self, ids: pl.Series) -> pl.Series:
        """What stands in the rows themselves, such as numbers of orders, as 16 bytes each; what is null stays so.

        Only the first key counts here: rows are never written anew, so a later key could not be put behind it.
        """
        return hashed(ids, self._keys[:1])

    def numbers(self, ids: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Ids as numbers, and where they are those of people who were erased, who have none; what is null stays so.

        Whoever was met in this run is known by a hash of 64 bits: a stranger who shares one, perhaps one in 10^12
        among millions, would be taken for somebody else.
        """
        distinct = ids.drop_nulls().unique(maintain_order=True).alias("id")
        known = self.numbers_of(distinct)
        if len(distinct) == len(ids):
            return known.alias(ids.name), known.is_null()
        told = pl.DataFrame([distinct, known])
        found = pl.DataFrame({"id": ids}).join(told, on="id", how="left", maintain_order="left")
        return found["uid"].alias(ids.name), found["uid"].is_null() & ids.is_not_null()

    def numbers_of(self, distinct: pl.Series) -> pl.Series:
        """Ids, none of them twice and none null, as numbers `uid`; null for who was erased. See `numbers`."""
        if distinct.is_empty():
            return pl.Series("uid", [], UID)
        if self.met.is_empty():
            return self._introduced(distinct)
        hashes = pl.DataFrame({"hash": distinct.hash()})
        known = hashes.join(self.met, on="hash", how="left", maintain_order="left")["uid"]
        strange = known.is_null()
        return known.scatter(strange.arg_true(), self._introduced(distinct.filter(strange))) if strange.any() else known

    def meet(self, ids: Iterable[pl.Series]) -> None:
        """Meet people before their rows are read: who is known to the store is looked up once, not file by file."""
        if self._first:
            return
        found = [each.drop_nulls().unique() for each in ids]
        if found:
            self.numbers(pl.concat(found))

    def _introduced(self, strange: pl.Series) -> pl.Series:
        """The numbers of ids that were not met in this run, in their order; null for who was erased."""
        if self._first and not self.knows_erased:
            uids = self._added(len(strange))
            self._coming.append(self._beside.submit(self._marked, uids, strange))
        else:
            uids = self._recognised(strange)
        self._meet(pl.DataFrame({"id": strange, "uid": uids}).drop_nulls())
        return uids.alias("uid")

    def _recognised(self, strange: pl.Series) -> pl.Series:
        """Of whom the store knows the numbers that they have, of the others new ones; null for who was erased."""
        self._settle()
        marked = marks_of(hashed(strange, self._keys)).with_row_index("at")
        alive = marked.join(self._erased, on=_MARK, how="anti", maintain_order="left")
        # The few in a table of their own, which the many pass, by the one half that hardly ever is somebody else's too.
        there = (
            self._known.join(alive, on="high", suffix="_too").filter(pl.col("low") == pl.col("low_too")).drop("low_too")
        )
        new = alive.join(there, on="at", how="anti", maintain_order="left").unique(_MARK, maintain_order=True)
        if new.height:
            fresh = new.select(self._added(new.height).alias("uid"), *_MARK)
            self._fresh.append(fresh)
            self._known = pl.concat([self._known, fresh])
            there = pl.concat([there, fresh.join(alive, on=_MARK, how="inner")], how="diagonal")
        return marked.select("at").join(there, on="at", how="left", maintain_order="left")["uid"]

    def _added(self, count: int) -> pl.Series:
        """The next numbers."""
        uids = pl.int_range(self._next, self._next + count, eager=True).cast(UID)
        self._next += count
        return uids.alias("uid")

    def _marked(self, uids: pl.Series, ids: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({"uid": uids}).hstack(marks_of(hashed(ids, self._keys)))

    def _settle(self) -> None:
        """Wait for the hashes that are still being made."""
        came = [one.result() for one in self._coming]
        self._coming = []
        self._fresh += came
        self._known = pl.concat([self._known, *came])

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
        came = numbered.select(pl.col("id").hash().alias("hash"), "uid")
        if came["hash"].n_unique() < came.height:
            came = came.filter(~pl.col("hash").is_duplicated())
            self._first = False  # whoever is not met may be one of these
        self.met = pl.concat([self.met, came])

    def keep(self, load: int) -> None:
        """Write down whom the store did not know.

        Raises:
            CannotStore: The disk is full.
        """
        self._settle()
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
