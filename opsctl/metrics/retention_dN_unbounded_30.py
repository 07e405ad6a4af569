"""Who came back within thirty days from the N-th."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.unbounded.30@1",
    shape=Shape.RATE,
    better="higher",
    zh="{N}日后30天回访率",
    en="Return on day {N} to {N}+30",
    says="第 {N} 天到第 {N}+30 天任一天活跃过的人 ÷ 已满这些天的新增。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN_unbounded_30", days=lambda numbers: numbers["N"] + 30),
)
def retention_dN_unbounded_30(retained_dN_unbounded_30: int, mature_dN_unbounded_30: int) -> Ratio:
    """Users with activity on any of d+N..d+N+30 / users for whom all of these days were seen.

    Examples:
        >>> retention_dN_unbounded_30.of(retained_d7_unbounded_30=[4], mature_d7_unbounded_30=[5])
        [0.8]
    """
    return Ratio(retained_dN_unbounded_30, mature_dN_unbounded_30)
