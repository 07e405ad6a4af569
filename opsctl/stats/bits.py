"""Days of a month as the bits of a word, for very many people at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LONGEST_MONTH = 31
MASK = 64  # bits
Words = tuple[NDArray[np.uint32], NDArray[np.uint32]]


def words(people: NDArray[np.uint32], days: NDArray[np.uint8]) -> Words:
    """One word for each person: bit d-1 is set where there is an event of day d of the month.

    Args:
        people: The number of the person of each event, small numbers for choice: memory is 4 bytes for the greatest.
        days: The day of the month of each event, 1 to 31, in the same order.

    Returns:
        The people who have any event, ascending, and their words.

    Examples:
        >>> people, of = words(np.array([7, 2, 7], np.uint32), np.array([1, 3, 2], np.uint8))
        >>> people.tolist(), of.tolist()
        ([2, 7], [4, 3])
    """
    found = np.zeros(int(people.max(initial=0)) + 1, np.uint32)
    for day, of_day in enumerate(_by_day(people, days), 1):
        # Whoever comes twice is set twice to the same: no event of one day undoes another.
        found[of_day] |= np.uint32(1 << (day - 1))
    there = np.flatnonzero(found).astype(np.uint32)
    return there, found[there]


def _by_day(people: NDArray[np.uint32], days: NDArray[np.uint8]) -> Iterator[NDArray[np.uint32]]:
    """The people of each day of a month; events nearly always stand in the order in which they happened."""
    if (days[1:] >= days[:-1]).all():
        ends = np.searchsorted(days, np.arange(1, LONGEST_MONTH + 2, dtype=np.uint8))
        yield from (people[first:end] for first, end in pairwise(ends))
    else:
        yield from (people[days == day] for day in range(1, LONGEST_MONTH + 1))


def united(parts: Sequence[Words]) -> Words:
    """The words of one month from those of its parts; see `words`.

    Examples:
        >>> one = words(np.array([7, 2], np.uint32), np.array([1, 3], np.uint8))
        >>> more = words(np.array([7, 9], np.uint32), np.array([2, 1], np.uint8))
        >>> people, of = united([one, more])
        >>> people.tolist(), of.tolist()
        ([2, 7, 9], [4, 3, 1])
    """
    found = np.zeros(1 + max((int(people.max(initial=0)) for people, _ in parts), default=0), np.uint32)
    for people, of in parts:
        found[people] |= of
    there = np.flatnonzero(found).astype(np.uint32)
    return there, found[there]


def masks(
    people: NDArray[np.uint32], since: NDArray[np.uint8], months: Sequence[tuple[int, Words]]
) -> NDArray[np.uint64]:
    """For each person the days after a day of a month as 64 bits: bit n is the n-th day after.

    Args:
        people: Whom it is asked of.
        since: The day of the month that is counted from, 1 to 31, in the same order.
        months: The words of months, each with how many days after the first of that month its own first lies; less by
            64 for each, where the bits are those of the next 64 days.

    Examples:
        >>> march = np.array([7], np.uint32), np.array([0b101 << 28], np.uint32)  # the 29th and the 31st
        >>> april = np.array([7], np.uint32), np.array([0b10], np.uint32)  # the 2nd
        >>> masks(np.array([7, 8], np.uint32), np.array([29, 1], np.uint8), [(0, march), (31, april)]).tolist()
        [21, 0]
    """
    size = 1 + max(int(each.max(initial=0)) for each in (people, *(who for _, (who, _) in months)))
    found = np.zeros(len(people), np.uint64)
    offset = since.astype(np.int64) - 1
    for begins, (who, of) in months:
        all_of = np.zeros(size, np.uint32)
        all_of[who] = of
        word, ahead = all_of[people].astype(np.uint64), begins - offset
        later = np.where(ahead < MASK, word << np.clip(ahead, 0, MASK - 1).astype(np.uint64), np.uint64(0))
        found |= np.where(ahead < 0, word >> np.clip(-ahead, 0, MASK - 1).astype(np.uint64), later)
    return found
