"""Ids told apart while they pass: each gets a place, and every row the place of its id."""

from __future__ import annotations

import polars as pl

_PLACE = pl.UInt32()
_FEW = 1 << 20  # slots at the beginning, 4 MB
_ROOM = 4  # slots for each id: so one in ten finds its slot taken
_NOBODY = 0  # the place that an empty slot tells


class Places:
    """The places of ids, in the order in which they came first.

    Ids are the same where their hashes of 64 bits are: of 10^7 files with a million people one has two who share one.
    Most rows learn their place from a table of slots, by a part of their hash, which is many times as fast as a
    dictionary of texts. Ids whose slot is another's have theirs in a second, smaller table, and so on.
    """

    def __init__(self) -> None:
        self._texts: list[pl.Series] = []
        self._hashes = pl.Series([0], dtype=pl.UInt64)  # by place, the first that of nobody
        self._tables = [_slots(_FEW)]

    @property
    def ids(self) -> pl.Series:
        """Each id once, at its place."""
        return pl.concat([pl.Series(dtype=pl.String), *self._texts])

    def of(self, ids: pl.Series, hashes: pl.Series) -> pl.Series:
        """The place of each id; whoever comes for the first time gets one.

        Args:
            ids: Texts without nulls.
            hashes: The hash of each, 64 bits.
        """
        found, strange = self._found(hashes)
        if len(strange):
            new = hashes.gather(strange)
            first = new.arg_unique()
            self._texts.append(_alone(ids.gather(strange.gather(first))))
            self._add(new.gather(first))
            found = found.scatter(strange, self._found(new)[0])
        return found - 1

    def _found(self, hashes: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The place that the tables tell of each hash, and the numbers of those of which they tell none."""
        found = self._tables[0].gather(_slot(hashes, self._tables, 0))
        missed = pl.int_range(len(hashes), dtype=pl.UInt32, eager=True).filter(self._hashes.gather(found) != hashes)
        for level, slots in enumerate(self._tables[1:], start=1):
            if not len(missed):
                break
            left = hashes.gather(missed)
            there = slots.gather(_slot(left, self._tables, level))
            is_theirs = self._hashes.gather(there) == left
            found = found.scatter(missed.filter(is_theirs), there.filter(is_theirs))
            missed = missed.filter(~is_theirs)
        return found, missed

    def _add(self, hashes: pl.Series) -> None:
        """Give the next places to hashes."""
        first = len(self._hashes)
        self._hashes = pl.concat([self._hashes, hashes], rechunk=True)
        if len(self._hashes) * _ROOM > len(self._tables[0]):
            self._tables = [_slots(2 * _ROOM * len(self._hashes))]
            hashes, first = self._hashes[1:], 1
        self._settle(hashes, pl.int_range(first, first + len(hashes), dtype=_PLACE, eager=True))

    def _settle(self, hashes: pl.Series, places: pl.Series) -> None:
        """Put places into the slots of their hashes, each in the first table where it is free."""
        level = 0
        while len(hashes):
            if level == len(self._tables):
                self._tables.append(_slots(len(self._tables[-1]) // _ROOM))
            slot = _slot(hashes, self._tables, level)
            free = self._tables[level].gather(slot) == _NOBODY
            self._tables[level] = self._tables[level].scatter(slot.filter(free), places.filter(free))
            is_left = self._tables[level].gather(slot) != places
            hashes, places, level = hashes.filter(is_left), places.filter(is_left), level + 1


def _slots(least: int) -> pl.Series:
    """So many empty slots, or more: a power of two, so that a part of a hash tells one."""
    return pl.repeat(_NOBODY, 1 << max(least - 1, _ROOM).bit_length(), dtype=_PLACE, eager=True)


def _slot(hashes: pl.Series, tables: list[pl.Series], level: int) -> pl.Series:
    """The slot of each hash in one of the tables, which have nothing to do with each other."""
    own = hashes.hash(seed=level) if level else hashes
    return (own & (len(tables[level]) - 1)).cast(pl.UInt32)


def _alone(ids: pl.Series) -> pl.Series:
    """Texts without the others that they were among, whose bytes they would keep in memory."""
    return ids.to_frame("id").select(pl.concat_str("id", pl.lit(""))).to_series()
