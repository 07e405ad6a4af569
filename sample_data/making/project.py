"""The made-up company's opsctl.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from making.calendar import EVENTS, LAST, usual
from making.story import ACCOUNTS, CHANNELS, PUBLIC, Channel
from making.waves import waves
from making.world import World

ABOVE = """\
# 示例项目：橙子生活，公司和数字都是虚构的 / A sample project; the company and its figures are made up.
version: 1
project: {name: 橙子生活 Orange Life, department: 渠道运营部}
timezone: Asia/Shanghai
currency: CNY

# 毛利率 / gross margin
margin: 0.55

# 打开、下单算活跃，推送不算 / opening and ordering count as coming back, a push message does not
activity: {qualifying: [open, order]}

policy:
  # 一周一个渠道只有几十个新增，所以 30 人起判 / a channel brings a few dozen users a week, so 30 are judged
  low_efficiency: {min_users: 30}
  # 下一期所有渠道一天合计最多花多少；90 天回不了本的宁可不花 / the most that all channels may spend a day in the
  # next period; what does not pay back within 90 days is better left unspent
  total_budget_day: 1700

# 渠道字典 / what the codes of sub-channels stand for
channel_map: channels.csv
"""

SOURCES = """\
# 文件；不写也能按表头识别，账户不在行里的才要写 / files; only accounts that no row names must be said
sources:
  - {path: oceanengine/dy-01_*.csv, mapping: oceanengine, account: dy-01}   # 巨量引擎
  - {path: oceanengine/dy-02_*.csv, mapping: oceanengine, account: dy-02}
  - {path: tencent/*.csv, mapping: tencent}           # 腾讯广告
  - {path: xiaohongshu/*.csv, mapping: xiaohongshu, account: xhs-01}        # 小红书聚光
  - {path: baidu/*.csv, mapping: baidu}               # 百度信息流
  - {path: kuaishou/*.csv, mapping: kuaishou}         # 快手磁力引擎
  - {path: bilibili/*.csv, mapping: bilibili, account: bili-01}             # B站
  - {path: google/*.csv, mapping: google_ads, account: ga-01}               # Google Ads
  - {path: spend/*.parquet}        # 企微、小程序、视频号的花费 / what the company's own channels cost
  - {path: tmall/*.csv, mapping: tmall}               # 天猫订单 / Tmall orders
  - {path: users/*.parquet}        # 新增用户 / new users
  - {path: activity/*.parquet}     # 用户活跃 / what they did
  - {path: orders/*.parquet}       # 自有商城订单 / orders of the company's own shop
"""

PLATFORMS = {"douyin": "oceanengine", "google": "google_ads"}  # whose channel has another name

TARGETS = """\
# 2025 年目标 / targets of 2025
targets:
  - {metric: cpa, channel: douyin, period: 2025-Q4, target: 26}
  - {metric: cpa, channel: xiaohongshu, period: 2025-Q4, target: 26}
  - {metric: retention_d7, channel: douyin, period: 2025-Q4, target: 0.28}
  - {metric: retention_d7, channel: xiaohongshu, period: 2025-Q4, target: 0.30}
  - {metric: return_rate_8_30, period: 2025, target: 0.35}
  - {metric: high_value_share, period: 2025, target: 0.18}
  - {metric: roas, period: 2025, target: 3.9}
"""


def files(world: World) -> dict[str, bytes]:  # noqa: ARG001 - the project is the same whatever happened
    """The project by its name."""
    parts = (
        ABOVE,
        _lines("渠道 / channels", "channels", _channels()),
        SOURCES,
        _accounts(),
        _budgets(),
        TARGETS,
        _events(),
    )
    return {"opsctl.yaml": "\n".join(parts).encode()}


def _lines(comment: str, key: str, lines: Iterator[str]) -> str:
    return "\n".join((f"# {comment}", f"{key}:", *lines, ""))


def _channels() -> Iterator[str]:
    for one in CHANNELS:
        aliases = f", aliases: [{', '.join(one.aliases)}]" if one.aliases else ""
        yield f"  {one.id}: {{name: {{zh: {one.zh}, en: {one.en}}}, group: {one.group}{aliases}}}"
    yield "  tmall: {name: {zh: 天猫, en: Tmall}, group: shop}"


def _accounts() -> str:
    def lines() -> Iterator[str]:
        for one in ACCOUNTS:
            source = PLATFORMS.get(one.channel, one.channel)
            agency = f", agency: {one.agency}" if one.agency else ""
            until = f", to: {one.last}" if one.last else ""
            named = f'account: "{one.account}"' if one.account.isdigit() else f"account: {one.account}"
            yield f"  - {{source: {source}, {named}{agency}, owner: {one.owner}, from: 2024-01-01{until}}}"

    return _lines("每天应到的账户 / accounts that must arrive every day", "accounts", lines())


def _budgets() -> str:
    """The plan of 2025 by month, in hundreds of yuan; the second half is the plan after the mid-year review."""

    def lines() -> Iterator[str]:
        for channel in PUBLIC:
            for month in range(1, 13):
                amount = round(_planned(channel, month), -2)
                if amount:
                    yield f"  - {{month: 2025-{month:02}, channel: {channel.id}, amount: {amount}}}"

    return _lines("2025 年公域预算 / the public channels' budget of 2025", "budgets", lines())


def _planned(channel: Channel, month: int) -> int:
    wave = waves(channel)
    days = [date(2025, 1, 1) + timedelta(days=offset) for offset in range(365)]
    return int(
        sum(
            unit.pace(day).yuan * usual(day).spending * wave[day]
            for unit in channel.units
            for day in days
            if day.month == month and unit.first <= day <= min(unit.last, LAST)
        )
    )


def _events() -> str:
    def lines() -> Iterator[str]:
        for one in EVENTS:
            promo = ", promo: true" if one.promo else ""
            yield f"  - {{name: {one.name}, from: {one.first}, to: {one.last}{promo}}}"

    return _lines("大促和假期 / promotions and holidays", "events", lines())
