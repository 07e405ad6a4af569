"""The kinds of values a configuration can hold, and how each is written.

Only what cannot be meant otherwise is read: true and false, 0.35, 2025-06-11. The rest is refused with the
way to write it.
"""

from __future__ import annotations

import codecs
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from opsctl.config.strict import said
from opsctl.core import period as periods
from opsctl.core.errors import BadPeriod
from opsctl.core.naming import nearest

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_PERCENT = re.compile(r"([0-9]+(\.[0-9]+)?)\s*[%％]?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_ID = re.compile(r"[a-z0-9_-]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ENCODINGS = ("utf-8", "utf-16", "gb18030", "gbk", "big5", "shift_jis", "euc-kr", "cp1252")


def _flag(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    raise said("is neither true nor false", "write true or false")


def _whole(value: Any) -> Any:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise said("is no whole number")


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise said("is no number", "write digits and a point, such as 1360.50")


def _fraction(value: Any) -> Any:
    if not isinstance(value, str) or not (found := _PERCENT.fullmatch(value)):
        raise said("is no fraction", "write a number from 0 to 1, such as 0.35")
    number = Decimal(found[1])
    if found[0] == found[1] and number <= 1:
        return number
    meant = f"{(number / 100).normalize():f}" if number <= 100 else "a number from 0 to 1"  # noqa: PLR2004
    raise said("is no fraction", f"rates are fractions: write {meant}")


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(_DAY.fullmatch(value)[0])  # type: ignore[index]  # no match is a TypeError
    except (TypeError, ValueError):
        raise said("is no day", "such as 2025-06-11") from None


def _month(value: str) -> str:
    if _MONTH.fullmatch(value):
        return value
    raise said("is no month", "such as 2025-06")


def _period(value: str) -> str:
    try:
        periods.named(value)
    except BadPeriod:
        raise said("is no period", "such as 2025, 2025-Q1, 2025-03 or 2025-W07") from None
    return value


def _id(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    raise said("is no id", "use a-z, 0-9, _ and -; other names go into name and aliases")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        close = nearest(value, available_timezones())
        note = f"did you mean '{close}'?" if close else "such as Asia/Shanghai"
        raise said("is no time zone", note) from None
    return value


def _currency(value: str) -> str:
    if _CURRENCY.fullmatch(value):
        return value
    raise said("is no currency", "write its three capital letters, such as CNY")


def _encoding(value: str) -> str:
    try:
        "".encode(value)
        return codecs.lookup(value).name
    except (LookupError, ValueError):
        close = nearest(value, _ENCODINGS)
        raise said("is no encoding", f"did you mean '{close}'?" if close else "such as gb18030") from None


def _pattern(value: str) -> str:
    from opsctl.config.patterns import defect  # noqa: PLC0415 - brings polars, and few projects have a pattern

    if found := defect(value):
        raise said("is no pattern that opsctl can use", found)
    return value


def one_or_more(value: Any) -> Any:
    """A single value as a list of one."""
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Amount = Annotated[Decimal, BeforeValidator(_number), Field(ge=0)]
Fraction = Annotated[Decimal, BeforeValidator(_fraction)]
Day = Annotated[date, BeforeValidator(_day)]
Month = Annotated[str, AfterValidator(_month)]
Id = Annotated[str, AfterValidator(_id)]
PeriodName = Annotated[str, AfterValidator(_period)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Pattern = Annotated[Text, AfterValidator(_pattern)]
Names = Annotated[tuple[Text, ...], BeforeValidator(one_or_more), Field(min_length=1)]
