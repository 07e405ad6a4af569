"""The verdicts of a day beside those of the review before, both on what was known at their time."""

from __future__ import annotations

from datetime import timedelta

from opsctl.config.settings import Settings
from opsctl.core.errors import NoData
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known
from opsctl.measures.known import known as known_on
from opsctl.reports.advice import REVIEW_DAYS
from opsctl.verdicts.prune import Pruning, prune

LEAST_DAYS = 56  # of data before the earlier review: with fewer it would have had nothing to go by


def reviewed(loaded: Loaded, known: Known, settings: Settings, budget: float | None = None) -> Pruning | None:
    """Today's verdicts, each with that of four weeks ago where the data reach back far enough."""
    return prune(known, settings, budget, None if known.undated else _before(loaded, known, settings))


def _before(loaded: Loaded, known: Known, settings: Settings) -> Pruning | None:
    day = known.evidence.as_of - timedelta(days=REVIEW_DAYS)
    if (day - known.span.start).days < LEAST_DAYS:
        return None
    try:
        return prune(known_on(loaded, settings, day), settings)
    except NoData:
        return None
