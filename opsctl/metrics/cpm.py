"""Price of a thousand impressions."""

from __future__ import annotations

from fractions import Fraction

from opsctl.metrics.metric import Ratio, Shape, Zero, metric


@metric(
    definition="cpm@1",
    shape=Shape.PRICE,
    better="lower",
    zh="千次曝光成本",
    en="CPM",
    says="1000 × 花费 ÷ 曝光。",
    zero=Zero.COST_PER,
)
def cpm(spend_with_impressions: int, impressions: int) -> Ratio:
    """Cost of a thousand impressions: 1000 x spend / impressions, over the rows that know both.

    A ratio of sums, never a mean of daily ratios.

    Examples:
        >>> cpm.of(spend_with_impressions=["1360.50"], impressions=[12000])
        [113.375]
    """
    return Ratio(spend_with_impressions, impressions, times=Fraction(1000))
