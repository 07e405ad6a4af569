"""Days and periods: what `--period` may say, and which days it means."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from opsctl.core.errors import BadPeriod

ONE_DAY = timedelta(days=1)
WEEK_DAYS = 7
FIRST_YEAR, LAST_YEAR = 1990, 2100  # what is outside is a slip of the finger, in a file as on the command line


class Grain(StrEnum):
    """The calendar unit a period is a whole one of."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days from `start` to `end`, both included."""

    start: date
    end: date
    grain: Grain = Grain.SPAN

    @property
    def days(self) -> int:
        """The number of days in it."""
        return (self.end - self.start).days + 1

    @property
    def label(self) -> str:
        """The shortest text that `parse` reads back as this period."""
        match self.grain:
            case Grain.DAY:
                return self.start.isoformat()
            case Grain.WEEK:
                return f"{self.start:%G-W%V}"
            case Grain.MONTH:
                return f"{self.start:%Y-%m}"
            case Grain.QUARTER:
                return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
            case Grain.YEAR:
                return str(self.start.year)
            case Grain.SPAN:
                return f"{self.start}..{self.end}"

    def before(self) -> Period:
        """The period of the same kind that ends where this one starts; of a day the same weekday a week before."""
        last = self.start - ONE_DAY
        if self.grain is Grain.DAY:
            return Period(self.start - timedelta(days=WEEK_DAYS), self.end - timedelta(days=WEEK_DAYS), Grain.DAY)
        match self.grain:
            case Grain.MONTH:
                return month(last.year, last.month)
            case Grain.QUARTER:
                return quarter(last.year, (last.month + 2) // 3)
            case Grain.YEAR:
                return year(last.year)
            case _:
                return Period(self.start - timedelta(days=self.days), last, self.grain)

    def run(self, count: int, earliest: date) -> list[Period]:
        """This period and those before it, oldest first: at most `count`, none that starts before `earliest`.

        Examples:
            >>> [one.label for one in month(2025, 3).run(3, date(2025, 2, 1))]
            ['2025-02', '2025-03']
        """
        spans = [self]
        while len(spans) < count and spans[-1].before().start >= earliest:
            spans.append(spans[-1].before())
        return spans[::-1]

    def meets(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.start <= other.end and other.start <= self.end

    def back_to(self, latest_end: date) -> Period:
        """This period, or the latest of its length that ends by `latest_end`; weeks stay whole weeks."""
        late = (self.end - latest_end).days
        if late <= 0:
            return self
        if self.grain is Grain.WEEK:
            late = -(-late // WEEK_DAYS) * WEEK_DAYS
            return Period(self.start - timedelta(days=late), self.end - timedelta(days=late), Grain.WEEK)
        shift = timedelta(days=late)
        grain = Grain.DAY if self.grain is Grain.DAY else Grain.SPAN
        return Period(self.start - shift, self.end - shift, grain)


EVER = Period(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


def day(of: date) -> Period:
    """One day."""
    return Period(of, of, Grain.DAY)


def week(of: date) -> Period:
    """The ISO week, Monday to Sunday, that has the day in it."""
    monday = of - timedelta(days=of.weekday())
    return Period(monday, monday + timedelta(days=WEEK_DAYS - 1), Grain.WEEK)


def month(in_year: int, number: int) -> Period:
    """A calendar month."""
    last = calendar.monthrange(in_year, number)[1]
    return Period(date(in_year, number, 1), date(in_year, number, last), Grain.MONTH)


def quarter(in_year: int, number: int) -> Period:
    """A calendar quarter."""
    return Period(date(in_year, 3 * number - 2, 1), month(in_year, 3 * number).end, Grain.QUARTER)


def year(number: int) -> Period:
    """A calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31), Grain.YEAR)


def last_complete_week(as_of: date) -> Period:
    """The latest ISO week whose Sunday is known."""
    this = week(as_of)
    return this if this.end == as_of else this.before()


def parse(text: str, as_of: date) -> Period:
    """The days that `--period TEXT` means; `last-week`, `last-month` and `yesterday` count back from `as_of`.

    `as_of` is the last day that is known, so `yesterday` (the day before the morning of the report) is it.

    Raises:
        BadPeriod: The text is none of the forms, or names a day, week or month that does not exist.

    Examples:
        >>> parse("2025-W01", date(2025, 6, 1)).start
        datetime.date(2024, 12, 30)
        >>> parse("2025-Q1", date(2025, 6, 1)).days
        90
    """
    return _relative(text, as_of) or named(text)


def is_relative(text: str) -> bool:
    """Does a period count back from the last day that is known?"""
    return _relative(text, date(2000, 1, 1)) is not None


def named(text: str) -> Period:
    """The days that a text names by itself, whatever is known: all of `parse` but last-week and the like.

    Raises:
        BadPeriod: As for `parse`.
    """
    try:
        found = _named(text)
    except (ValueError, OverflowError) as error:
        raise _refusal(text, str(error)) from None
    if found is None:
        raise _refusal(text, "")
    if not FIRST_YEAR <= found.start.year <= found.end.year <= LAST_YEAR:
        raise _refusal(text, f"its year is not between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def _refusal(text: str, why: str) -> BadPeriod:
    return BadPeriod(
        f"'{text}' is no period" + (f": {why}" if why else ""),
        hint="write 2025, 2025-Q1, 2025-03, 2025-W07, 2025-03-01, 2025-03-01..2025-03-15, "
        "last-week, last-month or yesterday",
    )


def _relative(text: str, as_of: date) -> Period | None:
    match text:
        case "yesterday":
            return day(as_of)
        case "last-week":
            return last_complete_week(as_of)
        case "last-month":
            this = month(as_of.year, as_of.month)
            return this if this.end == as_of else this.before()
        case _:
            return None


def _named(text: str) -> Period | None:
    if ".." in text:
        return _span(text)
    if re.fullmatch(r"\d{4}", text):
        return year(int(text))
    if found := re.fullmatch(r"(\d{4})-[Qq]([1-4])", text):
        return quarter(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\d{4})-[Ww](\d{1,2})", text):
        return week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return month(int(found[1]), int(found[2]))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return day(date.fromisoformat(text))
    return None


def _span(text: str) -> Period | None:
    first, _, last = text.partition("..")
    ends = _named(first.strip()), _named(last.strip())
    if ends[0] is None or ends[1] is None:
        return None
    if ends[1].end < ends[0].start:
        raise ValueError("it ends before it starts")
    return Period(ends[0].start, ends[1].end)
