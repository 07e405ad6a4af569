"""Which channels to keep, grow, reduce, test or cut, and how to split the money: decided at the margin, with doubt.

The question is not whether a channel's retention is low, but whether its next unit of money brings more than it would
elsewhere. A cut where day-7 retention lies below 15 % loses money in most simulated half-years, since price and order
value differ by more than retention does; so the retention stands beside the verdict and does not make it.

1. Spend now: the mean of the last 28 days outside promotions; all of them where fewer than seven are left.
2. Value of a new user: active days up to day 90 (users active at each age / users who have reached it; ages that
   nobody has reached by the chain ladder, all channels' course at the channel's level) x gross profit per active day.
   Users won in promotions, and what is bought during them, are left out.
3. Cost of a new user now: a Poisson regression of weekly users on log spend, a trend and promotions, with prior
   beliefs of elasticity, so that few weeks do not decide alone.
4. Value per cost, its uncertainty from users, orders, what was laddered and the cost; drawn to the mean of the channels
   (DerSimonian and Laird), campaigns to their channel (Buhlmann). Drift widens what is believed, it does not move it.
5. The split: every channel's last unit brings the same, none less than the line; no more than `step` and `cap` times
   today's spend. Money that would bring less than the line stays unspent, and that is said.
6. The verdict: cut where the value lies below the line with more than `cut_p` probability, and the planned surplus does
   not carry the channel's fixed cost; keep where the move is under ten percent; hold where its direction is less than
   65 % sure; test where there is too little to judge; else grow or reduce. A page prints a stop only from `stop_p` on,
   before that less money and a day to look again. No verdict where under `min_coverage` of the money has arrived.

It is the best next split given your attribution: not a media mix model, no proof of cause. `incrementality` scales a
channel's users by what a hold-out test found. It advises and never acts. The parameters: opsctl explain policy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from opsctl.config.settings import Settings
from opsctl.core.period import Period
from opsctl.measures.coverage import lacking
from opsctl.measures.known import Known
from opsctl.stats.split import equal_margins
from opsctl.verdicts.campaigns import campaigns
from opsctl.verdicts.claims import Claims, claims
from opsctl.verdicts.history import History, history
from opsctl.verdicts.judgement import STEADY, Judgement, Verdict, Why
from opsctl.verdicts.reasons import changed, flips, reasons_of
from opsctl.verdicts.weighed import SURE_OF_DIRECTION, weighed
from opsctl.verdicts.worth import Missing, Worth

STICKS = 0.05  # so much less probability keeps a stop that was advised before
NEXT_TO_NOTHING = 0.05  # of today's spend: a stop that leaves less leaves nothing, and less in doubt leaves that


@dataclass(frozen=True)
class Pruning:
    """All verdicts of a day.

    Args:
        span: The days that were looked at.
        line: The value per cost that money must bring.
        total: What may be spent a day.
        channels: One judgement per channel that spent, by the money at stake.
        campaigns: The same of campaigns.
        worths: What the channels' money is worth, where it is known.
        history: What it was judged on.
    """

    span: Period
    line: float
    total: float
    channels: tuple[Judgement, ...]
    campaigns: tuple[Judgement, ...]
    worths: Mapping[str, Worth | Missing]
    history: History

    @property
    def unspent(self) -> float:
        """What is left over a day: no channel's last unit would bring the line."""
        return max(self.total - sum(one.spend_next for one in self.channels), 0.0)


def prune(
    known: Known, settings: Settings, budget: float | None = None, before: Pruning | None = None
) -> Pruning | None:
    """Judge every channel and campaign that spent; None where money or users are not known at all.

    `budget` is what may be spent a day; unset, the policy's total, else what is spent today. `before` is the review
    before: a channel that was to be stopped then is so until the evidence has crossed the line by a margin.
    """
    policy = settings.policy
    found = history(known.evidence, settings.project.promotions, policy.look_back_weeks, policy.value_days)
    if found is None or not found.channels:
        return None
    desk = _Desk(found, settings, known, budget, before)
    channels = tuple(desk.channels())
    of_campaigns = tuple(campaigns(desk.weighed, channels))
    return Pruning(found.span, desk.weighed.line, desk.total, channels, of_campaigns, desk.weighed.worths, found)


