"""Gross profit of a new user by the N-th day."""

from __future__ import annotations

from fractions import Fraction

from opsctl.metrics.metric import Cohort, Ratio, Shape, metric


@metric(
    definition="ltv@1",
    shape=Shape.PRICE,
    better="higher",
    zh="{N}日LTV(毛利)",
    en="{N}-day LTV",
    says="新增后第 0-{N} 天净支付 × 毛利率 ÷ 这批新增（没买的也算）。已实现的，不含预测。",
    cohort=Cohort(mature="mature_orders_dN", days=lambda numbers: numbers["N"], table="order"),
)
def ltv_Nd(net_paid_dN: int, mature_orders_dN: int, margin: Fraction) -> Ratio:
    """Net paid on days 0..N by the mature users of the cohort x gross margin / all of these users.

    Realised, never projected. Without `margin:` in opsctl.yaml it is unknown (`no_margin`).

    Examples:
        >>> ltv_Nd.of(net_paid_d90=[500], mature_orders_d90=[100], margin=["0.3"])
        [1.5]
    """
    return Ratio(net_paid_dN, mature_orders_dN, times=margin)
