"""Net paid: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="net_paid@1",
    shape=Shape.MONEY,
    better="higher",
    zh="成交净额",
    en="Net paid",
    says="支付金额 - 退款，按支付日期。",
)
def net_paid(net_paid: int) -> int:
    """What buyers paid less what was refunded by now, on the day of payment: gross_paid - refunded.

    Examples:
        >>> net_paid.of(net_paid=["114.00"])
        [114.0]
    """
    return net_paid
