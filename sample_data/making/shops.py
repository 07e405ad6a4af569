"""What the shops sell and who buys it: goods, baskets, provinces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Taste:
    """How a user buys.

    Args:
        a_visit: The probability of an order on a visit.
        fewest: Pieces of one order, at least.
        most: And at most.
        a_year: Orders of one calendar year, at most.
        days: For so many days after acquisition there is anything to buy.
    """

    a_visit: float
    fewest: int
    most: int
    a_year: int = 1
    days: int = 0

    @property
    def regular(self) -> bool:
        """Whether such a user comes to buy again."""
        return self.a_year > 1

    def wants(self, day: int, orders: int) -> bool:
        """Whether there is anything to buy on a day after acquisition, with so many orders in that year."""
        return day <= self.days and orders < self.a_year


ONCE = Taste(0, 1, 3)  # on the day they come, and perhaps never again
COUPON = Taste(0, 1, 1)  # one cheap piece, on the day they come
FIRST_DAY = {2024: 0.028, 2025: 0.0125}  # users of usual appetite who do; their coupon ended with 2024
TASTES = {
    "at times": Taste(0.10, 1, 3, 1, 60),
    "often": Taste(0.18, 1, 3, 5, 120),
    "for many": Taste(0.60, 4, 5, 9, 180),
}
# Of users of usual appetite, by the year in which they came, how many buy in which way; all others never do.
# The members' programme of 2025 makes regulars of more of them.
HABITS = {
    2024: {"at times": 0.038, "often": 0.0108, "for many": 0.0118},
    2025: {"at times": 0.0185, "often": 0.0138, "for many": 0.0128},
}
COMMUNITY = {True: 0.42, False: 0.10}  # orders that come in through a community, of regulars and of others

# Titles and prices in yuan, by category.
GOODS: dict[str, tuple[tuple[str, int], ...]] = {
    "家居": (("亚麻抱枕套", 59), ("香薰蜡烛礼盒", 129), ("四件套纯棉", 299)),
    "厨具": (("玻璃保鲜盒 3件", 79), ("不粘炒锅 28cm", 169), ("手冲咖啡壶", 139)),
    "食品": (("橙子 5斤装", 49), ("混合坚果 30包", 109), ("冷萃茶 12瓶", 89)),
    "个护": (("洗护套装", 119), ("电动牙刷", 199), ("棉柔巾 6包", 39)),
}
DEMAND = {"家居": 25, "厨具": 20, "食品": 35, "个护": 20}
CITY_TIERS = {"一线": 18, "新一线": 25, "二线": 24, "三线及以下": 33}
PROVINCES = {"浙江省": 20, "江苏省": 18, "广东省": 22, "上海": 12, "四川省": 10, "湖北省": 9, "山东省": 9}
TMALL_A_DAY = {2024: 2.2, 2025: 2.8}  # orders of the Tmall shop on a usual day
