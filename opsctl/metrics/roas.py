"""What a yuan of spend brought in."""

from __future__ import annotations

from opsctl.metrics.metric import Ratio, Shape, Zero, metric


@metric(
    definition="roas@1",
    shape=Shape.MULTIPLE,
    better="higher",
    zh="投产比",
    en="ROAS",
    says="这个渠道带来的用户（不论何时新增）在期内的净支付 ÷ 期内花费。",
    zero=Zero.PER_COST,
)
def roas(earned: int, spend: int) -> Ratio:
    """Net paid in the period by users of the acquisition channel, whenever they came / spend in the period.

    A level, 3.2, never written as a percentage.

    Examples:
        >>> roas.of(earned=[320], spend=[100])
        [3.2]
    """
    return Ratio(earned, spend)
