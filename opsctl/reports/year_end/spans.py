"""The days of a year's review: the year as far as it is known, the same days a year earlier, and its two halves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from opsctl.core import period as periods
from opsctl.core.period import ONE_DAY, Period
from opsctl.measures.known import Known

LATEST_START = 6  # days by which a year's data may begin late and still stand for it
LEAST_HALF = 61  # days of a second half that can stand beside the first


@dataclass(frozen=True, slots=True)
class Spans:
    """What is reviewed.

    Args:
        now: From the year's first day to its last, or to the last day that is known.
        before: The same days a year earlier.
    """

    now: Period
    before: Period

    @property
    def year(self) -> int:
        """The year under review."""
        return self.now.start.year

    @property
    def whole(self) -> bool:
        """Whether the year is over."""
        return self.now.end == date(self.year, 12, 31)

    @property
    def halves(self) -> tuple[Period, Period] | None:
        """The two halves of the year; None while the second has too few days to be compared."""
        middle = date(self.year, 6, 30)
        second = (self.now.end - middle).days
        if second < LEAST_HALF:
            return None
        return Period(self.now.start, middle), Period(middle + ONE_DAY, self.now.end)

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters of the year that are over."""
        found = (periods.quarter(self.year, number) for number in (1, 2, 3, 4))
        return tuple(one for one in found if one.end <= self.now.end)

    @property
    def months(self) -> tuple[Period, ...]:
        """The months of the year that have begun, the last of them as far as it is known."""
        found = (periods.month(self.year, number) for number in range(1, 13))
        return tuple(Period(one.start, min(one.end, self.now.end)) for one in found if one.start <= self.now.end)

    @property
    def whole_months(self) -> tuple[Period, ...]:
        """The months of the year that are over."""
        return tuple(one for one in self.months if periods.month(one.start.year, one.start.month).end == one.end)


def spans_of(known: Known, number: int) -> Spans:
    """The days of a year that something is known of."""
    last = min(known.evidence.as_of, max(known.evidence.last_day.values(), default=known.evidence.as_of))
    whole = periods.year(number)
    end = min(whole.end, last)
    return Spans(
        now=whole if end == whole.end else Period(whole.start, end),
        before=periods.year(number - 1) if end == whole.end else Period(date(number - 1, 1, 1), a_year_before(end)),
    )


def a_year_before(day: date) -> date:
    """The same day a year earlier; of the 29th of February, the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
