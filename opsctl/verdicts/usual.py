"""How a metric usually moves from one period to the next, so that normal movement can be called normal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.core.period import Period
from opsctl.measures.known import Known
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric
from opsctl.verdicts.comparison import Where, compared

LOOKED_AT = 8  # past changes
ENOUGH = 6  # with fewer nobody can say what is usual
REACH = 16  # periods back, where some of them are promotions or unknown
# The range in root mean squares of so many past changes: holds 95 % where they are normal (Student's t). Simulated
# on weeks that wander and on weeks that scatter around a level: 5 % fall outside; with twice the root mean square, 9 %.
WIDTH = {6: 2.45, 7: 2.36, 8: 2.31}


@dataclass(frozen=True, slots=True)
class Usual:
    """The changes of the periods before, newest first, in the metric's own unit."""

    changes: tuple[float, ...] = ()

    @property
    def range(self) -> float | None:
        """As far as it moves, up or down, in 19 of 20 periods; None where too few changes are known.

        Of changes, not of their distance from a mean: what falls a little every week falls normally.
        """
        if len(self.changes) < ENOUGH:
            return None
        mean_square = math.fsum(change * change for change in self.changes) / len(self.changes)
        return WIDTH[len(self.changes)] * math.sqrt(mean_square)

    def holds(self, change: float) -> bool | None:
        """Whether a change is within it; None where too little is known."""
        return None if self.range is None else abs(change) <= self.range


def usual(known: Known, metric: Metric, later: Period, where: Where, promotions: Sequence[Period] = ()) -> Usual:
    """The last changes of a metric before `later`, each on the days that are whole in both of its periods.

    Periods that touch a promotion do not count, nor those in which the metric has no value.
    """
    changes: list[float] = []
    figures: dict[Period, Figure] = {}
    span = later
    for _ in range(REACH):
        span = span.before()
        if len(changes) == LOOKED_AT or span.before().start < known.span.start:
            break
        if not any(each.meets(promotion) for each in (span, span.before()) for promotion in promotions):
            change = _change(known, metric, span, where, figures)
            changes += [] if change is None else [change]
    return Usual(tuple(changes))


def _change(known: Known, metric: Metric, later: Period, where: Where, figures: dict[Period, Figure]) -> float | None:
    """After minus before; figures on all of a period's days are kept for its neighbour."""
    asked = compared(known.evidence, metric, later, where)
    found = figures if asked.evidence is known.evidence else {}
    for span in asked.spans:
        if span not in found:
            found[span] = asked.figure(span)
    before, after = (asked.sides(found[span]).ratio for span in asked.spans)
    valued = all(found[span].value is not None for span in asked.spans)
    return float(after - before) if valued and before is not None and after is not None else None
