"""An answer: the figures of several metrics over every group that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from opsctl.measures.dimension import CALENDAR
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Reason
from opsctl.measures.totals import Key, Totals, each
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric
from opsctl.metrics.reading import Reading

CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what it is, and its figures by metric name."""

    group: Mapping[str, str | None]
    figures: Mapping[str, Figure]
    splits: bool = False  # whether its money stands in rows of its own, by currency


@dataclass(frozen=True)
class _Found:
    """The totals of an ask: as they are, and, where days of some channel are incomplete, without these days."""

    evidence: Evidence
    ask: Ask
    plain: Totals
    whole: Totals | None

    _read: dict[str, Reading] = field(init=False, default_factory=dict, repr=False, compare=False)
    _read_whole: dict[str, Reading] = field(init=False, default_factory=dict, repr=False, compare=False)

    def row(self, metrics: Sequence[Metric], key: Key) -> Row:
        group = dict(zip(self.ask.by, key, strict=True))
        figures = {metric.name: self._figure(metric, key, group) for metric in metrics}
        return Row(_labelled(self.evidence, self.ask, key), figures)

    def _figure(self, metric: Metric, key: Key, group: Mapping[str, str | None]) -> Figure:
        """A ratio of money and users takes both its sides over days that are whole on both."""
        plain = self._plain(metric)
        if _is_of_money(metric) and _never_came(self.evidence, self.ask, group):
            found = plain.figure(key)
            return found if found.value else found.unknown(Reason.NOT_SUPPLIED)
        if not _sets_money_beside(metric):
            return plain.figure(key)
        if _is_torn(self.evidence, self.ask, group):
            return plain.figure(key).unknown(Reason.SPANS_DAYS)
        left_out = _left_out(self.evidence, self.ask, group)
        if self.whole is None or not left_out:
            return plain.figure(key)
        if key not in self.whole.keys:
            return plain.figure(key).unknown(Reason.NOT_SUPPLIED, left_out)
        whole = self._on_whole_days(metric, self.whole).figure(key)
        nothing = whole.value is None and whole.reason is Reason.NO_ACTIVITY
        return whole.unknown(Reason.NOT_SUPPLIED, left_out) if nothing else whole.on_whole_days(left_out)

    def _plain(self, metric: Metric) -> Reading:
        if metric.name not in self._read:
            self._read[metric.name] = Reading(metric, self.plain, self.evidence, self.ask)
        return self._read[metric.name]

    def _on_whole_days(self, metric: Metric, whole: Totals) -> Reading:
        if metric.name not in self._read_whole:
            self._read_whole[metric.name] = Reading(metric, whole, self.evidence.on_whole_days(), self.ask)
        return self._read_whole[metric.name]


def answer(evidence: Evidence, ask: Ask, metrics: Sequence[Metric]) -> list[Row]:
    """The figures of each metric for each group, groups sorted by their dimensions with unknown ones last."""
    return answers(evidence, [ask], metrics)[0]


def answers(evidence: Evidence, asks: Sequence[Ask], metrics: Sequence[Metric]) -> list[list[Row]]:
    """The same for several asks of one period, from one reading of the tables."""
    return [_rows(found, metrics) for found in _found(evidence, asks, metrics)]


def _rows(found: _Found, metrics: Sequence[Metric]) -> list[Row]:
    ask = found.ask
    rows = {key: found.row(metrics, key) for key in found.plain.keys}
    mixed = [key for key in found.plain.keys if found.plain.mixes_currencies(key)]
    if not ask.by or not mixed or CURRENCY in ask.by:
        return sorted(rows.values(), key=lambda row: _in_order(row, ask))
    return _by_currency(found.evidence, ask, metrics, rows, set(mixed))


def _found(evidence: Evidence, asks: Sequence[Ask], metrics: Sequence[Metric]) -> list[_Found]:
    compared = [metric for metric in metrics if _sets_money_beside(metric)]
    incomplete = bool(compared) and _left_out(evidence, asks[0], {}) > 0
    plain = _totals(evidence, asks, metrics)
    whole = _totals(evidence.on_whole_days(), asks, compared) if incomplete else [None] * len(asks)
    return [_Found(evidence, *each) for each in zip(asks, plain, whole, strict=True)]


def _is_of_money(metric: Metric) -> bool:
    """Does a metric tell nothing but what was spent?"""
    return metric.tables == {"spend"}


