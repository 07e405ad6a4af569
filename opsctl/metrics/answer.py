"""An answer: the figures of several metrics over every group that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.totals import Key, totals
from opsctl.metrics.figure import Figure, figure
from opsctl.metrics.metric import Metric


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what it is, and its figures by metric name."""

    group: Mapping[str, str | None]
    figures: Mapping[str, Figure]


def answer(evidence: Evidence, ask: Ask, metrics: Sequence[Metric]) -> list[Row]:
    """The figures of each metric for each group, groups sorted by their dimensions with unknown ones last."""
    needed = [name for metric in metrics for name in (*metric.measures, *metric.cohort_measures)]
    found = totals(evidence, ask, needed)
    return [
        Row(
            group=_labelled(evidence, ask, key),
            figures={metric.name: figure(metric, found, key, evidence, ask) for metric in metrics},
        )
        for key in found.keys
    ]


def _labelled(evidence: Evidence, ask: Ask, key: Key) -> dict[str, str | None]:
    """The group's dimensions; a campaign goes by its newest name, with its id beside it."""
    group = dict(zip(ask.by, key, strict=True))
    names = evidence.campaigns.name_of
    campaign = group.get("campaign")
    if campaign is not None and names:
        group["campaign"] = names.get(campaign, campaign)
        group.setdefault("campaign_id", campaign if campaign in names else None)
    return group
