"""When does a column of a file bear the name that a mapping looks for.

Platforms change the width of brackets, the case, and the unit behind a name; they do not change the words.
What says when a conversion is booked, 转化数(计费时间), is a word: it is another metric and stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from opsctl.core.naming import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

# The currencies in which ad platforms bill. ALL, the Albanian lek, is left out: `CTR (all)` is no currency.
_CODES = (
    "AED ARS AUD BDT BGN BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR "
    "ILS INR ISK JPY KES KRW KZT LKR MAD MOP MXN MYR NGN NIO NOK NZD PEN PHP PKR PLN PYG QAR RON RSD "
    "RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR"
)
CURRENCIES = frozenset(_CODES.split())
# 分 and 万元 are no such suffixes: without them the money would be read a hundred or ten thousand times off.
_UNITS = ("(元)", "(¥)", "(rmb)", "(%)", "%", "(次)", "(个)", *(f"({code.lower()})" for code in sorted(CURRENCIES)))

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAKS = re.compile(r"[\s_\-./:]+")


@lru_cache(maxsize=10_000)
def header_key(text: str) -> str:
    """A column's name without what does not distinguish it: case, width, blanks, and a trailing unit.

    Examples:
        >>> header_key("消耗（元）"), header_key("点击率%"), header_key("Amount spent (IDR)")
        ('消耗', '点击率', 'amount spent')
        >>> header_key("转化数（计费时间）"), header_key("花费(分)")
        ('转化数(计费时间)', '花费(分)')
    """
    folded = fold(text)
    unit = next((unit for unit in _UNITS if folded.endswith(unit)), "")
    return folded.removesuffix(unit).rstrip() or folded


@lru_cache(maxsize=10_000)
def spoken(name: str) -> str:
    """A column's name as one would say it: words apart, without case, width and unit.

    Examples:
        >>> spoken("USR_ID"), spoken("installTime"), spoken("消耗（元）"), spoken("Amount spent (USD)")
        ('usr id', 'install time', '消耗', 'amount spent')
    """
    return " ".join(_BREAKS.sub(" ", header_key(_HUMP.sub(" ", name))).split())


def header_currency(text: str) -> str | None:
    """The currency that a column's name carries, or None.

    Examples:
        >>> header_currency("Amount spent (IDR)")
        'IDR'
        >>> header_currency("消耗(元)") is None
        True
    """
    _, bracket, unit = fold(text).removesuffix(")").rpartition("(")
    code = unit.upper()
    return code if bracket and code in CURRENCIES else None


@dataclass(frozen=True, slots=True)
class Header:
    """The names in a file's header, ready to be looked up."""

    names: tuple[str, ...]
    _whole: dict[str, list[int]] = field(init=False, default_factory=lambda: defaultdict(list))
    _bare: dict[str, list[int]] = field(init=False, default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for index, name in enumerate(self.names):
            self._whole[fold(name)].append(index)
            self._bare[header_key(name)].append(index)

    def find(self, name: str) -> tuple[int, ...]:
        """Where the name stands: the columns of exactly that name, else those that differ in a unit.

        A unit may stand in the file or in the mapping; 花费(元) is not found as 花费(USD).

        Examples:
            >>> Header(("日期", "花费（元）", "花费(USD)")).find("花费(元)")
            (1,)
            >>> Header(("日期", "花费（元）", "花费(USD)")).find("花费")
            (1, 2)
        """
        whole = self._whole.get(fold(name), [])
        if whole:
            return tuple(whole)
        without_unit = self._whole.get(header_key(name), [])
        return tuple(sorted({*without_unit, *self._bare.get(fold(name), [])}))


@lru_cache(maxsize=64)
def _header(names: tuple[str, ...]) -> Header:
    return Header(names)


def header_of(names: Sequence[str]) -> Header:
    """The header of a file; asked for again and again by every mapping, built once."""
    return _header(tuple(names))
