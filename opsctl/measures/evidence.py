"""What is known, and until when: the canonical tables as they stood at the end of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import polars as pl

from opsctl.config.policy import Policy
from opsctl.core.period import Period
from opsctl.ingest.breakdowns import ALSO, CUTS, SEPARATOR, SLICE
from opsctl.ingest.memory import Memory
from opsctl.ingest.stretch import Stretch
from opsctl.measures import masks, reduce, words

Days = tuple[int, int | None]  # from so many days after acquisition to so many, or for good
NO_GAPS = pl.DataFrame(schema={"channel": pl.String, "day": pl.Date})
SUMMARISED = frozenset({"acquisition", "activity", "order"})  # what a table of cohorts can stand for


@dataclass(frozen=True)
class Campaigns:
    """Campaigns are renamed daily: an id is the key, its newest name the label."""

    name_of: Mapping[str, str] = field(default_factory=dict)  # id -> newest name
    ids_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # a name -> every id that ever had it

    @cached_property
    def id_of(self) -> Mapping[str, str]:
        """The names that only ever meant one id."""
        return {name: ids[0] for name, ids in self.ids_of.items() if len(ids) == 1}


@dataclass(frozen=True)
class Evidence:
    """The tables, and what is needed to read them.

    Args:
        tables: By table name; all columns of the table's physical schema, `attribute_NAME` columns, and
            `source_file` (number of the input) and `source_line`.
        supplied: By table name, the columns that at least one file had.
        as_of: The last day that exists; later rows do not.
        last_day: By table name, the last whole day that is present.
        policy: Thresholds and lags.
        zone: The IANA zone in which days are days.
        currency: The project's currency.
        margin: Gross margin, or None where it is not known.
        qualifying: The events that count as activity, or None for every event.
        groups: Channel -> group, from the channel tree.
        campaigns: Ids and names.
        foreign_days: The tables whose days, or some of them, are those of another zone and cannot be shifted.
        cuts: Where money is told at several breakdowns, each of them, such as `campaign+region`; spend then has the
            columns `cut` and `rank` (0: counted in totals).
        spans: Whether rows of spend span several days, or name none.
        gaps: Channels and days of which some account's money is missing: columns channel, day.
        whole_days: Whether these days are left out, of users as of money.
        bits: The rows of activity bit by bit, where something is known of the bits.
        once: Whether each user stands in one row of the acquisitions; None where that must be looked at.
        asked_once: Whether what is asked of activity is asked once: then no roll-up is made for what may come.
        memory: The store that the tables come from, which keeps what is dear to make.
    """

    tables: Mapping[str, pl.LazyFrame]
    supplied: Mapping[str, frozenset[str]]
    as_of: date
    last_day: Mapping[str, date]
    policy: Policy
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    margin: Fraction | None = None
    qualifying: frozenset[str] | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    campaigns: Campaigns = field(default_factory=Campaigns)
    foreign_days: frozenset[str] = frozenset()
    cuts: frozenset[str] = frozenset()
    spans: bool = False
    gaps: pl.DataFrame = field(default_factory=lambda: NO_GAPS)
    whole_days: bool = False
    memory: Memory | None = None
    bits: Sequence[Stretch] = ()
    once: bool | None = None
    asked_once: bool = False
    marks: dict[Period, dict[Days, pl.Series]] = field(init=False, default_factory=dict, repr=False, compare=False)
    _rolled: dict[str, pl.LazyFrame] = field(init=False, default_factory=dict, repr=False, compare=False)

    @cached_property
    def fingerprint(self) -> str:
        """What decides, beside the tables themselves, which of their rows count."""
        days = [f"{table} {day}" for table, day in sorted(self.last_day.items())]
        gaps = [f"{channel} {day}" for channel, day in self.gaps.iter_rows()] if self.whole_days else []
        return "\n".join([str(self.as_of), *days, *gaps])

    def on_whole_days(self) -> Evidence:
        """The same evidence without the channel-days that are incomplete on either side."""
        return self if self.gaps.is_empty() else self._with(whole_days=True)

    def with_gaps_of(self, earlier: Period, later: Period) -> Evidence:
        """The same, the gaps of two spans that are compared repeated in each other, day by day from their starts."""
        if self.gaps.is_empty():
            return self
        apart = later.start - earlier.start
        moved = [
            self.gaps.filter(pl.col("day").is_between(span.start, span.end)).with_columns(pl.col("day") + shift)
            for span, shift in ((earlier, apart), (later, -apart))
        ]
        return self._with(gaps=pl.concat([self.gaps, *moved]).unique().sort("channel", "day"))

    def _with(self, **changed: Any) -> Evidence:
        """The same rows, looked at otherwise: what they roll up to stays."""
        other = replace(self, **changed)
        object.__setattr__(other, "_rolled", self._rolled)
        object.__setattr__(other, "marks", self.marks)
        return other

    def for_one_question(self) -> Evidence:
        """The same evidence, of which only one thing will be asked."""
        return self._with(asked_once=True)

    @cached_property
    def acquired_once(self) -> bool:
        """Does each user stand in one row of the acquisitions?"""
        if self.once is not None:
            return self.once
        users = self.tables["acquisition"].select("user").collect()["user"]
        return users.n_unique() == len(users)

    @cached_property
    def lags(self) -> Mapping[str, int]:
        """By what is counted, for how many days its source may still correct it."""
        return self.policy.settle_days.model_dump()

    @cached_property
    def gap_days(self) -> frozenset[date]:
        """The days on which some channel's money is missing."""
        return frozenset(self.gaps["day"])

    @cached_property
    def spending(self) -> list[str]:
        """The channels of which money is told, or missing."""
        told = self.tables["spend"].select("channel").unique().collect()["channel"]
        return sorted({*told.drop_nulls(), *self.gaps["channel"]})

    @cached_property
    def spanning(self) -> pl.DataFrame:
        """The spans of several days that money is told of: columns channel, day, through."""
        spans = self.tables["spend"].filter(pl.col("through") > pl.col("day")).select("channel", "day", "through")
        return spans.unique().sort("channel", "day", "through").collect()

    def kept(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows with `channel` and `day`, without those of incomplete channel-days where these are left out."""
        if not self.whole_days:
            return rows
        return rows.join(self.gaps.lazy(), on=["channel", "day"], how="anti", maintain_order="left")

    def telling(self, dimensions: Sequence[str]) -> list[str]:
        """The breakdowns, of money that is told at several, that tell all of the dimensions."""
        asked = {ALSO.get(name, name) for name in dimensions} & set(CUTS)
        return [cut for cut in sorted(self.cuts) if asked <= set(cut.split(SEPARATOR))]

    def until(self, table: str) -> date:
        """The last day of which rows of a table count: its last day is left out where it was not over."""
        last = self.last_day.get(table)
        return self.as_of if last is None else min(self.as_of, last)

    def through(self, table: str) -> date | None:
        """The last day that the table shows whole, or None when it holds no row.

        Where there are no rows of users, a table of cohorts tells what they would.
        """
        last = self.last_day.get(table) or (self.last_day.get("cohort") if table in SUMMARISED else None)
        return min(self.as_of, last) if last else None

    @cached_property
    def spend(self) -> pl.LazyFrame:
        """Spend up to the day that is known, each money once."""
        return self.spend_by(())

    def spend_by(self, dimensions: Sequence[str]) -> pl.LazyFrame:
        """Spend up to the day that is known, each money once: told by the dimensions where some file tells it so."""
        rows = self.tables["spend"].filter((pl.col("day") <= self.until("spend")) | pl.col("day").is_null())
        if not self.cuts:
            return rows
        telling = self.telling(dimensions)
        place = pl.when(pl.col("cut").is_in(telling)).then("rank").otherwise(pl.col("rank") + len(self.cuts))
        return rows.filter(pl.col("rank").is_null() | (place == place.min().over("platform", *SLICE)))

    @cached_property
    def acquisition(self) -> pl.LazyFrame:
        """Acquisitions up to the day that is known."""
        return self.known_acquisition(self.tables["acquisition"])

    def known_acquisition(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Of rows of acquisitions those up to the day that is known."""
        return rows.filter(pl.col("day") <= self.until("acquisition"))

    @cached_property
    def cohort(self) -> pl.LazyFrame:
        """The table of cohorts as of the day that is known: users who came by then, and what they did by then."""
        known = pl.col("day") + pl.duration(days="offset") <= self.as_of
        later = [pl.when(known).then(name).alias(name) for name in ("active", "rounding", "orders", "net_paid")]
        return self.tables["cohort"].filter(pl.col("day") <= self.as_of).with_columns(later)

    @property
    def told(self) -> frozenset[str]:
        """The tables of which something is known, be it from a table of cohorts in their place."""
        return frozenset(self.tables) | (SUMMARISED if "cohort" in self.tables else frozenset())

    @cached_property
    def activity(self) -> pl.LazyFrame:
        """Qualifying events up to the day that is known."""
        return self.known_activity(self.tables["activity"])

    def known_activity(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Of rows of activity those that qualify, up to the day that is known."""
        known = rows.filter(pl.col("day") <= self.until("activity"))
        return known if self.qualifying is None else known.filter(pl.col("event").is_in(self.qualifying))

    @property
    def stretches(self) -> Sequence[Stretch]:
        """The rows of activity, as they lie together."""
        return self.bits or [Stretch(self.tables["activity"], None, 0)]

    @property
    def has_words(self) -> bool:
        """Was the roll-up of activity made before, or does a store keep it?"""
        return "days" in self._rolled or self.memory is not None

    @cached_property
    def orders(self) -> pl.LazyFrame:
        """Orders as of the day that is known: paid or refunded later is not yet paid or refunded.

        A refund without a date counts on the day the order was paid. `day` is the day the order was made.
        """
        paid_by_now = pl.col("paid_day") <= self.as_of
        refunded_by_now = pl.coalesce("refunded_day", "paid_day") <= self.as_of
        nothing = pl.lit(0, pl.Int64)
        return (
            self.tables["order"]
            .with_columns(day=pl.coalesce("created_day", "paid_day"))
            .filter((pl.col("day") <= self.as_of) | pl.col("day").is_null())
            .with_columns(
                paid=pl.when(paid_by_now).then("paid").otherwise(nothing),
                refunded=pl.when(refunded_by_now).then(pl.col("refunded").fill_null(0)).otherwise(nothing),
                paid_day=pl.when(paid_by_now).then("paid_day"),
                paid_at=pl.when(paid_by_now).then("paid_at"),
            )
        )

    @property
    def days(self) -> pl.LazyFrame:
        """The roll-up of activity: user, month, word."""
        if self.memory is not None:
            return words.until(words.of_memory(self.memory, self.qualifying), self.until("activity"))
        return self._roll("days", lambda: reduce.days(self.activity.select("user", "day")))

    def masks(self, last: int) -> list[pl.LazyFrame] | None:
        """Of each row of the table of acquisitions the days after it, up to a last age, on which the user was active.

        One column `mask_0`, `mask_1` … for each 64 days; None where no store keeps any, or not up to that age.
        """
        if self.memory is None or last > masks.LAST_AGE or "activity" not in self.tables:
            return None
        memory = self.memory

        def made(block: int) -> pl.LazyFrame:
            asked = masks.Asked(memory, self.qualifying, self.until("activity"), block)
            return pl.LazyFrame({f"mask_{block}": masks.of_acquisitions(asked, self.tables["acquisition"])})

        return [self._roll(f"masks_{at}", partial(made, at)) for at in range(last // masks.BITS + 1)]

    @property
    def purchases(self) -> pl.LazyFrame:
        """The roll-up of paid orders: user, day, currency, orders, buying, paid, refunded.

        For one question it is not rolled up: whoever asks adds up again, be there one order in a row or several.
        """
        return self._bought if self.asked_once else self._roll("purchases", self._purchases)

    @cached_property
    def _bought(self) -> pl.LazyFrame:
        paid = self._paid.filter(pl.col("user").is_not_null())
        kept = (pl.col("paid") > pl.col("refunded")).cast(pl.Int64)
        return paid.select("user", "day", "currency", "paid", "refunded", orders=pl.lit(1, pl.Int64), buying=kept)

    def _roll(self, name: str, make: Callable[[], pl.LazyFrame]) -> pl.LazyFrame:
        """A roll-up, made once: no day that is left out changes it."""
        if name not in self._rolled:
            self._rolled[name] = make().collect(engine="streaming").lazy()
        return self._rolled[name]

    def _purchases(self) -> pl.LazyFrame:
        rolled: pl.LazyFrame = reduce.purchases(self._paid)
        return rolled

    @property
    def _paid(self) -> pl.LazyFrame:
        return self.orders.filter(pl.col("paid_day").is_not_null()).select(
            "user", "paid", "refunded", day="paid_day", currency=pl.col("currency").fill_null(self.currency)
        )


@dataclass(frozen=True)
class Ask:
    """What is asked of the measures: which days, split by what, and of which part.

    `period` selects days of acquisition for metrics of users, days of spend for money and traffic. When it is
    not `bounded` it spans all that is known, and an order that nobody dated is counted too.
    """

    period: Period
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bounded: bool = True

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All that rows are split by or narrowed down to."""
        return (*self.by, *(name for name, _ in self.where))

    def within(self, day: str = "day") -> pl.Expr:
        """True of the rows whose day the period covers."""
        return pl.col(day).is_between(self.period.start, self.period.end)

    def touches(self) -> pl.Expr:
        """True of rows of spend with a day in the period, and of undated ones where no period was asked for."""
        ends = pl.coalesce("through", "day")
        touched = (pl.col("day") <= self.period.end) & (ends >= self.period.start)
        return touched if self.bounded else touched | pl.col("day").is_null()

    def tears(self) -> pl.Expr:
        """True of rows of spend that span days within the period and days outside: nobody can say what falls where."""
        whole = (pl.col("day") >= self.period.start) & (pl.coalesce("through", "day") <= self.period.end)
        return ~whole.fill_null(value=True)

    def covers(self, day: str = "day") -> pl.Expr:
        """True of the rows within the period, and of undated ones where no period was asked for."""
        return self.within(day) if self.bounded else self.within(day) | pl.col(day).is_null()
