"""What the sample tells: the channels of 橙子生活, what their campaigns cost, and who stays.

Kuaishou looks cheapest and keeps the fewest; most of that is one campaign, 激励视频.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FIRST = date(2025, 2, 3)  # a Monday
LAST = date(2025, 5, 25)  # a Sunday
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]


@dataclass(frozen=True)
class Campaign:
    """What one campaign does on a usual day.

    Args:
        name: What the platform calls it; None for users whom no campaign brought.
        yuan: Spent.
        cpa: Yuan per new user, by our own count.
        stay: The share of new users who are active on day 7.
        users: New users where nothing is spent.
        ad_group: The finer entity, with its id and bid, where the platform reports it.
    """

    name: str | None
    stay: float
    yuan: float = 0
    cpa: float = 1
    users: float = 0
    ad_group: str | None = None
    ad_group_id: str = ""
    bid: str = "-"
    first: date = FIRST
    last: date = LAST


@dataclass(frozen=True)
class Channel:
    """One channel.

    Args:
        appetite: How readily its users buy, 1 being usual.
        cpm: Yuan per thousand impressions.
        ctr: Clicks per impression.
        claimed: Conversions that the platform claims per user that we count.
    """

    id: str
    campaigns: tuple[Campaign, ...]
    appetite: float
    cpm: float = 0
    ctr: float = 0
    claimed: float = 0


def _unit(at: int, project: str, name: str, bid: str, **figures: float | date) -> Campaign:
    return Campaign(project, ad_group=name, ad_group_id=f"746500000000000{at:04}", bid=bid, **figures)  # type: ignore[arg-type]  # figures are Campaign's own


SPRING, LIVE = "春季拉新", "直播引流"
NEW_CREATIVES = date(2025, 3, 31)

CHANNELS = (
    Channel(
        "douyin",
        (
            _unit(1, SPRING, "拉新-短视频-A", "30.00", yuan=620, cpa=30.5, stay=0.21),
            _unit(2, SPRING, "拉新-短视频-B", "32.00", yuan=380, cpa=32.5, stay=0.225),
            _unit(3, LIVE, "直播间引流-01", "35.00", yuan=300, cpa=35.5, stay=0.25),
            _unit(4, SPRING, "老素材-口播", "33.00", yuan=160, cpa=34.0, stay=0.17, last=NEW_CREATIVES),
            _unit(5, SPRING, "新素材-场景", "30.00", yuan=180, cpa=30.0, stay=0.24, first=NEW_CREATIVES),
        ),
        appetite=1.0,
        cpm=28.0,
        ctr=0.021,
        claimed=1.08,
    ),
    Channel(
        "kuaishou",
        (
            Campaign("激励视频", yuan=405, cpa=22.5, stay=0.075),
            Campaign("信息流-单列", yuan=270, cpa=34.0, stay=0.22),
        ),
        appetite=0.55,
        cpm=17.0,
        ctr=0.017,
        claimed=1.15,
    ),
    Channel(
        "xiaohongshu",
        (
            Campaign("笔记种草", yuan=266, cpa=41.0, stay=0.245),
            Campaign("品牌词搜索", yuan=160, cpa=36.0, stay=0.285),
        ),
        appetite=1.2,
        cpm=46.0,
        ctr=0.028,
        claimed=1.04,
    ),
    Channel("wecom", (Campaign("老带新红包", yuan=62, cpa=8.8, stay=0.38),), appetite=1.4),
    Channel("organic", (Campaign(None, users=19, stay=0.34),), appetite=1.1),
)

WEEKDAYS = (0.96, 0.95, 0.97, 0.98, 1.0, 1.06, 1.08)


@dataclass(frozen=True)
class Event:
    """Days on which spending, free traffic and shopping differ from the usual by these factors."""

    first: date
    last: date
    spending: float
    traffic: float
    shopping: float


EVENTS = (
    Event(date(2025, 3, 6), date(2025, 3, 8), spending=1.2, traffic=1.1, shopping=1.6),  # 三八节
    Event(date(2025, 5, 1), date(2025, 5, 5), spending=0.85, traffic=1.15, shopping=0.9),  # 五一
    Event(date(2025, 5, 16), date(2025, 5, 25), spending=1.05, traffic=1.0, shopping=1.15),  # 618 预热
)


def usual(day: date) -> Event:
    """The factors of a day, its weekday's included."""
    weekday = WEEKDAYS[day.weekday()]
    plain = Event(day, day, 1, 1, 1)
    event = next((event for event in EVENTS if event.first <= day <= event.last), plain)
    return Event(day, day, event.spending * weekday, event.traffic * weekday, event.shopping * weekday)


# What both shops sell, by category: titles and prices in yuan.
GOODS: dict[str, tuple[tuple[str, int], ...]] = {
    "家居": (("亚麻抱枕套", 59), ("香薰蜡烛礼盒", 129), ("四件套纯棉", 299)),
    "厨具": (("玻璃保鲜盒 3件", 79), ("不粘炒锅 28cm", 169), ("手冲咖啡壶", 139)),
    "食品": (("橙子 5斤装", 49), ("混合坚果 30包", 109), ("冷萃茶 12瓶", 89)),
    "个护": (("洗护套装", 119), ("电动牙刷", 199), ("棉柔巾 6包", 39)),
}
DEMAND = {"家居": 25, "厨具": 20, "食品": 35, "个护": 20}
CITY_TIERS = {"一线": 18, "新一线": 25, "二线": 24, "三线及以下": 33}
PROVINCES = {"浙江省": 20, "江苏省": 18, "广东省": 22, "上海": 12, "四川省": 10, "湖北省": 9, "山东省": 9}
