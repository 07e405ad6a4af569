"""What every channel's money is believed to bring, and how surely more or less of it would be better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

from opsctl.config.policy import Policy
from opsctl.config.settings import Settings
from opsctl.stats.response import Belief
from opsctl.stats.shrinkage import Estimate
from opsctl.stats.split import Purse, margin_at
from opsctl.verdicts.history import History
from opsctl.verdicts.judgement import Value
from opsctl.verdicts.worth import Beliefs, Missing, Money, Worth, money_of, safe, worths

SURE_OF_DIRECTION = 0.65  # below this chance that the advised move goes the right way, nothing is moved
SUREST = 0.01  # the least doubt of an elasticity that a regression can work with


@dataclass(frozen=True)
class Weighed:
    """Channels on the scales: what their money is worth and how it answers, before anything is decided.

    Args:
        history: What they are judged on.
        policy: By which thresholds.
        worths: What their money is worth, where it is known.
        money: What they spend a day.
    """

    history: History
    policy: Policy
    worths: Mapping[str, Worth | Missing]
    money: Mapping[str, Money]

    @property
    def line(self) -> float:
        """The value per cost that money must bring."""
        return float(self.policy.line)

    @property
    def step(self) -> float:
        """The largest multiple of today's spend that is advised."""
        return float(min(self.policy.step, self.policy.cap))

    def worth(self, name: str) -> Worth:
        """What a channel's money is worth.

        Raises:
            KeyError: That is not known.
        """
        worth = self.worths[name]
        if not isinstance(worth, Worth):
            raise KeyError(name)
        return worth

    def value(self, name: str) -> Value:
        """Its value per cost. Drift widens what is believed; it does not move it."""
        drawn = self.worth(name).drawn
        return Value(Estimate(drawn.mean, drawn.variance + float(self.policy.drift) ** 2))

    def elasticity(self, name: str) -> float:
        """Of what the money brings: that of the users, less what the further ones are worth less."""
        return safe(self.worth(name).response.elasticity - float(self.policy.elasticity.dilution))

    def purse(self, name: str, least: float = 0.0) -> Purse:
        """Where its money can go; `least` is the part of today's that stays."""
        now = self.money[name].now
        return Purse(now, self.value(name).middle, self.elasticity(name), now * self.step, now * least)

    def sure(self, name: str, margin: float) -> float:
        """How probable it is that the last unit spent today truly brings more, or less, than it would elsewhere."""
        return NormalDist().cdf(self.distance(name, margin) / self.value(name).log.variance ** 0.5)

    def distance(self, name: str, margin: float) -> float:
        """How far apart in logs what its last unit brings and what it would bring elsewhere are believed to be."""
        purse = self.purse(name)
        return abs(math.log(margin_at(purse, purse.now)) - math.log(margin))


def weighed(history: History, settings: Settings) -> Weighed:
    """All channels that spent."""
    money = {channel: money_of(history, channel) for channel in history.channels}
    return Weighed(history, settings.policy, worths(history, _beliefs(settings, history.channels)), money)


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
