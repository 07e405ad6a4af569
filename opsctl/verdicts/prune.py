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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from opsctl.config.settings import Settings
from opsctl.core.period import Period
from opsctl.measures.coverage import lacking
from opsctl.measures.known import Known
from opsctl.stats.response import Belief
from opsctl.stats.shrinkage import Estimate
from opsctl.stats.split import Purse, equal_margins, margin_at
from opsctl.verdicts.campaign_worth import beside_channel
from opsctl.verdicts.claims import Claims, claims
from opsctl.verdicts.history import History, Unit, history
from opsctl.verdicts.judgement import Judgement, Value, Verdict, Why
from opsctl.verdicts.worth import RECENT_DAYS, Beliefs, Missing, Money, Worth, money_of, safe, worths

STEADY = 0.10  # a smaller move is no advice
SURE_OF_DIRECTION = 0.65  # below this chance that the advised move goes the right way, nothing is moved
PATIENCE = 2.0  # times the users seen; who needs more to decide is too close to call
STICKS = 0.05  # so much less probability keeps a stop that was advised before
NEXT_TO_NOTHING = 0.05  # of today's spend: a stop that leaves less leaves nothing, and less in doubt leaves that
HARDLY = 0.10  # less spread of log spend than this says nothing of elasticity
SUREST = 0.01  # the least doubt of an elasticity that a regression can work with
YOUNG = 0.35  # more of a value than this was never seen


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
    channels = desk.channels()
    return Pruning(
        found.span, float(policy.line), desk.total, tuple(channels), tuple(desk.campaigns(channels)), desk.worths, found
    )


