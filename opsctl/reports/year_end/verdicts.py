"""What was advised at the ends of quarters, computed again as it could be known then, and what followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from opsctl.core.errors import NoData
from opsctl.core.period import Period
from opsctl.measures.evidence import Evidence
from opsctl.measures.known import known
from opsctl.reports.reviewed import reviewed
from opsctl.reports.year_end.figures import Year
from opsctl.verdicts.judgement import STEADY, Judgement, Verdict, rounded
from opsctl.verdicts.prune import Pruning

MOVES = (Verdict.CUT, Verdict.REDUCE, Verdict.GROW)
LEAST_DAYS = 21  # of a quarter, to tell what followed


@dataclass(frozen=True)
class Followed:
    """One piece of advice and what followed in the next quarter.

    Args:
        day: When it would have been given.
        judgement: The advice.
        before: Spend a day in the quarter that ended with the day; None where it is not known.
        after: Spend a day in the next one; None where it is not known, as while too little of it is over.
        then: What the channel's money was judged worth at that next quarter's end; None where it could not be.
    """

    day: date
    judgement: Judgement
    before: float | None
    after: float | None
    then: Judgement | None

    @property
    def change(self) -> float | None:
        """How spend changed; None where it is not known yet."""
        return None if self.after is None or not self.before else self.after / self.before - 1

    @property
    def taken(self) -> bool | None:
        """Whether spend went the advised way."""
        if self.change is None:
            return None
        return self.change >= STEADY if self.judgement.verdict is Verdict.GROW else self.change <= -STEADY

    def as_json(self) -> dict[str, Any]:
        """The advice for programs."""
        value, then = self.judgement.value, self.then and self.then.value
        return {
            "day": self.day.isoformat(),
            "channel": self.judgement.channel,
            "verdict": self.judgement.verdict.value,
            "value_per_cost": value and rounded(value.middle),
            "spend_before": None if self.before is None else round(self.before, 2),
            "spend_after": None if self.after is None else round(self.after, 2),
            "change": rounded(self.change),
            "taken": self.taken,
            "value_per_cost_then": then and rounded(then.middle),
        }


@dataclass(frozen=True)
class Checkpoint:
    """The verdicts of one day, as they follow from what was known on it."""

    day: date
    pruning: Pruning
    evidence: Evidence

    @cached_property
    def moves(self) -> list[Judgement]:
        """What it advises to change of money that is still spent, the most money first."""
        found = [one for one in self.pruning.channels if one.verdict in MOVES and one.spend_now]
        return sorted(found, key=lambda one: (-abs(one.spend_next - one.spend_now), one.channel))

    @cached_property
    def by_channel(self) -> Mapping[str, Judgement]:
        """Every verdict by its channel."""
        return {one.channel: one for one in self.pruning.channels}


def checkpoints(year: Year) -> tuple[Checkpoint, ...]:
    """The verdicts at the end of each quarter that is over, and at the end of what is known."""
    if not {"spend", "acquisition"} <= year.evidence.tables.keys():
        return ()
    days = sorted({span.end for span in year.spans.quarters} | {year.spans.now.end})
    return tuple(found for day in days if (found := _checkpoint(year, day)) is not None)


def _checkpoint(year: Year, day: date) -> Checkpoint | None:
    try:
        of = year.known if day == year.evidence.as_of else known(year.loaded, year.settings, day)
    except NoData:
        return None
    found = reviewed(year.loaded, of, year.settings)
    judged = found is not None and any(one.value is not None for one in found.channels)
    return Checkpoint(day, found, of.evidence) if found is not None and judged else None


def followed(year: Year, found: tuple[Checkpoint, ...]) -> list[Followed]:
    """Every piece of advice but the last day's, and what followed until the next."""
    rows = []
    for now, later in pairwise(found):
        next_days = Period(now.day + timedelta(days=1), later.day)
        for one in now.moves:
            before, after = (_spend_a_day(year, one.channel, span) for span in (_quarter(now.day), next_days))
            told = after if next_days.days >= LEAST_DAYS else None
            rows.append(Followed(now.day, one, before, told, later.by_channel.get(one.channel)))
    return rows


def _quarter(last: date) -> Period:
    return Period(date(last.year, last.month - 2, 1), last)


def _spend_a_day(year: Year, channel: str, span: Period) -> float | None:
    """A channel's spend a day over whole months; None where it is not known of all of them."""
    spent = year.spent(channel, span)
    return None if spent is None else spent / span.days
