"""Buyers by the shop's own channel."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="buyers.shop@1",
    shape=Shape.COUNT,
    better="higher",
    zh="店铺支付买家数",
    en="Shop buyers",
    says="按店铺写在订单上的渠道，期内有支付订单的去重用户；在两个渠道都买过的，各算一个。",
)
def buyers_shop(buyers_shop: int) -> int:
    """Users with a paid order in the period under the channel that the shop writes on the order.

    Whoever bought under two channels is a buyer of each. A buyer belongs to the day and the category of the first
    of these orders; what was refunded later was bought all the same.

    Examples:
        >>> buyers_shop.of(buyers_shop=[80])
        [80]
    """
    return buyers_shop