class _Desk:
    """One day's judging."""

    def __init__(
        self, history: History, settings: Settings, known: Known, budget: float | None, before: Pruning | None
    ) -> None:
        self.history, self.policy, self.known = history, settings.policy, known
        self.weighed = weighed(history, settings)
        self.fixed = {name: one.fixed_cost_day for name, one in settings.project.channels.items()}
        self.claims = claims(known.evidence, history)
        self.earlier = before.worths if before else {}
        self.previous = {one.channel: one.verdict for one in before.channels} if before else {}
        given = budget if budget is not None else self.policy.total_budget_day
        self.total = float(given) if given is not None else sum(one.now for one in self.weighed.money.values())
        self.margin = self.weighed.line  # what the last unit brings wherever money is moved, once it has been split

    def channels(self) -> list[Judgement]:
        """Every channel: those that cannot be judged first keep their money, the rest is split among the others."""
        unjudged = {name: made for name in self.history.channels if (made := self._unjudged(name)) is not None}
        settled = self._within_total(unjudged)
        others = [name for name in self.history.channels if name not in settled]
        plan, self.margin = self._split(others, settled)
        still = {name: made for name in others if (made := self._unmoved(name, plan[name])) is not None}
        plan, _ = self._split([name for name in others if name not in still], settled | still)
        moved = {name: self._moved(name, spend) for name, spend in plan.items()}
        return sorted((settled | still | moved).values(), key=lambda one: (-one.spend_now, one.channel))

    def _unjudged(self, name: str) -> Judgement | None:
        """A channel whose data do not carry a verdict, or that spends nothing now."""
        worth, now = self.weighed.worths[name], self.weighed.money[name].now
        arrived = lacking(self.known.arrivals, name, self.history.span, self.policy.min_coverage)
        if arrived is not None:
            return Judgement.without_data(name, now, arrived)
        claimed = self.claims[name]
        if isinstance(claimed, Claims) and claimed.jumped:
            jump = Why("claims_jumped", {"usual": claimed.usual, "lately": claimed.lately})
            return Judgement.unjudged(name, Verdict.NO_DATA, now, jump)
        if worth is Missing.TOO_NEW:
            test = max(now, float(self.policy.test_share) * self.total)
            return replace(Judgement.unjudged(name, Verdict.TEST, now, Why("too_new")), spend_next=test)
        if isinstance(worth, Missing):
            return Judgement.unjudged(name, Verdict.HOLD, now, Why(worth.value))
        return None if now else self._stopped(name)

    def _within_total(self, settled: Mapping[str, Judgement]) -> dict[str, Judgement]:
        """Tests take no more than what those that keep their money leave of the total: each as much less."""
        room = max(self.total - sum(one.spend_now for one in settled.values()), 0.0)
        more = sum(one.spend_next - one.spend_now for one in settled.values())
        part = min(room / more, 1.0) if more > 0 else 1.0
        return {
            name: replace(one, spend_next=one.spend_now + (one.spend_next - one.spend_now) * part)
            for name, one in settled.items()
        }

    def _stopped(self, name: str) -> Judgement:
        """Nothing is spent any more: whether to come back, with a small test, or not."""
        if self._is_poor(name):
            return self._made(name, Verdict.CUT, 0.0, first=Why("stopped"))
        return self._made(name, Verdict.TEST, float(self.policy.test_share) * self.total, first=Why("stopped"))

    def _split(self, names: Sequence[str], settled: Mapping[str, Judgement]) -> tuple[dict[str, float], float]:
        left = max(self.total - sum(one.spend_next for one in settled.values()), 0.0)
        spent = sum(self.weighed.money[name].now for name in names)
        least = NEXT_TO_NOTHING * min(left / spent, 1.0) if spent else 0.0
        purses = [self.weighed.purse(name, 0.0 if self._is_settled(name) else least) for name in names]
        found = equal_margins(purses, left, self.weighed.line)
        return dict(zip(names, found.spends, strict=True)), found.margin

    def _is_poor(self, name: str) -> bool:
        """Beyond enough doubt below the line; what was so at the review before stays so a little longer."""
        stays = STICKS if self.previous.get(name) is Verdict.CUT else 0.0
        return self.weighed.value(name).chance_below(self.weighed.line) > float(self.policy.cut_p) - stays

    def _is_settled(self, name: str) -> bool:
        """Is a channel below the line beyond doubt, or was it so beyond enough doubt at the review before too?"""
        again = self.previous.get(name) is Verdict.CUT and self._is_poor(name)
        return again or self.weighed.value(name).chance_below(self.weighed.line) >= self.policy.stop_p

    def _unmoved(self, name: str, spend: float) -> Judgement | None:
        """A channel whose money stays: the move would be small, or may well go the wrong way."""
        now = self.weighed.money[name].now
        if self._is_poor(name):
            return None
        if abs(spend / now - 1) < STEADY:
            return self._made(name, Verdict.KEEP, now)
        if self.weighed.sure(name, self.margin) < SURE_OF_DIRECTION:
            return self._made(name, Verdict.HOLD, now, first=Why("undecided"))
        return None

    def _moved(self, name: str, spend: float) -> Judgement:
        now = self.weighed.money[name].now
        if self._is_poor(name) and not self._bears_its_costs(name, spend):
            ends = self._is_settled(name) and spend < now * NEXT_TO_NOTHING
            return self._made(name, Verdict.CUT, 0.0 if ends else spend)
        if abs(spend / now - 1) < STEADY:
            return self._made(name, Verdict.KEEP, now)
        return self._made(name, Verdict.GROW if spend > now else Verdict.REDUCE, spend)

    def _bears_its_costs(self, name: str, spend: float) -> bool:
        """Whether the planned spend brings more above the line than the channel is said to cost a day beside it."""
        fixed, purse = self.fixed.get(name), self.weighed.purse(name)
        if fixed is None:
            return False
        brought = purse.value * purse.now * math.pow(spend / purse.now, purse.elasticity)
        return brought - self.weighed.line * spend > float(fixed)

    def _made(self, name: str, verdict: Verdict, spend: float, first: Why | None = None) -> Judgement:
        value, money = self.weighed.value(name), self.weighed.money[name]
        reasons = [
            *([first] if first else []),
            *([] if verdict is self.previous.get(name) else changed(self.weighed, name, self.earlier.get(name))),
            *reasons_of(self.weighed, name, spend),
        ]
        return Judgement(
            name,
            None,
            verdict,
            money.now,
            spend,
            value,
            value.chance_below(self.weighed.line),
            tuple(reasons),
            (value.middle - self.weighed.line) * money.now,
            tuple(flips(self.weighed, name, verdict, self.margin)),
            self.previous.get(name),
            verdict is Verdict.CUT and (not money.now or self._is_settled(name)),
        )
