"""The columns of events in a plain text: their numbers, and which cells only the general way of reading can judge.

Each expression is one over the text's own cells, columns "0", "1", …, so that one pass answers all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from opsctl.ingest.in_place import ACTIVITY, takes_every_row
from opsctl.ingest.people import canonical
from opsctl.ingest.privacy import plain
from opsctl.ingest.proof import Span, Times, as_days, at_constant_offsets
from opsctl.ingest.reading.oddities import suspicious_shape
from opsctl.ingest.reading.plain import PlainText
from opsctl.ingest.reading.rows import seen_names, suspicious_look
from opsctl.ingest.reading.totals import Totals
from opsctl.ingest.values.moments import FIRST, LOCAL, Form, usual_form
from opsctl.ingest.values.text import DESTROYED, text
from opsctl.ingest.written import Written

_QUOTE = '"'
_USER = pl.col("user")
_KINDS = pl.UInt16  # so many different events are kept as codes
# No id that nobody has to look at: such a one has no gaps and marks, and is no telephone number with its country's.
_UNUSUAL = r"^$|[^0-9A-Za-z_.]|^(?:00)?861[3-9]"


@dataclass(frozen=True)
class PlainEvents:
    """A text that has an event on each line, as far as its first lines show; see `plain_events`.

    Args:
        text: The text.
        way: How its claim reads it.
        totals: What the label of a total looks like in it.
        zone: The IANA zone in which days are days.
        form: How its times are written.
    """

    text: PlainText
    way: Written
    totals: Totals
    zone: str
    form: Form

    def place(self, name: str) -> int | None:
        """Which of the file's columns is a canonical one."""
        found = self.way.claim.positions.get(name)
        return None if found is None else found[0]

    @property
    def said(self) -> str | None:
        """The event of all rows, where no column has it."""
        return None if self.place("event") is not None else self.way.said("event")

    def cell(self, name: str) -> pl.Expr:
        """The cells of a canonical column."""
        return pl.col(str(self.place(name)))

    # --- one pass over the cells --------------------------------------------------------------------------

    def numbers(self, rows: pl.LazyFrame, *, careful: bool) -> pl.LazyFrame:
        """Of each row `user`, its `hash`, `time` as it is written, and `event` and `value` where columns have them.

        `bad` is true of rows that only the general way can read. Without `careful` ids are taken as they stand, and
        `unusual` is true of rows where they may not be.
        """
        kept = {"user": _USER, "hash": _USER.hash(), "time": self.time}
        if self.place("event") is not None:
            kept["event"] = self.cell("event").cast(pl.Categorical(pl.Categories.random(physical=_KINDS)))
        if self.place("value") is not None:
            kept["value"] = self.value
        unusual = pl.lit(value=False) if careful else self.cell("user").str.contains(self._unusual)
        bad = [*self._bad(), *(self._bad_users() if careful else [])]
        told = rows.with_columns((self.user if careful else self.cell("user")).alias("user"))
        return told.select(**kept, unusual=unusual, bad=pl.any_horizontal(bad).fill_null(value=True))

    def texts(self, *, careful: bool) -> dict[str, pl.Expr]:
        """The columns user, event and value as the table has them."""
        event = self.cell("event") if self.said is None else pl.lit(self.said)
        value = pl.lit(None, pl.Float64) if self.place("value") is None else self.value
        return {"user": self.user if careful else self.cell("user"), "event": event, "value": value}

    @property
    def user(self) -> pl.Expr:
        """Ids in one way of writing."""
        style = self.way.style("user")
        return self.cell("user").map_batches(
            lambda ids: canonical(text(ids, style).values), return_dtype=pl.String(), is_elementwise=True
        )

    @property
    def time(self) -> pl.Expr:
        """Dates, or times as the clock showed them."""
        return self.form.read(self.cell("at"))

    @property
    def value(self) -> pl.Expr:
        """Numbers; null where there is none."""
        found = self.cell("value").cast(pl.Float64, strict=False)
        return pl.when(found == 0).then(0.0).otherwise(found)

    def tidied(self, ids: pl.Series) -> pl.Series | None:
        """Different ids in one way of writing; None where one is none, or only the general way knows it."""
        if not ids.str.contains(self._unusual).fill_null(value=True).any():
            return ids
        cells = ids.to_frame(str(self.place("user"))).with_columns(self.user.alias("user"))
        is_bad = pl.any_horizontal(self._bad_users()).fill_null(value=True)
        return None if cells.select(is_bad.any()).item() else cells["user"]

    @property
    def _unusual(self) -> str:
        words = "|".join(map(re.escape, [*seen_names(self.text.header), *self._tokens("user")]))
        return f"{_UNUSUAL}|{self.totals.pattern}|^(?:{words})$"

    def _tokens(self, name: str) -> list[str]:
        nulls = self.way.style(name).nulls
        return sorted(nulls | {token.strip() for token in nulls})

    def _bad(self) -> list[pl.Expr]:
        cells = self.cell("at")
        found = [pl.lit(value=False)]
        if (another := self.form.is_another(cells)) is not None:
            found.append(another)
        if tokens := self._tokens("at"):
            found.append(cells.is_in(tokens))
        if self.place("value") is not None:
            found.append((self.cell("value") != "") & ~self.value.is_finite().fill_null(value=False))
        looked_at = {self.place(name) for name in ("user", "at", "event")}
        return [*found, *(self._suspicious(at) for at in range(len(self.text.header)) if at not in looked_at)]

    def _bad_users(self) -> list[pl.Expr]:
        """Of cells and the `user` that each tells."""
        destroyed = self.cell("user").str.contains(DESTROYED, literal=True)
        return [_USER.is_null(), destroyed, self._suspicious(self.place("user"))]

    def _suspicious(self, at: int | None) -> pl.Expr:
        """True of cells by which the general way would look again at a row."""
        where, header = at or 0, self.text.header
        return suspicious_look(where, seen_names(header), self.totals) | suspicious_shape(where, len(header), _QUOTE)

    # --- what is told when it is over ---------------------------------------------------------------------

    def are_good(self, events: pl.Series) -> bool:
        """Are these different events taken as they stand?"""
        events, at = events.cast(pl.String).alias("event"), self.place("event")
        if at is not None and events.alias(str(at)).to_frame().select(self._suspicious(at).any()).item():
            return False
        destroyed = events.str.contains(DESTROYED, literal=True).any()
        return not destroyed and plain(text(events, self.way.style("event")).values).equals(events)

    def times(self, written: pl.Expr, spans: Sequence[Span]) -> Times | None:
        """Times as they were written as moments and days, given the first and last of each bit of them."""
        if self.form.dtype == pl.Date:
            return as_days(written, spans)
        theirs = self.way.style("at").zone if self.form.dtype == LOCAL else None
        return at_constant_offsets(written, spans, theirs, self.zone)

    def are_filled(self, height: int) -> bool:
        """Does every one of so many lines have all its cells? Of missing ones polars makes empty ones."""
        last = len(self.text.header) - 1
        if last in {self.place(name) for name in ("user", "at", "event")}:
            return True  # an empty one is bad
        return self.text.delimiters() == last * (height + 1)


