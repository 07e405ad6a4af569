"""Chapter four: what the figures advised at each quarter's end, what was done, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from opsctl.reports.advice import advice
from opsctl.reports.judged import lanes
from opsctl.reports.prune_page import effect_lines, money_cells, money_columns, value_cell
from opsctl.reports.report import Cell, Column, Footnote, Form, Heading, Lines, Number, Part, Prose, Table, TableRow
from opsctl.reports.year_end.figures import Pair
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.verdicts import Checkpoint, Followed, followed
from opsctl.verdicts.effect import effect
from opsctl.verdicts.judgement import Verdict
from opsctl.verdicts.quality import quality

MOST_GROWN = 2  # of a day that are listed


def moves(review: Review) -> Chapter:
    """Advice and what followed; then the last advice and what it would do."""
    parts = [*_followed(review), *_last(review), *review.notes.parts("moves")]
    return Chapter("moves", review.wording.say("moves"), parts)


def _followed(review: Review) -> list[Part]:
    found = followed(review.year, review.checkpoints)
    if not found:
        return []
    wording = review.wording
    text = [
        wording.say("moves.counted", days=wording.listed(_days(review)), count=len(found)),
        *_taken(review, found),
        *_later(review, found),
        *_rest(review),
    ]
    said = wording.sentences(text)
    return [Heading(wording.say("moves.followed"), 2), Prose(said), _table(review, found)]


def _days(review: Review) -> list[str]:
    return [review.wording.day(one.day) for one in review.checkpoints[:-1]]


def _taken(review: Review, found: Sequence[Followed]) -> list[str]:
    """How often spend went the advised way in the next quarter."""
    told = [one for one in found if one.taken is not None]
    if not told:
        return []
    return [review.wording.say("moves.taken", taken=sum(bool(one.taken) for one in told), count=len(told))]


def _later(review: Review, found: Sequence[Followed]) -> list[str]:
    """How often the judgement stood a quarter later: below the line then as well, or above it."""
    wording, policy = review.wording, review.year.settings.policy
    line = float(policy.line)
    below = [
        one
        for one in found
        if one.judgement.verdict is not Verdict.GROW and one.judgement.value and one.judgement.value.middle < line
    ]
    judged = [one for one in below if one.then is not None and one.then.value is not None]
    if not judged:
        return []
    still = sum(one.then.value.middle < line for one in judged if one.then is not None and one.then.value is not None)
    key = "moves.later" if still < len(judged) else "moves.later.all"
    return [wording.say(key, count=len(judged), still=still, other=len(judged) - still, line=f"{line:.2f}")]


def _rest(review: Review) -> list[str]:
    """What the public channels that were not judged low at the middle of the year cost and kept in its two halves."""
    halves, wording = review.halves, review.wording
    middle = next((one for one in review.checkpoints if halves and one.day == halves.first.span.end), None)
    if halves is None or middle is None:
        return []
    low = [one.channel for one in middle.moves if one.verdict is not Verdict.GROW and one.channel in halves.spending]
    rest = [name for name in halves.spending if name not in low]
    if not low or not rest:
        return []
    before, after = halves.together(rest)
    told = [
        wording.from_to(wording.metric(after[name].metric), Pair(after[name], before[name]))
        for name in ("cpa", "retention_d7")
        if name in before and name in after and before[name].value and after[name].value
    ]
    if not told:
        return []
    return [
        wording.say("moves.rest", channels=wording.those(low), day=wording.day(middle.day), told=wording.series(told))
    ]


def _table(review: Review, found: Sequence[Followed]) -> Table:
    wording, policy = review.wording, review.year.settings.policy
    columns = [
        Column("day", wording.say("column.day"), 1, numeric=False),
        Column("channel", wording.words["dimension.channel"], numeric=False),
        Column("advice", wording.say("column.advised"), numeric=False),
        Column("value_per_cost", wording.words.say("prune.column.value", days=policy.value_days), 3),
        Column("before", wording.say("column.spend_before"), 4),
        Column("after", wording.say("column.spend_after"), 2),
        Column("change", wording.say("column.spend_change")),
        Column(
            "then",
            wording.words.say("prune.column.value", days=policy.value_days) + "\n" + wording.say("column.then"),
            5,
        ),
    ]
    shown = _shown(found)
    rows = [TableRow(_cells(review, one)) for one in shown]
    notes = [wording.say("note.moves", currency=wording.currency), wording.say("association")]
    if len(shown) < len(found):
        notes.append(wording.say("note.moves.shown", count=len(found) - len(shown), most=MOST_GROWN))
    return Table(columns, rows, "moves", wording.say("table.moves"), [Footnote(text) for text in notes])


def _shown(found: Sequence[Followed]) -> list[Followed]:
    """All advice to spend less; of that to spend more, the largest of each day."""
    rows: list[Followed] = []
    for _, of_day in groupby(found, key=lambda one: one.day):
        listed = list(of_day)
        grown = [one for one in listed if one.judgement.verdict is Verdict.GROW]
        rows += [one for one in listed if one not in grown[MOST_GROWN:]]
    return rows


def _cells(review: Review, one: Followed) -> dict[str, Cell]:
    wording = review.wording
    return {
        "day": wording.day(one.day),
        "channel": wording.channel(one.judgement.channel),
        "advice": advice(one.judgement, wording.words),
        "value_per_cost": value_cell(one.judgement),
        "before": Number(one.before, Form.ROUND_MONEY),
        "after": Number(one.after, Form.ROUND_MONEY),
        "change": Number(one.change, Form.CHANGE),
        "then": value_cell(one.then) if one.then else None,
    }


def _last(review: Review) -> list[Part]:
    """What the last day's figures advise for each channel, and what following it would do."""
    if not review.checkpoints:
        return []
    last, wording = review.checkpoints[-1], review.wording
    policy = review.year.settings.policy
    columns = [
        Column("channel", wording.words["dimension.channel"], numeric=False),
        *money_columns(wording.words, policy.value_days, spend_now=2, value_per_cost=1, worth=3, spend_next=4),
    ]
    rows = [
        TableRow({"channel": wording.channel(name), **money_cells(one, wording.words)})
        for name, one in last.by_channel.items()
    ]
    notes = [Footnote(wording.say("note.value", days=policy.value_days, line=f"{float(policy.line):.2f}"))]
    title = wording.say("table.verdicts", day=wording.day(last.day))
    heading = Heading(wording.say("moves.now", day=wording.day(last.day)), 2)
    return [heading, Table(columns, rows, "verdicts", title, notes), *_effect(review, last)]


def _effect(review: Review, last: Checkpoint) -> list[Part]:
    """What following the last advice would do; nothing where it advises to change nothing."""
    if not last.moves:
        return []
    stays = quality(last.evidence, sorted(last.pruning.worths))
    found = effect(lanes(last.pruning, stays))
    words = review.wording.words
    return [Lines(review.wording.say("effect"), effect_lines(found, stays, words))] if found else []
