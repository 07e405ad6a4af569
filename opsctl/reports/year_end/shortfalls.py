"""Chapter five: what was missed, what the data do not tell, and what needs looking at."""

from __future__ import annotations

from collections.abc import Iterable

from opsctl.measures.coverage import spelt
from opsctl.measures.family import Reason
from opsctl.reports.findings import findings
from opsctl.reports.report import Lines, Part
from opsctl.reports.year_end.figures import UNTOLD
from opsctl.reports.year_end.goals import gap, name_of, status
from opsctl.reports.year_end.panorama import FAMILIES
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.summary import dated

MUCH = 0.10  # a smaller change for the worse of a group or channel is not listed
OFF_BUDGET = 0.05


def shortfalls(review: Review) -> Chapter:
    """Goals that were missed, figures that became worse, data that are missing."""
    wording = review.wording
    blocks = (("missed.title", _missed(review)), ("worse.title", _worse(review)), ("data.title", _data(review)))
    parts: list[Part] = []
    for key, lines in blocks:
        listed = list(lines)
        if listed:
            parts.append(Lines(wording.say(key), [wording.sentence(line) for line in listed]))
    return Chapter("shortfalls", wording.say("shortfalls"), [*parts, *review.notes.parts("problems")])


def _missed(review: Review) -> Iterable[str]:
    wording = review.wording
    for goal in (*review.goals, *review.finer):
        if goal.reached is False and goal.target is not None:
            yield wording.say(
                "missed.line" if goal.over else "missed.line.open",
                name=dated(goal, review),
                now=wording.value(goal.pair.now),
                target=wording.worth(float(goal.target), goal.metric),
                by=gap(goal, wording),
            )
        elif goal.budget and goal.attained is not None and abs(goal.attained - 1) > OFF_BUDGET:
            yield wording.say("off_budget", name=name_of(goal, wording), status=status(goal, wording))


def _worse(review: Review) -> Iterable[str]:
    """Core figures that moved the wrong way, and public channels whose users cost more than the year before."""
    wording = review.wording
    for scope, name in (pair for members in FAMILIES.values() for pair in members):
        pair = review.pair(scope, name)
        worse = pair is not None and _became_worse(pair.change, pair.now.metric.better)
        if pair is not None and worse and not wording.is_level(pair):
            key = {"paid": review.year.public.key}.get(scope, scope)
            goal = review.goal(f"{key}.{name}")
            title = name_of(goal, wording) if goal else wording.metric(pair.now.metric)
            yield wording.told(title, pair, review.last_year)
    yield from _groups(review)
    dearer = {
        one: pair
        for one in review.year.public.channels or ()
        if (pair := review.year.channels.get(one, {}).get("cost_per_retained_d7")) and (pair.relative or 0.0) > MUCH
    }
    for one, pair in dearer.items():
        name = wording.say("of_scope", scope=wording.channel(one), metric=wording.metric(pair.now.metric))
        yield wording.told(name, pair, review.last_year)


def _groups(review: Review) -> Iterable[str]:
    """Groups, other than the public channels, whose cost or return moved the wrong way by more than a little."""
    wording = review.wording
    for scope in review.year.scopes:
        for name in ("cpa", "roas"):
            pair = review.pair(scope.key, name)
            moved = (pair.relative or 0.0) if pair else 0.0
            if pair and scope.key not in UNTOLD and abs(moved) > MUCH and _became_worse(moved, pair.now.metric.better):
                yield wording.told(wording.of(scope, pair.now.metric), pair, review.last_year)


def _became_worse(change: float | None, better: str | None) -> bool:
    return bool(change) and better is not None and (change or 0.0) * (1 if better == "lower" else -1) > 0


def _data(review: Review) -> Iterable[str]:
    """Accounts with missing days, and what was found wrong with files."""
    year, wording = review.year, review.wording
    for one in year.known.arrivals:
        missing = one.missing(year.spans.now)
        if missing:
            channels = wording.names(one.channels) or one.account.source
            yield wording.say(
                "data.missing",
                channels=channels,
                account=one.account.account or "",
                days=len(missing),
                spelt=spelt(missing),
            )
    spend = year.all.get("spend")
    if spend is not None and spend.now.reason is Reason.NO_RATE:
        yield wording.say("data.no_rate", currency=wording.currency)
    for note in findings(year.loaded):
        yield wording.words.say("report.problem", code=note.code, text=note.text)
