"""What the sample tells: the channels of 橙子生活, what they cost, who stays, and what changes in July 2025.

Three of seven public platforms bring a fifth of the public new users and far more of those who do not stay. The
mid-year review winds them down; the money goes to Douyin and RED, whose creatives are made anew. Tencent and Baidu
stay: their next yuan brings about what it brings elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from making.calendar import FIRST, LAST

OPENING = FIRST
NEW_YEAR = date(2025, 1, 1)
REVIEW = date(2025, 7, 1)  # the day after the mid-year review
WOUND_DOWN = date(2025, 8, 1)
PAUSE = date(2025, 10, 1)  # of Google
END_OF_OLD = date(2025, 6, 30)  # the last day of the old creatives


@dataclass(frozen=True)
class Pace:
    """What a unit does on a usual day, from a date on.

    Args:
        yuan: Spent.
        cpa: Yuan per new user, by our own count.
        stay: The share of new users who are active on day 7.
        users: New users where nothing is spent.
        elasticity: Percent more users for 16 percent more money; fewer, the nearer to saturation.
    """

    first: date
    yuan: float = 0
    cpa: float = 1
    stay: float = 0
    users: float = 0
    elasticity: int = 10


@dataclass(frozen=True)
class Unit:
    """The finest thing whose spend is listed: an ad group, an ad, a video, or all of an account.

    Args:
        account: Of the platform; None where there is none.
        codes: The 渠道号 that its users carry, all alike often.
        name: What the platform calls it; None where its export names no such thing.
        campaign: What it belongs to, where the export says so.
    """

    account: str | None
    codes: tuple[str, ...]
    paces: tuple[Pace, ...]
    name: str | None = None
    id: str = ""
    campaign: str | None = None
    campaign_id: str = ""
    bid: str = "-"
    last: date = LAST

    @property
    def first(self) -> date:
        """The day on which it starts."""
        return self.paces[0].first

    def pace(self, day: date) -> Pace:
        """What it does on a day between its first and its last."""
        return [pace for pace in self.paces if pace.first <= day][-1]


@dataclass(frozen=True)
class Channel:
    """One channel.

    Args:
        appetite: How readily its users buy, 1 being usual.
        coupon: The share of the others who buy one piece on the day they come, for a coupon.
        cpm: Yuan per thousand impressions.
        ctr: Clicks per impression.
        claimed: Conversions that the platform claims per user that we count.
    """

    id: str
    zh: str
    en: str
    group: str
    units: tuple[Unit, ...]
    appetite: float = 1
    coupon: float = 0
    cpm: float = 0
    ctr: float = 0
    claimed: float = 0
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Burst:
    """Users who are none: they come at night, hardly ever again, and never buy. An agency was paid for them."""

    channel: str
    account: str
    code: str
    first: date
    last: date
    a_day: float
    next_day: int  # one of so many is active on day 1


BURST = Burst("kuaishou", "ks-01", "KS-07", date(2025, 3, 10), date(2025, 4, 6), a_day=6, next_day=11)
STRAY_CODE, STRAYS = "TEST-H5", 0.0015  # a code that nobody entered in the dictionary, and its share of users
LOST = {("bili-01", date(2025, 12, 24)), ("bili-01", date(2025, 12, 25))}  # days that an export lacks


@dataclass(frozen=True)
class Account:
    """An account, and who runs it."""

    channel: str
    account: str
    agency: str | None
    owner: str
    last: date | None = None  # on which its platform still lists it


ACCOUNTS = (
    Account("douyin", "dy-01", "甲代理", "林晓"),
    Account("douyin", "dy-02", "乙代理", "林晓"),
    Account("xiaohongshu", "xhs-01", "乙代理", "周宁"),
    Account("tencent", "25001001", None, "林晓"),
    Account("baidu", "chengzi-feed", "乙代理", "陈岩"),
    Account("kuaishou", "ks-01", "甲代理", "陈岩"),
    Account("bilibili", "bili-01", "甲代理", "周宁"),
    Account("google", "ga-01", "乙代理", "陈岩", last=date(2025, 10, 14)),
)

CHANNELS = (
    Channel(
        "douyin", "抖音", "Douyin", "public",
        (
            Unit("dy-01", ("DY-01", "DY-02"), (Pace(OPENING, 110, 31.0, 0.182, elasticity=12),),
                 "口播-A", "7465000000000000001", "短视频拉新", "7465000000000000100", "30.00", END_OF_OLD),
            Unit("dy-01", ("DY-03",), (Pace(OPENING, 80, 32.4, 0.185, elasticity=12),),
                 "口播-B", "7465000000000000002", "短视频拉新", "7465000000000000100", "31.00", END_OF_OLD),
            Unit("dy-02", ("DY-11", "DY-12"), (Pace(OPENING, 160, 31.8, 0.268, elasticity=12),),
                 "直播间-01", "7465000000000000003", "直播引流", "7465000000000000200", "32.00", END_OF_OLD),
            Unit("dy-01", ("DY-04", "DY-05"), (Pace(REVIEW, 168, 24.4, 0.298),),
                 "场景短片-A", "7465000000000000004", "短视频拉新", "7465000000000000100", "25.00"),
            Unit("dy-01", ("DY-06",), (Pace(REVIEW, 130, 24.8, 0.290),),
                 "场景短片-B", "7465000000000000005", "短视频拉新", "7465000000000000100", "25.00"),
            Unit("dy-02", ("DY-13", "DY-14"), (Pace(REVIEW, 205, 25.2, 0.304),),
                 "直播间-02", "7465000000000000006", "直播引流", "7465000000000000200", "26.00"),
        ),
        appetite=1.36, cpm=28.0, ctr=0.021, claimed=1.08, aliases=("巨量引擎",),
    ),
    Channel(
        "xiaohongshu", "小红书", "RED (Xiaohongshu)", "public",
        (
            Unit("xhs-01", ("XHS-01", "XHS-02", "XHS-03"),
                 (Pace(OPENING, 282, 32.6, 0.238, elasticity=12), Pace(REVIEW, 375, 25.4, 0.306))),
        ),
        appetite=1.37, cpm=46.0, ctr=0.028, claimed=1.04, aliases=("小红书聚光",),
    ),
    Channel(
        "tencent", "腾讯广告", "Tencent Ads", "public",
        (
            Unit("25001001", ("TX-01", "TX-02"),
                 (Pace(OPENING, 108, 26.8, 0.129, elasticity=12), Pace(REVIEW, 86, 25.0, 0.150, elasticity=12)),
                 "视频号信息流-A", "9000000001", "视频号信息流", "8000000001"),
            Unit("25001001", ("TX-31",),
                 (Pace(OPENING, 99, 30.0, 0.194, elasticity=12), Pace(REVIEW, 90, 28.0, 0.195, elasticity=12)),
                 "朋友圈-A", "9000000002", "朋友圈", "8000000002"),
        ),
        appetite=1.29, cpm=24.0, ctr=0.016, claimed=1.10, aliases=("广点通",),
    ),
    Channel(
        "baidu", "百度信息流", "Baidu Feed", "public",
        (
            Unit("chengzi-feed", ("BD-01", "BD-02"),
                 (Pace(OPENING, 98, 30.8, 0.185, elasticity=12), Pace(REVIEW, 92, 28.6, 0.200, elasticity=12)),
                 "兴趣-家居", "", "兴趣定向"),
            Unit("chengzi-feed", ("BD-11",),
                 (Pace(OPENING, 66, 27.2, 0.115, elasticity=12), Pace(REVIEW, 30, 26.0, 0.145, elasticity=12)),
                 "网盟-通投", "", "联盟流量"),
        ),
        appetite=1.25, cpm=19.0, ctr=0.014, claimed=1.12,
    ),
    Channel(
        "kuaishou", "快手", "Kuaishou", "public",
        (
            Unit("ks-01", ("KS-01", "KS-02", "KS-03"),
                 (Pace(OPENING, 94, 21.4, 0.094), Pace(NEW_YEAR, 76, 21.4, 0.086), Pace(REVIEW, 46, 21.8, 0.095),
                  Pace(WOUND_DOWN, 28, 22.0, 0.095))),
        ),
        appetite=0.06, coupon=0.05, cpm=17.0, ctr=0.017, claimed=1.25, aliases=("磁力引擎",),
    ),
    Channel(
        "bilibili", "哔哩哔哩", "Bilibili", "public",
        (
            Unit("bili-01", ("BL-01",), (Pace(OPENING, 26, 23.4, 0.100),),
                 "一个人住也要好好吃饭", "113000000001", last=NEW_YEAR),
            Unit("bili-01", ("BL-02",),
                 (Pace(OPENING, 22, 23.9, 0.093), Pace(REVIEW, 10, 23.8, 0.10), Pace(WOUND_DOWN, 9, 24.0, 0.10)),
                 "出租屋改造 300 元", "113000000002"),
            Unit("bili-01", ("BL-03",),
                 (Pace(NEW_YEAR, 26, 23.4, 0.094), Pace(REVIEW, 12, 23.4, 0.10), Pace(WOUND_DOWN, 9, 23.6, 0.10)),
                 "厨房好物开箱", "113000000003"),
        ),
        appetite=0.06, coupon=0.05, cpm=15.0, ctr=0.012, claimed=1.15, aliases=("B站",),
    ),
    Channel(
        "google", "谷歌", "Google", "public",
        (
            Unit("ga-01", ("GA-01",), (Pace(OPENING, 24, 24.6, 0.090), Pace(REVIEW, 18, 24.8, 0.085)),
                 campaign="Overseas Chinese - Display", last=date(2025, 9, 30)),
            Unit("ga-01", ("GA-02",), (Pace(OPENING, 16, 23.4, 0.092), Pace(REVIEW, 12, 23.0, 0.09)),
                 campaign="Overseas Chinese - PMax", last=date(2025, 9, 30)),
        ),
        appetite=0.06, coupon=0.06, cpm=12.0, ctr=0.011, claimed=1.2, aliases=("google_ads",),
    ),
    Channel(
        "wecom", "企微社群", "WeCom communities", "private",
        (
            Unit("wecom-01", ("WX-01", "WX-02"),
                 (Pace(OPENING, 38, 9.0, 0.34, elasticity=7), Pace(NEW_YEAR, 64, 13.6, 0.43, elasticity=7)),
                 campaign="老带新红包"),
        ),
        appetite=1.05,
    ),
    Channel(
        "miniprogram", "小程序裂变", "Mini program referrals", "private",
        (
            Unit("mp-01", ("MP-01",),
                 (Pace(OPENING, 21, 6.0, 0.25, elasticity=5), Pace(NEW_YEAR, 38, 9.2, 0.35, elasticity=5)),
                 campaign="拼团裂变"),
        ),
        appetite=0.75,
    ),
    Channel(
        "shipinhao", "视频号直播", "Channels live (Tencent)", "emerging",
        (
            Unit("sph-01", ("SPH-01",),
                 (Pace(OPENING, 24, 15.0, 0.20, elasticity=12), Pace(NEW_YEAR, 60, 26.0, 0.25, elasticity=12)),
                 campaign="周三直播"),
        ),
        appetite=1.5,
    ),
    Channel(
        "organic", "自然量", "Organic", "organic",
        (
            Unit(None, ("OG-01", "OG-02"), (Pace(OPENING, users=8.3, stay=0.27), Pace(NEW_YEAR, users=8.6, stay=0.34))),
        ),
        appetite=1.1,
    ),
)  # fmt: skip

PUBLIC = tuple(channel for channel in CHANNELS if channel.group == "public")


def channel(name: str) -> Channel:
    """A channel by its id."""
    return next(one for one in CHANNELS if one.id == name)
