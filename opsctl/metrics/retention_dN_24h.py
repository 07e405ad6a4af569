"""Who is back in the N-th 24 hours."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.exact.h24@1",
    shape=Shape.RATE,
    better="higher",
    zh="{N}日留存(24小时)",
    en="Day-{N} retention, 24 h",
    says="新增那一刻起第 {N} 个 24 小时内活跃的人 ÷ 已满这么久的新增。只有日期、没有时刻时算不出。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN_24h", days=lambda numbers: numbers["N"] + 1),
)
def retention_dN_24h(retained_dN_24h: int, mature_dN_24h: int) -> Ratio:
    """Users with activity within the N-th 24 hours after the moment of acquisition / users seen that long.

    Needs times of day on both sides; where a date is all there is, the answer is unknown (`day_precision`).
    A user can be mature by the calendar and not yet by the clock.

    Examples:
        >>> retention_dN_24h.of(retained_d7_24h=[2], mature_d7_24h=[6])
        [0.3333333333333333]
    """
    return Ratio(retained_dN_24h, mature_dN_24h)
