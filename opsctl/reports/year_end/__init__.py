"""The review of a year: one report that is sent on as it is, every number in it computed, people's own text kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known
from opsctl.metrics.figure import tells_something
from opsctl.reports.chart import HeatMap, LineChart, Waterfall
from opsctl.reports.findings import findings
from opsctl.reports.notes import Notes
from opsctl.reports.report import Heading, Lines, Part, Report, Table
from opsctl.reports.year_end.appendix import appendix, plan
from opsctl.reports.year_end.channels import channels
from opsctl.reports.year_end.figures import Year
from opsctl.reports.year_end.goals import tally
from opsctl.reports.year_end.moves import moves
from opsctl.reports.year_end.panorama import panorama
from opsctl.reports.year_end.quality import quality
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.shortfalls import shortfalls
from opsctl.reports.year_end.spans import spans_of
from opsctl.reports.year_end.summary import summary
from opsctl.reports.year_end.verdicts import followed
from opsctl.reports.year_end.wording import Wording
from opsctl.verdicts.judgement import rounded

# The blocks of notes that this report has a place for.
PLACES = (
    "summary", "background", "actions", "public", "private", "emerging", "organic", "quality", "moves", "problems",
    "plan", "support",
)  # fmt: skip


def year_end(  # noqa: PLR0913, PLR0917 - what every report is made of, the year, and what people wrote
    loaded: Loaded, known: Known, settings: Settings, year: int, notes: Notes, words: Words
) -> Report:
    """The review of a year, as far as it is known."""
    found = Year(loaded, known, settings, spans_of(known, year))
    review = Review(found, Wording(words, settings, found.currency), notes)
    chapters = [one for one in _chapters(review) if one.parts]
    parts = [*_cover(review), *_Numbering(review.wording).of(chapters)]
    return Report(
        title=_title(review),
        status=_status(review),
        as_of=known.as_of,
        period=review.year.spans.now,
        parts=parts,
        data=_data(review, chapters),
        inputs=loaded.inputs,
        notes=[*findings(loaded), *loaded.notes, *known.notes],
        answered=tells_something(pair.now for pair in review.year.all.values()),
    )


def _chapters(review: Review) -> Iterator[Chapter]:
    yield summary(review)
    yield panorama(review)
    yield channels(review)
    yield quality(review)
    yield moves(review)
    yield shortfalls(review)
    yield plan(review)
    yield appendix(review, _metrics(review))


def _metrics(review: Review) -> list[str]:
    """The metrics of the report, in the order in which a reader meets them."""
    named = [goal.metric.name for goal in (*review.goals, *review.finer)]
    told = review.year.channels.values()
    prices = [name for name in ("cpm", "cpc") if any(name in pairs and pairs[name].now.value for pairs in told)]
    low = ["low_efficiency_share", "low_efficiency_share_point"] if review.halves and review.halves.stays else []
    return list(dict.fromkeys([*named, *prices, *low]))


def _title(review: Review) -> str:
    spans = review.year.spans
    kind = review.wording.say(
        "title" if spans.whole else "title.until", year=spans.year, day=review.wording.day(spans.now.end)
    )
    return "  ".join(filter(None, (kind, review.year.settings.project.project.name)))


def _status(review: Review) -> str:
    """How many goals were reached, and how much must be decided."""
    met, judged = tally([*(goal for goal in review.goals if not goal.budget), *review.finer])
    asked = len(review.checkpoints[-1].moves) if review.checkpoints else 0
    wording = review.wording
    told = [
        *(
            [
                wording.say(
                    "status.goals" if review.year.spans.whole else "status.goals.open", met=met, missed=judged - met
                )
            ]
            if judged
            else []
        ),
        *([wording.say("status.decisions", count=asked)] if asked else []),
    ]
    return wording.say("comma").join(told)


def _cover(review: Review) -> list[Part]:
    """Who made it, and of what it tells; only what the project says of itself."""
    about, wording = review.year.settings.project.project, review.wording
    span = review.year.spans.now
    told = [
        *([wording.say("cover.department", name=about.department)] if about.department else []),
        *([wording.say("cover.owner", name=about.owner)] if about.owner else []),
        wording.say("cover.days", first=span.start, last=span.end, as_of=review.year.evidence.as_of),
    ]
    return [Lines("", told)]


# --- numbers of chapters, tables and charts -------------------------------------------------------------


@dataclass
class _Numbering:
    """Counts what has a number, so that a part that is left out leaves no hole."""

    wording: Wording
    chapters: int = 0
    sections: int = 0
    tables: int = 0
    charts: int = field(default=0)

    def of(self, chapters: Iterable[Chapter]) -> Iterator[Part]:
        """All parts under their numbered headings."""
        for chapter in chapters:
            self.sections = 0
            self.chapters += chapter.numbered
            yield Heading(self._chapter(chapter), 1)
            yield from (self._numbered(part, chapter) for part in chapter.parts)

    def _chapter(self, chapter: Chapter) -> str:
        if not chapter.numbered:
            return chapter.title
        return self.wording.say("chapter", number=self._numeral(self.chapters), title=chapter.title)

    def _numbered(self, part: Part, chapter: Chapter) -> Part:
        match part:
            case Heading(level=2):
                self.sections += 1
                return replace(part, text=self._section(part.text, chapter))
            case Table():
                self.tables += 1
                return replace(part, title=self.wording.say("caption.table", number=self.tables, title=part.title))
            case LineChart() | HeatMap() | Waterfall():
                self.charts += 1
                return replace(part, title=self.wording.say("caption.chart", number=self.charts, title=part.title))
            case _:
                return part

    def _section(self, title: str, chapter: Chapter) -> str:
        if not chapter.numbered:
            return self.wording.say("section.lettered", letter="ABCDEFGH"[self.sections - 1], title=title)
        number = self._numeral(self.sections)
        if not self.wording.chinese:
            number = f"{self._numeral(self.chapters)}.{number}"
        return self.wording.say("section", number=number, title=title)

    def _numeral(self, number: int) -> str:
        return self.wording.say("numerals")[number - 1]


# --- for programs ---------------------------------------------------------------------------------------


def _data(review: Review, chapters: Sequence[Chapter]) -> dict[str, Any]:
    spans, halves = review.year.spans, review.halves
    last = review.checkpoints[-1] if review.checkpoints else None
    return {
        "year": spans.year,
        "whole": spans.whole,
        "before": {"from": spans.before.start.isoformat(), "to": spans.before.end.isoformat()}
        if review.year.compares
        else None,
        "kpis": [goal.as_json() for goal in review.goals],
        "goals": [{**goal.as_json(), "period": goal.period.label} for goal in review.finer],
        "halves": halves.as_json() if halves else None,
        "effects": halves.effects_as_json() if halves else {},
        "decisions": _decisions(review) if last else [],
        "followed": [one.as_json() for one in followed(review.year, review.checkpoints)],
        "sections": [one.key for one in chapters],
    }


def _decisions(review: Review) -> list[dict[str, Any]]:
    last = review.checkpoints[-1]
    return [
        {
            "channel": one.channel,
            "verdict": one.verdict.value,
            "spend_now": round(one.spend_now, 2),
            "spend_next": round(one.spend_next, 2),
            "value_per_cost": one.value and rounded(one.value.middle),
            "p_below": rounded(one.p_below),
        }
        for one in last.moves
    ]


__all__ = ["PLACES", "year_end"]
