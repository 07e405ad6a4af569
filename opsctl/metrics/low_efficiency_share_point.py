"""The same by the bare rate."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Ratio, Shape, metric


@metric(
    definition="low.point@1",
    shape=Shape.RATE,
    better="lower",
    zh="低质新增占比(按点估计)",
    en="Share of low-quality users, by the bare rate",
    says="同上，但只要算出来的 7 日留存低于 15% 就算低质。人少时会误判，只因常有人要看才列。",
    cohort=Cohort(mature="judged_users", days=lambda _: 7),
)
def low_efficiency_share_point(low_users_point: int, all_low_users_point: int) -> Ratio:
    """As low_efficiency_share, but a cell is low as soon as its D7 is below 15 %, however few its users.

    The plain rule calls small cells low by chance; it stands here because it is often asked for.

    Examples:
        >>> low_efficiency_share_point.of(low_users_point=[40], all_low_users_point=[100])
        [0.4]
    """
    return Ratio(low_users_point, all_low_users_point)
