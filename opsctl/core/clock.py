"""The one place that reads the clock; a build that must be reproducible says what time it is."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The moment, in UTC and whole seconds; SOURCE_DATE_EPOCH (seconds since 1970) comes before the machine's clock."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if told.isdigit():
        return datetime.fromtimestamp(int(told), UTC)
    return datetime.now(UTC).replace(microsecond=0)
