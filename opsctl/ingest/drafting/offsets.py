"""Columns named after a day since the acquisition: 次日留存率, 7日LTV, D30, day_3_retention."""

from __future__ import annotations

import re
from typing import NamedTuple

from opsctl.config.headers import spoken

_NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "十": 10,
    "十四": 14,
    "十五": 15,
    "三十": 30,
}
_CHINESE = "|".join(sorted(_NUMERALS, key=len, reverse=True))
_DAYS = (
    re.compile(r"(?:第|\+)?(?P<day>[0-9]{1,3}) ?[日天留]"),
    re.compile(rf"第?(?P<chinese>{_CHINESE})[日天留]"),
    re.compile(r"(?:^|[^a-z])(?:day|d) ?\+?(?P<day>[0-9]{1,3})(?![0-9])"),
    re.compile(r"(?:^|[^0-9])(?P<day>[0-9]{1,3}) ?(?:days?|d)(?![a-z])"),
    re.compile(r"(?:ltv|retention|ret|retained|roas|roi|arpu|revenue|rr|r) ?(?P<day>[0-9]{1,3})(?![0-9])"),
)
_WORDS = (
    (re.compile("次日|次留|隔日|next day"), 1),
    (re.compile("当日|首日|当天|首天|同日|same day"), 0),
)
_RETURNING = re.compile(r"留|回访|活跃|retention|retained|(?:^| )ret(?: |[0-9])|active|returning|(?:^| )rr? ?[0-9]|dau")
_PER_USER = re.compile(r"ltv|arpu|arppu|人均|单人")
_RATIO = re.compile("roi|roas|回本")
_PAYING = re.compile(
    r"付费(?!率|用户|人数)|收入|流水|充值|金额|净额|营收|销售|revenue|paid|payment|gmv|sales|amount|proceeds"
)
_ORDERING = re.compile("订单|笔数|orders|transactions|purchases")
_SINCE = re.compile("内|累计|cumulative|cum|total|within|up to")


class Offset(NamedTuple):
    """What a column's name says of a cohort.

    Attributes:
        day: The number it bears; 次日 is 1.
        measure: active, net_paid or orders; "per_user" of amounts per user, "ratio" of amounts per cost; or empty.
        is_sum: Whether the name says that it is of all days up to that one.
    """

    day: int
    measure: str
    is_sum: bool


def offset_of(name: str) -> Offset | None:
    """The day that a column is of, as far as its name says.

    Examples:
        >>> offset_of("次日留存率"), offset_of("7日留存"), offset_of("D30 revenue")
        (Offset(day=1, measure='active', is_sum=False), Offset(day=7, measure='active', is_sum=False), \
Offset(day=30, measure='net_paid', is_sum=False))
        >>> offset_of("日期") is None, offset_of("2025-01-06") is None
        (True, True)
    """
    key = spoken(name)
    day = _day(key)
    return None if day is None else Offset(day, measure_of(key), _SINCE.search(key) is not None)


def _day(key: str) -> int | None:
    for pattern, day in _WORDS:
        if pattern.search(key):
            return day
    for pattern in _DAYS:
        if found := pattern.search(key):
            parts = found.groupdict()
            return int(parts["day"]) if parts.get("day") else _NUMERALS[parts["chinese"]]
    return None


def measure_of(text: str) -> str:
    """What is counted or added up, as far as a name says.

    Examples:
        >>> measure_of("in game purchases revenue"), measure_of("7日ltv"), measure_of("x")
        ('net_paid', 'per_user', '')
    """
    kinds = (
        (_RATIO, "ratio"),
        (_PER_USER, "per_user"),
        (_RETURNING, "active"),
        (_PAYING, "net_paid"),
        (_ORDERING, "orders"),
    )
    return next((measure for pattern, measure in kinds if pattern.search(text)), "")
