"""Why a channel is advised what it is, and what would change that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist, median

from opsctl.stats.split import margin_at
from opsctl.verdicts.judgement import Value, Verdict, Why
from opsctl.verdicts.weighed import SURE_OF_DIRECTION, Weighed
from opsctl.verdicts.worth import Missing, Money, Worth

PATIENCE = 2.0  # times the users seen; who needs more to decide is too close to call
HARDLY = 0.10  # less spread of log spend than this says nothing of elasticity
YOUNG = 0.35  # more of a value than this was never seen


def reasons_of(weighed: Weighed, name: str, spend: float) -> Iterable[Why]:
    """What speaks for an advised spend a day, the most important first."""
    worth, money = weighed.worth(name), weighed.money[name]
    yield against_line(weighed.value(name), weighed.line)
    yield from _beside_others(worth, [one for one in weighed.worths.values() if isinstance(one, Worth)])
    if money.now:
        next_unit = margin_at(weighed.purse(name), money.now)
        yield Why("margin", {"next": next_unit, "elasticity": weighed.elasticity(name)})
    yield from _reservations(weighed, worth, money, spend)


def against_line(value: Value, line: float) -> Why:
    """On which side of the line a value is believed to lie."""
    side = "below_line" if value.middle < line else "above_line"
    return Why(side, {"value": value.middle, "low": value.low, "high": value.high, "line": line})


def _beside_others(worth: Worth, everyone: Sequence[Worth]) -> Iterable[Why]:
    """How its users and their price compare with the middle of all channels."""
    if len(everyone) < 2:  # noqa: PLR2004 - nobody to compare with
        return
    yield Why("profit", {"profit": worth.profit, "others": median(one.profit for one in everyone)})
    yield Why("cost", {"cost": worth.cost, "others": median(one.cost for one in everyone)})


def _reservations(weighed: Weighed, worth: Worth, money: Money, spend: float) -> Iterable[Why]:
    if money.promo_days:
        yield Why("promotion", {"days": money.promo_days})
    if money.in_promotion:
        yield Why("in_promotion")
    if worth.response.spread < HARDLY:
        yield Why("prior_only")
    if spend > worth.response.most:
        yield Why("beyond_seen", {"most": worth.response.most})
    if money.now and spend >= money.now * weighed.step * (1 - 1e-9):
        yield Why("step", {"step": weighed.step})
    if worth.curve.extrapolated > YOUNG:
        yield Why("young", {"share": worth.curve.extrapolated})


def changed(weighed: Weighed, name: str, earlier: Worth | Missing | None) -> Iterable[Why]:
    """Which figure changed a verdict since the review before: what a user brings, or costs, whichever moved further."""
    if not isinstance(earlier, Worth):
        return
    now = weighed.worth(name)
    profit, cost = now.profit / earlier.profit, now.cost / earlier.cost
    if abs(math.log(profit)) > abs(math.log(cost)):
        yield Why("changed_profit", {"before": earlier.profit, "now": now.profit})
    else:
        yield Why("changed_cost", {"before": earlier.cost, "now": now.cost})


def flips(weighed: Weighed, name: str, verdict: Verdict, margin: float) -> Iterable[Why]:
    """What would change the verdict: the cost or retention at which the line is reached, or more users."""
    worth, value = weighed.worth(name), weighed.value(name)
    if verdict is Verdict.HOLD:
        yield _more_users(weighed, name, margin)
    if verdict in {Verdict.CUT, Verdict.REDUCE} and value.middle < weighed.line:
        yield Why("cost_to", {"cost": worth.cost * value.middle / weighed.line})
        kept = worth.curve.total - 1
        if kept > 0:
            yield Why("retention_times", {"times": (worth.curve.total * weighed.line / value.middle - 1) / kept})


def _more_users(weighed: Weighed, name: str, margin: float) -> Why:
    """About how many more users would tell which way; where drift alone hides the answer, that is said."""
    people, drift = weighed.worth(name).people, float(weighed.policy.drift) ** 2
    distance = weighed.distance(name, margin) / NormalDist().inv_cdf(SURE_OF_DIRECTION)
    needed, seen = distance**2 - drift, weighed.value(name).log.variance - drift
    if needed <= 0:
        return Why("too_close")
    more = max(people * (seen / needed - 1), 0.0)
    return Why("more_users", {"users": more}) if more <= people * PATIENCE else Why("too_close")
