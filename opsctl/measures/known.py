"""From loaded tables to evidence: up to which day everything is known, and under which names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.errors import NoData
from opsctl.core.period import EVER, ONE_DAY, WEEK_DAYS, Period
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.remarks import Note
from opsctl.ingest.stretch import Stretch
from opsctl.measures.coverage import Arrival, arrivals, gaps, over_spans
from opsctl.measures.coverage import notes as missing
from opsctl.measures.evidence import NO_GAPS, Campaigns, Evidence
from opsctl.measures.identity import numbered
from opsctl.schemas import day_columns

_OF_SEVERAL_DAYS = frozenset({"spend", "order", "cohort"})  # of which a row may tell more than one
LOOK_BACK = 8  # weeks of the same weekday that a last day is compared with


@dataclass(frozen=True)
class Known:
    """The evidence, the span of days that it covers, and what should be said of it.

    Of rows that name no day at all the span is every day that there could be: `undated`.
    """

    evidence: Evidence
    span: Period
    notes: tuple[Note, ...]
    undated: bool = False
    arrivals: tuple[Arrival, ...] = ()

    @property
    def as_of(self) -> date | None:
        """The last day that is known; None where no row names a day."""
        return None if self.undated else self.evidence.as_of

    def said(self, period: Period) -> Period | None:
        """A period as an answer states it; None where no row names a day."""
        return None if self.undated else period


def known(loaded: Loaded, settings: Settings, as_of: date | None) -> Known:
    """What the tables show as of a day: `as_of`, else the last whole day that any of them has.

    Raises:
        NoData: No table has a row up to that day.
    """
    present = {name: _rows_by_day(name, loaded, judged=as_of is None) for name in loaded.tables}
    present = {name: days for name, days in present.items() if days}
    if not present:
        return _undated(loaded, settings)
    whole = _whole_days(loaded, present, as_of, settings)
    latest = as_of or max([*whole.values(), *_later_days(loaded, present)])
    first = min(
        _first_day(name, loaded.tables[name]) if name in _OF_SEVERAL_DAYS else min(present[name]) for name in present
    )
    if first > latest:
        raise NoData(f"nothing is known yet on {latest}: the first row is of {first}", hint="give a later --as-of")
    span = Period(first, latest)
    arrived = arrivals(loaded, settings, span)
    evidence = _evidence(loaded, settings, latest, whole)
    lost = pl.concat([gaps(arrived, span), _not_over(loaded, present, whole)]).unique()
    evidence = replace(evidence, gaps=over_spans(lost, loaded.tables.get("spend")))
    return Known(evidence, span, (*_notes(present, whole, settings), *missing(arrived, span)), arrivals=arrived)


def _whole_days(
    loaded: Loaded, present: Mapping[str, Mapping[date, int]], as_of: date | None, settings: Settings
) -> dict[str, date]:
    """By table, the last day that is known whole.

    Who names a day of bare files says that it is over. A store was asked what it knew at the end of that day, and
    judges it as it did then.
    """
    spans = _with_spans(loaded)
    judged = {name for name in present if name not in spans and (as_of is None or _remembers_then(loaded))}
    by_then = {
        name: {day: of for day, of in days.items() if not as_of or day <= as_of} for name, days in present.items()
    }
    return {
        name: _last_whole_day(by_then[name] or days, settings) if name in judged else max(days)
        for name, days in present.items()
    }


def _remembers_then(loaded: Loaded) -> bool:
    """Are the tables those that were known at the end of the day asked for, and no later ones?"""
    return loaded.memory is not None and not loaded.memory.reconstructed


def _with_spans(loaded: Loaded) -> frozenset[str]:
    """The tables with rows that span days: their last day says nothing of how whole it is."""
    return frozenset({"spend"}) if _spans(loaded.tables.get("spend")) else frozenset()


def _not_over(loaded: Loaded, present: Mapping[str, Mapping[date, int]], whole: Mapping[str, date]) -> pl.DataFrame:
    """The channels of a last day that was not over when its money or users were exported: columns channel, day."""
    found = [NO_GAPS]
    for table in ("spend", "acquisition"):
        if table in whole and whole[table] < max(present[table]):
            last = pl.lit(max(present[table]))
            rows = loaded.tables[table].filter(pl.col("day") == last).select("channel", "day").unique()
            found.append(rows.sort("channel").collect())
    return pl.concat(found)


def _undated(loaded: Loaded, settings: Settings) -> Known:
    """What can be said of rows that name no day: sums of all of them."""
    if not any(account.accepted for account in loaded.inputs):
        raise NoData("no row was read", hint="see the messages above, or opsctl inspect FILE")
    return Known(_evidence(loaded, settings, EVER.end, {}), EVER, (), undated=True)


def _rows_by_day(name: str, loaded: Loaded, *, judged: bool) -> dict[date, int]:
    """How much each day holds: rows, or of spend the money, since a day begun has all rows and little money.

    Of events only the days that matter: the first, the last, and with `judged` those that the last is held against.
    """
    if name in loaded.by_day:
        return loaded.by_day[name]
    table = loaded.tables[name]
    spans = [stretch.days for stretch in loaded.stretches] if name == "activity" else []
    if spans and None not in spans:
        return _of_events(loaded.stretches, [span for span in spans if span is not None], judged=judged)
    amount = pl.col("spend").sum() if name == "spend" else pl.len()
    if name == "spend":
        table = _whole(table)
    counted = table.group_by(day=day_of(name)).agg(amount=amount).filter(pl.col("day").is_not_null())
    return dict(counted.sort("day").collect(engine="streaming").iter_rows())


def _of_events(stretches: Sequence[Stretch], spans: Sequence[tuple[date, date]], *, judged: bool) -> dict[date, int]:
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    there = {first: 1, last: 1}  # at least; of the first nobody asks how many
    if not judged:
        return there
    compared = [last - timedelta(days=WEEK_DAYS * weeks) for weeks in range(LOOK_BACK + 1)]
    rows = [bit.select("day") for stretch in stretches for bit in stretch.holding(compared)]
    days = pl.concat(rows).filter(pl.col("day").is_in(compared))
    counted = days.group_by("day").len().collect(engine="streaming")
    return there | dict(counted.iter_rows())


def _whole(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Spend with each money once."""
    told_once = "rank" not in spend.collect_schema()
    return spend if told_once else spend.filter(pl.col("rank").is_null() | (pl.col("rank") == 0))


