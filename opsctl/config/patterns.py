"""Patterns that users write: searched by a linear engine only, never by Python's `re`.

`(a+)+$` on 40 characters would keep Python busy for days; polars' engine needs microseconds.
"""

from __future__ import annotations

from functools import cache

import polars as pl

_WORDS = (
    ("look-around", "look-ahead and look-behind are not supported"),
    ("backreferences", "backreferences are not supported"),
    ("size limit", "it is too large"),
)


def defect(pattern: str) -> str:
    """Why a pattern cannot be used, or nothing.

    Examples:
        >>> defect("(a")
        'unclosed group'
        >>> defect("[0-9]+")
        ''
    """
    try:
        _groups(pattern)
    except pl.exceptions.ComputeError as error:
        text = str(error)
    else:
        return ""
    known = next((words for fragment, words in _WORDS if fragment in text), "")
    return known or text.rpartition("error: ")[2].splitlines()[0]


def extract(pattern: str, text: str) -> str | None:
    """What the first group of the pattern finds in a text, or the whole pattern where it has no group.

    Examples:
        >>> extract("账户：(.*)", "账户：main")
        'main'
        >>> extract("[0-9]{8}", "week 20250106.csv")
        '20250106'
        >>> extract("[0-9]{8}", "week.csv") is None
        True
    """
    found = pl.Series([text]).str.extract(pattern, min(1, _groups(pattern)))
    return None if found.item() is None else str(found.item())


@cache
def _groups(pattern: str) -> int:
    return len(pl.Series([""]).str.extract_groups(pattern).struct.fields)
