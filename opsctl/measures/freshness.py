"""How far each source reaches, and which lies further behind than it usually does; measured by days, never the clock.

A source is what the project declares it to be (a platform's account, or the files of a pattern), else a platform.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from math import ceil

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.period import WEEK_DAYS
from opsctl.ingest.claim import CANONICAL
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import Declared
from opsctl.measures.known import Known, day_of

_GAPS_SEEN = 26 * WEEK_DAYS  # days with rows that say how long a source is usually silent
_GAPS_SHARE = 0.98  # of its silences are no longer than usual: three holes in half a year do not make holes usual
_DELIVERIES_SEEN = 20
_DELIVERIES_SHARE = 0.85  # of the steps between deliveries: Mondays bring three days at once
_LONGEST = 31  # days; nobody steers by what comes less often than monthly
_BILLING = "billing"


@dataclass(frozen=True, slots=True)
class Supply:
    """What one source gives of one table.

    Args:
        source: What to call it.
        table: The canonical table.
        files: How many of its files still count.
        rows: How many of their rows do.
        first: The first day of which it tells; None where its rows name no day.
        last: The last one.
        behind: How many days that lies before the last day that is known.
        usual: How many days it may lie behind without being late.
        ended: The day on which its accounts end, where all of them have.
        missing: Days between them without a row, of a source of users or orders that usually has rows every day.
        settled: By what may still be corrected (spend, conversions, refunds), the last day that is final.
    """

    source: str
    table: str
    files: int
    rows: int
    first: date | None
    last: date | None
    behind: int
    usual: int
    ended: date | None
    missing: tuple[date, ...]
    settled: Mapping[str, date]

    @property
    def is_late(self) -> bool:
        """Does it lie further behind than it usually does?"""
        return self.last is not None and self.ended is None and self.behind > self.usual


def supplies(loaded: Loaded, known: Known, settings: Settings) -> list[Supply]:
    """What each source gives, in the order of their names and tables."""
    sources = _Sources(settings)
    labels = [sources.label(account.file, account.mapping) for account in loaded.inputs]
    days = _days(loaded, labels)
    reached, reader = _reached(loaded, sources), _Reader(loaded, known, sources)
    found = []
    for source, table in sorted({(label, one.table) for label, one in zip(labels, loaded.inputs, strict=True)}):
        of_source = enumerate(zip(labels, loaded.inputs, strict=True))
        positions = [at for at, (label, one) in of_source if (label, one.table) == (source, table) and one.accepted]
        told = days.filter(pl.col("source") == source, pl.col("table") == table)["day"].to_list()
        usual = _usual(told, reached.get((source, table), ()))
        found.append(reader.supply(source, table, positions, told, usual))
    return found


@dataclass(frozen=True)
class _Reader:
    """What is read of each source."""

    loaded: Loaded
    known: Known
    sources: _Sources

    def supply(self, source: str, table: str, positions: Sequence[int], days: Sequence[date], usual: int) -> Supply:
        """What is said of the files at some positions, with the days on which they have rows."""
        inputs = [self.loaded.inputs[at] for at in positions]
        last = days[-1] if days else None
        return Supply(
            source=source,
            table=table,
            files=len(inputs),
            rows=sum(one.accepted for one in inputs),
            first=days[0] if days else None,
            last=last,
            behind=max((self.known.evidence.as_of - last).days, 0) if last else 0,
            usual=usual,
            ended=self._ended({one.mapping for one in inputs}, source) if table == "spend" else None,
            missing=_missing(days) if table != "spend" else (),  # of money, `presence` tells by account and channel
            settled=_settled(self.loaded, table, positions, last, self.known),
        )

    def _ended(self, mappings: Collection[str], source: str) -> date | None:
        """The last day on which any account of the source is expected, where that has passed."""
        mine = [one.account for one in self.known.arrivals if any(one.account.is_of(name) for name in mappings)]
        named = [one for one in mine if one.account and one.account == self.sources.accounts.get(source)]
        ends = [one.end for one in named or mine]
        last = max((end for end in ends if end), default=None)
        return last if last and None not in ends and last < self.known.evidence.as_of else None


class _Sources:
    """What to call the source of a file; and the account, by that name, which the project declares for it."""

    def __init__(self, settings: Settings) -> None:
        self._declared = Declared(settings)
        self._folder = settings.folder
        self.accounts: dict[str, str | None] = {}

    def label(self, file: str, mapping: str) -> str:
        """The platform and account that the project declares, else the pattern, else the platform that read it."""
        platform = mapping.partition("/")[0]
        source = self._declared.of_gone(self._folder / file) if self._folder else None
        if source is None:
            return platform
        label = source.path if platform == CANONICAL else " ".join(filter(None, (platform, source.account)))
        self.accounts[label] = source.account
        return label


def _days(loaded: Loaded, labels: Sequence[str]) -> pl.DataFrame:
    """The days of which each source has rows, in order: columns source, table, day."""
    names = pl.Series("source", labels, dtype=pl.String)
    frames = [pl.DataFrame(schema={"source": pl.String, "table": pl.String, "day": pl.Date})]
    for table, rows in sorted(loaded.tables.items()):
        told = _told(loaded, table) if table in loaded.by_day else _seen(rows, table)
        frames.append(told.select(names.gather(told["source_file"]), pl.lit(table).alias("table"), "day"))
    return pl.concat(frames).unique().sort("source", "table", "day")


def _seen(rows: pl.LazyFrame, table: str) -> pl.DataFrame:
    """The days of which each file has rows: columns source_file, day."""
    return rows.select("source_file", day=day_of(table)).unique().collect(engine="streaming").drop_nulls()


def _told(loaded: Loaded, table: str) -> pl.DataFrame:
    """The same of a large table, whose days somebody has counted."""
    own = ((at, day) for at, days in loaded.days_of.items() if loaded.inputs[at].table == table for day in days)
    return pl.DataFrame(list(own), schema={"source_file": pl.Int32, "day": pl.Date}, orient="row")


# --- its own rhythm -------------------------------------------------------------------------------------


def _usual(days: Sequence[date], reached: Sequence[date]) -> int:
    """How many days it may lie behind: as long as it is usually silent, or as a delivery usually takes it further."""
    silences = [(later - earlier).days for earlier, later in pairwise(days)]
    steps = [(later - earlier).days for earlier, later in pairwise(reached)]
    usual = [
        *_most(silences[-_GAPS_SEEN:], _GAPS_SHARE),
        *(_most(steps[-_DELIVERIES_SEEN:], _DELIVERIES_SHARE) if len(steps) > 1 else ()),
    ]
    return min(max(usual, default=WEEK_DAYS), _LONGEST)


def _most(values: Sequence[int], share: float) -> list[int]:
    """The value that so large a share of the values does not exceed; nothing of none."""
    return sorted(values)[ceil(share * len(values)) - 1 :][:1] if values else []


def _missing(days: Sequence[date]) -> tuple[date, ...]:
    """The days without rows, of a source that has them daily."""
    silences = [(later - earlier).days for earlier, later in pairwise(days)]
    if _most(silences, _GAPS_SHARE) != [1]:
        return ()
    there = set(days)
    every = (days[0] + timedelta(days=at) for at in range((days[-1] - days[0]).days))
    return tuple(day for day in every if day not in there)


def _reached(loaded: Loaded, sources: _Sources) -> dict[tuple[str, str], list[date]]:
    """How far each source and table reached after each delivery that took it further."""
    latest: dict[tuple[str, str], dict[int, date]] = {}
    for one in loaded.deliveries:
        by_load = latest.setdefault((sources.label(one.file, one.mapping), one.table), {})
        by_load[one.load] = max(one.last_day, by_load.get(one.load, one.last_day))
    return {of: list(dict.fromkeys(accumulate(by_load.values(), max))) for of, by_load in latest.items()}


# --- what may still be corrected ------------------------------------------------------------------------


def _settled(loaded: Loaded, table: str, positions: Sequence[int], last: date | None, known: Known) -> dict[str, date]:
    """The last day that is final of each figure, as `settle_days` of the policy has it; provisional from then on."""
    policy = known.evidence.policy.settle_days
    lags: dict[str, int] = {}
    if table == "spend":
        lags = {"spend": policy.spend, **_claims(loaded, positions, known)}
    elif table == "order":
        lags = {"refunds": policy.refunds}
    as_of = known.evidence.as_of
    return {name: min(last, as_of - timedelta(days=lag)) for name, lag in lags.items()} if last else {}


def _claims(loaded: Loaded, positions: Sequence[int], known: Known) -> dict[str, int]:
    """The lag of the conversions that a source claims, if any: those booked back to the click take longest."""
    lags = known.evidence.policy.settle_days
    mine = loaded.tables["spend"].filter(pl.col("source_file").is_in(positions), pl.col("conversions").is_not_null())
    bases = set(mine.select(pl.col("conversion_basis").unique()).collect().to_series())
    if not bases:
        return {}
    return {"conversions": lags.conversions_billing if _BILLING in bases else lags.conversions_event}
