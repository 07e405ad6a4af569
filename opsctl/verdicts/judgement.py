"""A verdict on a channel or campaign, with what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import NormalDist
from typing import overload

from opsctl.stats.shrinkage import Estimate

LEVEL = 0.80  # of every interval around what a verdict rests on
STEADY = 0.10  # a smaller move is no advice
PLACES = 6  # what the model can know of a number; further digits would differ from machine to machine
_NORMAL = NormalDist()
_HALF = _NORMAL.inv_cdf((1 + LEVEL) / 2)


@overload
def rounded(value: float) -> float: ...
@overload
def rounded(value: float | None) -> float | None: ...
def rounded(value: float | None) -> float | None:
    """A number for programs, to what the model can know of it."""
    return None if value is None else round(value, PLACES)


class Verdict(StrEnum):
    """What to do with a channel's money."""

    KEEP = "keep"
    GROW = "grow"
    REDUCE = "reduce"
    TEST = "test"
    HOLD = "hold"
    CUT = "cut"
    NO_DATA = "no_data"


MOVES = (Verdict.CUT, Verdict.REDUCE, Verdict.GROW, Verdict.TEST)  # what must be approved, in the order of a page


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: its stable code, and the numbers that belong to it."""

    code: str
    numbers: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The code and its numbers, rounded to what the model can know."""
        return {"code": self.code, **{name: rounded(number) for name, number in self.numbers.items()}}


@dataclass(frozen=True, slots=True)
class Value:
    """Value per cost: the middle of what is believed, with an 80 % interval.

    Args:
        log: Mean and variance of its logarithm, drift included.
    """

    log: Estimate

    @property
    def middle(self) -> float:
        """The value that is as likely too high as too low."""
        return math.exp(self.log.mean)

    @property
    def low(self) -> float:
        """The truth is below it with a chance of one in ten."""
        return math.exp(self.log.mean - _HALF * self.log.variance**0.5)

    @property
    def high(self) -> float:
        """The truth is above it with a chance of one in ten."""
        return math.exp(self.log.mean + _HALF * self.log.variance**0.5)

    def chance_below(self, line: float) -> float:
        """How probable it is that the truth lies below a line above 0."""
        return _NORMAL.cdf((math.log(line) - self.log.mean) / self.log.variance**0.5)


@dataclass(frozen=True)
class Judgement:
    """What is advised for one channel or campaign, and why.

    Args:
        channel: Whose money.
        campaign: Of which campaign; None for the channel.
        verdict: The advice.
        spend_now: Its spend a day.
        spend_next: The spend a day that is advised.
        value: Value per cost; None where it is not known.
        p_below: How probable it is that it lies below the line.
        reasons: The most important first.
        at_stake: What it brings a day above the line's worth of its spend; negative: what it loses.
        flips: What would change the verdict.
        previous: The verdict of the review before; None where there was none.
        stop: Is its stop beyond doubt, done already, or advised for the second review in a row?
    """

    channel: str
    campaign: str | None
    verdict: Verdict
    spend_now: float
    spend_next: float
    value: Value | None = None
    p_below: float | None = None
    reasons: tuple[Why, ...] = ()
    at_stake: float | None = None
    flips: tuple[Why, ...] = ()
    previous: Verdict | None = None
    stop: bool = False

    @classmethod
    def unjudged(cls, channel: str, verdict: Verdict, spend: float, why: Why) -> Judgement:
        """A channel that keeps its money, since it cannot be said what that is worth."""
        return cls(channel, None, verdict, spend, spend, reasons=(why,))

    @classmethod
    def without_data(cls, channel: str, spend: float, arrived: float) -> Judgement:
        """A channel of which only this share of its account-days arrived: nothing is advised."""
        return cls.unjudged(channel, Verdict.NO_DATA, spend, Why("coverage", {"share": arrived}))

    @property
    def advice(self) -> Verdict:
        """What is asked for today: a stop only where it is one beyond doubt, before that less money."""
        if self.stop:
            return Verdict.CUT
        return Verdict.REDUCE if self.verdict is Verdict.CUT else self.verdict

    @property
    def move(self) -> float:
        """The advised change of spend, relative; none where nothing is spent."""
        return self.spend_next / self.spend_now - 1 if self.spend_now else 0.0
