"""Price of a click."""

from __future__ import annotations

from opsctl.metrics.metric import Ratio, Shape, Zero, metric


@metric(
    definition="cpc@1",
    shape=Shape.PRICE,
    better="lower",
    zh="点击单价",
    en="CPC",
    says="花费 ÷ 点击。",
    zero=Zero.COST_PER,
)
def cpc(spend_with_clicks: int, clicks: int) -> Ratio:
    """Cost of a click: spend / clicks, over the rows that know both.

    Examples:
        >>> cpc.of(spend_with_clicks=["1360.50"], clicks=[240])
        [5.66875]
    """
    return Ratio(spend_with_clicks, clicks)
