"""Gross paid: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="gross_paid@1",
    shape=Shape.MONEY,
    better="higher",
    zh="支付金额",
    en="Gross paid",
    says="支付金额，未扣退款，按支付日期。",
)
def gross_paid(gross_paid: int) -> int:
    """What buyers paid, before refunds, on the day of payment.

    Examples:
        >>> gross_paid.of(gross_paid=["178.80"])
        [178.8]
    """
    return gross_paid
