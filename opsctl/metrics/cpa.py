"""What a new user costs."""

from __future__ import annotations

from opsctl.metrics.metric import Interval, Ratio, Shape, Zero, metric


@metric(
    definition="cpa@1",
    shape=Shape.PRICE,
    better="lower",
    zh="获客成本",
    en="CPA",
    says="花费 ÷ 新增，正好是所问的那些行；合计包含不花钱的渠道。"
    "花了钱没带来新增的，没有成本，只给下限；没花钱的（自然量）也没有成本。",
    interval=Interval.POISSON,
    zero=Zero.COST_PER,
)
def cpa(spend: int, acquisitions: int) -> Ratio:
    """Cost per acquisition: all spend over all new users of exactly the rows asked for; a total is blended.

    A channel that spent and acquired nobody has no CPA, which is worse than a high one and must never sort as
    the cheapest: the value is unknown (`spend_no_conversion`) and `low` is the 95 % lower bound, spend / 3.0
    (Poisson, one-sided). A channel without cost (organic) has none either (`no_cost`).

    Examples:
        >>> cpa.of(spend=[120, 80, 0], acquisitions=[4, 0, 4])
        [30.0, None, None]
    """
    return Ratio(spend, acquisitions)
