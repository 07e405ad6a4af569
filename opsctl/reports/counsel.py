"""The verdicts as the channel report carries them: one per channel, what must be approved, and what that would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from opsctl.config.settings import Settings
from opsctl.core.period import Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.coverage import lacking
from opsctl.measures.known import Known
from opsctl.reports.judged import lanes
from opsctl.reports.reviewed import reviewed
from opsctl.verdicts.effect import Effect, effect
from opsctl.verdicts.judgement import MOVES, Judgement, Verdict
from opsctl.verdicts.prune import Pruning
from opsctl.verdicts.quality import Quality, quality

STALE_DAYS = 7  # a period that ended longer ago is history: advice would be about another time


@dataclass(frozen=True)
class Counsel:
    """What is advised as of a day; `pruning` is None where nothing can be."""

    known: Known
    pruning: Pruning | None

    @cached_property
    def verdicts(self) -> Mapping[str, Judgement]:
        """By channel."""
        return {one.channel: one for one in self.pruning.channels} if self.pruning else {}

    @property
    def is_of_use(self) -> bool:
        """Is the worth of any channel known?"""
        return any(one.value is not None for one in self.verdicts.values())

    @property
    def moves(self) -> list[Judgement]:
        """What must be approved, stops first, the most money first; nothing where no worth is known."""
        if not self.is_of_use:
            return []
        moved = [one for one in self.verdicts.values() if one.verdict in MOVES and one.spend_next != one.spend_now]
        return sorted(moved, key=lambda one: (MOVES.index(one.advice), -abs(one.spend_next - one.spend_now)))

    @cached_property
    def quality(self) -> Quality | None:
        """How the users of these channels stay."""
        return quality(self.known.evidence, sorted(self.verdicts)) if self.verdicts else None

    @cached_property
    def effect(self) -> Effect | None:
        """What all of it together would do."""
        return effect(lanes(self.pruning, self.quality)) if self.pruning and self.is_of_use else None


def counsel(loaded: Loaded, known: Known, settings: Settings, period: Period) -> Counsel:
    """The advice that belongs to a report: none for a period that ended long before what is known."""
    recent = not known.undated and (known.evidence.as_of - period.end).days < max(STALE_DAYS, period.days)
    found = reviewed(loaded, known, settings) if recent else None
    return Counsel(known, found and _where_data_came(found, known, settings, period))


def _where_data_came(found: Pruning, known: Known, settings: Settings, period: Period) -> Pruning:
    """No advice without data: of a channel much of whose money of the period has not arrived, only that is said."""

    def judged(one: Judgement) -> Judgement:
        arrived = lacking(known.arrivals, one.channel, period, settings.policy.min_coverage)
        if arrived is None or one.verdict is Verdict.NO_DATA:
            return one
        return Judgement.without_data(one.channel, one.spend_now, arrived)

    channels = tuple(judged(one) for one in found.channels)
    silent = {one.channel for one in channels if one.verdict is Verdict.NO_DATA}
    campaigns = tuple(one for one in found.campaigns if one.channel not in silent)
    return replace(found, channels=channels, campaigns=campaigns)
