"""The channel report of a period: the first ten lines are enough, everything below them is evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoData
from opsctl.core.period import WEEK_DAYS, Period, last_complete_week
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.remarks import Note
from opsctl.measures.coverage import lacking
from opsctl.measures.known import Known
from opsctl.metrics.figure import tells_something
from opsctl.reports.advice import move
from opsctl.reports.alarms import MOST, Alarm, alarms
from opsctl.reports.calendar import headline
from opsctl.reports.changes import Moved, charts_of, data_of, moved, parts_of
from opsctl.reports.channel_figures import (
    CHANNEL,
    Figures,
    Moves,
    Sides,
    asked_for,
    columns,
    moves,
    sides,
    spending,
)
from opsctl.reports.channel_table import Shown, budget_shares, channel_table, small_of, subtotal_of
from opsctl.reports.conclusions import Said, watched
from opsctl.reports.counsel import Counsel, counsel
from opsctl.reports.data_lines import data_lines
from opsctl.reports.findings import findings
from opsctl.reports.kpi_table import kpi_table
from opsctl.reports.kpis import Kpi, kpis, told_of
from opsctl.reports.notes import Notes
from opsctl.reports.report import Lines, Part, Prose, Report
from opsctl.reports.report_charts import charts
from opsctl.reports.restated import Restatements, restatements
from opsctl.reports.restated_table import parts_of as revised
from opsctl.reports.scopes import Scope, bought
from opsctl.reports.units import amount, chance
from opsctl.verdicts.judgement import Judgement, Verdict, rounded

MOST_MOVES = 4
PLACES = ("summary", "problems", "actions", "last", "next", "support", "owners")
NOTHING = Notes()
POOR = 0.95  # campaigns that are this surely not worth their money are told one by one


def default_period(known: Known) -> Period:
    """The last whole week that has rows of its own; of less than a week of data, all of it.

    A refund or payment may be known long after the last day of everything else.

    Raises:
        NoData: No row names a day.
    """
    evidence = known.evidence
    if known.undated:
        raise NoData(
            "no row names a day, so there is no week to report on",
            hint="say which days the files are of with --period, or ask opsctl query for sums of all of them",
        )
    week = last_complete_week(min(evidence.as_of, max(evidence.last_day.values())))
    return week if week.end >= known.span.start else known.span


@dataclass(frozen=True)
class _Made:
    """All that the report tells, before it is told."""

    known: Known
    settings: Settings
    period: Period
    words: Words
    now: Sides
    moved: Moves
    scope: Scope
    kpis: Sequence[Kpi]
    counsel: Counsel
    alarms: Sequence[Alarm]
    changes: Sequence[Moved]
    problems: Sequence[Note]
    restated: Restatements | None

    def name(self, channel: str) -> str:
        return self.settings.project.channel_name(channel, self.words.locale)


def channel_report(  # noqa: PLR0913, PLR0917 - what every report is made of, and people's words
    loaded: Loaded,
    known: Known,
    settings: Settings,
    period: Period,
    words: Words,
    notes: Notes = NOTHING,
) -> Report:
    """What the period says, what must be decided, the key figures, and one row per channel."""
    evidence = known.evidence
    asked = [asked_for(known, shown, period) for shown in columns(evidence.told)]
    now = sides(evidence, asked)
    scope = bought(settings.project, spending(now.lines))
    made = _Made(
        known,
        settings,
        period,
        words,
        now,
        moves(known, asked, now),
        scope,
        kpis(known, settings.project, period, told_of(evidence.told, scope, [line[0] for line in now.lines])),
        counsel(loaded, known, settings, period),
        alarms(known, settings, period, spending(now.lines)),
        moved(known, settings, period),
        findings(loaded),
        restatements(loaded, known, settings, period),
    )
    table = Shown(
        asked,
        now,
        made.moved,
        scope,
        subtotal_of(evidence, asked, now, scope),
        budget_shares(evidence, settings, period),
        made.counsel,
        small_of(evidence, asked, now, settings.project.currency),
        _incomplete(known, period),
        settings,
        words,
    )
    return Report(
        title=headline(period, settings.project.project.name, words),
        status=words.say("report.status", watched=_watched(made), moves=len(made.counsel.moves)),
        as_of=evidence.as_of,
        period=period,
        parts=[
            Lines(words["report.label.data"], data_lines(loaded, known, settings, period, words)),
            *_sentences(made),
            *([kpi_table(made.kpis, period.grain, settings.project.currency, words)] if made.kpis else []),
            channel_table(table),
            *parts_of(made.changes, settings, words),
            *revised(made.restated, settings, words),
            *_problem_lines(made),
            *_written(notes, words),
            *charts_of(made.changes, settings, words),
            *charts(made.kpis, made.counsel, settings, words),
        ],
        data=_data(made, table),
        inputs=loaded.inputs,
        answered=tells_something(now.all.values()),
        notes=[*made.problems, *loaded.notes, *known.notes],
    )


def _incomplete(known: Known, period: Period) -> frozenset[str]:
    """The channels of which some account's money of the period is missing."""
    return frozenset(channel for one in known.arrivals if one.missing(period) for channel in one.channels)


