"""The report of `opsctl prune`: a verdict per channel and campaign, the next split, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core import money
from opsctl.core.errors import NoData, UnknownName
from opsctl.core.naming import did_you_mean
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.ingest.load import Loaded
from opsctl.measures.known import Known
from opsctl.reports.advice import advice, because, is_stop, move
from opsctl.reports.calendar import day_of, span_of
from opsctl.reports.chart import Range, RangeChart, Scale
from opsctl.reports.findings import findings
from opsctl.reports.report import Cell, Column, Footnote, Form, Lines, Number, Part, Report, RowKind, Table, TableRow
from opsctl.reports.reviewed import reviewed
from opsctl.verdicts.effect import Change, Effect, Lane, effect
from opsctl.verdicts.judgement import LEVEL, Judgement, Verdict, Why
from opsctl.verdicts.prune import Pruning
from opsctl.verdicts.quality import Quality, quality
from opsctl.verdicts.worth import Worth

PLACES = 6  # what the model can know of a number; further digits would differ from machine to machine
MOST_CAMPAIGNS = 12
MOST_REASONS = 3


@dataclass(frozen=True)
class Made:
    """All that the report tells, before it is told."""

    pruning: Pruning
    quality: Quality | None
    effect: Effect | None
    settings: Settings
    words: Words
    campaigns: Mapping[str, str]

    def name(self, channel: str) -> str:
        """What a reader calls a channel."""
        return self.settings.project.channel_name(channel, self.words.locale)

    def campaign(self, key: str | None) -> str:
        """What a reader calls a campaign: its newest name."""
        return self.campaigns.get(key or "", key or "")

    def names(self, judgements: Sequence[Judgement]) -> str:
        """Several channels in one sentence."""
        return self.words["list.separator"].join(self.name(one.channel) for one in judgements)


def pruning(  # noqa: PLR0913, PLR0917 - what the command was asked
    loaded: Loaded,
    known: Known,
    settings: Settings,
    words: Words,
    budget: float | None = None,
    stopped: Sequence[str] = (),
    period: Period | None = None,
) -> Report:
    """Judge all channels; `stopped` are those of which to tell what stopping them would do.

    `period` is the days of acquisition of the view of retention, by default the last 13 weeks that can be judged.

    Raises:
        NoData: Money or users are not known at all.
        UnknownName: A channel that did not spend is to be stopped.
    """
    made = judged(loaded, known, settings, words, budget, period)
    found, stays = made.pruning, made.quality
    check_named(stopped, found)
    problems = findings(loaded)
    return Report(
        title="  ".join(filter(None, (words["prune.title"], settings.project.project.name, _known(found, words)))),
        status=_status(made),
        as_of=known.evidence.as_of,
        period=found.span,
        parts=[
            *_sentences(made),
            *_what_if(made, stopped),
            _channels(made),
            *_whys(made),
            *_campaigns(made),
            *_charts(made),
        ],
        data=_data(made, stopped),
        inputs=loaded.inputs,
        notes=[*problems, *loaded.notes, *known.notes],
        answered=any(one.value is not None for one in found.channels) or stays is not None,
    )


def judged(  # noqa: PLR0913, PLR0917 - what the command was asked
    loaded: Loaded,
    known: Known,
    settings: Settings,
    words: Words,
    budget: float | None = None,
    period: Period | None = None,
) -> Made:
    """The verdicts of all channels, with how their users stay and what the plan would do.

    Raises:
        NoData: Money or users are not known at all.
    """
    found = reviewed(loaded, known, settings, budget)
    if found is None:
        raise NoData("no channel can be judged: that takes days of spend and rows of new users", hint=_lacking(known))
    stays = quality(known.evidence, sorted(found.worths), period)
    return Made(found, stays, effect(lanes(found, stays)), settings, words, known.evidence.campaigns.name_of)


def _lacking(known: Known) -> str:
    """What to add before channels can be judged."""
    tables = known.evidence.tables
    lacking = [name for name in ("spend", "acquisition") if name not in tables]
    if "acquisition" in lacking and "cohort" in tables:
        return "a table of cohorts tells how many came, not who bought: add the users, their activity and orders"
    if lacking:
        return f"add the exports of {' and '.join(lacking)}, and of activity and orders"
    return "no row of spend and of new users lies on a day that is known: see the messages above"


def check_named(channels: Sequence[str], found: Pruning) -> None:
    """Hold channels to those that spent.

    Raises:
        UnknownName: One of them did not.
    """
    for name in channels:
        if name not in found.worths:
            raise UnknownName(f"no channel that spent is called '{name}'", hint=did_you_mean(name, found.worths))


def _known(found: Pruning, words: Words) -> str:
    return words.say("prune.known", day=day_of(found.span.end, words))


# --- figures ------------------------------------------------------------------------------------------------


def lanes(found: Pruning, stays: Quality | None, stopped: Sequence[str] = ()) -> list[Lane]:
    """Every channel whose worth is known, its spend before and after; with `stopped`, only these change, to nothing."""
    return [_lane(one, found.worths[one.channel], stays, stopped) for one in found.channels if one.value is not None]


def _lane(one: Judgement, worth: Worth | object, stays: Quality | None, stopped: Sequence[str]) -> Lane:
    if not isinstance(worth, Worth):
        raise TypeError(one.channel)
    response = worth.response
    stay = stays.channels.get(one.channel) if stays else None
    after = (0.0 if one.channel in stopped else one.spend_now) if stopped else one.spend_next
    return Lane(
        one.spend_now,
        after,
        response.users_day if one.spend_now else 0.0,
        response.variance**0.5,
        (response.elasticity, response.elasticity_sd),
        stay.trials * stay.kept / stay.users if stay else 0.0,
        stay.trials if stay else 0.0,
    )


def _data(made: Made, stopped: Sequence[str]) -> dict[str, Any]:
    found = made.pruning
    what_if = effect(lanes(found, made.quality, stopped)) if stopped else None
    return {
        "line": found.line,
        "total": amount(found.total),
        "unspent": amount(found.unspent),
        "rows": [_row(made, one) for one in sorted(found.channels, key=lambda one: one.channel)],
        "campaigns": [
            as_json(one) for one in sorted(found.campaigns, key=lambda one: (one.channel, one.campaign or ""))
        ],
        "quality": _quality_as_json(made),
        "effect": _effect_as_json(made.effect),
        "what_if": {"cut": list(stopped), "effect": _effect_as_json(what_if)} if stopped else None,
    }


def _row(made: Made, one: Judgement) -> dict[str, Any]:
    stay = made.quality.channels.get(one.channel) if made.quality else None
    worth = made.pruning.worths[one.channel]
    known = isinstance(worth, Worth)
    return {
        **as_json(one),
        "advice": "cut"
        if is_stop(one, made.settings.policy)
        else "reduce"
        if one.verdict is Verdict.CUT
        else one.verdict.value,
        "cost": round(worth.cost, PLACES) if isinstance(worth, Worth) else None,
        "profit": round(worth.profit, PLACES) if isinstance(worth, Worth) else None,
        "elasticity": round(worth.response.elasticity, PLACES) if isinstance(worth, Worth) and known else None,
        "retention": stay.retention.as_json() if stay else None,
        "p_retention_below": round(stay.below, PLACES) if stay else None,
        "share_of_users": stay.of_users if stay else None,
        "share_of_low": stay.of_low if stay else None,
        "share_of_low_point": stay.of_low_point if stay else None,
    }


def as_json(judgement: Judgement) -> dict[str, Any]:
    """One verdict for programs: money a day as strings, the rest as numbers; unknown is null."""
    value = judgement.value
    return {
        "channel": judgement.channel,
        **({"campaign": judgement.campaign} if judgement.campaign is not None else {}),
        "verdict": judgement.verdict.value,
        "value_per_cost": value and round(value.middle, PLACES),
        "low": value and round(value.low, PLACES),
        "high": value and round(value.high, PLACES),
        "level": value and LEVEL,
        "p_below": None if judgement.p_below is None else round(judgement.p_below, PLACES),
        "spend_now": amount(judgement.spend_now),
        "spend_next": amount(judgement.spend_next),
        "at_stake": None if judgement.at_stake is None else amount(judgement.at_stake),
        "reasons": [one.as_json() for one in judgement.reasons],
        "flips": [one.as_json() for one in judgement.flips],
        "previous": judgement.previous and judgement.previous.value,
    }


def amount(value: float) -> str:
    """An amount to the cent, as JSON carries money."""
    return money.text(round(value * 100) * 100)


def _quality_as_json(made: Made) -> dict[str, Any] | None:
    stays = made.quality
    if stays is None:
        return None
    cut = [one.channel for one in _losing(made)]
    users, low, point = stays.together(cut)
    return {
        "from": stays.span.start.isoformat(),
        "to": stays.span.end.isoformat(),
        "day": stays.day,
        "line": stays.line,
        "undecided_share": stays.undecided,
        "cut": {"channels": sorted(cut), "share_of_users": users, "share_of_low": low, "share_of_low_point": point},
    }


def _effect_as_json(found: Effect | None) -> dict[str, Any] | None:
    if found is None:
        return None

    def change(of: Change | None, days: int = 1) -> dict[str, float] | None:
        if of is None:
            return None
        named = {"now": of.now, "after": of.after, "low": of.low, "high": of.high}
        return {name: round(number * days, PLACES) for name, number in named.items()}

    return {
        "days": WEEK_DAYS,
        "level": LEVEL,
        "users": change(found.users, WEEK_DAYS),
        "kept": change(found.kept, WEEK_DAYS),
        "cpa": change(found.cpa),
        "retention": change(found.retention),
        "cost_per_kept": change(found.cost_per_kept),
    }


# --- for people ---------------------------------------------------------------------------------------------


def _losing(made: Made) -> list[Judgement]:
    return [one for one in made.pruning.channels if one.verdict is Verdict.CUT]


def _status(made: Made) -> str:
    policy = made.settings.policy
    stops = [one for one in made.pruning.channels if is_stop(one, policy)]
    reduced = [
        one for one in made.pruning.channels if one.verdict in {Verdict.CUT, Verdict.REDUCE} and one not in stops
    ]
    grown = [one for one in made.pruning.channels if one.verdict is Verdict.GROW]
    return made.words.say("prune.status", cut=len(stops), reduce=len(reduced), grow=len(grown))


def _sentences(made: Made) -> list[Part]:
    words = made.words
    return [
        Lines(words["prune.data"], [_looked_at(made)]),
        Lines(words["prune.conclusion"], [f"{at}. {text}" for at, text in enumerate(_conclusions(made), start=1)]),
        Lines(words["prune.approve"], _to_approve(made) or [words["prune.nothing_to_approve"]]),
        *([Lines(words["prune.effect"], effect_lines(made.effect, made.quality, words))] if made.effect else []),
    ]


def _looked_at(made: Made) -> str:
    found, policy = made.pruning, made.settings.policy
    return made.words.say(
        "prune.looked_at",
        span=span_of(found.span, made.words),
        weeks=found.span.days // WEEK_DAYS,
        days=policy.value_days,
        line=f"{found.line:.2f}",
        total=f"{found.total:,.0f}",
        now=f"{sum(one.spend_now for one in found.channels):,.0f}",
    )


def _conclusions(made: Made) -> list[str]:
    words, found = made.words, made.pruning
    losing = [one for one in _losing(made) if one.spend_now]
    lines = [words["prune.nobody_loses"]]
    if losing:
        lost = -sum(one.at_stake or 0.0 for one in losing) * WEEK_DAYS
        lines = [words.say("prune.losing", count=len(losing), channels=made.names(losing), money=f"{lost:,.0f}")]
    lines += _poor(made)
    if found.unspent > found.total * 0.01:
        lines.append(words.say("prune.unspent", money=f"{found.unspent:,.0f}"))
    return lines


def _poor(made: Made) -> list[str]:
    """What share of new users, and of low-quality ones, the channels below the line brought."""
    stays, losing = made.quality, _losing(made)
    if stays is None or not losing:
        return []
    users, low, _ = stays.together([one.channel for one in losing])
    if low is None or not users:
        return []
    return [
        made.words.say(
            "prune.poor",
            channels=made.names(losing),
            users=f"{users:.1%}",
            low=f"{low:.1%}",
            span=span_of(stays.span, made.words),
            day=stays.day,
            line=f"{stays.line:.0%}",
        )
    ]


def _to_approve(made: Made) -> list[str]:
    moved = {Verdict.CUT, Verdict.REDUCE, Verdict.GROW, Verdict.TEST}
    order = [Verdict.CUT, Verdict.REDUCE, Verdict.GROW, Verdict.TEST]
    listed = sorted(
        (one for one in made.pruning.channels if one.verdict in moved), key=lambda one: order.index(one.verdict)
    )
    policy, last = made.settings.policy, made.pruning.span.end
    return [f"({at}) {move(one, made.name(one.channel), policy, last, made.words)}" for at, one in enumerate(listed, 1)]


def effect_lines(found: Effect, stays: Quality | None, words: Words) -> list[str]:
    """What a change of spend would do, a week; what looks bad is told too."""
    day = stays.day if stays else 0

    def line(key: str, change: Change | None, form: str, times: int = 1) -> list[str]:
        if change is None:
            return []
        numbers = {name: form.format(getattr(change, name) * times) for name in ("now", "after", "low", "high")}
        return [words.say(key, day=day, **numbers)]

    rises = found.cpa.after > found.cpa.now and (found.retention is None or found.retention.after > found.retention.now)
    return [
        *line("prune.users", found.users, "{:,.0f}", WEEK_DAYS),
        *line("prune.kept", found.kept, "{:,.0f}", WEEK_DAYS),
        *line("prune.cpa_rises" if rises else "prune.cpa", found.cpa, "{:,.2f}"),
        *line("prune.retention", found.retention, "{:.1%}"),
        *line("prune.cost_per_kept", found.cost_per_kept, "{:,.1f}"),
        words["prune.association"],
    ]


def _what_if(made: Made, stopped: Sequence[str]) -> list[Part]:
    if not stopped:
        return []
    found = effect(lanes(made.pruning, made.quality, stopped))
    names = made.words["list.separator"].join(map(made.name, stopped))
    head = made.words.say("prune.what_if.cut", channels=names)
    lines = effect_lines(found, made.quality, made.words) if found else []
    return [Lines(made.words["prune.what_if"], [head, *lines])]


def _channels(made: Made) -> Table:
    words, policy = made.words, made.settings.policy
    day, line = (made.quality.day, f"{made.quality.line:.0%}") if made.quality else (0, "")
    columns = [
        Column("channel", words["dimension.channel"], numeric=False),
        Column("spend_now", words["prune.column.spend_now"], 1),
        Column("value_per_cost", words.say("prune.column.value", days=policy.value_days)),
        Column("worth", words["prune.column.worth"], 3),
        Column("spend_next", words["prune.column.spend_next"], 2),
        Column("advice", words["prune.column.advice"], numeric=False),
    ]
    if made.quality:
        columns += [
            Column("retention", words.say("prune.column.retention", day=day), 4),
            Column("error", words["report.error"], 8),
            Column("p_retention_below", words.say("prune.column.below", line=line), 7),
            Column("share_of_users", words["prune.column.users"], 5),
            Column("share_of_low", words["prune.column.low"], 6),
        ]
    rows = [TableRow(_cells(made, one)) for one in made.pruning.channels]
    return Table(columns, [*rows, _total(made)], "channels", footnotes=_footnotes(made, day, line))


def _cells(made: Made, one: Judgement) -> dict[str, Cell]:
    stay = made.quality.channels.get(one.channel) if made.quality else None
    return {
        "channel": made.name(one.channel),
        "spend_now": Number(one.spend_now, Form.ROUND_MONEY),
        "value_per_cost": value_cell(one),
        "worth": None if one.p_below is None else Number(1 - one.p_below, Form.CHANCE),
        "spend_next": Number(one.spend_next, Form.ROUND_MONEY),
        "advice": advice(one, made.settings.policy, made.words),
        "retention": stay.retention if stay else None,
        "error": f"{stay.retention.error * 100:.1f}" if stay and stay.retention.error is not None else None,
        "p_retention_below": Number(stay.below, Form.CHANCE) if stay else None,
        "share_of_users": Number(stay.of_users, Form.RATE) if stay else None,
        "share_of_low": Number(stay.of_low, Form.RATE) if stay else None,
    }


def value_cell(one: Judgement) -> Number | None:
    """Value per cost with its range."""
    return None if one.value is None else Number(one.value.middle, Form.MULTIPLE, one.value.low, one.value.high)


def _total(made: Made) -> TableRow:
    found = made.pruning
    now, after = (sum(getattr(one, name) for one in found.channels) for name in ("spend_now", "spend_next"))
    cells: dict[str, Cell] = {
        "channel": made.words["report.paid"],
        "spend_now": Number(now, Form.ROUND_MONEY),
        "spend_next": Number(after, Form.ROUND_MONEY),
    }
    return TableRow(cells, RowKind.TOTAL)


def _footnotes(made: Made, day: int, line: str) -> list[Footnote]:
    words = made.words
    notes = [Footnote(words.say("prune.note.value", days=made.settings.policy.value_days))]
    if made.quality:
        notes.append(Footnote(words.say("prune.note.low", day=day, line=line), frozenset({"share_of_low"})))
    return [*notes, Footnote(words["prune.note.split"])]


def _whys(made: Made) -> list[Part]:
    lines = [_reasoned(made, one) for one in made.pruning.channels]
    return [Lines(made.words["prune.why"], lines)]


def _reasoned(made: Made, one: Judgement) -> str:
    words = made.words
    reasons = words["list.clause"].join(because(why, words) for why in one.reasons[:MOST_REASONS])
    further = [
        because(why, words) for why in one.reasons[MOST_REASONS:] if why.code not in {"margin", "cost", "profit"}
    ]
    text = words.say(
        "prune.reasons", channel=made.name(one.channel), reasons=words["list.clause"].join([reasons, *further])
    )
    flips = [flip(made, one, why) for why in one.flips]
    return text + (words.say("prune.flips", flips=words["list.or"].join(flips)) if flips else "")


def flip(made: Made, one: Judgement, why: Why) -> str:
    """What would change a verdict; a retention is told as itself where it is known, not as a multiple."""
    stay = made.quality.channels.get(one.channel) if made.quality else None
    if why.code != "retention_times":
        return because(why, made.words)
    if stay is None or not stay.users or made.quality is None:
        return made.words.say("because.retention_times", times=f"{why.numbers['times']:.1f}")
    wanted = stay.kept / stay.users * why.numbers["times"]
    return made.words.say("because.retention_to", day=made.quality.day, retention=f"{wanted:.1%}")


def _campaigns(made: Made) -> list[Part]:
    """The campaigns whose verdict differs from their channel's, or that lose money, the most money first."""
    words, policy = made.words, made.settings.policy
    listed = [one for one in made.pruning.campaigns if one.verdict is not Verdict.KEEP and one.spend_now]
    if not listed:
        return []
    shown = sorted(listed, key=lambda one: -abs(one.spend_next - one.spend_now))[:MOST_CAMPAIGNS]
    columns = [
        Column("channel", words["dimension.channel"], 2, numeric=False),
        Column("campaign", words["dimension.campaign"], numeric=False),
        Column("spend_now", words["prune.column.spend_now"], 1),
        Column("value_per_cost", words.say("prune.column.value", days=policy.value_days)),
        Column("worth", words["prune.column.worth"], 4),
        Column("spend_next", words["prune.column.spend_next"], 3),
        Column("advice", words["prune.column.advice"], numeric=False),
    ]
    rows = [TableRow({**_cells(made, one), "campaign": made.campaign(one.campaign)}) for one in shown]
    title = words.say("prune.campaigns.title", shown=len(shown), all=len(made.pruning.campaigns))
    return [Table(columns, rows, "campaigns", title)]


def _charts(made: Made) -> list[Part]:
    found = made.pruning
    ranges = tuple(
        Range(made.name(one.channel), one.value.middle, one.value.low, one.value.high)
        for one in found.channels
        if one.value is not None
    )
    title = made.words.say("prune.chart", days=made.settings.policy.value_days)
    return [RangeChart(title, ranges, Scale.MULTIPLE, found.line)] if ranges else []
