"""A mask per acquisition: bit n says whether the user was active on the n-th day after it.

Words are anchored at months, and every question about days after acquisition would shift all of them anew. So a store
keeps them shifted, for each month of acquisition: what is asked of one more day changes those of the last months only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.memory import Memory, Monthly
from opsctl.measures import words

if TYPE_CHECKING:
    from opsctl.stats.bits import Words

BITS = 64  # ages in one block: the next 64 are another, which few questions need
LAST_AGE = 127
_WINDOWS = (range(4), range(2, 6))  # in which months, from that of the acquisition on, the days of each block lie
_ROW, _MONTH = "row", "month"


@dataclass(frozen=True)
class Asked:
    """Which masks.

    Args:
        memory: The store.
        qualifying: The events that count; None: every event does.
        until: The last day that counts: no later one is in any mask.
        block: Of which ages: 0 to 63 or 64 to 127.
    """

    memory: Memory
    qualifying: frozenset[str] | None
    until: date
    block: int = 0
    _read: dict[str, Words] = field(init=False, default_factory=dict, repr=False, compare=False)

    def words(self, events: Monthly) -> Words:
        """The words of one month, which the masks of several months see: as many are held as one of these does."""
        if events.month not in self._read:
            self._read[events.month] = self._words(events)
            for month in sorted(self._read)[: -len(_WINDOWS[self.block])]:
                del self._read[month]
        return self._read[events.month]

    def _words(self, events: Monthly) -> Words:
        kept = words.kept_of(self.memory, events, self.qualifying).select(
            "user", pl.col("word").cast(pl.Int64), month=pl.lit(words.number(events.month), pl.Int64)
        )
        found = words.until(kept, self.until).select("user", pl.col("word").cast(pl.UInt32)).collect()
        return found["user"].to_numpy(), found["word"].to_numpy()


def of_acquisitions(asked: Asked, acquisitions: pl.LazyFrame) -> pl.Series:
    """The masks of acquisitions with the columns user, as numbers, and day, in the order of their rows."""
    month = pl.col("day").dt.year().cast(pl.Int64) * words.MONTHS + pl.col("day").dt.month() - 1
    rows = acquisitions.select("user", "day").collect().with_columns(month.alias(_MONTH)).with_row_index(_ROW)
    found = pl.repeat(0, rows.height, dtype=pl.UInt64, eager=True)
    there = {words.number(one.month): one for one in asked.memory.months}
    for (number,), of_month in sorted(rows.partition_by(_MONTH, as_dict=True, maintain_order=True).items()):
        window = {at: there[at] for ahead in _WINDOWS[asked.block] if (at := number + ahead) in there}
        if window:
            found.scatter(of_month[_ROW], _kept(asked, of_month, window))
    return found


def _kept(asked: Asked, users: pl.DataFrame, window: Mapping[int, Monthly]) -> pl.Series:
    """The masks of one month's acquisitions, made when one of them changed, or an event of the months that they see."""
    cut = str(asked.until) if asked.until < _first(users[_MONTH][0] + _WINDOWS[asked.block][-1] + 1) else ""
    told = [words.asked(asked.qualifying), str(asked.block), cut, str(users.height), _digest(users)]
    told += [f"{one.month} {one.state}" for one in window.values()]
    state = hashlib.sha256("\n".join(told).encode()).hexdigest()[:24]
    kept = asked.memory.keep("masks", state, lambda: _made(asked, users, window))
    return kept.collect().to_series()


def _digest(users: pl.DataFrame) -> str:
    """Who came when, in which order: another version of polars tells it otherwise, and makes the masks once more."""
    told = pl.struct("user", "day", pl.col(_ROW) - users[_ROW][0]).hash()
    halves = users.select(low=(told % 2**32).sum(), high=(told // 2**32).sum())
    return "{} {}".format(*halves.row(0))


def _made(asked: Asked, users: pl.DataFrame, window: Mapping[int, Monthly]) -> pl.DataFrame:
    from opsctl.stats.bits import masks  # noqa: PLC0415 - numpy waits until masks are made

    first = _first(users[_MONTH][0]) + timedelta(days=BITS * asked.block)
    months = [((_first(number) - first).days, asked.words(events)) for number, events in window.items()]
    since = users["day"].dt.day().cast(pl.UInt8).to_numpy()
    return pl.DataFrame({"mask": masks(users["user"].to_numpy(), since, months)})


def _first(number: int) -> date:
    """The first day of a month by its number."""
    year, month = divmod(number, words.MONTHS)
    return date(year, month + 1, 1)


def hit(masks: Sequence[pl.Expr], first: int, last: int) -> pl.Expr:
    """Is any bit from one age to another set, in masks of as many blocks as that takes?"""
    cuts = [_bits(first - BITS * block, last - BITS * block) for block in range(len(masks))]
    return pl.any_horizontal((mask & pl.lit(cut, pl.UInt64)) != 0 for mask, cut in zip(masks, cuts, strict=True) if cut)


def _bits(first: int, last: int) -> int:
    """The bits from one place to another, as far as a mask has them."""
    return 2 ** max(min(last + 1, BITS), 0) - 2 ** max(min(first, BITS), 0) if last >= max(first, 0) else 0


def until_age(mask: pl.Expr, block: int, last: int) -> pl.Expr:
    """A mask of a block without the ages after a last one."""
    return mask & pl.lit(_bits(0, last - BITS * block), pl.UInt64)
