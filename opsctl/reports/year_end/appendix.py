"""What the figures mean and where they come from; before it, the next year's baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from opsctl.ingest.account import Input
from opsctl.metrics import load
from opsctl.metrics.metric import Metric
from opsctl.reports.report import Cell, Column, Form, Heading, Lines, Number, Part, Prose, RowKind, Table, TableRow
from opsctl.reports.year_end.figures import value_of
from opsctl.reports.year_end.goals import name_of
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.wording import capital, number


def plan(review: Review) -> Chapter:
    """The next year: where it starts from; where it goes is for people to say."""
    wording, written = review.wording, review.notes.parts("plan")
    title = wording.say("plan", year=review.year.spans.year + 1)
    if not review.goals or not review.year.spans.whole:
        return Chapter("plan", title, written)
    halves = review.halves
    columns = [
        Column("metric", wording.say("column.metric"), numeric=False),
        Column("now", wording.say("column.now", year=review.year.spans.year)),
        *([Column("second", wording.say("half.second"), 1)] if halves else []),
    ]
    rows = []
    for goal in review.goals:
        unit = wording.unit(goal.metric, [value_of(goal.pair.now)])
        cells: dict[str, Cell] = {
            "metric": wording.titled(name_of(goal, wording), unit),
            "now": number(goal.pair.now, unit),
        }
        if halves and goal.scope.key == review.year.public.key:
            cells["second"] = number(halves.second.whole.get(goal.metric.name), unit)
        rows.append(TableRow(cells))
    text = wording.sentence(wording.say("plan.baseline", year=review.year.spans.year + 1))
    return Chapter(
        "plan", title, [Prose(text), Table(columns, rows, "baseline", wording.say("table.baseline")), *written]
    )


def appendix(review: Review, metrics: Sequence[str]) -> Chapter:
    """A: every metric of the report in a sentence; B: the files, and how complete they are."""
    wording = review.wording
    meanings = [_meaning(review, load(name)) for name in metrics]
    parts: list[Part] = []
    if meanings:
        parts += [Heading(wording.say("appendix.metrics"), 2), Lines("", meanings)]
    parts += [Heading(wording.say("appendix.data"), 2), *_sources(review)]
    return Chapter("appendix", wording.say("appendix"), parts, numbered=False)


def _meaning(review: Review, metric: Metric) -> str:
    wording = review.wording
    return wording.say(
        "meaning",
        name=capital(wording.metric(metric)),
        id=metric.name,
        meaning=metric.summary(wording.words.locale).rstrip(),
    )


def _sources(review: Review) -> list[Part]:
    """The inputs by platform, their days and rows; how many account-days arrived."""
    wording, year = review.wording, review.year
    columns = [
        Column("source", wording.say("column.source"), numeric=False),
        Column("table", wording.say("column.table"), 2, numeric=False),
        Column("files", wording.say("column.files"), 3),
        Column("rows", wording.say("column.rows"), 1),
        Column("rejected", wording.say("column.rejected"), 4),
        Column("days", wording.say("column.days"), numeric=False),
    ]
    by = sorted(year.loaded.inputs, key=_kind)
    rows = [TableRow(_source_cells(kind, list(inputs))) for kind, inputs in groupby(by, key=_kind)]
    inputs = year.loaded.inputs
    total: dict[str, Cell] = {
        "source": wording.say("total"),
        "files": Number(len(inputs), Form.COUNT),
        "rows": Number(sum(one.accepted for one in inputs), Form.COUNT),
        "rejected": Number(sum(len(one.rejected) for one in inputs), Form.COUNT),
    }
    lines = [capital(text) for text in (*_arrived(review), *_controls(inputs, review))]
    return [
        Table(columns, [*rows, TableRow(total, RowKind.TOTAL)], "sources", wording.say("table.sources")),
        Lines("", lines),
    ]


def _kind(one: Input) -> tuple[str, str]:
    return (one.mapping, one.table)


def _source_cells(kind: tuple[str, str], inputs: Sequence[Input]) -> dict[str, Cell]:
    firsts, lasts = ([one.days[end] for one in inputs if one.days] for end in (0, 1))
    return {
        "source": kind[0],
        "table": kind[1],
        "files": Number(len(inputs), Form.COUNT),
        "rows": Number(sum(one.accepted for one in inputs), Form.COUNT),
        "rejected": Number(sum(len(one.rejected) for one in inputs), Form.COUNT),
        "days": f"{min(firsts)}..{max(lasts)}" if firsts else "-",
    }


def _arrived(review: Review) -> Iterable[str]:
    """The share of account-days that came."""
    span = review.year.spans.now
    due = sum(one.days(span) for one in review.year.known.arrivals)
    missing = sum(len(one.missing(span)) for one in review.year.known.arrivals)
    if due:
        yield review.wording.say(
            "data.arrived",
            accounts=len(review.year.known.arrivals),
            due=f"{due:,}",
            share=f"{(due - missing) / due:.1%}",
        )


def _controls(inputs: Sequence[Input], review: Review) -> Iterable[str]:
    controls = [control for one in inputs for control in one.control]
    if controls:
        yield review.wording.words.say("report.control", ok=sum(one.ok for one in controls), all=len(controls))
