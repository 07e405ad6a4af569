"""The first page: the year in one sentence, its core figures, what stands out, and what must be decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opsctl.core import period as periods
from opsctl.metrics import load
from opsctl.metrics.metric import Shape
from opsctl.reports.advice import move
from opsctl.reports.report import Cell, Column, Footnote, Lines, Part, Prose, Table, TableRow
from opsctl.reports.scopes import EVERYBODY
from opsctl.reports.year_end.figures import Pair, value_of
from opsctl.reports.year_end.goals import Goal, gap, name_of, status, tally
from opsctl.reports.year_end.halves import Halves, mix_of
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.wording import in_unit, number
from opsctl.verdicts.judgement import MOVES

MOST_FINDINGS, MOST_DECISIONS = 3, 5


def summary(review: Review) -> Chapter:
    """The chapter before all others."""
    parts: list[Part] = [*verdict(review), *_table(review)]
    if found := _findings(review):
        parts.append(
            Lines(
                review.wording.say("findings"),
                [f"{at}. {review.wording.sentence(text)}" for at, text in enumerate(found, 1)],
            )
        )
    parts += review.notes.parts("summary")
    if asked := decisions(review):
        parts.append(Lines(review.wording.say("decisions"), asked))
    return Chapter(
        "summary",
        review.wording.say("summary"),
        [*parts, *review.notes.parts("support", review.wording.say("support"))],
        numbered=False,
    )


# --- one sentence ---------------------------------------------------------------------------------------


def verdict(review: Review) -> list[Part]:
    """The year in one sentence: money, users, what they cost, who stayed, what came back, and the goals."""
    wording = review.wording
    clauses = list(_clauses(review)) or list(_of_everybody(review))
    if not clauses:
        return []
    goals = _of_goals(review)
    return [Prose(wording.say("verdict", opening=opening(review), clauses=wording.series(clauses), goals=goals))]


def _of_everybody(review: Review) -> Iterable[str]:
    """Where nothing is known of channels that are paid: who came, and what was paid."""
    for name in ("acquisitions", "net_paid"):
        if pair := review.pair("all", name):
            yield review.wording.told(review.wording.of(EVERYBODY, pair.now.metric), pair, review.last_year)


def opening(review: Review) -> str:
    """Of which days a sentence speaks."""
    spans = review.year.spans
    key = "verdict.whole" if spans.whole else "verdict.until"
    return review.wording.say(key, year=spans.year, day=review.wording.day(spans.now.end))


def _clauses(review: Review) -> Iterable[str]:
    wording = review.wording
    for name in ("spend", "acquisitions"):
        pair = review.pair("paid", name)
        if pair is None:
            continue
        title = wording.of(review.year.public, pair.now.metric) if name == "spend" else wording.metric(pair.now.metric)
        moved = wording.moved(pair)
        if moved is None:
            yield wording.told(title, pair, review.last_year)
        else:
            yield wording.say(
                f"verdict.{'level.' if wording.is_level(pair) else ''}{name}",
                name=title,
                moved=moved,
                since=review.last_year,
            )
    if pair := review.pair("paid", "cpa"):
        yield wording.from_to(wording.metric(pair.now.metric), pair)
    if moved := kept_moved(review):
        yield wording.say("verdict.kept", moved=moved)
    if pair := review.pair("paid", "roas"):
        yield wording.from_to(wording.metric(pair.now.metric), pair)


def kept_users(review: Review) -> tuple[float, float | None] | None:
    """How many of the public channels' users were back on the seventh day, this year and the year before."""
    pair = review.pair("paid", "retention_d7")
    if pair is None or pair.now.numerator is None:
        return None
    before = pair.before.numerator if pair.before and pair.values else None
    return float(pair.now.numerator.number), float(before.number) if before else None


def kept_moved(review: Review) -> str | None:
    """How their number changed, in words."""
    now, before = kept_users(review) or (0.0, None)
    return review.wording.moved_by(now / before - 1, Shape.COUNT) if before else None


def _of_goals(review: Review) -> str:
    whole = [goal for goal in review.goals if goal.target is not None and not goal.budget]
    met, judged = tally(whole)
    if not judged:
        return ""
    missed = [name_of(goal, review.wording) for goal in whole if goal.reached is False]
    key = "verdict.goals.missed" if missed else "verdict.goals"
    return review.wording.say(
        key if review.year.spans.whole else f"{key}.open", met=met, judged=judged, missed=review.wording.listed(missed)
    )


# --- the core figures -----------------------------------------------------------------------------------


def _table(review: Review) -> list[Part]:
    if not review.goals:
        return []
    wording, compares = review.wording, review.year.compares
    year = review.year.spans.year
    columns = [
        Column("metric", wording.say("column.metric"), numeric=False),
        *([Column("before", wording.say("column.before", year=year - 1), 4)] if compares else []),
        Column("now", wording.say("column.now", year=year)),
        *([Column("change", wording.say("column.change"), 2)] if compares else []),
        Column("target", wording.say("column.target"), 3),
        Column("status", wording.say("column.status"), 1, numeric=False),
    ]
    rows = [TableRow(_cells(review, goal)) for goal in review.goals]
    return [Table(columns, rows, "kpis", wording.say("table.kpis"), _footnotes(review))]


