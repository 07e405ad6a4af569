"""Verdicts for people: what must be decided, why, what would change it, and what it would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from opsctl.config.words import Words
from opsctl.core.period import WEEK_DAYS
from opsctl.reports.advice import advice, because, move
from opsctl.reports.calendar import span_of
from opsctl.reports.chart import Range, RangeChart, Scale
from opsctl.reports.judged import Made, lanes
from opsctl.reports.report import Cell, Column, Footnote, Form, Lines, Number, Part, RowKind, Table, TableRow
from opsctl.verdicts.effect import Change, Effect, effect
from opsctl.verdicts.judgement import MOVES, Judgement, Verdict, Why
from opsctl.verdicts.prune import Pruning
from opsctl.verdicts.quality import Quality

MOST_CAMPAIGNS = 12
MOST_REASONS = 3


def parts_of(made: Made, stopped: Sequence[str]) -> list[Part]:
    """What the report says, in reading order; of `stopped` channels also what stopping them would do."""
    named = {one.channel: made.name(one.channel) for one in made.pruning.channels}
    return [
        *_sentences(made),
        *_what_if(made, stopped),
        _channels(made),
        *_whys(made),
        *_campaigns(made),
        *value_chart(made.pruning, named, made.settings.policy.value_days, made.words),
    ]


def status(made: Made) -> str:
    asked = Counter(one.advice for one in made.pruning.channels if one.spend_now)
    counts = {verdict.value: asked[verdict] for verdict in (Verdict.CUT, Verdict.REDUCE, Verdict.GROW)}
    return made.words.say("prune.status", **counts)


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
    losing = [one for one in made.losing if one.spend_now]
    lines = [words["prune.nobody_loses"]]
    if losing:
        lost = -sum(one.at_stake or 0.0 for one in losing) * WEEK_DAYS
        lines = [words.say("prune.losing", count=len(losing), channels=made.names(losing), money=f"{lost:,.0f}")]
    lines += _poor(made)
    planned = sum(one.spend_next for one in found.channels)
    if planned > found.total * 1.01:
        lines.append(words.say("prune.over", planned=f"{planned:,.0f}", total=f"{found.total:,.0f}"))
    if found.unspent > found.total * 0.01:
        lines.append(words.say("prune.unspent", money=f"{found.unspent:,.0f}"))
    return lines


def _poor(made: Made) -> list[str]:
    """What share of new users, and of low-quality ones, the channels below the line brought."""
    stays, losing = made.quality, made.losing
    if stays is None or not losing:
        return []
    users, low, _ = stays.together([one.channel for one in losing])
    if low is None or not users or stays.undecided is None:
        return []
    unjudged = [
        one for one in losing if one.channel not in stays.channels or stays.channels[one.channel].of_low is None
    ]
    beside = made.words.say("prune.poor.unjudged", channels=made.names(unjudged)) if unjudged else ""
    return [
        made.words.say(
            "prune.poor",
            channels=made.names(losing),
            users=f"{users:.1%}",
            low=f"{low:.1%}",
            span=span_of(stays.span, made.words),
            day=stays.day,
            line=f"{stays.line:.0%}",
            sure=f"{float(made.settings.policy.low_efficiency.probability):.0%}",
            undecided=f"{stays.undecided:.1%}",
        )
        + beside
    ]


def _to_approve(made: Made) -> list[str]:
    moved = [one for one in made.pruning.channels if one.verdict in MOVES]
    listed = sorted(moved, key=lambda one: MOVES.index(one.advice))
    last = made.pruning.span.end
    return [f"({at}) {move(one, made.name(one.channel), last, made.words)}" for at, one in enumerate(listed, 1)]


def effect_lines(found: Effect, stays: Quality | None, words: Words) -> list[str]:
    """What a change of spend would do, a week; what looks bad is told too."""
    day = stays.day if stays else 0

    def line(key: str, change: Change | None, form: str, times: int = 1) -> list[str]:
        if change is None:
            return []
        numbers = {name: form.format(getattr(change, name) * times) for name in ("now", "after", "low", "high")}
        return [words.say(key, day=day, **numbers)]

    return [
        *line("prune.users", found.users, "{:,.0f}", WEEK_DAYS),
        *line("prune.kept", found.kept, "{:,.0f}", WEEK_DAYS),
        *line("prune.cpa_rises" if found.is_dearer else "prune.cpa", found.cpa, "{:,.2f}"),
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
        *money_columns(words, policy.value_days, spend_now=1, worth=3, spend_next=2),
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
        **money_cells(one, made.words),
        "retention": stay.retention if stay else None,
        "error": f"{stay.retention.error * 100:.1f}" if stay and stay.retention.error is not None else None,
        "p_retention_below": Number(stay.below, Form.CHANCE) if stay else None,
        "share_of_users": Number(stay.of_users, Form.RATE) if stay else None,
        "share_of_low": Number(stay.of_low, Form.RATE) if stay else None,
    }


def money_columns(words: Words, days: int, **priorities: int) -> list[Column]:
    """What is spent, what that is worth and what is advised; a priority is the place in leaving a narrow page."""
    return [
        Column("spend_now", words["prune.column.spend_now"], priorities.get("spend_now", 0)),
        Column("value_per_cost", words.say("prune.column.value", days=days), priorities.get("value_per_cost", 0)),
        Column("worth", words["prune.column.worth"], priorities.get("worth", 0)),
        Column("spend_next", words["prune.column.spend_next"], priorities.get("spend_next", 0)),
        Column("advice", words["prune.column.advice"], numeric=False),
    ]


def money_cells(one: Judgement, words: Words) -> dict[str, Cell]:
    """One verdict in these columns."""
    return {
        "spend_now": Number(one.spend_now, Form.ROUND_MONEY),
        "value_per_cost": value_cell(one),
        "worth": None if one.p_below is None else Number(1 - one.p_below, Form.CHANCE),
        "spend_next": Number(one.spend_next, Form.ROUND_MONEY),
        "advice": advice(one, words),
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
    flips = flips_of(made, one)
    return text + (words.say("prune.flips", flips=words["list.or"].join(flips)) if flips else "")


def flips_of(made: Made, one: Judgement) -> list[str]:
    """What would change a verdict, as far as it could come about."""
    return [text for why in one.flips if (text := _flip(made, one, why))]


def _flip(made: Made, one: Judgement, why: Why) -> str:
    """What would change a verdict; a retention is told as itself where it is known, not as a multiple.

    Empty where it could not come about: a retention above all users, or of a channel that kept nobody.
    """
    stay = made.quality.channels.get(one.channel) if made.quality else None
    if why.code == "more_users" and why.numbers["users"] < 1:
        return ""
    if why.code != "retention_times":
        return because(why, made.words)
    if stay is None or not stay.users or made.quality is None:
        return made.words.say("because.retention_times", times=f"{why.numbers['times']:.1f}")
    wanted = stay.kept / stay.users * why.numbers["times"]
    if not 0 < wanted < 1:
        return ""
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
        *money_columns(words, policy.value_days, spend_now=1, worth=4, spend_next=3),
    ]
    rows = [TableRow({**_cells(made, one), "campaign": made.campaign(one.campaign)}) for one in shown]
    title = words.say("prune.campaigns.title", shown=len(shown), all=len(made.pruning.campaigns))
    return [Table(columns, rows, "campaigns", title)]


def value_chart(found: Pruning, names: Mapping[str, str], days: int, words: Words) -> list[Part]:
    """The value per cost of every channel that can be judged, with its range beside the line."""
    ranges = tuple(
        Range(names[one.channel], one.value.middle, one.value.low, one.value.high)
        for one in found.channels
        if one.value is not None
    )
    return [RangeChart(words.say("prune.chart", days=days), ranges, Scale.MULTIPLE, found.line)] if ranges else []
