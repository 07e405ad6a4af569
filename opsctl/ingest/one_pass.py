"""Events of a large text file that are never held as texts: one pass proves that all are good, and keeps their numbers.

What `in_place` reads in a Parquet file's footer nobody has written down of a text: every cell has to be looked at. So
the same pass keeps what questions need of it: people as the hashes that measures compare, times, and events as codes.
Whatever the general way of reading would not read just so is left to it, and lines from the beginning, the middle and
the end of a file tell beforehand whether the pass is worth while.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import polars as pl

from opsctl.ingest.in_place import ROWS, InPlace, joined
from opsctl.ingest.places import Places
from opsctl.ingest.plain_events import PlainEvents
from opsctl.ingest.proof import Span, Times
from opsctl.ingest.reading.plain import FIRST_LINE
from opsctl.ingest.stretch import Stretch

_BIT = 500_000  # rows: few days, and quickly read alone
_BITS = ROWS // _BIT  # of a stretch


@dataclass(frozen=True)
class _Kept:
    """The numbers of rows, the first and last time of each bit of them, and whether ids were read with care.

    Where `ids` are kept, which are all there are, a row's number of its user is the place among them.
    """

    rows: pl.DataFrame
    spans: list[Span]
    careful: bool
    ids: pl.Series | None

    @property
    def bits(self) -> int:
        """How many are read at once: by a question a stretch, by a store each that is of a month."""
        return _BITS if self.ids is None else 1


def in_one_pass(events: PlainEvents, *, ids: bool = False) -> InPlace | None:
    """The events of a text, proven and kept as numbers; None where it is not certain that all of them are good.

    Users are hashes, as measures compare them; with `ids`, places among these, as a store numbers them.
    """
    sample = _as_hashes(events, events.text.sampled(), careful=False)
    if sample is None or not events.text.is_sound():
        return None
    rows = events.text.rows()
    found = _as_places(events, rows) if ids else _as_hashes(events, rows, careful=sample.careful)
    return _placed(events, found) if found is not None and events.are_filled(found.rows.height) else None


def _as_hashes(events: PlainEvents, rows: pl.LazyFrame, *, careful: bool) -> _Kept | None:
    """Events with their users as hashes; None where nobody knows that all of them are good."""
    hashes = events.numbers(rows, careful=careful).drop("user").rename({"hash": "user"})
    found = _numbers(hashes, lambda bit: bit)
    if found is not None and found["unusual"].any():
        return _as_hashes(events, rows, careful=True)
    return None if found is None else _known(events, found.drop("unusual"), None, careful=careful)


def _as_places(events: PlainEvents, rows: pl.LazyFrame) -> _Kept | None:
    """Events with their users as places among ids; None where nobody knows that all of them are good."""
    places = Places()

    def placed(bit: pl.DataFrame) -> pl.DataFrame:
        return bit.drop("hash").with_columns(places.of(bit["user"], bit["hash"]).alias("user"))

    found = _numbers(events.numbers(rows, careful=False).drop("unusual"), placed)
    ids = None if found is None else events.tidied(places.ids)
    if found is None or ids is None:
        return None
    if ids.equals(places.ids):
        return _known(events, found, ids, careful=False)
    return _known(events, *_merged(found, ids), careful=True)


def _numbers(rows: pl.LazyFrame, keep: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame | None:
    """What is kept of rows, bit by bit, without `bad`; None where one is bad or has more cells than the header."""
    found = []
    try:
        for bit in rows.collect_batches(chunk_size=_BIT, engine="streaming"):
            if bit["bad"].any() or bit["time"].null_count():
                return None
            found.append(keep(bit.drop("bad")))
    except (pl.exceptions.PolarsError, OSError):
        return None
    return pl.concat(found) if any(map(len, found)) else None


def _known(events: PlainEvents, numbers: pl.DataFrame, ids: pl.Series | None, *, careful: bool) -> _Kept | None:
    """None where an event is bad, or nobody knows the days of all times."""
    kept = _Kept(numbers, _spans(numbers["time"]), careful, ids)
    kind = numbers.schema.get("event")
    kinds = kind.categories.to_series() if isinstance(kind, pl.Categorical) else pl.Series([events.said])
    return kept if events.are_good(kinds) and events.times(pl.col("time"), kept.spans) is not None else None


def _merged(numbers: pl.DataFrame, ids: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Events whose users are places among ids, and these, where some may be the same."""
    distinct = ids.unique(maintain_order=True).to_frame("id").with_row_index("place")
    if distinct.height == len(ids):
        return numbers, ids
    places = ids.to_frame("id").join(distinct, on="id", how="left", maintain_order="left")["place"]
    return numbers.with_columns(user=places.gather(numbers["user"])), distinct["id"]


def _spans(times: pl.Series) -> list[Span]:
    bits = (times.slice(first, _BIT) for first in range(0, len(times), _BIT))
    return [(_moment(bit.min()), _moment(bit.max())) for bit in bits]


def _moment(found: Any) -> datetime:
    """A time, or the beginning of a day."""
    return found if isinstance(found, datetime) else datetime.combine(found, time())


def _placed(events: PlainEvents, kept: _Kept) -> InPlace | None:
    here, there = (events.times(time, kept.spans) for time in (pl.col("time"), events.time))
    if here is None or there is None:
        return None
    texts = events.texts(careful=kept.careful)
    own = {name: pl.col(name) for name in kept.rows.columns if name != "time"}
    numbers = {**texts, **own, **({"event": own["event"].cast(pl.String)} if "event" in own else {})}
    rows = events.text.rows().select(*_table(there, texts))
    cuts = range(0, len(kept.spans), kept.bits)
    stretches = tuple(_stretch(kept, here, numbers, rows, first) for first in cuts)
    supplied = {"user", "at", "day", "event", *({"value"} & own.keys())}
    return InPlace(rows, stretches, joined(here.days), kept.rows.height, frozenset(supplied), kept.ids)


def _table(times: Times, columns: Mapping[str, pl.Expr]) -> list[pl.Expr]:
    """The table's columns and `line`, in its order."""
    found = {**columns, "at": times.at, "day": times.day, "line": pl.col("line").cast(pl.Int64)}
    return [found[name].alias(name) for name in ("user", "at", "day", "event", "value", "line")]


def _stretch(kept: _Kept, times: Times, columns: Mapping[str, pl.Expr], rows: pl.LazyFrame, first_bit: int) -> Stretch:
    first, days = first_bit * _BIT, times.days[first_bit : first_bit + kept.bits]
    here = kept.rows.slice(first, kept.bits * _BIT)
    lines = here.lazy().with_row_index("line", offset=FIRST_LINE + first)
    left = [min(_BIT, here.height - at) for at in range(0, here.height, _BIT)]
    numbered = lines.select(*_table(times, columns))
    return Stretch(
        rows.slice(first, here.height),
        joined(days),
        here.height,
        [*zip(left, days, strict=True)],
        hashed=numbered if kept.ids is None else None,
        placed=None if kept.ids is None else numbered,
    )
