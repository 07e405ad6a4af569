"""Who bought again within N days."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="rep.later.day@1",
    shape=Shape.RATE,
    better="higher",
    zh="{N}日复购率",
    en="Repurchase within {N} days",
    says="首次购买后 {N} 天内、在之后某天又买过的人 ÷ 已满 {N} 天的首购用户。"
    "同一天拆成几单算一次；全额退款的不算买过。",
    interval=Interval.WILSON,
    cohort=Cohort(
        mature="mature_buyers_Nd",
        days=lambda numbers: numbers["N"],
        users="first_buyers",
        last="last_first_purchase",
        table="order",
    ),
    least=1,
)
def repurchase_rate_Nd(repeat_buyers_Nd: int, mature_buyers_Nd: int) -> Ratio:
    """First-time buyers with a further paid order on a later day within N days / first-time buyers seen that long.

    The first purchase is the first one in the data: an export that starts late makes old buyers look new.
    Orders split over one day are one purchase; an order that was refunded whole makes no buyer.

    Examples:
        >>> repurchase_rate_Nd.of(repeat_buyers_90d=[45], mature_buyers_90d=[100])
        [0.45]
    """
    return Ratio(repeat_buyers_Nd, mature_buyers_Nd)
