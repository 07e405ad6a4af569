"""How long rows are kept: which of them are over as of a day, by what the project says in `privacy.retention_days`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from opsctl.config.plans import Privacy
from opsctl.schemas import tables


class Over(NamedTuple):
    """The rows of a table that are kept no longer: those of `last_day` and before."""

    table: str
    last_day: date


def over(privacy: Privacy, as_of: date) -> tuple[Over, ...]:
    """What is kept no longer as of a day, in the order of the tables' names.

    `retention_days: {activity: 180}` keeps the last 180 days, `as_of` being the last of them. A table without an
    entry is kept, and so is what has no day.
    """
    limits = sorted(privacy.retention_days.items())
    return tuple(Over(table, as_of - timedelta(days=days)) for table, days in limits if table in tables())
