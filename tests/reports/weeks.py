"""Weeks of money and users as tests of reports write them, and what is known at their end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from opsctl.config.project import Project
from opsctl.core.period import Period
from opsctl.measures.known import Known
from tests.notation import Rows, evidence


def days(first: str, last: str, step: int = 1) -> list[str]:
    """Every day, or every seventh, from one to another."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [str(start + timedelta(days=at)) for at in range(0, (end - start).days + 1, step)]


def people(day: str, count: int, channel: str = "a") -> str:
    """A line of so many users of a day."""
    return f"{day} {channel}: " + " ".join(f"{channel}{day}-{at}" for at in range(count))


def known(until: str, since: str = "2025-01-06", **tables: Rows) -> Known:
    found = evidence(until=until, **tables)  # type: ignore[arg-type]  # tables by name
    return Known(found, Period(date.fromisoformat(since), date.fromisoformat(until)), ())


def project(**said: Any) -> Project:
    return Project.model_validate(said)
