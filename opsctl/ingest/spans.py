"""The days that a whole file is about, as a line above its header or its name says them, and days that need them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from opsctl.core.errors import AmbiguousValues, BadPeriod
from opsctl.core.period import FIRST_YEAR, LAST_YEAR, Period, named

# What the names of each month begin with in English, Dutch, German, French and Spanish.
_MONTHS = (
    ("jan", "ene"),
    ("feb", "fév", "fev"),
    ("mar", "maa", "mrt", "mär", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mei", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aoû", "aou", "ago"),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "déc", "dez", "dic"),
)
_MONTH = rf"(?P<month>{'|'.join(stem for stems in _MONTHS for stem in stems)})[a-z]*\.?"
_NAME = _MONTH.replace("(?P<month>", "(?:")
_YEAR = r"(?P<year>[0-9]{4})"
_DAY = r"(?P<day>[0-9]{1,2})"
# Patterns as texts: most runs read no such day, and `re` keeps those that it compiled.
# Whole days, from the form that can be taken for nothing else to the barest.
_FORMS = (
    rf"{_YEAR}[-/.年](?P<number>[0-9]{{1,2}})[-/.月]{_DAY}(?![0-9])日?",
    r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<number>0[1-9]|1[0-2])(?P<day>[0-2][0-9]|3[01])(?![0-9])",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    rf"{_DAY}(?:er|\.)?(?: de|)[ -]{_MONTH}(?: de|)[ -]{_YEAR}",
    rf"(?P<first>[0-9]{{1,2}})(?P<mark>[-/.])(?P<second>[0-9]{{1,2}})(?P=mark){_YEAR}",
)
_ANY = "|".join(re.sub(r"\(\?P<[a-z]+>", "(?:", form).replace("(?P=mark)", "[-/.]") for form in _FORMS)
_WITHOUT_YEAR = (
    rf"{_MONTH} {_DAY}(?![0-9])",
    rf"{_DAY}(?:er|\.)?(?: de|)[ -]{_MONTH}(?![a-z])",
    rf"(?P<number>[0-9]{{1,2}})月{_DAY}日",
)
# Two days, of which one leaves out what the other says: both are written out before they are read.
_TO = r" ?(?:-|–|—|~|至|到|to|bis|au|al|t/m) ?"
_SHORTENED = (
    (r"(?<![0-9])(20[0-9]{2})([0-9]{2})([0-9]{2})[-_~]([01][0-9])([0-3][0-9])(?![0-9])", r"\1-\2-\3 - \1-\4-\5"),
    (
        rf"([0-9]{{4}})年([0-9]{{1,2}})月([0-9]{{1,2}})日{_TO}([0-9]{{1,2}})月([0-9]{{1,2}})日",
        r"\1-\2-\3 - \1-\4-\5",
    ),
    (rf"([0-9]{{4}})年([0-9]{{1,2}})月([0-9]{{1,2}})日?{_TO}([0-9]{{1,2}})日", r"\1-\2-\3 - \1-\2-\4"),
    (
        rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TO}([0-9]{{1,2}})\2([0-9]{{1,2}})(?![-/.0-9])",
        r"\1-\3-\4 - \1-\5-\6",
    ),
    (rf"(?<![0-9])([0-9]{{1,2}}){_TO}([0-9]{{1,2}}) ({_NAME}) ([0-9]{{4}})", r"\1 \3 \4 - \2 \3 \4"),
    (rf"({_NAME}) ([0-9]{{1,2}}){_TO}([0-9]{{1,2}}),? ([0-9]{{4}})", r"\1 \2, \4 - \1 \3, \4"),
    (
        rf"(?<![0-9])([0-9]{{1,2}}) ({_NAME}){_TO}([0-9]{{1,2}}) ({_NAME}) ([0-9]{{4}})",
        r"\1 \2 \5 - \3 \4 \5",
    ),
    (rf"({_NAME}) ([0-9]{{1,2}}){_TO}({_NAME}) ([0-9]{{1,2}}),? ([0-9]{{4}})", r"\1 \2, \5 - \3 \4, \5"),
)
_BARE_MONTH = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-/.年]?(0[1-9]|1[0-2]|[1-9](?=月))(?![0-9])")
_AT_MOST = 2
_NEAR = timedelta(days=31)  # how far from a period a day may be that only the period gives a year
_COUNT = re.compile("[0-9]{1,5}")


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
        >>> days_in("2025年7月8日-31日").label, days_in("30 Jun - 6 Jul 2025").label
        ('2025-07-08..2025-07-31', '2025-06-30..2025-07-06')
        >>> days_in("抖音_202605.xlsx").label
        '2026-05'
        >>> days_in("All time") is None
        True
    """
    for form, spelled in _SHORTENED:
        text = re.sub(form, spelled, text, flags=re.IGNORECASE)
    found = [_day_of(match[0], order) for match in re.finditer(_ANY, text, re.IGNORECASE)]
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
    found = next(match for form in _FORMS if (match := re.fullmatch(form, text, re.IGNORECASE)))
    parts = found.groupdict()
    if "first" in parts:
        day, month = _told_apart(int(parts["first"]), int(parts["second"]), order)
    else:
        day, month = int(parts["day"]), _month_of(parts)
    when = _date(int(parts["year"]), month, day)
    return when if when and FIRST_YEAR <= when.year <= LAST_YEAR else None


def _month_of(parts: Mapping[str, str | None]) -> int:
    name = (parts.get("month") or "").lower()
    if not name:
        return int(parts["number"] or 0)
    return next(number for number, stems in enumerate(_MONTHS, start=1) if name.startswith(stems))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


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


# --- days that only the file's period makes whole -------------------------------------------------------


def day_after_start(text: str, period: Period) -> date | None:
    """The day that is so many days after a period's first; None where that is no day of the period.

    Examples:
        >>> day_after_start("0027", named("2023-04-24..2023-05-21"))
        datetime.date(2023, 5, 21)
        >>> day_after_start("0028", named("2023-04-24..2023-05-21")) is None
        True
    """
    count = text.strip()
    if not _COUNT.fullmatch(count):
        return None
    day = period.start + timedelta(days=int(count))
    return day if day <= period.end else None


def day_within(text: str, period: Period, order: str | None = None) -> date | None:
    """The day at the head of a text; where it has no year, in the one that puts it into a period or next to it.

    Raises:
        AmbiguousValues: The period is so long that the day is in it twice.

    Examples:
        >>> day_within("Dec 29 - Jan 4", named("2025-01"))
        datetime.date(2024, 12, 29)
        >>> day_within("1月5日", named("2025-01"))
        datetime.date(2025, 1, 5)
        >>> day_within("Jul 5", named("2025-01")) is None
        True
    """
    text = text.strip()
    if whole := re.match(_ANY, text, re.IGNORECASE):
        return _day_of(whole[0], order)
    found = next((match for form in _WITHOUT_YEAR if (match := re.match(form, text, re.IGNORECASE))), None)
    if found is None:
        return None
    parts = found.groupdict()
    years = range(period.start.year - 1, period.end.year + 2)
    days = [day for year in years if (day := _date(year, _month_of(parts), int(parts["day"])))]
    if sum(period.start <= day <= period.end for day in days) > 1:
        raise AmbiguousValues(
            "the days have no year, and the file is of more than one",
            hint="export it again, for a year at most or with a year in its days",
        )
    near = min(days, key=lambda day: _distance(day, period), default=None)
    return near if near is not None and _distance(near, period) <= _NEAR else None


def _distance(day: date, period: Period) -> timedelta:
    return max(period.start - day, day - period.end, timedelta(0))
