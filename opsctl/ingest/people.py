"""Ids of people in one way of writing: a telephone number has many, and each would be another person."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

# By table the columns whose values are one person's or one order's alone.
PERSONAL_IDS: Mapping[str, tuple[str, ...]] = {
    "acquisition": ("user", "inviter"),
    "activity": ("user",),
    "order": ("user", "order"),
}

_BEHIND_DIGITS = ":"  # of ASCII; all that a telephone number may begin with stands before
_GAPPED = r"^[+0-9\s\-]*[+\s\-]|^(?:00)?861[3-9][0-9]{9}$"
_DIALLED = r"^[\s\-]*\+?[0-9\s\-]+$"  # whatever _PHONE may find: others are many, and this tells them sooner
_GAPS = r"[\s\-]+"
_PHONE = r"^(?:\+86|0086|86)?(1[3-9][0-9]{9})$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"


def is_untidy(ids: pl.Expr) -> pl.Expr:
    """True of every id, as it is written in a file, that would be another once trimmed, in NFC and in one spelling.

    It is true of few others: those with other characters than ASCII, and those that look like a number with gaps.
    """
    longer = ids.str.len_bytes() != ids.str.len_chars()
    blank = (ids.str.head(1) <= " ") | (ids.str.tail(1) <= " ")
    return longer | blank | ids.str.contains("@", literal=True) | ids.str.contains(_GAPPED)


def shortest_of(ids: pl.Series) -> int:
    """The bytes of the shortest of tidy ids, where whatever would become one of them is longer than that; else 0.

    Trimming, NFC and leaving out what stands between digits shorten what becomes ASCII; only capitals do not.
    """
    ascii_only = ids.str.len_bytes().sum() == ids.str.len_chars().sum()
    if not len(ids) or not ascii_only or ids.str.contains("@", literal=True).any():
        return 0
    return int(str(ids.str.len_bytes().min()))


def canonical(ids: pl.Series) -> pl.Series:
    """Chinese mobile numbers as eleven digits, e-mail addresses in lower case; every other id as it is.

    Args:
        ids: Text, trimmed and in NFC.

    Examples:
        >>> canonical(pl.Series(["+86 138-0013-8000", "Ann@Example.com", "u0000123", None])).to_list()
        ['13800138000', 'ann@example.com', 'u0000123', None]
    """
    found = ids
    if _any_before(ids, _BEHIND_DIGITS) and (dialled := ids.str.contains(_DIALLED)).any():
        numbers = ids.filter(dialled)
        digits = numbers.str.replace_all(_GAPS, "").str.extract(_PHONE)
        found = found.scatter(dialled.arg_true(), digits.fill_null(numbers))
    if ids.str.contains("@", literal=True).any():
        found = found.zip_with(~found.str.contains(_EMAIL).fill_null(value=False), found.str.to_lowercase())
    return found.alias(ids.name)


def _any_before(texts: pl.Series, mark: str) -> bool:
    first = texts.min()
    return isinstance(first, str) and first < mark
