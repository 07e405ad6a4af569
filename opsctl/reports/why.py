"""Why a metric moved: where the change happened, channel by channel, without a word on what caused it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known
from opsctl.metrics.metric import Metric, Shape
from opsctl.reports.chart import Step, Waterfall, scale_of
from opsctl.reports.findings import findings
from opsctl.reports.movement_told import Told
from opsctl.reports.report import Cell, Column, Footnote, Form, Lines, Number, Part, Report, RowKind, Table, TableRow
from opsctl.reports.units import form_of
from opsctl.verdicts.factors import Factor
from opsctl.verdicts.movement import Contribution, Movement, movement

SHOWN = 12  # rows; the others stand together in one
STEPS = 6  # of the chart
PART, BEFORE, AFTER, SHARE_BEFORE, SHARE_AFTER = "part", "before", "after", "share_before", "share_after"
MIX, RATE, UNMATCHED, TOTAL = "mix", "rate", "unmatched", "total"


def why(  # noqa: PLR0913, PLR0917 - what every report is made of, and what is asked
    loaded: Loaded, known: Known, settings: Settings, metric: Metric, period: Period, channel: str | None, words: Words
) -> Report:
    """Where a metric's change since the period before happened: in which channels, or campaigns of one channel."""
    moved = movement(known, metric, period, channel, settings.project.promotions)
    told = Told(moved, settings, words)
    return Report(
        title=told.title,
        as_of=known.as_of,
        period=known.said(period),
        parts=parts_of(told),
        data=as_json(moved),
        inputs=loaded.inputs,
        answered=moved.change is not None,
        notes=[*findings(loaded), *loaded.notes, *known.notes],
    )


def as_json(moved: Movement) -> dict[str, Any]:
    """A movement for programs: effects by name, each in the metric's own unit; they add up to `change`."""
    split = moved.unsplit is None
    return {
        "metric": moved.metric.name,
        "channel": moved.channel,
        "before": moved.before and moved.before.value,
        "after": moved.after.value,
        "change": moved.change,
        MIX: moved.mix if split else None,
        RATE: moved.rate if split else None,
        UNMATCHED: moved.unmatched if split else None,
        "effects": [_effect(one) | _campaign(one, moved) for one in moved.contributions],
        "unsplit": moved.unsplit and moved.unsplit.value,
        "factors": [[_factor(one) for one in chain] for chain in moved.factors.chains],
        "no_factors": moved.factors.reason and moved.factors.reason.value,
        "normal": moved.normal,
        "usual": {"range": moved.usual.range, "changes": list(moved.usual.changes)},
        "totals": {BEFORE: moved.before and moved.before.as_json(), AFTER: moved.after.as_json()},
        "periods": {BEFORE: _days(moved.period.before()), AFTER: _days(moved.period)},
    }


def _effect(one: Contribution) -> dict[str, Any]:
    return {
        "channel": one.channel,
        BEFORE: one.before,
        AFTER: one.after,
        SHARE_BEFORE: float(one.exact.share_before),
        SHARE_AFTER: float(one.exact.share_after),
        MIX: one.mix,
        RATE: one.rate,
        UNMATCHED: one.unmatched,
        TOTAL: one.total,
        "status": one.status.value,
    }


def _campaign(one: Contribution, moved: Movement) -> dict[str, Any]:
    return {"campaign": one.campaign, "campaign_id": one.campaign_id} if moved.channel else {}


def _factor(one: Factor) -> dict[str, Any]:
    return {"name": one.name, BEFORE: one.before, AFTER: one.after, "effect": one.effect}


def _days(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


# --- for people -----------------------------------------------------------------------------------------


def parts_of(told: Told) -> list[Part]:
    """The sentences; where the change is split, the table and the chart too."""
    lines = Lines("", [line for line in (told.headline, told.usual, *told.factors) if line])
    return [lines, effects_table(told), waterfall(told)] if told.moved.contributions else [lines]


def effects_table(told: Told) -> Table:
    """A row for each channel or campaign, the strongest effect first, those behind the first in one."""
    moved = told.moved
    by_weight = sorted(moved.contributions, key=lambda one: -abs(one.total))
    rows = [_row(one, told) for one in by_weight[:SHOWN]]
    if others := by_weight[SHOWN:]:
        rows.append(TableRow({PART: told.words.say("why.others", count=len(others)), **_effects(others, told)}))
    whole: dict[str, Cell] = {PART: told.words["report.all"], BEFORE: moved.before, AFTER: moved.after}
    rows.append(TableRow({**whole, **_effects(moved.contributions, told)}, RowKind.TOTAL))
    return Table(_columns(told), rows, "effects", footnotes=_footnotes(told))


def _row(one: Contribution, told: Told) -> TableRow:
    form = form_of(told.shape)
    cells: dict[str, Cell] = {
        PART: told.called(one),
        BEFORE: Number(one.before, form),
        AFTER: Number(one.after, form),
        SHARE_BEFORE: Number(float(one.exact.share_before), Form.RATE),
        SHARE_AFTER: Number(float(one.exact.share_after), Form.RATE),
    }
    return TableRow({**cells, **_effects([one], told)})


def _effects(of: Sequence[Contribution], told: Told) -> dict[str, Cell]:
    return {name: told.signed(sum(getattr(one, name) for one in of)) for name in (MIX, RATE, UNMATCHED, TOTAL)}


def _columns(told: Told) -> list[Column]:
    words = told.words
    unit = "\n" + words["why.unit.points"] if told.shape is Shape.RATE else ""
    unmatched = any(one.unmatched for one in told.moved.contributions)
    return [
        Column(PART, words["dimension.campaign" if told.moved.channel else "dimension.channel"], numeric=False),
        Column(BEFORE, told.before_span, 1),
        Column(AFTER, told.after_span, 1),
        Column(SHARE_BEFORE, f"{words['why.share']}\n{told.before_span}", 3),
        Column(SHARE_AFTER, f"{words['why.share']}\n{told.after_span}", 3),
        Column(MIX, words["why.mix"] + unit),
        Column(RATE, words["why.rate"] + unit),
        *([Column(UNMATCHED, told.unmatched + unit, 1)] if unmatched else []),
        Column(TOTAL, words["why.total"] + unit),
    ]


def _footnotes(told: Told) -> list[Footnote]:
    left_out = any(figure and figure.left_out for figure in (told.moved.before, told.moved.after))
    return [Footnote(told.note), *([Footnote(told.words["why.note.left_out"])] if left_out else [])]


def waterfall(told: Told) -> Waterfall:
    """All shares in one step, then the parts that moved most by themselves, then what is left."""
    moved = told.moved
    by_own = sorted(moved.contributions, key=lambda one: -abs(one.rate))
    steps = [
        Step(told.words["why.mix"], moved.mix),
        *(Step(told.called(one), one.rate) for one in by_own[:STEPS]),
        Step(told.words["why.rate.others"], sum(one.rate for one in by_own[STEPS:])),
        Step(told.unmatched, moved.unmatched),
    ]
    before, after = (float((figure and figure.value) or 0) for figure in (moved.before, moved.after))
    return Waterfall(
        title=told.headline,
        start=(told.before_span, before),
        steps=tuple(step for step in steps if step.change),
        end=(told.after_span, after),
        scale=scale_of(told.shape),
        note=told.note,
    )
