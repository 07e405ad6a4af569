"""What a number in a cell says, by the format it is shown in: a day, a percentage, or the number itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from opsctl.core.currency import SIGNS

Shown = Literal["number", "percent", "day", "month", "time", "elapsed"]


class Format(NamedTuple):
    """How a number is shown, and the sign of the currency that stands beside it, if one does."""

    shown: Shown
    sign: str = ""


# What has no code in the file; 27 to 58 are those of Chinese Excel.
_BUILT_IN: Mapping[int, Shown] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58), "day"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "month"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "time"),
    46: "elapsed",
}
_WORDS = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_SAID = re.compile(
    r"\[\$(?P<sign>[^\]-]+)[^\]]*\]"  # [$€-407]
    r'|"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[[^\]]*\]|(?P<end>;)|(?P<bare>.)'
)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_DIGITS = 15  # that Excel keeps; what a longer number had behind them is zeros
_EXACT = 10**_DIGITS
_FALSE_LEAP_DAY = 60  # 1900-02-29, which Excel believes in
_LAST = 2_958_466  # the day after 9999-12-31
_MILLISECONDS = 86_400_000


@lru_cache(maxsize=4096)
def shown_as(number: int, code: str | None) -> Format:
    """How a number format shows a number.

    Args:
        number: The format's number; below 164 Excel knows what it means.
        code: Its code, where the workbook writes it out.

    Examples:
        >>> [shown_as(number, None).shown for number in (14, 10, 46, 2)]
        ['day', 'percent', 'elapsed', 'number']
        >>> [shown_as(170, code).shown for code in ('yyyy"年"m"月"d"日"', "yyyy-mm", "0.0%", '0.00" yd"', "[Red]0")]
        ['day', 'month', 'percent', 'number', 'number']
        >>> [shown_as(170, code).sign for code in ("[$€-407]#,##0.00", '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ', '0.00" yd"')]
        ['€', '¥', '']
    """
    if code is None:
        return Format(_BUILT_IN.get(number, "number"))
    shown = _shown(code)
    return Format(shown, _sign(code) if shown == "number" else "")


def _shown(code: str) -> Shown:
    first = _WORDS.sub("", code).split(";")[0]
    if _ELAPSED.search(first):
        return "elapsed"
    bare = _BRACKETS.sub("", first).lower()
    if "general" in bare:
        return "number"
    if "%" in bare:
        return "percent"
    if "d" in bare or "aaa" in bare:
        return "day"
    if "y" in bare or re.fullmatch(r"[^hs0#]*m+[^hs0#]*", bare):
        return "month"
    return "time" if re.search("[hs]", bare) else "number"


def _sign(code: str) -> str:
    """Whatever a format's code marks as a currency's sign, or one that is known."""
    for found in _SAID.finditer(code):
        if found["end"]:
            break
        words = (found["sign"] or found["quoted"] or found["escaped"] or found["bare"] or "").strip()
        if found["sign"] or words.upper() in SIGNS:
            return words
    return ""


def text_of(number: float, form: Format, *, from_1904: bool) -> str:
    """A number as text: as short as gives the same number again, or the day that it stands for.

    Examples:
        >>> text_of(1360.5, Format("number"), from_1904=False), text_of(1360.5, Format("number", "$"), from_1904=False)
        ('1360.5', '$1360.5')
        >>> text_of(0.0413, Format("percent"), from_1904=False), text_of(45663.0, Format("day"), from_1904=False)
        ('4.13%', '2025-01-06')
        >>> text_of(729222800168123456.0, Format("number"), from_1904=False)
        '7.29222800168123E+17'
    """
    shown = form.shown
    if shown == "number":
        return _signed(_plain(number), form.sign)
    if shown == "percent":
        return f"{(Decimal(repr(number)) * 100).normalize():f}%"
    return _moment(number, shown, from_1904=from_1904) or _plain(number)


def _signed(number: str, sign: str) -> str:
    """Signs stand before a number, Chinese words behind it."""
    return f"{number}{sign}" if sign.isalpha() and not sign.isascii() else f"{sign}{number}"


def _plain(number: float) -> str:
    if number.is_integer():
        return f"{int(number)}" if abs(number) < _EXACT else f"{Decimal(number):.{_DIGITS - 1}E}"
    text = repr(number)
    return text if "e" not in text else f"{Decimal(text):f}"


def _moment(serial: float, shown: Shown, *, from_1904: bool) -> str | None:
    whole = int(serial)
    if not 0 <= serial < _LAST or (whole == _FALSE_LEAP_DAY and not from_1904):
        return None
    if shown == "elapsed":
        return _clock(round(serial * _MILLISECONDS))
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 31 if serial < _FALSE_LEAP_DAY else 30)
    rest = round((serial - whole) * _MILLISECONDS)
    if shown == "time" and not whole:
        return _clock(rest)
    days, rest = divmod(rest, _MILLISECONDS)  # what is a day but for a millisecond is one
    day = start + timedelta(days=whole + days)
    if shown == "month" and day.day == 1:
        return f"{day:%Y-%m}"
    return f"{day:%Y-%m-%d} {_clock(rest)}" if rest else f"{day:%Y-%m-%d}"


def _clock(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
    return f"{text}.{thousandths:03}" if thousandths else text
