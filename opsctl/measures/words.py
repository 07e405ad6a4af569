"""One word per user and calendar month from the events of a month: what `reduce.days` makes, for numbered users."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.memory import Memory, Monthly

if TYPE_CHECKING:
    from opsctl.stats.bits import Words

MONTHS = 12
_SCHEMA = {"user": pl.UInt32, "month": pl.Int64, "word": pl.Int64}


def of_memory(memory: Memory, qualifying: frozenset[str] | None) -> pl.LazyFrame:
    """The words of all months, each made when one of its events changed: columns user, month, word."""
    kept = [
        kept_of(memory, one, qualifying)
        .with_columns(month=pl.lit(number(one.month), pl.Int64))
        .select("user", "month", pl.col("word").cast(pl.Int64))
        for one in memory.months
    ]
    return pl.concat(kept) if kept else pl.LazyFrame(schema=_SCHEMA)


def kept_of(memory: Memory, events: Monthly, qualifying: frozenset[str] | None) -> pl.LazyFrame:
    """The words of one month, kept: columns user, word, by user. What no later run added to is not read again."""
    make = partial(_united, memory, events, qualifying) if events.parts else partial(of_month, events, qualifying)
    return memory.keep("days", f"{events.state}-{asked(qualifying)}", make)


def _united(memory: Memory, events: Monthly, qualifying: frozenset[str] | None) -> pl.DataFrame:
    from opsctl.stats.bits import united  # noqa: PLC0415 - numpy waits until words are made

    parts = pl.collect_all([kept_of(memory, part, qualifying) for part in events.parts])
    return _framed(united([(part["user"].to_numpy(), part["word"].to_numpy()) for part in parts]))


def asked(qualifying: frozenset[str] | None) -> str:
    """A short name of the events that count."""
    return hashlib.sha256(repr(qualifying and sorted(qualifying)).encode()).hexdigest()[:8]


def of_month(events: Monthly, qualifying: frozenset[str] | None) -> pl.DataFrame:
    """The words of one month: columns user, word, by user."""
    from opsctl.stats.bits import words  # noqa: PLC0415 - numpy waits until words are made

    rows = events.rows if qualifying is None else events.rows.filter(pl.col("event").is_in(qualifying))
    there = rows.filter(pl.col("user").is_not_null()).select("user", day=pl.col("day").dt.day().cast(pl.UInt8))
    found = there.collect(engine="streaming")
    return _framed(words(found["user"].to_numpy(), found["day"].to_numpy()))


def _framed(made: Words) -> pl.DataFrame:
    people, of = made
    return pl.DataFrame({"user": people, "word": of})


def number(month: str) -> int:
    """A month such as 2025-03 as the number of months since year 0."""
    year, of_year = map(int, month.split("-"))
    return year * MONTHS + of_year - 1


def until(words: pl.LazyFrame, last: date) -> pl.LazyFrame:
    """Words without the days after a last one."""
    day = pl.lit(last, pl.Date)
    at = day.dt.year().cast(pl.Int64) * MONTHS + day.dt.month() - 1
    seen = pl.lit(2, pl.Int64).pow(day.dt.day())
    cut = pl.when(pl.col("month") == at).then(pl.col("word") % seen).otherwise("word")
    return words.filter(pl.col("month") <= at).with_columns(word=cut).filter(pl.col("word") > 0)
