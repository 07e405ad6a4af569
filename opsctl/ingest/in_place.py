"""Events of a Parquet file that are never loaded: its footer proves that every row is good as it stands.

A table of events is hundreds of times as long as the others, and most questions need two of its columns once. So its
rows stay where they are and are read when something is asked, if it is known beforehand what would become of each:
all accepted, on which days. What the footer leaves open of a column of texts is looked at, column by column; whatever
is not certain is left to the general way of reading, which is the only one that rejects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from opsctl.ingest.proof import Stored, events, numbers, times, users
from opsctl.ingest.reading.footer import row_groups
from opsctl.ingest.stretch import WRITTEN, Days, Stretch
from opsctl.ingest.written import Written

ACTIVITY = "activity"
ROWS = 2_000_000  # of a stretch: few enough that its days are few, enough that nobody reads hundreds of them


@dataclass(frozen=True)
class InPlace:
    """What is known of a file's events that are not held as they are: their rows, bit by bit too, where they lie.

    `ids` are those of all its users, each once, where the bits have places among them.
    """

    rows: pl.LazyFrame
    stretches: tuple[Stretch, ...]
    days: Days
    height: int
    supplied: frozenset[str]
    ids: pl.Series | None = None


def in_place(path: Path, way: Written, zone: str) -> InPlace | None:
    """The events of a Parquet file as they lie there; None where it is not certain that all of them are good.

    Args:
        path: The file.
        way: How its claim reads it; `way.raw` has the types of its columns, and need hold no rows.
        zone: The IANA zone in which days are days.
    """
    if way.claim.table != ACTIVITY or not takes_every_row(way):
        return None
    groups = row_groups(path)
    file = Stored(path, [group for group in groups or () if group.rows], way, zone)
    return _proven(file) if file.groups else None


def takes_every_row(way: Written) -> bool:
    """Is every row of the file one of the table, whatever is in it?"""
    unclear = way.claim.match is not None and bool(way.claim.match.ambiguous)
    return not unclear and (way.export is None or not (way.export.melt or way.export.rows.drop))


def _proven(file: Stored) -> InPlace | None:
    when, who, what, how_much = times(file), users(file), events(file), numbers(file)
    if when is None or who is None or what is None or how_much is None:
        return None
    line = pl.col("line").cast(pl.Int64)
    wanted = {"at": when.at, "day": when.day, "event": what, "value": how_much, "line": line}
    rows = file.rows.select(user=who.tidied, **wanted)
    plain = None
    if who.as_written is not None:
        plain = file.rows.select(who.as_written.alias("user"), who.as_written.alias(WRITTEN), **wanted)
    stretches = tuple(
        Stretch(
            rows.slice(first, height),
            joined([span for _, span in bits]),
            height,
            bits,
            None if plain is None else plain.slice(first, height),
        )
        for first, height, bits in _cut(file, when.days)
    )
    given = {"value"} if file.column("value") else set()
    supplied = frozenset({"user", "at", "day", "event", *given})
    return InPlace(rows, stretches, joined(when.days), sum(one.height for one in stretches), supplied)


def _cut(file: Stored, days: Sequence[Days]) -> Iterator[tuple[int, int, list[tuple[int, Days]]]]:
    """Row groups put together until they are many rows: the first row, how many, and of each group its own."""
    first, height = 0, 0
    bits: list[tuple[int, Days]] = []
    for group, span in zip(file.groups, days, strict=True):
        height += group.rows
        bits.append((group.rows, span))
        if height >= ROWS:
            yield first, height, bits
            first, height, bits = first + height, 0, []
    if bits:
        yield first, height, bits


def joined(spans: Sequence[Days]) -> Days:
    """From the first day of all to the last."""
    return min(first for first, _ in spans), max(last for _, last in spans)
