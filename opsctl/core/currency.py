"""The currency that an amount names by its sign, its word or its code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from opsctl.core.errors import AmbiguousValues

_CODES = re.findall(
    r"\w+",
    """
    AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KHR KRW KWD KZT
    LAK LKR MAD MMK MOP MXN MYR NGN NOK NPR NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR
    """,
)
_WORDS = {
    "CNY": "元 人民币 RMB CN¥",
    "JPY": "円 日元 JP¥",
    "USD": "US$ 美元",
    "HKD": "HK$ 港元 港币",
    "TWD": "NT$",
    "CAD": "CA$ C$",
    "AUD": "AU$ A$",
    "SGD": "SG$ S$",
    "NZD": "NZ$",
    "MXN": "MX$",
    "BRL": "R$",
    "EUR": "€ 欧元",
    "GBP": "£",
    "IDR": "RP RP.",
    "INR": "₹",
    "KRW": "₩",
    "MYR": "RM",
    "PHP": "₱",
    "RUB": "₽",
    "THB": "฿",
    "TRY": "₺",
    "VND": "₫",
}
# A sign that several currencies share names none of them, but it excludes all others.
_SHARED = {"¥": "CNY JPY", "$": "USD HKD TWD CAD AUD SGD NZD MXN ARS CLP COP UYU MOP"}

SIGNS: dict[str, frozenset[str]] = {
    **{code: frozenset([code]) for code in _CODES},
    **{word: frozenset([code]) for code, words in _WORDS.items() for word in words.split()},
    **{sign: frozenset(codes.split()) for sign, codes in _SHARED.items()},
}
PATTERN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=lambda sign: (-len(sign), sign)))


def possible(signs: Iterable[str], *, column: str) -> frozenset[str]:
    """The currencies that all signs of a column can mean; none where there is no sign.

    Raises:
        AmbiguousValues: The signs are of two currencies.

    Examples:
        >>> sorted(possible(["¥", "元"], column="spend")), sorted(possible(["¥"], column="spend"))
        (['CNY'], ['CNY', 'JPY'])
    """
    meant = [SIGNS[sign] for sign in sorted({sign.upper() for sign in signs})]
    common = frozenset.intersection(*meant) if meant else frozenset()
    if meant and not common:
        raise AmbiguousValues(
            "amounts of two currencies in one column",
            column=column,
            hint="export one currency per file, or give the column that holds the currency in the mapping",
        )
    return common
