"""All that the chapters of a year's review tell from, each part computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from opsctl.reports.notes import Notes
from opsctl.reports.report import Part
from opsctl.reports.scopes import EVERYBODY
from opsctl.reports.year_end.figures import Pair, Year
from opsctl.reports.year_end.goals import Goal, core, finer
from opsctl.reports.year_end.halves import Halves, halves_of
from opsctl.reports.year_end.verdicts import Checkpoint, checkpoints
from opsctl.reports.year_end.wording import Wording


@dataclass(frozen=True)
class Chapter:
    """A chapter: its name in data, its title, and what it says; without a number it stands before or after others."""

    key: str
    title: str
    parts: Sequence[Part] = field(default=())
    numbered: bool = True


@dataclass(frozen=True)
class Review:
    """A year, the words to tell it in, and what people wrote of it."""

    year: Year
    wording: Wording
    notes: Notes

    @cached_property
    def goals(self) -> list[Goal]:
        """The core figures with their targets."""
        return core(self.year)

    @cached_property
    def finer(self) -> list[Goal]:
        """The targets of channels and of parts of the year."""
        return finer(self.year)

    @cached_property
    def halves(self) -> Halves | None:
        """The public channels in both halves."""
        return halves_of(self.year)

    @cached_property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The verdicts at the quarters' ends."""
        return checkpoints(self.year)

    @property
    def paid(self) -> str:
        """What the public channels are called."""
        return self.wording.scope(self.year.public)

    @property
    def everybody(self) -> str:
        """What all channels together are called."""
        return self.wording.scope(EVERYBODY)

    @property
    def last_year(self) -> str:
        """The year before as a sentence names it."""
        return self.wording.say("last_year" if self.year.spans.whole else "last_year.same_days")

    def goal(self, key: str) -> Goal | None:
        """A core figure by its key."""
        return next((one for one in self.goals if one.key == key), None)

    def pair(self, scope: str, metric: str) -> Pair | None:
        """A figure of the public channels, of everybody, or of a group; None where it is not known."""
        of = {"paid": self.year.paid, "all": self.year.all}.get(scope) or self.year.groups.get(scope, {})
        found = of.get(metric)
        return found if found is not None and found.now.value is not None else None

    def told(self, scope: str, metric: str) -> str | None:
        """A figure in a sentence, beside that of the year before."""
        pair = self.pair(scope, metric)
        return None if pair is None else self.wording.told(self.wording.metric(pair.now.metric), pair, self.last_year)
