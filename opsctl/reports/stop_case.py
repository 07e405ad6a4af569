"""One channel's case, before it is told: its verdict, what that rests on, and what the plan would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.core.period import WEEK_DAYS, Period
from opsctl.measures.known import Known
from opsctl.reports.judged import Made
from opsctl.verdicts.grounds import Basis, Check, basis, checks
from opsctl.verdicts.judgement import Judgement, Verdict
from opsctl.verdicts.worth import Worth

PROPOSED = {Verdict.CUT, Verdict.REDUCE}


@dataclass(frozen=True)
class Won:
    """New users of a week, and those of them who stay: None where nobody knows."""

    users: float
    kept: float | None


@dataclass(frozen=True)
class Case:
    """All that the page tells.

    Args:
        made: The verdicts of all channels.
        known: What they were judged on.
        one: The channel's verdict.
        basis: Its last weeks; None where there is no whole one.
        checks: What was checked of them.
    """

    made: Made
    known: Known
    one: Judgement
    basis: Basis | None
    checks: Sequence[Check]

    @property
    def is_proposal(self) -> bool:
        """Whether something is proposed that takes money from the channel."""
        return self.one.verdict in PROPOSED and self.one.spend_now > 0

    @property
    def kind(self) -> str:
        """Which page it is: `cut`, `reduce` or `other`."""
        return self.one.advice.value if self.is_proposal else "other"

    @property
    def span(self) -> Period:
        """The days that its checks are about."""
        return self.basis.span if self.basis else self.made.pruning.span

    @property
    def weeks(self) -> int:
        """How many weeks these are."""
        return self.span.days // WEEK_DAYS

    # --- money --------------------------------------------------------------------------------------------

    def surplus(self, value: float) -> float:
        """What the channel brings a week above the line's worth of its spend, at a value per cost."""
        return (value - self.made.pruning.line) * self.one.spend_now * WEEK_DAYS

    @property
    def missed(self) -> float | None:
        """What less money, or none, would miss a week if the truth is at the upper end; below 0: it would save."""
        value, now, left = self.one.value, self.one.spend_now, self.one.spend_next
        if value is None or not self.is_proposal:
            return None
        if self.one.stop:
            return self.surplus(value.high)
        (elasticity,) = (why.numbers["elasticity"] for why in self.one.reasons if why.code == "margin")
        kept = value.high * now * (left / now) ** elasticity - self.made.pruning.line * left
        return self.surplus(value.high) - float(kept) * WEEK_DAYS

    @property
    def others_value(self) -> float | None:
        """What the money of all other channels together is worth."""
        others = [one for one in self.made.pruning.channels if one.channel != self.one.channel]
        known = [(one.value.middle, one.spend_now) for one in others if one.value]
        spent = sum(spend for _, spend in known)
        return sum(value * spend for value, spend in known) / spent if spent else None

    # --- afterwards ---------------------------------------------------------------------------------------

    @property
    def gainers(self) -> list[Judgement]:
        """The channels to which the plan moves money."""
        return [one for one in self.made.pruning.channels if one.spend_now and one.spend_next > one.spend_now]

    @property
    def freed(self) -> float:
        """The money that the channel gives up, a day."""
        return self.one.spend_now - self.one.spend_next

    @property
    def moved(self) -> float:
        """How much of that the plan spends elsewhere, a day: in parts alike of all channels that give some up."""
        freed = sum(max(one.spend_now - one.spend_next, 0.0) for one in self.made.pruning.channels)
        return self.freed * min(self._added / freed, 1.0) if freed else 0.0

    @property
    def _added(self) -> float:
        return sum(one.spend_next - one.spend_now for one in self.gainers)

    @property
    def gained(self) -> Won | None:
        """What the money that is moved wins a week: its part of what all that is added wins.

        None where nobody knows how some channel that gets more answers to it.
        """
        pairs = [(self._won(one, one.spend_next), self._won(one, one.spend_now)) for one in self.gainers]
        known = [(after, now) for after, now in pairs if after and now]
        if len(known) < len(pairs):
            return None
        kept = [after.kept - now.kept for after, now in known if after.kept is not None and now.kept is not None]
        part = self.moved / self._added if self._added else 0.0
        users = part * sum(after.users - now.users for after, now in known)
        return Won(users, part * sum(kept) if len(kept) == len(known) else None)

    @property
    def today(self) -> Won | None:
        """What the channel itself wins a week."""
        return self._won(self.one, self.one.spend_now)

    def _won(self, one: Judgement, spend: float) -> Won | None:
        """What a channel wins a week at a spend a day."""
        worth, stays = self.made.pruning.worths[one.channel], self.made.quality
        if not isinstance(worth, Worth) or not one.spend_now:
            return None
        users = worth.response.users_day * float((spend / one.spend_now) ** worth.response.elasticity) * WEEK_DAYS
        stay = stays.channels.get(one.channel) if stays else None
        return Won(users, users * stay.kept / stay.users if stay and stay.users else None)


def case_of(made: Made, known: Known, channel: str) -> Case:
    """The case of a channel that spent."""
    (one,) = (one for one in made.pruning.channels if one.channel == channel)
    found = basis(known.evidence, made.pruning, channel)
    span = found.span if found else made.pruning.span
    made_checks = checks(known, made.pruning, channel, span, made.settings.project.promotions)
    return Case(made, known, one, found, made_checks)
