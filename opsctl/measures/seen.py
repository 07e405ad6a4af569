"""On which days after their acquisition users were seen: in one look at the events, or in the words made of them.

A word per user and month answers whatever may still be asked, and costs more to make than many looks. Who asks once
looks once: every span of the question is answered from the same reading of the events, most of which is skipped or
dropped at once, since only users of a few weeks can be of the age that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

import polars as pl

from opsctl.core.errors import DamagedFile
from opsctl.core.period import Period
from opsctl.ingest.people import is_untidy
from opsctl.ingest.stretch import WRITTEN, Stretch
from opsctl.measures import masks
from opsctl.measures.evidence import Days, Evidence

LAST_BIT = 30
MONTHS = 12
ENOUGH = 2_000_000  # rows that are read at once: more would bring more users of the age asked for, and larger joins
_MOST_SPANS = 12  # with more of them words are cheaper
_ROW = "_row"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Activity on any of the days d+first..d+last, judged once d+matures has been seen.

    `last` None: every day that has been seen. `first` 0 would be the day of acquisition itself, which
    counts for nothing but D0.
    """

    first: int
    last: int | None
    matures: int

    @property
    def days(self) -> Days:
        """From which day to which."""
        return self.first, self.last


def marked(evidence: Evidence, spans: Mapping[str, Span], period: Period) -> pl.LazyFrame:
    """All acquisitions of the period, each with a column `active_NAME` per span: was there activity in it?

    Null and false both say no.
    """
    through = evidence.through("activity")
    if not spans or through is None:
        return evidence.acquisition
    if evidence.asked_once and not evidence.has_words:
        marks = looked(evidence, (span.days for span in spans.values()), period)
        table = evidence.tables["acquisition"]
        beside = pl.DataFrame({f"active_{name}": marks[span.days] for name, span in spans.items()})
        rows = pl.concat([table, beside.lazy()], how="horizontal")
        return evidence.known_acquisition(rows)
    ages = {name: (span.first, span.last) for name, span in spans.items() if span.last is not None}
    kept = evidence.masks(max(last for _, last in ages.values())) if len(ages) == len(spans) else None
    if kept is not None:
        return _masked(evidence, kept, ages)
    users = evidence.acquisition
    within = users.filter(pl.col("day").is_between(period.start, period.end))
    returned = active_in(within, evidence.days, spans, through)
    return users.join(returned, on=["user", "day"], how="left", maintain_order="left")


def _masked(evidence: Evidence, kept: Sequence[pl.LazyFrame], ages: Mapping[str, tuple[int, int]]) -> pl.LazyFrame:
    """All acquisitions with what their masks say."""
    names = [f"mask_{block}" for block in range(len(kept))]
    rows = pl.concat([evidence.tables["acquisition"], *kept], how="horizontal")
    active = {f"active_{name}": masks.hit(list(map(pl.col, names)), *span) for name, span in ages.items()}
    return evidence.known_acquisition(rows.with_columns(**active).drop(names))


# --- one look at the events -----------------------------------------------------------------------------


def prepare(evidence: Evidence, wanted: Mapping[Period, set[Days]]) -> None:
    """Look for all that one question asks, so that nobody looks again; for very much of it, make words."""
    if not evidence.asked_once or evidence.has_words:
        return
    if sum(map(len, wanted.values())) > _MOST_SPANS:
        evidence.days  # noqa: B018 - from now on there are words
        return
    for period, days in wanted.items():
        looked(evidence, days, period)


def looked(evidence: Evidence, asked: Iterable[Days], period: Period) -> Mapping[Days, pl.Series]:
    """For each span and each row of the table of acquisitions, in its order: was there activity in it?

    What was looked for once is remembered with the evidence; rows outside the period are not looked at.
    """
    known = evidence.marks.setdefault(period, {})
    wanted = sorted({*asked} - known.keys(), key=lambda days: (days[0], days[1] or 0))
    if wanted:
        known.update(_look(evidence, wanted, period))
    return known


def _look(evidence: Evidence, wanted: Sequence[Days], period: Period) -> dict[Days, pl.Series]:
    users = evidence.tables["acquisition"].select("user", "day").with_row_index(_ROW).collect()
    marks = {days: pl.repeat(value=False, n=users.height, dtype=pl.Boolean, eager=True) for days in wanted}
    in_order = users["day"].is_sorted()
    for stretches in _looks(evidence.stretches):
        young = _acquired(users, _of_age(stretches, wanted, period), in_order=in_order)
        found = _ages(evidence, stretches, young.lazy(), wanted)
        for days, mark in marks.items():
            mark.scatter(found.filter(_is_within(days))[_ROW], True)
    return marks


