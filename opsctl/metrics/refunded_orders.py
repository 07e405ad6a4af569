"""Refunded orders: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="refunded_orders@1",
    shape=Shape.COUNT,
    better="lower",
    zh="退款订单",
    en="Refunded orders",
    says="有退款的已支付订单数，记在订单支付那天。",
)
def refunded_orders(refunded_orders: int) -> int:
    """Paid orders of which something was refunded by now, on the day they were paid.

    Examples:
        >>> refunded_orders.of(refunded_orders=[1])
        [1]
    """
    return refunded_orders