class _Desk:
    """One day's judging."""

    def __init__(
        self, history: History, settings: Settings, known: Known, budget: float | None, before: Pruning | None
    ) -> None:
        self.history, self.policy, self.known = history, settings.policy, known
        project = settings.project
        self.fixed = {name: one.fixed_cost_day for name, one in project.channels.items()}
        self.claims = claims(known.evidence, history)
        self.before = before
        self.previous = {one.channel: one.verdict for one in before.channels} if before else {}
        self.worths = worths(history, _beliefs(settings, history.channels))
        self.money = {channel: money_of(history, channel) for channel in history.channels}
        given = budget if budget is not None else self.policy.total_budget_day
        self.total = float(given) if given is not None else sum(one.now for one in self.money.values())
        self.line = float(self.policy.line)
        self.margin = self.line  # what the last unit brings wherever money is moved, once it has been split

    # --- channels ---------------------------------------------------------------------------------------

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
        worth, now = self.worths[name], self.money[name].now
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
        spent = sum(self.money[name].now for name in names)
        least = NEXT_TO_NOTHING * min(left / spent, 1.0) if spent else 0.0
        purses = [self._purse(name, 0.0 if self._is_settled(name) else least) for name in names]
        found = equal_margins(purses, left, self.line)
        return dict(zip(names, found.spends, strict=True)), found.margin

    def _purse(self, name: str, least: float = 0.0) -> Purse:
        """Where a channel's money can go; `least` is the part of today's that stays."""
        now = self.money[name].now
        most = now * float(min(self.policy.step, self.policy.cap))
        return Purse(now, self._value(name).middle, self._elasticity(name), most, now * least)

    def _elasticity(self, name: str) -> float:
        """Of what the money brings: that of the users, less what the further ones are worth less."""
        return safe(self._worth(name).response.elasticity - float(self.policy.elasticity.dilution))

    def _worth(self, name: str) -> Worth:
        worth = self.worths[name]
        if not isinstance(worth, Worth):
            raise KeyError(name)
        return worth

    def _value(self, name: str) -> Value:
        """Drift widens what is believed; it does not move it."""
        drawn = self._worth(name).drawn
        return Value(Estimate(drawn.mean, drawn.variance + float(self.policy.drift) ** 2))

    def _is_poor(self, name: str) -> bool:
        """Beyond enough doubt below the line; what was so at the review before stays so a little longer."""
        stays = STICKS if self.previous.get(name) is Verdict.CUT else 0.0
        return self._value(name).chance_below(self.line) > float(self.policy.cut_p) - stays

    def _is_settled(self, name: str) -> bool:
        """Is a channel below the line beyond doubt, or was it so beyond enough doubt at the review before too?"""
        again = self.previous.get(name) is Verdict.CUT and self._is_poor(name)
        return again or self._value(name).chance_below(self.line) >= self.policy.stop_p

    def _unmoved(self, name: str, spend: float) -> Judgement | None:
        """A channel whose money stays: the move would be small, or may well go the wrong way."""
        now = self.money[name].now
        if self._is_poor(name):
            return None
        if abs(spend / now - 1) < STEADY:
            return self._made(name, Verdict.KEEP, now)
        if self._sure(name, self.margin) < SURE_OF_DIRECTION:
            return self._made(name, Verdict.HOLD, now, first=Why("undecided"))
        return None

    def _sure(self, name: str, margin: float) -> float:
        """How probable it is that the last unit spent today truly brings more, or less, than it would elsewhere."""
        return NormalDist().cdf(self._distance(name, margin) / self._value(name).log.variance ** 0.5)

    def _distance(self, name: str, margin: float) -> float:
        """How far apart in logs what its last unit brings and what it would bring elsewhere are believed to be."""
        purse = self._purse(name)
        return abs(math.log(margin_at(purse, purse.now)) - math.log(margin))

    def _moved(self, name: str, spend: float) -> Judgement:
        now = self.money[name].now
        if self._is_poor(name) and not self._bears_its_costs(name, spend):
            ends = self._is_settled(name) and spend < now * NEXT_TO_NOTHING
            return self._made(name, Verdict.CUT, 0.0 if ends else spend)
        if abs(spend / now - 1) < STEADY:
            return self._made(name, Verdict.KEEP, now)
        return self._made(name, Verdict.GROW if spend > now else Verdict.REDUCE, spend)

    def _bears_its_costs(self, name: str, spend: float) -> bool:
        """Whether the planned spend brings more above the line than the channel is said to cost a day beside it."""
        fixed, purse = self.fixed.get(name), self._purse(name)
        if fixed is None:
            return False
        brought = purse.value * purse.now * math.pow(spend / purse.now, purse.elasticity)
        return brought - self.line * spend > float(fixed)

    def _made(self, name: str, verdict: Verdict, spend: float, first: Why | None = None) -> Judgement:
        value, money = self._value(name), self.money[name]
        reasons = [*([first] if first else []), *self._changed(name, verdict), *self._reasons(name, spend)]
        return Judgement(
            name,
            None,
            verdict,
            money.now,
            spend,
            value,
            value.chance_below(self.line),
            tuple(reasons),
            (value.middle - self.line) * money.now,
            tuple(self._flips(name, verdict)),
            self.previous.get(name),
            verdict is Verdict.CUT and (not money.now or self._is_settled(name)),
        )

    def _changed(self, name: str, verdict: Verdict) -> Iterable[Why]:
        """Which figure changed a verdict: what a user brings, or costs, whichever moved further."""
        earlier = self.before.worths.get(name) if self.before else None
        if verdict is self.previous.get(name) or not isinstance(earlier, Worth):
            return
        now = self._worth(name)
        profit, cost = now.profit / earlier.profit, now.cost / earlier.cost
        if abs(math.log(profit)) > abs(math.log(cost)):
            yield Why("changed_profit", {"before": earlier.profit, "now": now.profit})
        else:
            yield Why("changed_cost", {"before": earlier.cost, "now": now.cost})

    # --- why --------------------------------------------------------------------------------------------

    def _reasons(self, name: str, spend: float) -> Iterable[Why]:
        worth, value, money = self._worth(name), self._value(name), self.money[name]
        side = "below_line" if value.middle < self.line else "above_line"
        yield Why(side, {"value": value.middle, "low": value.low, "high": value.high, "line": self.line})
        yield from _beside_others(worth, [one for one in self.worths.values() if isinstance(one, Worth)])
        if money.now:
            yield Why("margin", {"next": margin_at(self._purse(name), money.now), "elasticity": self._elasticity(name)})
        yield from self._reservations(worth, money, spend)

    def _reservations(self, worth: Worth, money: Money, spend: float) -> Iterable[Why]:
        if money.promo_days:
            yield Why("promotion", {"days": money.promo_days})
        if money.in_promotion:
            yield Why("in_promotion")
        if worth.response.spread < HARDLY:
            yield Why("prior_only")
        if spend > worth.response.most:
            yield Why("beyond_seen", {"most": worth.response.most})
        if money.now and spend >= money.now * float(min(self.policy.step, self.policy.cap)) * (1 - 1e-9):
            yield Why("step", {"step": float(min(self.policy.step, self.policy.cap))})
        if worth.curve.extrapolated > YOUNG:
            yield Why("young", {"share": worth.curve.extrapolated})

    def _flips(self, name: str, verdict: Verdict) -> Iterable[Why]:
        """What would change the verdict: the cost or retention at which the line is reached, or more users."""
        worth, value = self._worth(name), self._value(name)
        if verdict is Verdict.HOLD:
            yield self._more_users(name, worth, value)
        if verdict in {Verdict.CUT, Verdict.REDUCE} and value.middle < self.line:
            yield Why("cost_to", {"cost": worth.cost * value.middle / self.line})
            kept = worth.curve.total - 1
            if kept > 0:
                yield Why("retention_times", {"times": (worth.curve.total * self.line / value.middle - 1) / kept})

    def _more_users(self, name: str, worth: Worth, value: Value) -> Why:
        """About how many more users would tell which way; where drift alone hides the answer, that is said."""
        distance = self._distance(name, self.margin) / NormalDist().inv_cdf(SURE_OF_DIRECTION)
        needed = distance**2 - float(self.policy.drift) ** 2
        seen = value.log.variance - float(self.policy.drift) ** 2
        if needed <= 0:
            return Why("too_close")
        more = max(worth.people * (seen / needed - 1), 0.0)
        return Why("more_users", {"users": more}) if more <= worth.people * PATIENCE else Why("too_close")

    # --- campaigns --------------------------------------------------------------------------------------

    def campaigns(self, channels: Iterable[Judgement]) -> list[Judgement]:
        """Every campaign of the channels whose worth is known; their channel's money, split among them alike."""
        if not self.history.told_by_campaign:
            return []
        beside = beside_channel(self.history)
        judged = {one.channel: one for one in channels}
        found = [made for unit in beside if (made := self._campaign(unit, beside, judged[unit[0]])) is not None]
        return sorted(found, key=lambda one: (-one.spend_now, one.channel, one.campaign or ""))

    def _campaign(self, unit: Unit, beside: Mapping[Unit, Estimate], channel: Judgement) -> Judgement | None:
        now = self._spend_now(unit)
        if channel.value is None or not sum(self.history.campaigns[unit].spend):
            return None
        own, of_channel = beside[unit], channel.value.log
        value = Value(Estimate(of_channel.mean + own.mean, of_channel.variance + own.variance))
        chance = value.chance_below(self.line)
        spend = self._share(unit, beside, channel)
        verdict = _campaign_verdict(chance > self.policy.cut_p_campaign, now, spend)
        side = "below_line" if value.middle < self.line else "above_line"
        why = Why(side, {"value": value.middle, "low": value.low, "high": value.high, "line": self.line})
        stake = (value.middle - self.line) * now
        stop = verdict is Verdict.CUT and chance >= self.policy.stop_p
        ends = channel.stop and not channel.spend_next
        return Judgement(*unit, verdict, now, spend, value, chance, (why,), stake, stop=stop or ends)

    def _spend_now(self, unit: Unit) -> float:
        recent = self.history.recent(unit[0], RECENT_DAYS)
        return sum(self.history.campaigns[unit].spend[at] for at in recent) / len(recent) if recent else 0.0

    def _share(self, unit: Unit, beside: Mapping[Unit, Estimate], channel: Judgement) -> float:
        """Its part of the channel's next spend: alike at the margin with its siblings, nothing above the step."""
        power = 1 / (1 - self._elasticity(channel.channel))
        siblings = [other for other in self.history.members[unit[0]] if other in beside]
        weights = {other: self._spend_now(other) * math.exp(beside[other].mean * power) for other in siblings}
        everything = sum(weights.values())
        part = channel.spend_next * weights[unit] / everything if everything else 0.0
        return min(part, self._spend_now(unit) * float(self.policy.step))