def _cells(review: Review, goal: Goal) -> dict[str, Cell]:
    wording, pair = review.wording, goal.pair
    target = None if goal.target is None else float(goal.target)
    values = [value_of(one) for one in (pair.now, pair.before) if one is not None]
    unit = wording.unit(goal.metric, [*values, target])
    missing = wording.say("nothing_before")
    return {
        "metric": wording.titled(name_of(goal, wording), unit),
        "before": number(pair.before, unit) if pair.values else missing,
        "now": number(pair.now, unit),
        "change": wording.signed(pair) or "-",
        "target": in_unit(target, unit),
        "status": status(goal, wording),
    }


def _footnotes(review: Review) -> list[Footnote]:
    wording = review.wording
    metrics: set[str] = {goal.metric.name for goal in review.goals}
    notes = [wording.say("note.spend")] if "spend" in metrics else []
    if {"return_rate_8_30", "retention_d30"} <= metrics:
        notes.append(wording.say("note.return"))
    if review.year.compares:
        spans = review.year.spans
        notes.append(wording.say("note.before", year=spans.year - 1, now=wording.day(review.year.evidence.as_of)))
    return [Footnote(text) for text in (*notes, wording.say("note.rounded"))]


# --- what stands out ------------------------------------------------------------------------------------


def _findings(review: Review) -> list[str]:
    """At most three: who brought poor users, what came of where the money went, which goals were missed."""
    found = [*weak_users(review.halves, review), *_gained(review.halves, review), *_missed(review), *_structure(review)]
    return found[:MOST_FINDINGS]


def weak_users(halves: Halves | None, review: Review) -> list[str]:
    """Some channels brought x % of the users and y % of those of low quality."""
    if halves is None or not halves.weak or halves.stays is None:
        return []
    wording = review.wording
    users, low, point = halves.stays.together(halves.weak)
    told = {
        key: f"{share:.1%}" for key, share in (("low", low), ("point", point)) if share is not None and share > users
    }
    if not told:
        return []
    return [
        wording.say(
            "weak.both" if len(told) > 1 else f"weak.{next(iter(told))}",
            half=wording.say("half.first"),
            channels=wording.those(halves.weak),
            spend=f"{halves.first.share(halves.weak) or 0:.1%}",
            users=f"{users:.1%}",
            day=halves.stays.day,
            line=f"{halves.stays.line:.0%}",
            sure=f"{float(review.year.settings.policy.low_efficiency.probability):.0%}",
            **told,
        )
    ]


def _gained(halves: Halves | None, review: Review) -> list[str]:
    if halves is None or not halves.gaining:
        return []
    wording = review.wording
    first, second = halves.together(halves.gaining)
    shares = [half.share(halves.gaining) for half in (halves.first, halves.second)]
    changes = [
        wording.from_to(wording.metric(after.metric), Pair(after, before))
        for name in ("cpa", "retention_d7")
        if (before := first.get(name)) and (after := second.get(name)) and before.value and after.value
    ]
    return [
        wording.say(
            "gained",
            half=wording.say("half.second"),
            channels=wording.those(halves.gaining),
            before=f"{shares[0] or 0:.1%}",
            after=f"{shares[1] or 0:.1%}",
            changes=wording.series(changes),
        )
    ]


def _missed(review: Review) -> list[str]:
    missed = [goal for goal in (*review.goals, *review.finer) if goal.reached is False and goal.over]
    if not missed:
        return []
    wording = review.wording
    listed = [wording.say("missed.one", name=dated(goal, review), by=gap(goal, wording)) for goal in missed]
    return [wording.say("missed.all", count=len(missed), goals=wording.say("clause").join(listed))]


def dated(goal: Goal, review: Review) -> str:
    """A goal's name, with its days where these are not the whole year."""
    name = name_of(goal, review.wording)
    if goal.period in (review.year.spans.now, periods.year(review.year.spans.year)):
        return name
    return review.wording.say("dated", name=name, days=period_name(goal))


def period_name(goal: Goal) -> str:
    """The days of a goal: a quarter or month by its name."""
    return goal.period.label


def _structure(review: Review) -> list[str]:
    """How much of a change between the halves came from where money went, and how much from the channels themselves."""
    halves, wording = review.halves, review.wording
    moved = halves.effects.get("retention_d7") if halves else None
    if moved is None or not moved.change:
        return []
    return [
        wording.say(
            "structure",
            half=wording.say("half.second"),
            name=wording.metric(load("retention_d7")),
            way=wording.say("structure.up" if moved.change > 0 else "structure.down"),
            change=wording.say("by.points", points=f"{abs(float(moved.change)) * 100:.1f}"),
            mix=wording.points(float(mix_of(moved))),
            rate=wording.points(float(moved.change - mix_of(moved))),
        )
    ]


# --- what must be decided -------------------------------------------------------------------------------


def decisions(review: Review) -> Sequence[str]:
    """What the last verdicts advise to change: stops first, then by money."""
    if not review.checkpoints:
        return []
    last = review.checkpoints[-1]
    wording = review.wording
    asked = sorted(last.moves, key=lambda one: MOVES.index(one.advice))
    lines = [move(one, wording.channel(one.channel), last.day, wording.words) for one in asked]
    more = len(lines) - MOST_DECISIONS
    shown = [f"({at}) {line}" for at, line in enumerate(lines[:MOST_DECISIONS], 1)]
    return [*shown, *([wording.say("decisions.more", count=more)] if more > 0 else [])]