def _channels(evidence: Evidence, ask: Ask, group: Mapping[str, str | None]) -> list[str] | None:
    """The channels that a group is about; None for all of them."""
    if "group" in group and group["group"] is None:
        return [channel for channel in evidence.gaps["channel"].unique().sort() if channel not in evidence.groups]
    channels, groups = (_wanted(name, ask, group) for name in ("channel", "group"))
    if channels or groups is None:
        return channels or None
    return [channel for channel, name in evidence.groups.items() if name in groups]


def _wanted(name: str, ask: Ask, group: Mapping[str, str | None]) -> list[str] | None:
    """The values of a dimension that a group, or else the whole ask, is narrowed down to; None where it is not."""
    value = group.get(name)
    if value is not None:
        return [value]
    return next((list(values) for asked, values in ask.where if asked == name), None)


def _left_out(evidence: Evidence, ask: Ask, group: Mapping[str, str | None]) -> int:
    """How many incomplete channel-days lie in what was asked, or in one group of it."""
    return _lost(evidence, ask, group).height


def _lost(evidence: Evidence, ask: Ask, group: Mapping[str, str | None]) -> pl.DataFrame:
    if not any(ask.period.start <= day <= ask.period.end for day in evidence.gap_days):
        return evidence.gaps.clear()  # nearly always, and a filter for every figure adds up
    lost = evidence.gaps.filter(ask.within())
    channels = _channels(evidence, ask, group)
    if channels is not None:
        lost = lost.filter(pl.col("channel").is_in(channels))
    return _on_calendar(lost, ask, group)


def _on_calendar(days: pl.DataFrame, ask: Ask, group: Mapping[str, str | None]) -> pl.DataFrame:
    """Rows of days, those of the day, week or month that is asked for or that the group is about."""
    for name, values in ask.where:
        if name in CALENDAR:
            days = days.filter(CALENDAR[name](pl.col("day")).is_in(values))
    for name in sorted(CALENDAR.keys() & group.keys()):
        days = days.filter(CALENDAR[name](pl.col("day")).eq_missing(pl.lit(group[name], pl.String)))
    return days


def _never_came(evidence: Evidence, ask: Ask, group: Mapping[str, str | None]) -> bool:
    """Is money missing of every day and channel that was asked for, or has none come yet at all?"""
    if ask.period.start > evidence.until("spend"):
        return True
    if evidence.gaps.is_empty():
        return False
    channels = _channels(evidence, ask, group) or evidence.spending
    last = min(ask.period.end, evidence.as_of)
    if last < ask.period.start:
        return False
    every = pl.DataFrame({"day": pl.date_range(ask.period.start, last, eager=True)})
    asked = _on_calendar(every, ask, group)
    every_one = asked.join(pl.DataFrame({"channel": channels}, schema={"channel": pl.String}), how="cross")
    return (
        not every_one.is_empty()
        and every_one.join(_lost(evidence, ask, group), on=["channel", "day"], how="anti").is_empty()
    )


def _is_torn(evidence: Evidence, ask: Ask, group: Mapping[str, str | None]) -> bool:
    """Does some money of the group span its day, week or month and another? Then its users cannot be set beside it."""
    asked = [name for name in CALENDAR if group.get(name) is not None]
    if not asked or not evidence.spans:
        return False
    spans = evidence.spanning
    channels = _channels(evidence, ask, group)
    if channels is not None:
        spans = spans.filter(pl.col("channel").is_in(channels))
    for name in asked:
        first, last = (CALENDAR[name](pl.col(end)) for end in ("day", "through"))
        if not spans.filter(first != last, pl.lit(group[name]).is_between(first, last)).is_empty():
            return True
    return False


def _totals(evidence: Evidence, asks: Sequence[Ask], metrics: Sequence[Metric]) -> list[Totals]:
    rounded = [one.rounding for one in metrics if one.rounding and "cohort" in evidence.tables]
    return each(
        evidence, asks, [*(name for one in metrics for name in (*one.measures, *one.cohort_measures)), *rounded]
    )


def _sets_money_beside(metric: Metric) -> bool:
    """Does a metric set what was spent beside what another table counts?"""
    return "spend" in metric.tables and len(metric.tables) > 1


def _by_currency(
    evidence: Evidence, ask: Ask, metrics: Sequence[Metric], rows: Mapping[Key, Row], mixed: set[Key]
) -> list[Row]:
    """Money of several currencies is not added: such a group is split, and its whole stands last, without a total."""
    finer = replace(ask, by=(*ask.by, CURRENCY))
    (found,) = _found(evidence, [finer], metrics)
    split = {key: found.row(metrics, key) for key in found.plain.keys if key[:-1] in mixed and key[-1]}
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
