"""Paid orders: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="paid_orders@1",
    shape=Shape.COUNT,
    better="higher",
    zh="支付订单",
    en="Paid orders",
    says="已支付订单数，按支付日期，之后退不退款都算。",
)
def paid_orders(paid_orders: int) -> int:
    """Orders that were paid, on the day of payment, whatever was refunded later.

    Examples:
        >>> paid_orders.of(paid_orders=[2])
        [2]
    """
    return paid_orders
