"""Rows of a large table that lie together: where they are, of which days, and how to read them at least cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

WRITTEN = "written"
Days = tuple[date, date]
Reading = Callable[[pl.LazyFrame], pl.LazyFrame]


@dataclass(frozen=True)
class Stretch:
    """Rows that lie together.

    Args:
        rows: The table's physical columns and `line`.
        days: The first and last day that they are of; None where nobody knows.
        height: How many they are.
        bits: The same of bits of the stretch, in the order of its rows: how many rows, and their days.
        as_written: The same rows with `user` as it stands in the file, and so once more as `written`. Tidying is dear
            and hardly ever changes anything: whoever reads these rows looks at `people.is_untidy` of what is written
            too, and reads `rows` instead where it is ever true. None where `rows` costs no more.
        hashed: The same rows with hashes in the place of users, where they are at hand; then `rows` are dear.
        placed: The same rows with places among the ids of their file in the place of users, where they are at hand.
        tidy_up_to: Whatever is written in so many bytes is tidy, or would be nobody's id that is known once it was.
    """

    rows: pl.LazyFrame
    days: Days | None
    height: int
    bits: Sequence[tuple[int, Days]] = ()
    as_written: pl.LazyFrame | None = None
    hashed: pl.LazyFrame | None = None
    placed: pl.LazyFrame | None = None
    tidy_up_to: int = 0

    def holding(self, wanted: Collection[date]) -> Iterator[pl.LazyFrame]:
        """The rows of those bits that can hold a row of one of the wanted days; whoever `user` says they are of."""
        for rows, (first, last) in self._bits():
            if any(first <= day <= last for day in wanted):
                yield rows

    def between(self, first: date, last: date) -> Iterator[pl.LazyFrame]:
        """The rows of some days, bit by bit; whoever `user` says they are of."""
        for rows, days in self._bits():
            if first <= days[0] and days[1] <= last:
                yield rows
            elif days[0] <= last and first <= days[1]:
                yield rows.filter(pl.col("day").is_between(first, last))

    def _bits(self) -> Iterator[tuple[pl.LazyFrame, Days]]:
        rows = next(rows for rows in (self.hashed, self.placed, self.rows) if rows is not None)
        at = 0
        for height, days in self.bits:
            yield rows.slice(at, height), days
            at += height

    def read(self, how: Reading) -> Stretch:
        """The same stretch with every way of reading it changed alike."""
        plain = None if self.as_written is None else how(self.as_written)
        hashed = None if self.hashed is None else how(self.hashed)
        return replace(self, rows=how(self.rows), as_written=plain, hashed=hashed, placed=None)
