"""How much of a row is not decided."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Ratio, Shape, metric


@metric(
    definition="low.undecided@1",
    shape=Shape.RATE,
    better="lower",
    zh="未判定新增占比",
    en="Share of undecided users",
    says="没能判定的新增 ÷ 已满天数的新增。",
    cohort=Cohort(mature="judged_users", days=lambda _: 7),
)
def low_efficiency_undecided_share(undecided_users: int, judged_users: int) -> Ratio:
    """Mature users in cells that are neither low nor fine beyond doubt / all mature users.

    Examples:
        >>> low_efficiency_undecided_share.of(undecided_users=[13], judged_users=[100])
        [0.13]
    """
    return Ratio(undecided_users, judged_users)
