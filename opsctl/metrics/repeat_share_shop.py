"""Buyers who bought again, by the shop's own channel."""

from __future__ import annotations

from opsctl.metrics.metric import Interval, Ratio, Shape, metric


@metric(
    definition="rep.period.shop@1",
    shape=Shape.RATE,
    better="higher",
    zh="店铺期内复购占比",
    en="Shop repeat share",
    says="按店铺写在订单上的渠道，期内有两笔及以上支付订单的用户 ÷ 期内有支付订单的用户；"
    "同一天的两单也算。与首购之后 N 天的复购率是两回事。",
    interval=Interval.WILSON,
)
def repeat_share_shop(repeat_buyers_shop: int, buyers_shop: int) -> Ratio:
    """Users with two or more paid orders in the period under one channel of the shop / users with at least one.

    The longer the period, the more buy again; `repurchase_rate_Nd` gives everyone the same time, and counts
    orders of one day as one purchase.

    Examples:
        >>> repeat_share_shop.of(repeat_buyers_shop=[20], buyers_shop=[80])
        [0.25]
    """
    return Ratio(repeat_buyers_shop, buyers_shop)