def plain_events(text: PlainText, way: Written, words: Collection[str], zone: str) -> PlainEvents | None:
    """A text with an event on each line, where its claim takes columns just as they stand; else None.

    Args:
        text: The text.
        way: How its claim reads it; `way.raw` need hold no rows.
        words: What the label of a total consists of in it.
        zone: The IANA zone in which days are days.
    """
    if way.claim.table != ACTIVITY or not takes_every_row(way) or any(word[:1].isdigit() for word in words):
        return None
    if not all(_stands_alone(way, name) for name in way.claim.positions) or not {"user", "at"} <= {
        *way.claim.positions
    }:
        return None
    if not _has_plain_values(way) or ("event" not in way.claim.positions and way.said("event") is None):
        return None
    form = usual_form(pl.Series(text.first(way.claim.positions["at"][0], FIRST), dtype=pl.String))
    if form.read(pl.Series(seen_names(text.header))).count():
        return None  # a time could be the header again
    return PlainEvents(text, way, Totals(words), zone, form)


def _stands_alone(way: Written, name: str) -> bool:
    return len(way.claim.positions[name]) == 1 and way.column(name).as_it_stands


def _has_plain_values(way: Written) -> bool:
    if "value" not in way.claim.positions:
        return way.said("value") is None
    style = way.style("value")
    return not style.nulls and style.unit is None and style.decimal != ","
