"""An answer: the figures of several metrics over every group that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.totals import Key, Totals, totals
from opsctl.metrics.figure import Figure, figure
from opsctl.metrics.metric import Metric

CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what it is, and its figures by metric name."""

    group: Mapping[str, str | None]
    figures: Mapping[str, Figure]
    splits: bool = False  # whether its money stands in rows of its own, by currency


def answer(evidence: Evidence, ask: Ask, metrics: Sequence[Metric]) -> list[Row]:
    """The figures of each metric for each group, groups sorted by their dimensions with unknown ones last."""
    found = _totals(evidence, ask, metrics)
    rows = {key: _row(evidence, ask, metrics, found, key) for key in found.keys}
    mixed = [key for key in found.keys if found.mixes_currencies(key)]
    if not ask.by or not mixed or CURRENCY in ask.by:
        return sorted(rows.values(), key=lambda row: _in_order(row, ask))
    return _by_currency(evidence, ask, metrics, rows, set(mixed))


def _totals(evidence: Evidence, ask: Ask, metrics: Sequence[Metric]) -> Totals:
    return totals(evidence, ask, [name for one in metrics for name in (*one.measures, *one.cohort_measures)])


def _row(evidence: Evidence, ask: Ask, metrics: Sequence[Metric], found: Totals, key: Key) -> Row:
    figures = {metric.name: figure(metric, found, key, evidence, ask) for metric in metrics}
    return Row(_labelled(evidence, ask, key), figures)


def _by_currency(
    evidence: Evidence, ask: Ask, metrics: Sequence[Metric], rows: Mapping[Key, Row], mixed: set[Key]
) -> list[Row]:
    """Money of several currencies is not added: such a group is split, and its whole stands last, without a total."""
    finer = replace(ask, by=(*ask.by, CURRENCY))
    found = _totals(evidence, finer, metrics)
    split = {key: _row(evidence, finer, metrics, found, key) for key in found.keys if key[:-1] in mixed and key[-1]}
    whole = {
        (*key, None if key in mixed else _currency(row)): replace(row, splits=key in mixed) for key, row in rows.items()
    }
    named = {key: replace(row, group={**row.group, CURRENCY: key[-1]}) for key, row in {**whole, **split}.items()}
    return [named[key] for key in sorted(named, key=lambda key: [(value is None, value or "") for value in key])]


def _in_order(row: Row, ask: Ask) -> list[tuple[bool, str]]:
    """By what is shown: a campaign's name, not its id; unknown last."""
    shown = [row.group[name] for name in ask.by] + [row.group.get("campaign_id")]
    return [(value is None, value or "") for value in shown]


def _currency(row: Row) -> str | None:
    return next((figure.currency for figure in row.figures.values() if figure.currency), None)


def _labelled(evidence: Evidence, ask: Ask, key: Key) -> dict[str, str | None]:
    """The group's dimensions; a campaign goes by its newest name, with its id beside it."""
    group = dict(zip(ask.by, key, strict=True))
    names = evidence.campaigns.name_of
    campaign = group.get("campaign")
    if campaign is not None and names:
        group["campaign"] = names.get(campaign, campaign)
        group.setdefault("campaign_id", campaign if campaign in names else None)
    return group
