"""What a yuan brought in by the N-th day of the users it bought."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Ratio, Shape, Zero, metric


@metric(
    definition="roas.cohort@1",
    shape=Shape.MULTIPLE,
    better="higher",
    zh="{N}日投产比",
    en="Day-{N} ROAS",
    says="新增后第 0-{N} 天的净支付 ÷ 带来他们那些天的花费，始终是同一批人。",
    zero=Zero.PER_COST,
    cohort=Cohort(mature="mature_orders_dN", days=lambda numbers: numbers["N"], table="order"),
)
def roas_dN(net_paid_dN: int, spend_mature_orders_dN: int) -> Ratio:
    """Net paid by new users on their days 0..N / spend on the days that acquired them; the same users throughout.

    Only days whose users have N days behind them count, on both sides.

    Examples:
        >>> roas_dN.of(net_paid_d30=[90], spend_mature_orders_d30=[100])
        [0.9]
    """
    return Ratio(net_paid_dN, spend_mature_orders_dN)
