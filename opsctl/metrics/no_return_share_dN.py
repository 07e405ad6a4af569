"""Who never came back and never bought."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="no.return@1",
    shape=Shape.RATE,
    better="lower",
    zh="{N}日无回访占比",
    en="No return by day {N}",
    says="第 7-{N} 天没有活跃、也从没下过单的新增 ÷ 已满 {N} 天的新增。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN", days=lambda numbers: numbers["N"]),
    least=7,
)
def no_return_share_dN(unreturned_dN: int, mature_dN: int) -> Ratio:
    """Mature users with no activity on any of d+7..d+N and no paid order at all / mature users.

    Examples:
        >>> no_return_share_dN.of(unreturned_d30=[60], mature_d30=[100])
        [0.6]
    """
    return Ratio(unreturned_dN, mature_dN)
