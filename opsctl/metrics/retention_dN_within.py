"""Who came back on any day up to the N-th."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.window@1",
    shape=Shape.RATE,
    better="higher",
    zh="{N}日内回访率",
    en="Return within {N} days",
    says="第 1-{N} 天任一天活跃过的人 ÷ 已满 {N} 天的新增。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN_within", days=lambda numbers: numbers["N"]),
    least=1,
)
def retention_dN_within(retained_dN_within: int, mature_dN_within: int) -> Ratio:
    """Users with activity on any of the days d+1..d+N / users for whom all of these days were seen.

    Examples:
        >>> retention_dN_within.of(retained_d7_within=[5], mature_d7_within=[7])
        [0.7142857142857143]
    """
    return Ratio(retained_dN_within, mature_dN_within)
