"""How a month's budget goes: what was spent of it so far, and where the month will end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from opsctl.config.project import Project
from opsctl.core import money
from opsctl.core import period as periods
from opsctl.core.period import Grain, Period
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.reports.plan import budget_of
from opsctl.reports.scopes import Scope, figures

NEARLY = Fraction(5, 100)  # a target missed by less is nearly reached, a budget off by less is kept


class Standing(StrEnum):
    """How a key figure stands."""

    REACHED = "reached"
    NEARLY = "nearly"
    MISSED = "missed"
    AHEAD = "ahead"  # of a budget, by the end of the month
    BEHIND = "behind"
    ON_PACE = "on_pace"
    NORMAL = "normal"
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Pace:
    """Money spent so far against a month's budget.

    Args:
        budget: Of the whole month.
        spent: So far.
        time: The share of the month that has gone.
        forecast: What the month will cost if its other days cost what the last seven did.
    """

    budget: Fraction
    spent: Fraction
    time: Fraction
    forecast: Fraction

    @property
    def standing(self) -> Standing:
        """Where the month will end, within five percent."""
        end = self.forecast / self.budget
        if end > 1 + NEARLY:
            return Standing.AHEAD
        return Standing.BEHIND if end < 1 - NEARLY else Standing.ON_PACE

    def as_json(self) -> dict[str, Any]:
        """The pace for programs."""
        return {
            "budget": float(self.budget),
            "spent": float(self.spent),
            "spent_share": float(self.spent / self.budget),
            "time_share": float(self.time),
            "forecast": float(self.forecast),
            "forecast_share": float(self.forecast / self.budget),
            "standing": self.standing.value,
        }


def month_of(period: Period) -> Period:
    """The month in which a period ends."""
    return periods.month(period.end.year, period.end.month)


def pace(known: Known, project: Project, period: Period, scope: Scope) -> Pace | None:
    """The month's budget against what was spent so far; None without a budget, or for longer periods."""
    month, last = month_of(period), min(period.end, known.evidence.until("spend"))
    planned = budget_of(project.budgets, month, scope.members)
    if planned is None or not planned.amount or period.grain not in {Grain.DAY, Grain.WEEK, Grain.MONTH}:
        return None
    if last < month.start:
        return None
    so_far, recent = Period(month.start, last), Period(max(last - timedelta(days=6), known.span.start), last)
    found = (figures(known.evidence, scope, [load("spend")], span) for span in (so_far, recent))
    spent, lately = (_money(one, project.currency) for one in found)
    if spent is None or lately is None:
        return None
    left = month.days - so_far.days
    return Pace(planned.amount, spent, Fraction(so_far.days, month.days), spent + lately / recent.days * left)


def _money(found: Mapping[str, Figure], currency: str) -> Fraction | None:
    figure = found.get("spend")
    if figure is None or figure.value is None or figure.currency not in {None, currency}:
        return None
    return Fraction(int(figure.value), money.TEN_THOUSANDTHS)