def _looks(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches of neighbouring days, as many as are read at once."""
    here: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: one.days or (date.min, date.max)):
        here.append(stretch)
        if sum(one.height for one in here) >= ENOUGH:
            yield here
            here = []
    if here:
        yield here


def _of_age(stretches: Sequence[Stretch], wanted: Sequence[Days], period: Period) -> tuple[date, date]:
    """The first and last day on which somebody was acquired who can be of an age asked for within the stretches."""
    spans = [stretch.days for stretch in stretches]
    if None in spans:
        return period.start, period.end
    known = list(chain.from_iterable(span for span in spans if span is not None))
    youngest, oldest = min(first for first, _ in wanted), [last for _, last in wanted]
    latest = min(period.end, max(known) - timedelta(days=youngest))
    if None in oldest:
        return period.start, latest
    return max(period.start, min(known) - timedelta(days=max(last for last in oldest if last is not None))), latest


def _acquired(users: pl.DataFrame, days: tuple[date, date], *, in_order: bool) -> pl.DataFrame:
    """The users of some days; where all stand in the order of their days, these lie together."""
    if not in_order:
        return users.filter(pl.col("day").is_between(*days))
    first, end = users["day"].search_sorted(days[0], "left"), users["day"].search_sorted(days[1], "right")
    return users.slice(first, max(end - first, 0))


def _ages(
    evidence: Evidence, stretches: Sequence[Stretch], users: pl.LazyFrame, wanted: Sequence[Days]
) -> pl.DataFrame:
    """The rows of users, and at which age that is asked for they were seen: columns _row, age."""
    doubt = _Doubt()
    as_written = [one.rows if one.as_written is None else doubt.watching(one) for one in stretches]
    try:
        found = _query(evidence, as_written, users, wanted).collect(engine="streaming")
        if doubt.found:
            tidied = [one.rows for one in stretches]
            found = _query(evidence, tidied, users, wanted).collect(engine="streaming")
    except (pl.exceptions.ComputeError, OSError) as error:
        raise DamagedFile(
            "a Parquet file of events cannot be read to its end", hint="opsctl validate names it"
        ) from error
    return found


@dataclass
class _Doubt:
    """Whether any id, as it is written, could be somebody's once it was tidied."""

    found: bool = False

    def watching(self, stretch: Stretch) -> pl.LazyFrame:
        """The rows of a stretch as they are written; their ids are looked at while they are read."""
        assert stretch.as_written is not None  # noqa: S101 - as the caller made sure
        user = stretch.as_written.collect_schema()["user"]
        longer = pl.col(WRITTEN).str.len_bytes() > stretch.tidy_up_to
        seen = pl.map_batches(["user", longer, WRITTEN], self._look, return_dtype=user, is_elementwise=True)
        return stretch.as_written.with_columns(user=seen)

    def _look(self, columns: Sequence[pl.Series]) -> pl.Series:
        users, longer, ids = columns
        if not self.found and longer.any():
            texts = ids.filter(longer).alias(WRITTEN).to_frame()
            self.found = texts.select(is_untidy(pl.col(WRITTEN)).any()).item()
        return users


def _query(
    evidence: Evidence, rows: Sequence[pl.LazyFrame], users: pl.LazyFrame, wanted: Sequence[Days]
) -> pl.LazyFrame:
    needed = ["user", "day", *(["event"] if evidence.qualifying is not None else [])]
    events = evidence.known_activity(pl.concat([each.select(needed) for each in rows]))
    seen = events.select("user", at=pl.col("day").to_physical()).join(
        users.with_columns(pl.col("day").to_physical()), on="user"
    )
    age = pl.col("at") - pl.col("day")  # whole numbers of days: a duration would be made of twice the bytes
    return seen.select(_ROW, age=age).filter(pl.any_horizontal(_is_within(days) for days in _widest(wanted)))


def _widest(wanted: Sequence[Days]) -> list[Days]:
    """The spans that lie within no other."""

    def lies_in(one: Days, other: Days) -> bool:
        ends = other[1] is None or (one[1] is not None and one[1] <= other[1])
        return one != other and other[0] <= one[0] and ends

    return [one for one in wanted if not any(lies_in(one, other) for other in wanted)]


def _is_within(days: Days) -> pl.Expr:
    first, last = days
    return pl.col("age") >= first if last is None else pl.col("age").is_between(first, last)


# --- the words ------------------------------------------------------------------------------------------


def active_in(users: pl.LazyFrame, days: pl.LazyFrame, spans: Mapping[str, Span], through: date) -> pl.LazyFrame:
    """For each user and acquisition day: was there activity in each span? Columns user, day, active_NAME."""
    month = pl.col("month")
    month_start = pl.date(month // MONTHS, month % MONTHS + 1, 1)
    pairs = (
        users.select("user", "day")
        .unique()
        .join(days, on="user")
        .with_columns(offset=(pl.col("day") - month_start).dt.total_days())
        .with_columns(seen=(pl.lit(through) - month_start).dt.total_days())
    )
    hits = {f"active_{name}": (_hit(asked)).any() for name, asked in spans.items()}
    return pairs.group_by("user", "day").agg(**hits)


def _hit(span: Span) -> pl.Expr:
    """Do the word's bits meet the span? Bit b is the day b after the first of the month."""
    end = pl.col("seen") if span.last is None else pl.col("offset") + span.last
    first = (pl.col("offset") + span.first).clip(0, LAST_BIT + 1)
    past = (end + 1).clip(0, LAST_BIT + 1)
    two = pl.lit(2, pl.Int64)
    bits = two.pow(past) - two.pow(first)
    return (past > first) & ((pl.col("word") & bits) != 0)
