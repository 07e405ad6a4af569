"""What the store knows, on one screen: how far each source reaches, what is missing, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures import presence
from opsctl.measures.coverage import spelt
from opsctl.measures.freshness import Supply, supplies
from opsctl.measures.known import Known
from opsctl.measures.presence import Channel, Gap, Presence
from opsctl.reports.calendar import day_of, span_of
from opsctl.reports.chart import HeatMap, Scale
from opsctl.reports.data_lines import account_name, late
from opsctl.reports.findings import findings
from opsctl.reports.report import Cell, Column, Footnote, Form, Lines, Number, Part, Report, RowKind, Table, TableRow
from opsctl.store.standing import Outdated, Standing, Waiting

MOST_CHANNELS = 12  # rows of the grid on a screen; of more, those without a gap become one
_WEEKS_DRAWN = 13
_SHOWN = 5  # names in a sentence
_MARKS = {Presence.WHOLE: "=", Presence.PART: "-", Presence.MISSING: "x", Presence.NONE: "."}


@dataclass(frozen=True)
class Status:
    """The status of a project's store.

    Args:
        loaded: The tables of the store.
        known: The same as evidence.
        standing: How the store stands to the files outside.
        settings: The project.
        days: How many days back the grid shows, and gaps are said.
        words: The language.
    """

    loaded: Loaded
    known: Known
    standing: Standing
    settings: Settings
    days: int
    words: Words

    @cached_property
    def period(self) -> Period:
        """The days of the grid."""
        end = self.known.evidence.as_of
        return Period(max(end - timedelta(days=self.days - 1), min(self.known.span.start, end)), end)

    @cached_property
    def supplies(self) -> list[Supply]:
        """What each source gives."""
        return supplies(self.loaded, self.known, self.settings)

    @cached_property
    def channels(self) -> list[Channel]:
        """The rows of the grid."""
        return [] if self.known.undated else presence.channels(self.known, self.settings, self.period)

    @cached_property
    def gaps(self) -> list[Gap]:
        """What is missing in its days."""
        return [] if self.known.undated else presence.gaps(self.known, self.period)

    @cached_property
    def outdated(self) -> list[Outdated]:
        """The files to read anew of which rows still count."""
        counting = {(one.file, one.sha256) for one in self.loaded.inputs if one.accepted}
        return [one for one in self.standing.outdated if (one.stored.name, one.stored.sha256) in counting]

    @property
    def is_whole(self) -> bool:
        """Is everything there, and nothing to be done?"""
        return not any(True for _ in self._todo())

    def report(self) -> Report:
        """The status as a report."""
        words = self.words
        todo = list(self._todo())
        status = words.say("status.open", count=len(todo)) if todo else words["status.whole"]
        name = self.settings.project.project.name
        parts: list[Part] = [Lines(words["report.label.data"], [self._data()])]
        parts += [Lines(words["status.todo"], todo)] if todo else []
        parts += [self._sources(), *((self._grid(), self._map()) if self.channels else ())]
        return Report(
            title="  ".join(filter(None, (words["status.title"], name))),
            as_of=self.known.as_of,
            period=None if self.known.undated else self.period,
            parts=parts,
            data=self._json(),
            status=status,
            inputs=self.loaded.inputs,
            notes=[*findings(self.loaded), *self.loaded.notes, *self.known.notes],
        )

    # --- sentences ------------------------------------------------------------------------------------

    def _data(self) -> str:
        words = self.words
        until = self.known.as_of
        files, rows = sum(one.files for one in self.supplies), sum(one.rows for one in self.supplies)
        holds = words.say("status.holds", files=files, rows=f"{rows:,}")
        return words["list.clause"].join([*([words.say("ingest.known", day=until)] if until else []), holds])

    def _todo(self) -> Iterator[str]:
        """What is missing, late or to be read, the worst first."""
        words = self.words
        for error in self.loaded.refused:
            yield words.say("status.refused", code=error.code, file=clean(error.file or ""), sentence=error.sentence)
        for gap in self.gaps:
            yield words.say("status.missing", name=self._name_of(gap), days=spelt(gap.days))
        for one in self.supplies:
            if days := self._lacks(one):
                yield words.say("status.hole", source=clean(one.source), table=one.table, days=spelt(days))
            if one.is_late:
                yield words.say("status.late", late=late(one, words))
        for key, files in self._half_there().items():
            if files:
                yield words.say(f"status.{key}", count=len(files), files=self._named(files))
        yield from self._to_read()

    def _half_there(self) -> dict[str, list[str]]:
        """Files of which rows count and others are missing: cut off by their platform, or incomplete as it says."""
        counting = [one for one in self.loaded.inputs if one.accepted]
        return {
            "cut_off": [one.file for one in counting if one.cap is not None],
            "incomplete": [one.file for one in counting if one.incomplete],
        }

    def _to_read(self) -> Iterator[str]:
        words = self.words
        for changed in (False, True):
            waiting = [one.file for one in self.standing.waiting if one.changed == changed]
            if waiting:
                key = "status.changed" if changed else "status.waiting"
                yield words.say(key, count=len(waiting), files=self._named(waiting))
        for there in (True, False):
            files = [one.stored.name for one in self.outdated if (one.found is not None) == there]
            if files:
                key = "status.remap" if there else "status.gone"
                yield words.say(key, count=len(files), files=self._named(files))

    def _lacks(self, one: Supply) -> list[date]:
        return [day for day in one.missing if self.period.start <= day <= self.period.end]

    def _name_of(self, gap: Gap) -> str:
        if gap.account is not None:
            return clean(account_name(gap.account, self.settings, self.words))
        return self.words["list.separator"].join(map(self._channel_name, gap.channels))

    def _channel_name(self, channel: str) -> str:
        return clean(self.settings.project.channel_name(channel, self.words.locale))

    def _named(self, files: Sequence[str]) -> str:
        """The first few names, and how many more there are."""
        words = self.words
        names = words["list.separator"].join(clean(name) for name in files[:_SHOWN])
        more = len(files) - _SHOWN
        return words.say("status.more", names=names, count=more) if more > 0 else names

    # --- tables ---------------------------------------------------------------------------------------

    def _sources(self) -> Table:
        words = self.words
        named = {name: words[f"status.{name}"] for name in ("source", "table", "first", "last", "state")}
        settled = {name: words[f"status.settled.{name}"] for name in ("amounts", "conversions")}
        columns = [
            Column("source", named["source"], numeric=False),
            Column("table", named["table"], priority=2, numeric=False),
            Column("files", words["status.files"], priority=7),
            Column("rows", words["status.rows"], priority=4),
            Column("first", named["first"], priority=6, numeric=False),
            Column("last", named["last"], numeric=False),
            Column("amounts", settled["amounts"], priority=3, numeric=False),
            Column("conversions", settled["conversions"], priority=5, numeric=False),
            Column("state", named["state"], priority=1, numeric=False),
        ]
        return Table(columns, [TableRow(self._source(one)) for one in self.supplies], name="sources")

    def _source(self, one: Supply) -> dict[str, Cell]:
        days = {
            "first": one.first,
            "last": one.last,
            "amounts": one.settled.get("spend") or one.settled.get("refunds"),
            "conversions": one.settled.get("conversions"),
        }
        return {
            "source": clean(one.source),
            "table": one.table,
            "files": Number(one.files, Form.COUNT),
            "rows": Number(one.rows, Form.COUNT),
            "state": self._state(one),
            **{name: None if day is None else str(day) for name, day in days.items()},
        }

    def _state(self, one: Supply) -> str:
        words = self.words
        if one.ended:
            return words.say("status.ended", day=one.ended)
        if one.is_late:
            return words.say("status.is_late", days=one.behind)
        return words.say("status.behind", days=one.behind) if one.behind else words["status.fresh"]

    def _grid(self) -> Table:
        """Channels by days, a column per week: too narrow a page loses the oldest weeks first."""
        words = self.words
        weeks = _by_sevens(self.period)
        columns = [Column("channel", words["dimension.channel"], numeric=False)]
        columns += [
            Column(str(at), span_of(week, words), priority=len(weeks) - 1 - at, numeric=False)
            for at, week in enumerate(weeks)
        ]
        legend = "  ".join(f"{_MARKS[one]} {words[f'status.day.{one}']}" for one in Presence)
        title = words.say("status.grid", days=self.period.days)
        return Table(columns, self._folded(weeks), name="coverage", title=title, footnotes=[Footnote(legend)])

    def _folded(self, weeks: Sequence[Period]) -> list[TableRow]:
        """A row per channel; of too many, those without a gap only where there is room for all."""
        whole = [one for one in self.channels if {*one.days} <= {Presence.WHOLE, Presence.NONE}]
        if len(self.channels) <= MOST_CHANNELS or not whole:
            return [self._days_of(one, weeks, RowKind.PLAIN) for one in self.channels]
        rows = [self._days_of(one, weeks, RowKind.FOLDED if one in whole else RowKind.PLAIN) for one in self.channels]
        rest = TableRow({"channel": self.words.say("status.others", count=len(whole))}, RowKind.REST)
        return [*rows, rest]

    def _days_of(self, one: Channel, weeks: Sequence[Period], kind: RowKind) -> TableRow:
        marks = "".join(_MARKS[day] for day in one.days)
        starts = [(week.start - self.period.start).days for week in weeks]
        cells = {str(at): marks[start : start + weeks[at].days] for at, start in enumerate(starts)}
        return TableRow({"channel": self._channel_name(one.channel), **cells}, kind)

    def _map(self) -> HeatMap:
        """A quarter of a year as a picture: of each week the share of what was expected that arrived."""
        end = self.period.end
        start = max(end - timedelta(days=WEEK_DAYS * _WEEKS_DRAWN - 1), min(self.known.span.start, end))
        quarter = Period(start, end)
        weeks = _by_sevens(quarter)
        places = [slice((week.start - start).days, (week.end - start).days + 1) for week in weeks]
        channels = presence.channels(self.known, self.settings, quarter)
        return HeatMap(
            title=self.words.say("status.map", weeks=len(weeks)),
            rows=tuple(self._channel_name(one.channel) for one in channels),
            columns=tuple(day_of(week.end, self.words) for week in weeks),
            cells=tuple(tuple(_mean(one.shares[place]) for place in places) for one in channels),
            scale=Scale.RATE,
        )

    # --- for programs ---------------------------------------------------------------------------------

    def _json(self) -> dict[str, Any]:
        return {
            "whole": self.is_whole,
            "loads": self.standing.loads,
            "last_load": self.standing.last_load or None,
            "rows": [_source_json(one) for one in self.supplies],
            "coverage": [
                {"channel": one.channel, "days": [day.value for day in one.days]} for one in self.channels
            ],
            "missing": [
                *(_gap_json(gap) for gap in self.gaps),
                *({"source": one.source, "table": one.table, "days": _iso(days)}
                  for one in self.supplies if (days := self._lacks(one))),
            ],
            "waiting": [_waiting_json(one) for one in self.standing.waiting],
            "remap": [
                {"file": one.stored.name, "mapping": one.stored.mapping, "original": one.found is not None}
                for one in self.outdated
            ],
            **self._half_there(),
            "refused": [
                {"file": error.file, "code": error.code, "text": error.sentence} for error in self.loaded.refused
            ],
        }  # fmt: skip


def _by_sevens(period: Period) -> list[Period]:
    """The days of a period by sevens, back from the last; the first may have fewer."""
    ends = [period.end - timedelta(days=at) for at in range(0, period.days, WEEK_DAYS)]
    return [Period(max(end - timedelta(days=WEEK_DAYS - 1), period.start), end) for end in reversed(ends)]


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _source_json(one: Supply) -> dict[str, Any]:
    settled = {
        name: {"through": str(day), "provisional": day < one.last if one.last else False}
        for name, day in one.settled.items()
    }
    return {
        "source": one.source,
        "table": one.table,
        "files": one.files,
        "rows": one.rows,
        "first": str(one.first) if one.first else None,
        "last": str(one.last) if one.last else None,
        "days_behind": one.behind,
        "usual_days_behind": one.usual,
        "late": one.is_late,
        "ended": str(one.ended) if one.ended else None,
        "settled": settled,
    }


def _gap_json(gap: Gap) -> dict[str, Any]:
    account = gap.account.account if gap.account else None
    return {
        "channels": list(gap.channels),
        "source": account.source if account else None,
        "account": account.account if account else None,
        "days": _iso(gap.days),
    }


def _waiting_json(one: Waiting) -> dict[str, Any]:
    return {"file": one.file, "state": "changed" if one.changed else "new"}


def _iso(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in days]
