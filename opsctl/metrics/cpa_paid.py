"""What a new user of a paid channel costs."""

from __future__ import annotations

from opsctl.metrics.metric import Interval, Ratio, Shape, Zero, metric


@metric(
    definition="cpa.paid@1",
    shape=Shape.PRICE,
    better="lower",
    zh="付费获客成本",
    en="Paid CPA",
    says="花费 ÷ 花了钱的渠道的新增；免费渠道的新增不算在内。",
    interval=Interval.POISSON,
    zero=Zero.COST_PER,
)
def cpa_paid(spend: int, acquisitions_paid: int) -> Ratio:
    """Cost per acquisition over the channels that spent in the period; users of free channels are left out.

    Examples:
        >>> cpa_paid.of(spend=[240], acquisitions_paid=[8])
        [30.0]
    """
    return Ratio(spend, acquisitions_paid)
