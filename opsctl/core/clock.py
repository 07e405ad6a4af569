"""The one place that reads the clock: answers depend on files and arguments, only records of a run on its time."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from opsctl.core.errors import BadOption

FIXED = "SOURCE_DATE_EPOCH"  # what reproducible builds set, in seconds since 1970


def now() -> datetime:
    """The time in UTC, to the second; the one that SOURCE_DATE_EPOCH states where it is set.

    Raises:
        BadOption: SOURCE_DATE_EPOCH is no number of seconds.
    """
    stated = os.environ.get(FIXED)
    return _stated(stated) if stated else datetime.now(UTC).replace(microsecond=0)


def _stated(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadOption(f"{FIXED} '{text}' is no number of seconds", hint="set a number, or take it out") from None
