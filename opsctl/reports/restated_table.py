"""The section of the page on figures of the last report that were revised: as they were, as they are, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.core.period import Period
from opsctl.measures.corrected import Correction
from opsctl.measures.coverage import runs
from opsctl.reports.calendar import day_of, span_of
from opsctl.reports.kpi_table import change_cell, form_in_row, in_form, title
from opsctl.reports.kpis import change
from opsctl.reports.report import Cell, Column, Footnote, Lines, Part, Table, TableRow
from opsctl.reports.restated import Restated, Restatements, Whom

MOST = 5
_NAMED = 2  # files in one sentence; more are counted
_SPANS = 3  # of days in one sentence
_THEN = "then"


def parts_of(found: Restatements | None, settings: Settings, words: Words) -> list[Part]:
    """The figures with the most money at stake, and below them what came since; nothing where all is as it was."""
    if found is None:
        return []
    page = _Page(found, settings, words)
    if found.figures:
        return [page.table()]
    return [Lines(words["restated.label"], page.moved())] if page.moved() else []


@dataclass(frozen=True)
class _Page:
    found: Restatements
    settings: Settings
    words: Words

    @property
    def shown(self) -> Sequence[Restated]:
        return self.found.figures[:MOST]

    def table(self) -> Table:
        words, found = self.words, self.found
        columns = [
            Column("metric", words["kpi.metric"], numeric=False),
            Column("was", words["restated.was"]),
            Column("now", words["restated.now"]),
            Column("change", words["restated.change"], 1),
        ]
        if any(one.was_provisional for one in self.shown):
            columns.append(Column(_THEN, words["restated.then"], 2, numeric=False))
        head = words.say("restated.title", since=day_of(found.since, words), span=span_of(found.period, words))
        notes = [*self.reasons(), *self.moved(), *self.more()]
        rows = [TableRow(self.cells(one)) for one in self.shown]
        return Table(columns, rows, "restatements", head, [Footnote(text) for text in notes])

    def cells(self, one: Restated) -> dict[str, Cell]:
        words = self.words
        form = form_in_row(one.metric, [one.was, one.now], words)
        currency = one.now.currency or self.settings.project.currency
        metric = title(one.metric, one.period, form, currency, words)
        return {
            "metric": words.say("kpi.of_scope", scope=self.name(one.whom), metric=metric),
            "was": in_form(one.was, form),
            "now": in_form(one.now, form),
            "change": change_cell(one.metric, change(one.metric, one.was, one.now)),
            _THEN: words["restated.provisional"] if one.was_provisional else None,
        }

    def name(self, whom: Whom) -> str:
        """What a reader calls those whom a figure is of."""
        if whom.scope is not None:
            return self.words.get(f"scope.{whom.scope}", whom.scope)
        channel, currency = whom.line
        name = self.settings.project.channel_name(channel, self.words.locale) if channel else None
        return " ".join(filter(None, (name or self.words["report.no_channel"], currency)))

    def reasons(self) -> list[str]:
        """What came since and touched the days of the figures shown: table by table, what was late after the rest."""
        seen = {each for one in self.shown for each in one.because}
        if not seen:
            return [self.words["restated.unknown"]]
        kinds = sorted({(one.table, one.is_late) for one in seen})
        return [self.reason([one for one in seen if (one.table, one.is_late) == kind]) for kind in kinds]

    def reason(self, corrections: Sequence[Correction]) -> str:
        """One sentence on corrections of one kind; those whom no file explains are left to those that one does."""
        words, first = self.words, corrections[0]
        named = [one for one in corrections if one.files]
        table = words[f"restated.table.{first.table}"]
        days = self.days(sorted({one.day for one in named or corrections}))
        if not named:
            return words.say("restated.unnamed", table=table, days=days)
        files = sorted({file for one in named for file in one.files})
        kind = "restated.late" if first.is_late else "restated.corrected"
        return words.say(kind, table=table, files=self.files(files), days=days)

    def files(self, names: Sequence[str]) -> str:
        """A few files by their names, many by their number."""
        if len(names) > _NAMED:
            return self.words.say("restated.files", count=len(names))
        return self.words["list.separator"].join(self.file(name) for name in names)

    def file(self, name: str) -> str:
        known = self.found.known.get(name)
        if known is None:
            return clean(name)
        return self.words.say("restated.file", file=clean(name), known=day_of(known, self.words))

    def days(self, days: Sequence[date]) -> str:
        spans = [span_of(Period(first, last), self.words) for first, last in runs(days)]
        text = self.words["list.separator"].join(spans[:_SPANS])
        more = len(spans) - _SPANS
        return self.words.say("restated.more_days", days=text, count=more) if more > 0 else text

    def moved(self) -> list[str]:
        """How many users belong elsewhere, where any do."""
        counts = self.found.moved
        told = {name: f"{count:,}" for name, count in counts.items()}
        return [self.words.say("ingest.moved", **told)] if any(counts.values()) else []

    def more(self) -> list[str]:
        rest = len(self.found.figures) - len(self.shown)
        return [self.words.say("restated.more", count=rest)] if rest else []
