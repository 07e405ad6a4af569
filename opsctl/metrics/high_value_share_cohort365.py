"""New users above the threshold within their first year."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="hv.cohort365@1",
    shape=Shape.RATE,
    better="higher",
    zh="高价值用户占比(满365天)",
    en="Share of high-value users, first 365 days",
    says="新增后 365 天内净支付超过 3000 元的用户 ÷ 已满 365 天的新增。只有它能跨渠道、跨年比。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_cohort365", days=lambda _: 364, table="order"),
)
def high_value_share_cohort365(high_value_users_cohort365: int, mature_cohort365: int) -> Ratio:
    """New users whose net payments in their first 365 days are strictly above 3,000 CNY / new users seen that long.

    The only one of its kind that is comparable across channels and years.

    Examples:
        >>> high_value_share_cohort365.of(high_value_users_cohort365=[9], mature_cohort365=[100])
        [0.09]
    """
    return Ratio(high_value_users_cohort365, mature_cohort365)
