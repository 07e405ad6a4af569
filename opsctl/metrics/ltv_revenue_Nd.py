"""Revenue of a new user by the N-th day."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Ratio, Shape, metric


@metric(
    definition="ltv.revenue@1",
    shape=Shape.PRICE,
    better="higher",
    zh="{N}日LTV(收入)",
    en="{N}-day LTV, revenue",
    says="新增后第 0-{N} 天净支付 ÷ 这批新增（没买的也算）。已实现的，不含预测。",
    cohort=Cohort(mature="mature_orders_dN", days=lambda numbers: numbers["N"], table="order"),
)
def ltv_revenue_Nd(net_paid_dN: int, mature_orders_dN: int) -> Ratio:
    """Net paid on days 0..N by the mature users of the cohort / all of these users, buyers or not.

    Realised, never projected. Refunds are booked to the order they belong to.

    Examples:
        >>> ltv_revenue_Nd.of(net_paid_d90=[500], mature_orders_d90=[100])
        [5.0]
    """
    return Ratio(net_paid_dN, mature_orders_dN)
