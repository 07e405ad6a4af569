"""Days of a month as the bits of a word, for very many people at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LONGEST_MONTH = 31


def words(people: NDArray[np.uint32], days: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
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
    for day in range(1, LONGEST_MONTH + 1):
        # Whoever comes twice is set twice to the same: no event of one day undoes another.
        found[people[days == day]] |= np.uint32(1 << (day - 1))
    there = np.flatnonzero(found).astype(np.uint32)
    return there, found[there]
