"""How far a row is over-represented among low-quality users."""

from __future__ import annotations

from fractions import Fraction

from opsctl.metrics.metric import Cohort, Ratio, Reason, Shape, metric


@metric(
    definition="low.lift@1",
    shape=Shape.MULTIPLE,
    better="lower",
    zh="低质倍数",
    en="Low-quality lift",
    says="低质新增占比 ÷ 新增占比。2.0 表示低质用户比它应有的多一倍。",
    cohort=Cohort(mature="judged_users", days=lambda _: 7),
)
def low_efficiency_lift(
    low_users: int, all_low_users: int, acquisitions: int, all_acquisitions: int, decided_users: int
) -> Ratio | Reason:
    """A row's share of low-quality users / its share of new users: 2.0 means twice its part.

    The denominator is the number of low-quality users it would have if they were spread like new users.

    Examples:
        >>> of_low = {"low_users": [40], "all_low_users": [100], "decided_users": [90]}
        >>> low_efficiency_lift.of(**of_low, acquisitions=[20], all_acquisitions=[100])
        [2.0]
    """
    if not decided_users:
        return Reason.UNDECIDED
    return Ratio(low_users, Fraction(all_low_users * acquisitions, all_acquisitions or 1))
