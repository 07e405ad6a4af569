"""The charts of the channel report: how the key figures went, and what the channels are worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.reports.chart import LineChart, Mark, Series, scale_of
from opsctl.reports.counsel import Counsel
from opsctl.reports.kpis import Kpi
from opsctl.reports.prune_page import value_chart
from opsctl.reports.report import Part

ENOUGH = 3  # with fewer points there is no course
_TITLES = {"cpa": "report.chart.cpa", "retention_d7": "report.chart.kept", "acquisitions": "report.chart.volume"}


def charts(kpis: Sequence[Kpi], counsel: Counsel, settings: Settings, words: Words) -> list[Part]:
    """A line per key figure that has a history, one for each scope; and the ranges of the verdicts."""
    names = [name for name in _TITLES if any(one.metric.name == name for one in kpis)]
    drawn = [_line(name, [one for one in kpis if one.metric.name == name], settings, words) for name in names]
    lines: list[Part] = [chart for chart in drawn if chart is not None]
    return [*lines, *_ranges(counsel, settings, words)]


def _line(name: str, kpis: Sequence[Kpi], settings: Settings, words: Words) -> LineChart | None:
    known = [one for one in kpis if sum(value is not None for value in one.history) >= ENOUGH]
    if not known:
        return None
    spans = known[0].period.run(len(known[0].history), date.min)
    target = known[0].target
    return LineChart(
        title=words.say(_TITLES[name], count=len(spans)),
        places=tuple(span.label for span in spans),
        series=tuple(Series(one.scope.name(words), one.history) for one in known if len(one.history) == len(spans)),
        scale=scale_of(known[0].metric.shape),
        marks=tuple(_marks(spans, settings)),
        target=None if target is None or name == "acquisitions" else float(target),
    )


def _marks(spans: Sequence[Period], settings: Settings) -> list[Mark]:
    """The events that touch the spans, by the places they touch."""
    found = []
    for event in settings.project.events:
        start, end = event.start or spans[0].start, event.end or spans[-1].end
        places = [at for at, span in enumerate(spans) if span.start <= end and start <= span.end]
        if places:
            found.append(Mark(event.name, places[0], places[-1]))
    return found


def _ranges(counsel: Counsel, settings: Settings, words: Words) -> list[Part]:
    if counsel.pruning is None or not counsel.is_of_use:
        return []
    named = {one: settings.project.channel_name(one, words.locale) for one in counsel.verdicts}
    return value_chart(counsel.pruning, named, settings.policy.value_days, words)
