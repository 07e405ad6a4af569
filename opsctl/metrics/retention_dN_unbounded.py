"""Who came back on the N-th day or later."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.unbounded@1",
    shape=Shape.RATE,
    better="higher",
    zh="{N}日后回访率(不封顶)",
    en="Return on day {N} or later",
    says="第 {N} 天或之后任何一天活跃过的人 ÷ 已满 {N} 天的新增。会随时间变大，不同日期之间不能比。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN_unbounded", days=lambda numbers: numbers["N"]),
)
def retention_dN_unbounded(retained_dN_unbounded: int, mature_dN_unbounded: int) -> Ratio:
    """Users with activity on the N-th day or any later one that was seen / users mature for N.

    It grows as time passes, so figures of different dates are not comparable; `_unbounded_30` is.

    Examples:
        >>> retention_dN_unbounded.of(retained_d7_unbounded=[4], mature_d7_unbounded=[7])
        [0.5714285714285714]
    """
    return Ratio(retained_dN_unbounded, mature_dN_unbounded)
