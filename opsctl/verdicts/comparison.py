"""A metric in two periods that follow each other, on the same of their days: the ground of every comparison."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from opsctl.core import money
from opsctl.core.period import Period
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.known import Known
from opsctl.measures.totals import Totals, totals
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import SCALED, Metric, Ratio, unit_of
from opsctl.stats.decomposition import Sides

Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Comparison:
    """A metric over a period and over the one before.

    Args:
        evidence: Without the days that are incomplete in either of the two.
        metric: A ratio of two sums.
        later: The period; the earlier one is of the same kind and ends where it starts.
        where: What both are narrowed down to.
    """

    evidence: Evidence
    metric: Metric
    later: Period
    where: Where = ()

    @property
    def spans(self) -> tuple[Period, Period]:
        """The earlier and the later period."""
        return self.later.before(), self.later

    def figure(self, span: Period) -> Figure:
        """The metric's own figure over one of the two."""
        return figure(self.evidence, self.metric, span, self.where)

    def totals(self, span: Period, by: tuple[str, ...]) -> Totals:
        """What both sides of the metric count over one of the two, added up by dimensions."""
        return totals(self.evidence, Ask(span, by, self.where), self.metric.measures)

    def sides(self, of: Figure) -> Sides:
        """A figure's sides in the metric's own unit; zeros where it tells none."""
        if of.numerator is None or of.denominator is None:
            return Sides()
        return Sides(of.numerator.number * self.unit, of.denominator.number)

    @property
    def unit(self) -> Fraction:
        """What one counted numerator over one counted denominator is worth: 1/10,000 for money over users."""
        made = self.metric.formula(*(self._one(name) for name in self.metric.parameters))
        top, bottom = (unit_of(name) in SCALED for name in self.metric.parameters[:2])
        times = made.times if isinstance(made, Ratio) else Fraction(1)
        return times * Fraction(money.TEN_THOUSANDTHS) ** (bottom - top)

    def _one(self, name: str) -> int | Fraction:
        return (self.evidence.margin or Fraction(0)) if name == "margin" else 1


def compared(evidence: Evidence, metric: Metric, later: Period, where: Where = ()) -> Comparison:
    """Two periods on the same of their days: one that is incomplete in either is left out of both."""
    earlier = later.before()
    lost = evidence.gaps["day"].is_between(earlier.start, later.end).any()
    fair = evidence.with_gaps_of(earlier, later).on_whole_days() if lost else evidence
    return Comparison(fair, metric, later, where)


def figure(evidence: Evidence, metric: Metric, span: Period, where: Where = ()) -> Figure:
    """The metric over a period."""
    (row,) = answer(evidence, Ask(span, (), where), [metric])
    return row.figures[metric.name]


def days_of(known: Known, metric: Metric, period: Period) -> Period:
    """The days that a metric is shown for: of a metric of users, the latest of the period's length that are mature.

    Where the data do not reach back to these, the period itself.
    """
    through = known.evidence.through(metric.cohort.table) if metric.cohort else None
    if metric.cohort is None or through is None:
        return period
    mature = period.back_to(metric.cohort.last_mature(through, metric.numbers))
    return mature if mature.end >= known.span.start else period