# --- for programs -------------------------------------------------------------------------------------------


def _data(made: _Made, table: Shown) -> dict[str, Any]:
    rows = [
        {
            CHANNEL: line[0],
            **({"currency": line[1]} if line[1] else {}),
            "verdict": _verdict(made, line[0]),
            "budget_share": table.spent.get(line[0] or ""),
            **{name: figure.as_json() for name, figure in row.items()},
            **_advised(made.counsel.verdicts.get(line[0] or "")),
        }
        for line, row in made.now.lines.items()
    ]
    pace = next((one.pace for one in made.kpis if one.pace is not None), None)
    return {
        "total": {name: figure.as_json() for name, figure in made.now.all.items()},
        "paid_total": {name: figure.as_json() for name, figure in made.now.paid.items()},
        "bought_total": {name: figure.as_json() for name, figure in table.subtotal.items()},
        "rows": rows,
        "changes": made.moved.lines,
        "problems": [{"code": note.code, "text": note.text} for note in made.problems],
        "kpis": [one.as_json() for one in made.kpis],
        "pace": pace and pace.as_json(),
        "alarms": [one.as_json() for one in made.alarms],
        "movements": data_of(made.changes),
        **(made.restated.as_json() if made.restated else {}),
    }


def _verdict(made: _Made, channel: str | None) -> str | None:
    """No advice without data: of a channel much of whose money has not arrived, only that is said."""
    least = made.settings.policy.min_coverage
    if channel is not None and lacking(made.known.arrivals, channel, made.period, least) is not None:
        return Verdict.NO_DATA.value
    found = made.counsel.verdicts.get(channel or "")
    return found.verdict.value if found else None


def _advised(found: Judgement | None) -> dict[str, Any]:
    if found is None or found.value is None:
        return {}
    return {
        "value_per_cost": rounded(found.value.middle),
        "value_low": rounded(found.value.low),
        "value_high": rounded(found.value.high),
        "p_below": rounded(found.p_below),
        "spend_now": amount(found.spend_now),
        "spend_next": amount(found.spend_next),
    }


# --- for people ---------------------------------------------------------------------------------------------


def _sentences(made: _Made) -> list[Part]:
    words = made.words
    channels: Mapping[str, Figures] = {
        str(line[0]): row for line, row in made.now.lines.items() if line[0] and not line[1]
    }
    in_scope = {name: row for name, row in channels.items() if name in (made.scope.channels or ())}
    said = Said(made.kpis, in_scope, made.settings, words).conclusions()
    parts: list[Part] = []
    if said:
        parts.append(Lines(words["report.label.conclusion"], [f"{at}. {text}" for at, text in enumerate(said, 1)]))
    approve = _to_approve(made)
    return [*parts, Lines(words["report.label.approve"], approve)] if approve else parts


