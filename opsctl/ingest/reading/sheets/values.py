"""What a number in a cell says, by the format it is shown in: a day, a percentage, or the number itself."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

Shown = Literal["number", "percent", "day", "month", "time", "elapsed"]


class Format(NamedTuple):
    """How a number is shown: the words before and after it that say what it is, and the least of its digits."""

    shown: Shown
    before: str = ""
    after: str = ""
    digits: int = 1


class Section(NamedTuple):
    """One of the parts of a format's code, and which numbers it is for."""

    form: Format
    sign: str = ""
    limit: float = 0.0

    def is_for(self, number: float) -> bool:
        """Is it for this number?"""
        return not self.sign or _COMPARED[self.sign](number, self.limit)


PLAIN = (Section(Format("number")),)
_COMPARED = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_ALWAYS = (("", 0.0),)
_USUAL = {  # by how many sections there are
    2: ((">=", 0.0), ("<", 0.0)),
    3: ((">", 0.0), ("<", 0.0), ("=", 0.0)),
    4: ((">", 0.0), ("<", 0.0), ("=", 0.0), ("", 0.0)),
}
_SYSTEM = re.compile(r"\[\$-F(800|400)\]", re.IGNORECASE)  # the long day, and the time, of whoever looks
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
    r'|"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|(?P<gap>_.|\*.|\[[^\]]*\])|(?P<digits>[0#?][0#?.,/]*(?:E[+-]?[0#?]+)?)|(?P<bare>.)'
)
_SECTION = re.compile(r'((?:"[^"]*"?|[\\!_*].|\[[^\]]*\]|[^;])*)(?:;|$)')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
_SCALED = re.compile(r"[0#?],+(?![0#?,])|!\.")  # what is shown is a thousandth, or a ten-thousandth
_SCALE = re.compile(r"(?:十?百?千?万|亿|[kmbw]|mm|bn)", re.IGNORECASE)
_UNIT = re.compile(  # words that change nothing: the number is what it is
    r"[次个人件单天条笔秒分倍位项家台]|小时|分钟|imp(?:r?s?)?\.?|clicks?|users?|pcs|items?|orders?|min|yd|[dhsx]",
    re.IGNORECASE,
)
_PADDED = re.compile(r"0{2,}")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_DIGITS = 15  # that Excel keeps; what a longer number had behind them is zeros
_EXACT = 10**_DIGITS
_FALSE_LEAP_DAY = 60  # 1900-02-29, which Excel believes in
_LAST = 2_958_466  # the day after 9999-12-31
_MILLISECONDS = 86_400_000


@lru_cache(maxsize=4096)
def shown_as(number: int, code: str | None) -> tuple[Section, ...]:
    """How a number format shows numbers: its sections, of which the first that is for a number counts.

    Args:
        number: The format's number; below 164 Excel knows what it means.
        code: Its code, where the workbook writes it out.

    Examples:
        >>> [shown_as(number, None)[0].form.shown for number in (14, 10, 46, 2)]
        ['day', 'percent', 'elapsed', 'number']
        >>> [shown_as(170, code)[0].form.shown for code in ('yyyy"年"m"月"d"日"', "yyyy-mm", "0.0%", "[Red]0")]
        ['day', 'month', 'percent', 'number']
    """
    if code is None:
        return (Section(Format(_BUILT_IN.get(number, "number"))),)
    written = [one for one in _SECTION.findall(code) if one][:4]
    read = [(one, _CONDITION.search(one), _form(one)) for one in written]
    # What shows no number at all, such as a dash for nothing, leaves the number as it is.
    first = next((form for one, _, form in read if _shows(one)), Format("number"))
    usual = _USUAL.get(len(read), _ALWAYS)
    found = []
    for (one, stated, form), condition in zip(read, usual, strict=False):
        sign, limit = (stated[1], float(stated[2])) if stated else condition
        found.append(Section(form if _shows(one) else first, sign, limit))
    return (*found, Section(first))


def _shows(section: str) -> bool:
    """Is there a place for a number, a day or a time in a section?"""
    bare = _BRACKETS.sub("", _WORDS.sub("", section)).lower()
    return "general" in bare or bool(re.search("[0#?dmyhsae@]", bare)) or bool(_SYSTEM.search(section))


def _form(section: str) -> Format:
    shown = _shown(section)
    if shown != "number":
        return Format(shown)
    before, after, places = "", "", ""
    for found in _SAID.finditer(section):
        words = found["sign"] or found["quoted"] or found["escaped"] or found["bare"] or ""
        if found["digits"]:
            places = places or found["digits"]
        elif places:
            after += words
        else:
            before += words
    scaled = _SCALED.search(section) is not None
    padded = len(places) if _PADDED.fullmatch(places) else 1
    return Format("number", _told(before, scaled=scaled), _told(after, scaled=scaled), padded)


def _told(words: str, *, scaled: bool) -> str:
    """The words beside a number that say more than what is counted: a currency, a scale, or nobody knows."""
    plain = unicodedata.normalize("NFKC", words).strip(" ()-+@.,")
    if plain.lower() == "general" or _UNIT.fullmatch(plain):
        return ""
    return _SCALE.sub("", plain) if scaled else plain


def _shown(section: str) -> Shown:
    first = _WORDS.sub("", section)
    if _ELAPSED.search(first):
        return "elapsed"
    if system := _SYSTEM.search(first):
        return "day" if system[1] == "800" else "time"
    bare = _BRACKETS.sub("", first).lower()
    if "general" in bare:
        return "number"
    if "%" in bare:
        return "percent"
    if "d" in bare or "aaa" in bare:
        return "day"
    if "y" in bare or re.fullmatch(r"[^hs0#]*m+[^hs0#]*", bare):
        return "month"
    return "time" if re.search("[hs]", bare) and not re.search("[0#?]", bare.replace(".0", "")) else "number"


def text_of(number: float, sections: tuple[Section, ...], *, from_1904: bool) -> str:
    """A number as text: as short as gives the same number again, or the day that it stands for.

    Examples:
        >>> [text_of(1360.5, shown_as(170, code), from_1904=False) for code in ("0", "[$€-407]0.0", '0.0"万"')]
        ['1360.5', '€1360.5', '1360.5万']
        >>> [text_of(123.0, shown_as(170, code), from_1904=False) for code in ("00000", '"U"0000', '#,##0," K"')]
        ['00123', 'U0123', '123']
        >>> text_of(0.0413, shown_as(10, None), from_1904=False), text_of(45663.0, shown_as(14, None), from_1904=False)
        ('4.13%', '2025-01-06')
        >>> text_of(729222800168123456.0, PLAIN, from_1904=False)
        '7.29222800168123E+17'
    """
    form = next((one.form for one in sections if one.is_for(number)), sections[-1].form)
    shown = form.shown
    if shown == "number":
        plain = _plain(number)
        if form.digits > 1 and plain.isdecimal():
            plain = plain.zfill(form.digits)
        return f"{form.before}{plain}{form.after}"
    if shown == "percent":
        return f"{(Decimal(repr(number)) * 100).normalize():f}%"
    return _moment(number, shown, from_1904=from_1904) or _plain(number)


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
