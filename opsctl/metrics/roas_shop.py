"""The same by the shop's own channel."""

from __future__ import annotations

from opsctl.metrics.metric import Ratio, Shape, Zero, metric


@metric(
    definition="roas.shop@1",
    shape=Shape.MULTIPLE,
    better="higher",
    zh="店铺投产比",
    en="Shop ROAS",
    says="店铺写在订单上的渠道的净支付 ÷ 花费。",
    zero=Zero.PER_COST,
)
def roas_shop(net_paid: int, spend: int) -> Ratio:
    """Net paid in the period by the channel that the shop writes on the order / spend in the period.

    Examples:
        >>> roas_shop.of(net_paid=[150], spend=[100])
        [1.5]
    """
    return Ratio(net_paid, spend)
