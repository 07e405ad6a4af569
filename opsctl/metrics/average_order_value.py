"""What a paid order is worth."""

from __future__ import annotations

from opsctl.metrics.metric import Ratio, Shape, metric


@metric(
    definition="aov@1",
    shape=Shape.PRICE,
    better="higher",
    zh="客单价",
    en="Average order value",
    says="支付金额 ÷ 已支付订单数，未扣退款。按订单算，不按人算。",
)
def average_order_value(gross_paid: int, paid_orders: int) -> Ratio:
    """What buyers paid before refunds / paid orders, on the day of payment. By order, not by buyer.

    Examples:
        >>> average_order_value.of(gross_paid=["506.50"], paid_orders=[2])
        [253.25]
    """
    return Ratio(gross_paid, paid_orders)