def _campaign_verdict(poor: bool, now: float, spend: float) -> Verdict:  # noqa: FBT001 - the one thing known of it
    if poor:
        return Verdict.CUT
    if not now or abs(spend / now - 1) < STEADY:
        return Verdict.KEEP
    return Verdict.GROW if spend > now else Verdict.REDUCE


def _beliefs(settings: Settings, channels: Iterable[str]) -> Beliefs:
    project, elasticity = settings.project, settings.policy.elasticity
    return Beliefs(
        Belief(elasticity=(float(elasticity.mean), max(float(elasticity.sd), SUREST))),
        {name: _margin(settings, name) for name in channels},
        {project.channel_of(name): float(part) for name, part in project.incrementality.items()},
    )


def _margin(settings: Settings, channel: str) -> float | None:
    margin = settings.project.margin
    found = margin.channel.get(channel, margin.default)
    return None if found is None else float(found)


def _beside_others(worth: Worth, everyone: Sequence[Worth]) -> Iterable[Why]:
    """How its users and their price compare with the middle of all channels."""
    if len(everyone) < 2:  # noqa: PLR2004 - nobody to compare with
        return
    profits, costs = (_middle([getattr(one, name) for one in everyone]) for name in ("profit", "cost"))
    yield Why("profit", {"profit": worth.profit, "others": profits})
    yield Why("cost", {"cost": worth.cost, "others": costs})


def _middle(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
