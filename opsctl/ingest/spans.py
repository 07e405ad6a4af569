"""The days that a whole file is about, as a line above its header or its name says them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from opsctl.core.errors import AmbiguousValues, BadPeriod
from opsctl.core.period import FIRST_YEAR, LAST_YEAR, Period, named

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"(?P<year>[0-9]{4})"
_DAY = r"(?P<day>[0-9]{1,2})"
# Whole days, from the form that can be taken for nothing else to the barest.
_FORMS = (
    rf"{_YEAR}[-/.年](?P<number>[0-9]{{1,2}})[-/.月]{_DAY}(?![0-9])日?",
    r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<number>0[1-9]|1[0-2])(?P<day>[0-2][0-9]|3[01])(?![0-9])",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    rf"{_DAY}[ -]{_MONTH}[ -]{_YEAR}",
    rf"(?P<first>[0-9]{{1,2}})(?P<mark>[-/.])(?P<second>[0-9]{{1,2}})(?P=mark){_YEAR}",
)
_ANY = re.compile(
    "|".join(re.sub(r"\(\?P<[a-z]+>", "(?:", form).replace("(?P=mark)", "[-/.]") for form in _FORMS), re.IGNORECASE
)
_EACH = tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)
_BARE_MONTH = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-/.年]?(0[1-9]|1[0-2]|[1-9](?=月))(?![0-9])")
_AT_MOST = 2


def days_in(text: str, order: str | None = None) -> Period | None:
    """The period that a text names: a day, two days and what lies between, a month; None where it names none.

    Args:
        text: Such as "July 8, 2025 - July 31, 2025", "20260401-20260427", "2026年5月", or "All time".
        order: How 1/5/2026 is meant, "dmy" or "mdy"; None: as far as the text itself shows.

    Raises:
        AmbiguousValues: A day such as 1/5/2026 that nothing tells from 5/1/2026.

    Examples:
        >>> days_in("1 May 2026 - 8 May 2026").label
        '2026-05-01..2026-05-08'
        >>> days_in("抖音_202605.xlsx").label
        '2026-05'
        >>> days_in("All time") is None
        True
    """
    found = [_day_of(match[0], order) for match in _ANY.finditer(text)]
    days = [day for day in found if day is not None]
    if 0 < len(days) <= _AT_MOST and len(days) == len(found):
        return _period(min(days), max(days))
    if not found and (months := list(_months(text))) and len(months) <= _AT_MOST:
        return _period(months[0].start, months[-1].end) if len(months) > 1 else months[0]
    return _as_written(text) if not found else None


def _period(first: date, last: date) -> Period | None:
    try:
        return named(f"{first}..{last}") if first != last else named(str(first))
    except BadPeriod:
        return None


def _as_written(text: str) -> Period | None:
    """A week, quarter or year, as `--period` would have it: 2026-W07."""
    try:
        return named(text.strip())
    except BadPeriod:
        return None


def _months(text: str) -> Iterator[Period]:
    for match in _BARE_MONTH.finditer(text):
        yield named(f"{match[1]}-{int(match[2]):02}")


def _day_of(text: str, order: str | None) -> date | None:
    found = next(match for form in _EACH if (match := form.fullmatch(text)))
    parts = found.groupdict()
    if "first" in parts:
        day, month = _told_apart(int(parts["first"]), int(parts["second"]), order)
    else:
        name = (parts.get("month") or "").lower()[:3]
        day, month = int(parts["day"]), _MONTHS.index(name) + 1 if name else int(parts["number"])
    try:
        when = date(int(parts["year"]), month, day)
    except ValueError:
        return None
    return when if FIRST_YEAR <= when.year <= LAST_YEAR else None


def _told_apart(first: int, second: int, order: str | None) -> tuple[int, int]:
    """Day and month of 1/5/2026."""
    if order == "mdy" or (order is None and second > len(_MONTHS)):
        return second, first
    if order is None and first <= len(_MONTHS) and first != second:
        raise AmbiguousValues(
            "the days that the file is of can be read as day/month and as month/day",
            hint="write `dates: dmy` or `dates: mdy` in the mapping or its source",
        )
    return first, second