def _first_day(name: str, table: pl.LazyFrame) -> date:
    """The first day of which a table tells."""
    day = day_of(name) if name == "order" else pl.col("day")
    first: date = table.select(day.min()).collect(engine="streaming").item()
    return first


def day_of(name: str) -> pl.Expr:
    """The day by whose end a row is known."""
    match name:
        case "order":
            return pl.coalesce("created_day", "paid_day")
        case "spend":
            return pl.coalesce("through", "day")
        case "cohort":  # a wide table has cells for days that have not come
            told = pl.any_horizontal(pl.col("active", "orders", "net_paid").is_not_null())
            return pl.when(told).then(pl.col("day") + pl.duration(days="offset")).otherwise("day")
        case _:
            return pl.col("day")


def _last_whole_day(days: Mapping[date, int], settings: Settings) -> date:
    """The last day, unless it holds far less than the same weekday usually does: then it was not over."""
    rule = settings.policy.last_day
    last = max(days)
    earlier = (last - timedelta(days=WEEK_DAYS * weeks) for weeks in range(1, LOOK_BACK + 1))
    usual = [days.get(day, 0) for day in earlier if day >= min(days)]
    if len(usual) >= rule.weekdays and days[last] < Fraction(rule.share) * Fraction(median(usual)):
        return last - ONE_DAY
    return last


def _later_days(loaded: Loaded, present: Mapping[str, Mapping[date, int]]) -> list[date]:
    """Days in further columns, of payments and refunds, that are later than the last row's own day."""
    found: list[date] = []
    for name, days in present.items():
        if len(day_columns(name)) == 1:
            continue
        latest = loaded.tables[name].select(pl.max_horizontal(pl.col(*day_columns(name)).max())).collect().item()
        found += [latest] if latest > max(days) else []
    return found


def _evidence(loaded: Loaded, settings: Settings, as_of: date, last_day: Mapping[str, date]) -> Evidence:
    project = settings.project
    margin = project.margin.default
    qualifying = project.activity.qualifying
    people = numbered(loaded.tables, loaded.stretches, one_a_row=loaded.one_user_a_row)
    return Evidence(
        tables=people.tables,
        bits=people.stretches,
        once=people.once,
        supplied=loaded.supplied,
        as_of=as_of,
        last_day=last_day,
        policy=settings.policy,
        zone=project.timezone,
        currency=project.currency,
        margin=None if margin is None else Fraction(margin),
        qualifying=None if qualifying is None else frozenset(qualifying),
        groups={name: channel.group for name, channel in project.channels.items() if channel.group},
        campaigns=_campaigns(loaded, as_of),
        foreign_days=frozenset(loaded.foreign_days),
        cuts=_cuts(loaded.tables.get("spend")),
        spans=_spans(loaded.tables.get("spend")),
        memory=loaded.memory,
    )


def _cuts(spend: pl.LazyFrame | None) -> frozenset[str]:
    """The breakdowns of money that was told at several; none where every slice was told at one."""
    if spend is None or "cut" not in spend.collect_schema():
        return frozenset()
    return frozenset(spend.select(pl.col("cut").fill_null("").unique()).collect()["cut"])


def _spans(spend: pl.LazyFrame | None) -> bool:
    if spend is None:
        return False
    found = pl.col("through").is_not_null() | pl.col("day").is_null()
    return bool(spend.select(found.any()).collect().item())


def _campaigns(loaded: Loaded, as_of: date) -> Campaigns:
    """Each campaign id with its newest name, and the names that only ever meant one id."""
    named = [
        loaded.tables[name].filter(pl.col("day") <= as_of).select("day", "campaign_id", "campaign").drop_nulls()
        for name in ("acquisition", "spend")
        if {"campaign_id", "campaign"} <= loaded.supplied.get(name, frozenset())
    ]
    if not named:
        return Campaigns()
    pairs = pl.concat(named).group_by("campaign_id", "campaign").agg(pl.col("day").max()).collect(engine="streaming")
    newest = pairs.sort("day", "campaign").unique("campaign_id", keep="last", maintain_order=True)
    return Campaigns(
        name_of=dict(newest.select("campaign_id", "campaign").iter_rows()),
        ids_of={name: tuple(sorted(ids)) for name, ids in pairs.group_by("campaign").agg("campaign_id").iter_rows()},
    )


def _notes(
    present: Mapping[str, Mapping[date, int]], whole: Mapping[str, date], settings: Settings
) -> tuple[Note, ...]:
    notes = [
        Note(
            "last_day_left_out",
            f"{name}: {max(days)} was not over when it was exported, and does not count as known",
        )
        for name, days in present.items()
        if whole[name] < max(days)
    ]
    if "activity" in present and settings.project.activity.qualifying is None:
        notes.append(Note("every_event", "every event counts as activity: `activity.qualifying` is not set"))
    return tuple(notes)
