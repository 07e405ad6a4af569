"""Verdicts on campaigns: their channel's, unless their own data say otherwise, and their part of its money."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opsctl.stats.shrinkage import Estimate
from opsctl.verdicts.campaign_worth import beside_channel
from opsctl.verdicts.history import Unit
from opsctl.verdicts.judgement import STEADY, Judgement, Value, Verdict
from opsctl.verdicts.reasons import against_line
from opsctl.verdicts.weighed import Weighed
from opsctl.verdicts.worth import RECENT_DAYS


def campaigns(weighed: Weighed, channels: Iterable[Judgement]) -> list[Judgement]:
    """Every campaign of the channels whose worth is known; their channel's money, split among them alike."""
    if not weighed.history.told_by_campaign:
        return []
    beside = _Beside(weighed, beside_channel(weighed.history))
    judged = {one.channel: one for one in channels}
    found = [made for unit in beside.logs if (made := beside.judged(unit, judged[unit[0]])) is not None]
    return sorted(found, key=lambda one: (-one.spend_now, one.channel, one.campaign or ""))


@dataclass(frozen=True)
class _Beside:
    """Campaigns beside their channels: the log of each one's value per cost over its channel's."""

    weighed: Weighed
    logs: Mapping[Unit, Estimate]

    def judged(self, unit: Unit, channel: Judgement) -> Judgement | None:
        now, policy, line = self._spend_now(unit), self.weighed.policy, self.weighed.line
        if channel.value is None or not sum(self.weighed.history.campaigns[unit].spend):
            return None
        own, of_channel = self.logs[unit], channel.value.log
        value = Value(Estimate(of_channel.mean + own.mean, of_channel.variance + own.variance))
        chance, spend = value.chance_below(line), self._share(unit, channel)
        verdict = Verdict.CUT if chance > policy.cut_p_campaign else _moved(now, spend)
        return Judgement(
            *unit,
            verdict,
            now,
            spend,
            value,
            chance,
            (against_line(value, line),),
            (value.middle - line) * now,
            stop=(verdict is Verdict.CUT and chance >= policy.stop_p) or (channel.stop and not channel.spend_next),
        )

    def _spend_now(self, unit: Unit) -> float:
        history = self.weighed.history
        recent = history.recent(unit[0], RECENT_DAYS)
        return sum(history.campaigns[unit].spend[at] for at in recent) / len(recent) if recent else 0.0

    def _share(self, unit: Unit, channel: Judgement) -> float:
        """Its part of the channel's next spend: alike at the margin with its siblings, nothing above the step."""
        power = 1 / (1 - self.weighed.elasticity(channel.channel))
        siblings = [other for other in self.weighed.history.members[unit[0]] if other in self.logs]
        weights = {other: self._spend_now(other) * math.exp(self.logs[other].mean * power) for other in siblings}
        everything = sum(weights.values())
        part = channel.spend_next * weights[unit] / everything if everything else 0.0
        return min(part, self._spend_now(unit) * float(self.weighed.policy.step))


def _moved(now: float, spend: float) -> Verdict:
    if not now or abs(spend / now - 1) < STEADY:
        return Verdict.KEEP
    return Verdict.GROW if spend > now else Verdict.REDUCE