def _to_approve(made: _Made) -> list[str]:
    """What must be approved and what all of it would do; what looks bad is said too."""
    words, moved = made.words, made.counsel.moves
    if not moved or made.counsel.pruning is None:
        return []
    last = made.counsel.pruning.span.end
    lines = [f"({at}) {move(one, made.name(one.channel), last, words)}" for at, one in enumerate(moved[:MOST_MOVES], 1)]
    if len(moved) > MOST_MOVES:
        lines.append(words.say("report.more_moves", count=len(moved) - MOST_MOVES))
    return [*lines, *_effects(made)]


def _effects(made: _Made) -> list[str]:
    found, words = made.counsel.effect, made.words
    if found is None:
        return []
    day = made.counsel.quality.day if made.counsel.quality else 0
    texts = [
        words.say("report.effect.users", **_numbers(found.users.now * WEEK_DAYS, found.users.after * WEEK_DAYS, 0))
    ]
    if found.kept is not None:
        kept = _numbers(found.kept.now * WEEK_DAYS, found.kept.after * WEEK_DAYS, 0)
        texts.append(words.say("report.effect.kept", day=day, **kept))
    texts.append(
        words.say(
            "report.effect.cpa_rises" if found.is_dearer else "report.effect.cpa",
            **_numbers(found.cpa.now, found.cpa.after, 2),
        )
    )
    if found.cost_per_kept is not None:
        cost = _numbers(found.cost_per_kept.now, found.cost_per_kept.after, 1)
        texts.append(words.say("report.effect.cost_per_kept", day=day, **cost))
    return [words.say("report.effect", effects=words["list.clause"].join(texts))]


def _numbers(now: float, after: float, digits: int) -> dict[str, str]:
    return {"now": f"{now:,.{digits}f}", "after": f"{after:,.{digits}f}"}


def _watched(made: _Made) -> int:
    return watched(made.kpis) + len(_problems(made))


def _problem_lines(made: _Made) -> list[Part]:
    found = _problems(made)
    return [Lines(made.words["report.label.problem"], found)] if found else []


def _written(notes: Notes, words: Words) -> list[Part]:
    """What people wrote, each block at its place."""
    labels = {key: words[f"notes.{key}"] for key in PLACES}
    parts = [(labels[key], part) for key in PLACES for part in notes.parts(key, labels[key])]
    return [Lines(label, [part.text]) if isinstance(part, Prose) else part for label, part in parts]


def _problems(made: _Made) -> list[str]:
    """At most four, what is wrong with the data first, then by the money they concern."""
    words = made.words

    def level(name: str, text: str) -> str:
        return words.say("report.level", level=words[f"report.level.{name}"], text=text)

    data = [level("handle", words.say("report.problem", code=note.code, text=note.text)) for note in made.problems]
    moved = [(abs(one.money), level("watch", one.text(made.settings, words))) for one in made.alarms]
    poor = [(-(one.at_stake or 0.0) * WEEK_DAYS, level("handle", _poor(made, one))) for one in _poor_campaigns(made)]
    by_money = [text for _, text in sorted([*moved, *poor], key=lambda pair: -pair[0])]
    return [*data, *by_money][: max(MOST, len(data))]


def _poor_campaigns(made: _Made) -> list[Judgement]:
    """Campaigns that lose money for sure in channels that are not to be stopped."""
    found = made.counsel.pruning.campaigns if made.counsel.pruning else ()
    stopped = {name for name, one in made.counsel.verdicts.items() if one.stop}
    return [one for one in found if one.channel not in stopped and one.spend_now and (one.p_below or 0.0) >= POOR]


def _poor(made: _Made, one: Judgement) -> str:
    names = made.known.evidence.campaigns.name_of
    return made.words.say(
        "report.poor_campaign",
        channel=made.name(one.channel),
        campaign=names.get(one.campaign or "", one.campaign or ""),
        value=f"{one.value.middle:.2f}" if one.value else "-",
        chance=chance(1 - (one.p_below or 0.0)),
        money=f"{-(one.at_stake or 0.0) * WEEK_DAYS:,.0f}",
    )
