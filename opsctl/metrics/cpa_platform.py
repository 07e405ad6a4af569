"""What a conversion costs, as the platform claims."""

from __future__ import annotations

from opsctl.metrics.metric import Interval, Ratio, Shape, Zero, metric


@metric(
    definition="cpa.platform@1",
    shape=Shape.PRICE,
    better="lower",
    zh="平台转化成本",
    en="Platform CPA",
    says="花费 ÷ 平台自报转化。与 cpa（自己的新增）不是一回事，不要混用。",
    interval=Interval.POISSON,
    zero=Zero.COST_PER,
)
def cpa_platform(spend_with_conversions: int, conversions: int) -> Ratio:
    """Cost per conversion as the platform claims it: spend / conversions, over the rows that know both.

    Platform-claimed: each platform credits itself. Never mixed with `cpa`, which counts your own new users.

    Examples:
        >>> cpa_platform.of(spend_with_conversions=[120], conversions=[8])
        [15.0]
    """
    return Ratio(spend_with_conversions, conversions)
