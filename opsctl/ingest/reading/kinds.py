"""What a cell looks like: a number, a date, an id, or the word for nothing. Looks only; nothing is converted."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BLANKS = " \t\u00a0\u3000\r\n"
MISSING = frozenset(
    {"", "-", "--", "---", "—", "——", "–", "/", "\\n", "n/a", "#n/a", "na", "nan", "null", "none", "无", "暂无"}
)
_SIGN = "[-+\u2212]?"
_NUMBER = re.compile(
    rf"{_SIGN}(?:US\$|HK\$|NT\$|[$¥￥€£₹])?{_SIGN}(?:\d[\d,.'\u00a0 ]*|\.\d+)(?:[eE]{_SIGN}\d+)?\s?(?:%|‰|元|万元?)?"
)
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?:{_YEAR}[-/年]\d\d?(?:[-/月]\d\d?日?|月)?"
    rf"|{_YEAR}\.\d\d?\.\d\d?"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|\d\d?[-/.]\d\d?[-/.]\d{2,4}"
    r"|[A-Za-z]{3,9}\.? \d\d?,? \d{4}"
    r"|\d\d? [A-Za-z]{3,9}\.? \d{4})"
    r"(?:\D.*)?"
)
_TOKEN = re.compile(r"[A-Za-z0-9_.\-:/+]+")
_LONG_ID = 12
_LONGEST = 100  # characters; anything longer is text
_AT_LEAST = 2
_MOST = 0.75
_WIDEST = 64  # columns; they are enough to tell a row by


def is_missing(cell: str) -> bool:
    """Whether the cell is empty or one of the usual words for nothing."""
    return cell.strip(BLANKS).lower() in MISSING


def is_number(cell: str) -> bool:
    """Whether the cell is one amount, count or percentage, with or without its unit."""
    return _NUMBER.fullmatch(cell.strip(BLANKS)) is not None


def is_date(cell: str) -> bool:
    """Whether the cell starts with a day or a month.

    Examples:
        >>> is_date("2025-10-01 - 2025-10-09"), is_date("20250105"), is_date("1234.50")
        (True, True, False)
    """
    return _DATE.fullmatch(cell.strip(BLANKS)) is not None


def is_id(cell: str) -> bool:
    """Whether the cell is a code rather than an amount: letters with digits, leading zeros, or very many digits.

    Examples:
        >>> is_id("u1024"), is_id("0012"), is_id("729222800168"), is_id("1234.50"), is_id("INR")
        (True, True, True, False, False)
    """
    token = cell.strip(BLANKS)
    if not _TOKEN.fullmatch(token) or not any(mark.isdigit() for mark in token):
        return False
    if token.isdigit():
        return len(token) >= _LONG_ID or (len(token) > 1 and token[0] == "0")
    return not is_number(token)


def is_measured(cell: str) -> bool:
    """Whether the cell is a number, a date or an id: something a name is not."""
    return len(cell) <= _LONGEST and (is_number(cell) or is_date(cell) or is_id(cell))


def is_name(cell: str) -> bool:
    """Whether the cell can only be words."""
    return not is_missing(cell) and not is_measured(cell) and any(mark.isalpha() for mark in cell)


def measured_columns(rows: Iterable[Sequence[str]]) -> frozenset[int]:
    """The positions that hold numbers, dates or ids in most rows that fill them, and at least twice."""
    filled: Counter[int] = Counter()
    measured: Counter[int] = Counter()
    for row in rows:
        cells = [(at, cell) for at, cell in enumerate(row[:_WIDEST]) if not is_missing(cell)]
        if len(cells) == 1 < len(row):
            continue  # a remark or a lonely total tells nothing
        for at, cell in cells:
            filled[at] += 1
            measured[at] += is_measured(cell)
    return frozenset(at for at, times in measured.items() if times >= _AT_LEAST and times >= _MOST * filled[at])


def resembles(row: Sequence[str], measured: frozenset[int]) -> bool:
    """Whether a row could stand among rows whose `measured` positions hold numbers, dates or ids.

    Where nothing is measured nothing can be told, so the answer is no.
    """
    filled = [at for at in measured if at < len(row) and not is_missing(row[at])]
    return bool(filled) and all(is_measured(row[at]) for at in filled)
