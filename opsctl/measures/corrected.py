"""Which days are told otherwise than they were, and which of the files that came since then tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from opsctl.core.period import Period
from opsctl.ingest.account import Delivery
from opsctl.ingest.loaded import Loaded
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.known import Known
from opsctl.schemas import tables
from opsctl.schemas.table import Merge

_DAYS = {"channel": pl.String(), "day": pl.Date(), "rows": pl.UInt32()}
_KEY = ["channel", "day"]


@dataclass(frozen=True)
class Told:
    """What a store told as of a day."""

    loaded: Loaded
    known: Known

    @property
    def evidence(self) -> Evidence:
        """The tables as they were known then."""
        return self.known.evidence


@dataclass(frozen=True, slots=True)
class Correction:
    """A day that is told otherwise.

    Args:
        table: The canonical table.
        channel: Of which channel; None where the table knows none, or the row had none.
        day: Which.
        is_late: Whether nothing was known of it, or something only came to it; else something was corrected.
        files: The files since then that tell of it; none where nobody can say.
    """

    table: str
    channel: str | None
    day: date
    is_late: bool
    files: tuple[str, ...]


@dataclass(frozen=True)
class Corrected:
    """What was told then and what is told now."""

    then: Told
    now: Told

    @cached_property
    def arrived(self) -> tuple[Delivery, ...]:
        """What was taken in since then."""
        before = frozenset(self.then.loaded.deliveries)
        return tuple(one for one in self.now.loaded.deliveries if one not in before)

    @cached_property
    def new_files(self) -> Mapping[int, str]:
        """The files of today's tables that came since then, by their number."""
        names = {one.file for one in self.arrived}
        return {at: one.file for at, one in enumerate(self.now.loaded.inputs) if one.file in names}

    def of(self, table: str, days: Period) -> list[Correction]:
        """The days of a table within some that are told otherwise, by day and channel."""
        if table not in self.now.evidence.tables:
            return []
        then, now = (_by_day(told, table, days, self.then.known.evidence.as_of) for told in (self.then, self.now))
        both = now.join(then, on=_KEY, how="full", coalesce=True, nulls_equal=True, suffix="_then")
        amounts = [name for name in now.columns if name not in _KEY]
        changed = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_then")) for name in amounts))
        if changed.is_empty():
            return []
        named = self._files(table, days)
        only_grows = tables()[table].MERGE is Merge.APPEND
        return [
            Correction(table, channel, day, only_grows or not rows, named(channel, day))
            for channel, day, rows in changed.sort("day", "channel").select(*_KEY, "rows_then").iter_rows()
        ]

    def _files(self, table: str, days: Period) -> Callable[[str | None, date], tuple[str, ...]]:
        """Who tells of a channel and day: as the rows say; of large tables, as the days of the files do."""
        if tables()[table].MERGE is Merge.APPEND:
            mine = [one for one in self.arrived if one.table == table]
            return lambda _, day: _distinct(one.file for one in mine if one.first_day <= day <= one.last_day)
        rows = _seen(self.now, table, days)
        new = rows.filter(pl.col("source_file").is_in(list(self.new_files))).select(*_KEY, "source_file").unique()
        found = defaultdict(list)
        for channel, day, number in new.sort("source_file").collect().iter_rows():
            found[channel, day].append(self.new_files[number])
        return lambda channel, day: _distinct(found.get((channel, day), ()))


def _distinct(names: Iterator[str] | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _orders(evidence: Evidence) -> pl.LazyFrame:
    """Orders on the day they count on; they belong to no channel until their users are asked."""
    return evidence.orders.with_columns(day=pl.coalesce("paid_day", "day"), channel=pl.lit(None, pl.String))


_SEEN: Mapping[str, Callable[[Evidence], pl.LazyFrame]] = {
    "spend": lambda evidence: evidence.spend,
    "acquisition": lambda evidence: evidence.acquisition,
    "order": _orders,
    "cohort": lambda evidence: evidence.cohort,
}
_AMOUNTS = {
    "spend": ("spend",),
    "acquisition": ("user",),  # a store numbers people: with the count, their sum says whether they are the same
    "order": ("paid", "refunded"),
    "cohort": ("users", "active", "orders", "net_paid"),
}


def _seen(told: Told, table: str, days: Period) -> pl.LazyFrame:
    """The rows of some days; of money that spans several, those that touch them."""
    ask = Ask(days)
    return _SEEN[table](told.evidence).filter(ask.touches() if table == "spend" else ask.within())


def _by_day(told: Told, table: str, days: Period, as_of: date) -> pl.DataFrame:
    """How many rows each channel and day has, and what they add up to."""
    if table not in told.evidence.tables:
        return pl.DataFrame(schema={**_DAYS, **{name: pl.Int64() for name in _AMOUNTS.get(table, ())}})
    if tables()[table].MERGE is Merge.APPEND:
        counts = [(None, day, rows) for day, rows in told.loaded.by_day[table].items() if days.start <= day <= days.end]
        return pl.DataFrame(counts, schema=_DAYS, orient="row")
    rows = _seen(told, table, days)
    if table == "cohort":  # what a cohort did since then is news, and corrects nothing
        rows = rows.filter(pl.col("day") + pl.duration(days="offset") <= as_of)
    sums = [pl.col(name).cast(pl.Int64).sum() for name in _AMOUNTS[table]]
    return rows.group_by(_KEY).agg(pl.len().alias("rows"), *sums).collect(engine="streaming")
