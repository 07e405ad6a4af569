"""Did every account that must arrive arrive on every day? A ratio takes both its sides over days that are whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from opsctl.config.plans import Account
from opsctl.config.settings import Settings
from opsctl.core.period import ONE_DAY, Period
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.remarks import Note
from opsctl.measures.evidence import NO_GAPS

_SHOWN = 5
_TOLD = {"mapping": pl.String(), "account": pl.String(), "channel": pl.String(), "day": pl.Date(), "last": pl.Date()}


@dataclass(frozen=True)
class Arrival:
    """One account that must arrive: its channels, the days it was expected on, and those on which it came.

    A day counts as arrived when there is a row of it, be it of no spend at all.
    """

    account: Account
    channels: tuple[str, ...]
    expected: Period | None
    arrived: frozenset[date]

    @property
    def label(self) -> str:
        """What to call it: the source, and the account where there is one."""
        return f"{self.account.source} {self.account.account}" if self.account.account else self.account.source

    def missing(self, within: Period) -> list[date]:
        """The expected days of a period on which nothing came."""
        if self.expected is None:
            return []
        first, last = max(within.start, self.expected.start), min(within.end, self.expected.end)
        days = ((first + timedelta(days=at)) for at in range((last - first).days + 1))
        return [day for day in days if day not in self.arrived]

    def days(self, within: Period) -> int:
        """On how many days of a period it was expected."""
        if self.expected is None:
            return 0
        first, last = max(within.start, self.expected.start), min(within.end, self.expected.end)
        return max(0, (last - first).days + 1)


def arrivals(loaded: Loaded, settings: Settings, known: Period) -> tuple[Arrival, ...]:
    """Every account of `accounts:`, with what came of it up to the last day that is known."""
    if not settings.project.accounts:
        return ()
    told = _told(loaded)
    return tuple(_arrival(one, told, settings, known) for one in settings.project.accounts)


def gaps(found: Iterable[Arrival], known: Period) -> pl.DataFrame:
    """The channels and days of which some account's money is missing: columns channel, day."""
    rows = {(channel, day) for one in found for day in one.missing(known) for channel in one.channels}
    return pl.DataFrame(sorted(rows), schema=NO_GAPS.schema, orient="row") if rows else NO_GAPS


def over_spans(lost: pl.DataFrame, spend: pl.LazyFrame | None) -> pl.DataFrame:
    """Gaps, and with each the other days of rows of the same channel that span it: these cannot be taken apart."""
    if lost.is_empty() or spend is None:
        return lost.sort("channel", "day")
    spans = spend.filter(pl.col("through") > pl.col("day")).select("channel", first="day", last="through").unique()
    rows = spans.collect()
    while True:
        torn = rows.join(lost, on="channel").filter(pl.col("day").is_between("first", "last"))
        days = torn.select("channel", day=pl.date_ranges("first", "last")).explode("day")
        wider = pl.concat([lost, days]).unique()
        if wider.height == lost.height:
            return lost.sort("channel", "day")
        lost = wider


def share(found: Iterable[Arrival], channel: str, period: Period) -> float | None:
    """The share of a channel's account-days of a period that arrived; None where none was expected."""
    of_channel = [one for one in found if channel in one.channels]
    expected = sum(one.days(period) for one in of_channel)
    missing = sum(len(one.missing(period)) for one in of_channel)
    return 1 - missing / expected if expected else None


def lacking(found: Iterable[Arrival], channel: str, period: Period, least: Decimal) -> float | None:
    """The share of a channel's account-days that arrived where it is too small to go by; None where enough came."""
    arrived = share(found, channel, period)
    return arrived if arrived is not None and arrived < least else None


def notes(found: Sequence[Arrival], known: Period) -> list[Note]:
    """Which accounts are missing, on which days."""
    return [
        Note("missing_days", f"{one.label}: nothing arrived of {spelt(missing)}; ratios leave these days out")
        for one in found
        if (missing := one.missing(known))
    ]


def spelt(days: Sequence[date]) -> str:
    """Days as runs: 2025-12-24..2025-12-25, 2025-12-30.

    Examples:
        >>> spelt([date(2025, 12, 24), date(2025, 12, 25), date(2025, 12, 30)])
        '2025-12-24..2025-12-25, 2025-12-30'
    """
    found = list(runs(days))
    text = ", ".join(str(first) if first == last else f"{first}..{last}" for first, last in found[:_SHOWN])
    return text + (f" and {len(found) - _SHOWN} more spans" if len(found) > _SHOWN else "")


def runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """The first and last day of each run of days that follow each other; the days in order."""
    start = None
    for at, day in enumerate(days):
        start = start or day
        if at + 1 == len(days) or days[at + 1] != day + ONE_DAY:
            yield start, day
            start = None


def _told(loaded: Loaded) -> pl.DataFrame:
    """Of which platform, report, account and channel the tables of money tell, from day to day."""
    spend = loaded.tables.get("spend")
    if spend is None:
        return pl.DataFrame(schema=_TOLD)
    mappings = pl.Series("mapping", [one.mapping for one in loaded.inputs])
    rows = spend.select("source_file", "account", "channel", "day", last=pl.coalesce("through", "day")).unique()
    dated = rows.filter(pl.col("day").is_not_null()).collect()
    return dated.with_columns(mappings.gather(dated["source_file"]))


def _arrival(one: Account, told: pl.DataFrame, settings: Settings, known: Period) -> Arrival:
    rows = told.filter(pl.col("mapping").is_in([name for name in told["mapping"].unique() if one.is_of(name)]))
    mine = rows
    if one.account is not None:
        alone = sum(other.source == one.source for other in settings.project.accounts) == 1
        named = pl.col("account") == settings.project.privacy.as_kept("account", one.account)
        nameless = not rows["account"].count()  # then nobody can say whose a row is
        mine = rows.filter(named | pl.col("account").is_null() if alone or nameless else named)
    first = one.start or mine["day"].min() or known.start
    last = min(one.end or known.end, known.end)
    return Arrival(
        one,
        _channels(one, mine, rows, settings),
        Period(first, last) if isinstance(first, date) and first <= last else None,
        frozenset(day for start, end in mine.select("day", "last").unique().iter_rows() for day in _each(start, end)),
    )


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=at) for at in range((last - first).days + 1))


def _channels(one: Account, mine: pl.DataFrame, rows: pl.DataFrame, settings: Settings) -> tuple[str, ...]:
    """Whose money the account is: as its rows say, as those of its source say, or as its mapping does."""
    for frame in (mine, rows):
        if not frame.is_empty():
            return tuple(sorted(set(frame["channel"])))
    columns = [mapping.export.columns.get("channel") for mapping in settings.mappings_named(one.source)]
    named = {settings.project.channel_of(column.const) for column in columns if column and column.const}
    return tuple(sorted(named))
