"""A mask per acquisition: bit n says whether the user was active on the n-th day after it.

Words are anchored at months, and every question about days after acquisition would shift all of them anew. So a store
keeps them shifted, for each month of acquisition: what is asked of one more day changes those of the last months only.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Mapping
from datetime import date

import polars as pl

from opsctl.ingest.memory import Memory, Monthly
from opsctl.measures import words

LAST_AGE = 63
_WINDOW = 4  # months, in which the days up to the last age lie
_ROW, _MONTH = "row", "month"


def of_memory(memory: Memory, acquisitions: pl.LazyFrame, qualifying: frozenset[str] | None, until: date) -> pl.Series:
    """The masks of acquisitions, in the order of their rows: no day after `until` is in any.

    Args:
        memory: The store.
        acquisitions: Columns user, as numbers, and day.
        qualifying: The events that count; None: every event does.
        until: The last day that counts.
    """
    month = pl.col("day").dt.year().cast(pl.Int64) * words.MONTHS + pl.col("day").dt.month() - 1
    rows = acquisitions.select("user", "day").collect().with_columns(month.alias(_MONTH)).with_row_index(_ROW)
    found = pl.repeat(0, rows.height, dtype=pl.UInt64, eager=True)
    there = {words.number(one.month): one for one in memory.months}
    for (number,), of_month in rows.partition_by(_MONTH, as_dict=True, maintain_order=True).items():
        window = {at: there[at] for at in range(number, number + _WINDOW) if at in there}
        if window:
            found.scatter(of_month[_ROW], _kept(memory, of_month, window, qualifying, until))
    return found


def _kept(
    memory: Memory,
    users: pl.DataFrame,
    window: Mapping[int, Monthly],
    qualifying: frozenset[str] | None,
    until: date,
) -> pl.Series:
    """The masks of one month's acquisitions, made when one of them changed, or an event of the months that they see."""
    first = users[_MONTH][0]
    cut = str(until) if until < _end(first + _WINDOW - 1) else ""
    told = [words.asked(qualifying), cut, str(users.height), _digest(users)]
    told += [f"{one.month} {one.state}" for one in window.values()]
    state = hashlib.sha256("\n".join(told).encode()).hexdigest()[:24]
    kept = memory.keep("masks", state, lambda: _made(memory, users, window, qualifying, until))
    return kept.collect()["mask"]


def _digest(users: pl.DataFrame) -> str:
    """Who came when, in which order: another version of polars tells it otherwise, and makes the masks once more."""
    base = users[_ROW][0]
    told = pl.struct("user", "day", pl.col(_ROW) - base).hash()
    return str(users.select((told % 2**32).sum()).item()) + str(users.select((told // 2**32).sum()).item())


def _made(
    memory: Memory,
    users: pl.DataFrame,
    window: Mapping[int, Monthly],
    qualifying: frozenset[str] | None,
    until: date,
) -> pl.DataFrame:
    from opsctl.stats.bits import masks  # noqa: PLC0415 - numpy waits until masks are made

    first = users[_MONTH][0]
    months = []
    for number in range(first, first + _WINDOW):
        of = _words(memory, window.get(number), qualifying, until)
        months.append((_end(number).day, (of["user"].to_numpy(), of["word"].to_numpy())))
    since = users["day"].dt.day().cast(pl.UInt8).to_numpy()
    return pl.DataFrame({"mask": masks(users["user"].to_numpy(), since, months)})


def _words(memory: Memory, events: Monthly | None, qualifying: frozenset[str] | None, until: date) -> pl.DataFrame:
    """The words of one month without the days after the last that counts."""
    if events is None:
        return pl.DataFrame(schema={"user": pl.UInt32, "word": pl.UInt32})
    kept = words.kept_of(memory, events, qualifying)
    number = pl.lit(words.number(events.month), pl.Int64)
    cut = words.until(kept.select("user", pl.col("word").cast(pl.Int64), month=number), until)
    return cut.select("user", pl.col("word").cast(pl.UInt32)).collect()


def _end(number: int) -> date:
    """The last day of a month by its number."""
    year, month = divmod(number, words.MONTHS)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def hit(mask: pl.Expr, first: int, last: int) -> pl.Expr:
    """Is any bit from one age to another set?"""
    bits = 2 ** (last + 1) - 2**first
    return (mask & pl.lit(bits, pl.UInt64)) != 0
