"""The report of `opsctl prune`: a verdict per channel and campaign, the next split, and what it would do."""

from __future__ import annotations

from collections.abc import Sequence

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known
from opsctl.reports.calendar import day_of
from opsctl.reports.findings import findings
from opsctl.reports.judged import check_named, judged
from opsctl.reports.prune_json import data_of
from opsctl.reports.prune_page import parts_of, status
from opsctl.reports.report import Report
from opsctl.verdicts.prune import Pruning


def pruning(  # noqa: PLR0913, PLR0917 - what the command was asked
    loaded: Loaded,
    known: Known,
    settings: Settings,
    words: Words,
    budget: float | None = None,
    stopped: Sequence[str] = (),
    period: Period | None = None,
) -> Report:
    """Judge all channels; `stopped` are those of which to tell what stopping them would do.

    `period` is the days of acquisition of the view of retention, by default the last 13 weeks that can be judged.

    Raises:
        NoData: Money or users are not known at all.
        UnknownName: A channel that did not spend is to be stopped.
    """
    made = judged(loaded, known, settings, words, budget, period)
    found, stays = made.pruning, made.quality
    check_named(stopped, found)
    problems = findings(loaded)
    return Report(
        title="  ".join(filter(None, (words["prune.title"], settings.project.project.name, _known(found, words)))),
        status=status(made),
        as_of=known.evidence.as_of,
        period=found.span,
        parts=parts_of(made, stopped),
        data=data_of(made, stopped),
        inputs=loaded.inputs,
        notes=[*problems, *loaded.notes, *known.notes],
        answered=any(one.value is not None for one in found.channels) or stays is not None,
    )


def _known(found: Pruning, words: Words) -> str:
    return words.say("prune.known", day=day_of(found.span.end, words))
