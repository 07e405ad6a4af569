"""The steps between a channel's money and its users, and what each of them contributed to a price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from opsctl.core import money
from opsctl.measures.evidence import Ask
from opsctl.measures.family import Unit
from opsctl.measures.totals import totals
from opsctl.metrics.metric import unit_of
from opsctl.stats.decomposition import factors
from opsctl.verdicts.comparison import Comparison


class Factorless(StrEnum):
    """Why a price has no factors."""

    NOT_TOLD = "not_told"  # some money comes without its clicks
    NOT_POSITIVE = "not_positive"  # a step of zero has no logarithm


@dataclass(frozen=True, slots=True)
class Factor:
    """One step of a price, and what it contributed to the price's change, in money.

    Args:
        name: `cpc`, `cpm`, `ctr`, or `users_per_click`: new users for each click.
        before: Its own value in the earlier period.
        after: In the later one.
        effect: What it contributed to the price.
    """

    name: str
    before: float
    after: float
    effect: float


@dataclass(frozen=True, slots=True)
class Factors:
    """A price as a product, shortest chain first; the effects of each chain add up to the price's change.

    Args:
        chains: CPC and users per click; where impressions are told too, CPM, CTR and users per click.
        reason: Why there are none; None also for metrics that are no such product.
    """

    chains: tuple[tuple[Factor, ...], ...] = ()
    reason: Factorless | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """`times` x `over` / `under`, which the price is multiplied by, or divided by where it is `inverse`."""

    name: str
    over: str
    under: str
    inverse: bool = False
    times: int = 1


_CPC = _Step("cpc", "spend", "clicks")
_CPM = _Step("cpm", "spend", "impressions", times=1000)
_CTR = _Step("ctr", "clicks", "impressions", inverse=True)
_USERS = {"cpa": "acquisitions", "cpa_paid": "acquisitions_paid"}
_TOLD = {  # a measure, and its part that comes with the other side of a step: equal where all rows tell it
    "clicks": (("spend", "spend_with_clicks"),),
    "impressions": (
        ("spend", "spend_with_impressions"),
        ("impressions", "impressions_with_clicks"),
        ("clicks", "clicks_with_impressions"),
    ),
}

Amounts = Mapping[str, int | None]


def factors_of(asked: Comparison) -> Factors:
    """What CPC (or CPM and CTR) and users per click contributed to a change of CPA; nothing for other metrics."""
    users = _USERS.get(asked.metric.name)
    if users is None:
        return Factors()
    per_click = _Step("users_per_click", users, "clicks", inverse=True)
    before, after = (_amounts(asked, at, users) for at in (0, 1))
    chains = {"clicks": (_CPC, per_click), "impressions": (_CPM, _CTR, per_click)}
    told = [name for name in chains if _told(before, name) and _told(after, name)]
    if "clicks" not in told:
        return Factors(reason=Factorless.NOT_TOLD)
    made = [_made(chains[name], before, after) for name in told]
    found = tuple(chain for chain in made if chain is not None)
    return Factors(found, None if found else Factorless.NOT_POSITIVE)


def _amounts(asked: Comparison, at: int, users: str) -> Amounts:
    names = {"spend", "clicks", "impressions", users} | {
        name for pairs in _TOLD.values() for pair in pairs for name in pair
    }
    found = totals(asked.evidence, Ask(asked.spans[at], (), asked.where), sorted(names))
    return {name: found.get(name, ()).amount for name in names}


def _told(amounts: Amounts, name: str) -> bool:
    """Whether all money, and all impressions and clicks, come with the others."""
    return all(amounts[whole] is not None and amounts[whole] == amounts[part] for whole, part in _TOLD[name])


def _made(steps: tuple[_Step, ...], before: Amounts, after: Amounts) -> tuple[Factor, ...] | None:
    values = [[_value(step, amounts) for step in steps] for amounts in (before, after)]
    known = [[value for value in of if value] for of in values]
    if any(len(of) < len(steps) for of in known):
        return None
    effects = factors(*([_in_price(*pair) for pair in zip(steps, of, strict=True)] for of in known))
    if effects is None:
        return None
    rows = zip(steps, *known, effects, strict=True)
    return tuple(Factor(step.name, float(one), float(other), effect) for step, one, other, effect in rows)


def _value(step: _Step, amounts: Amounts) -> Fraction | None:
    """What people call it: money per click, clicks per impression."""
    over, under = amounts[step.over], amounts[step.under]
    if over is None or not under:
        return None
    scale = money.TEN_THOUSANDTHS if unit_of(step.over) is Unit.MONEY else 1
    return Fraction(over, scale * under) * step.times


def _in_price(step: _Step, value: Fraction) -> Fraction:
    return step.times / value if step.inverse else value / step.times
