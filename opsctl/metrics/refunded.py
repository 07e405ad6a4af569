"""Refunded: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="refunded@1",
    shape=Shape.MONEY,
    better="lower",
    zh="退款金额",
    en="Refunded",
    says="截至目前的退款金额，记在订单支付那天。",
)
def refunded(refunded: int) -> int:
    """What was refunded by now of orders paid in the period, booked on the day the order was paid.

    A refund whose date nobody gave counts as known on the day of payment.

    Examples:
        >>> refunded.of(refunded=["64.80"])
        [64.8]
    """
    return refunded
