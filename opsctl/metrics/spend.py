"""Spend: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="spend@1",
    shape=Shape.MONEY,
    zh="后台消耗",
    en="Spend",
    says="平台后台的消耗，未扣返点、赠款和赔付。",
)
def spend(spend: int) -> int:
    """What the platforms billed, as their back ends state it: before rebates, gifts and compensation.

    Examples:
        >>> spend.of(spend=["1360.50", 0])
        [1360.5, 0]
    """
    return spend
