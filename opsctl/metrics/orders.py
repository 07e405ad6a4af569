"""Orders: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="orders@1",
    shape=Shape.COUNT,
    better="higher",
    zh="订单",
    en="Orders",
    says="订单数，付没付款都算，按下单日期。",
)
def orders(orders: int) -> int:
    """Orders made, paid or not, on the day they were made, by the order's own channel.

    Examples:
        >>> orders.of(orders=[3])
        [3]
    """
    return orders
