"""Who is back on exactly the N-th day."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.exact.cal@1",
    shape=Shape.RATE,
    better="higher",
    zh="{N}日留存",
    en="Day-{N} retention",
    says="新增后第 {N} 天当天活跃的人 ÷ 已满 {N} 天的新增。新增当天是第 0 天；没满天数的不算流失，先等着。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN", days=lambda numbers: numbers["N"]),
)
def retention_dN(retained_dN: int, mature_dN: int) -> Ratio:
    """Users with activity on exactly the N-th local day after acquisition / users for whom that day was seen.

    Users whose N-th day has not come are not counted as lost: the cohort is immature until then. Activity on
    the day of acquisition counts for D0 only. Pooled: sum over sum, never a mean of daily rates.

    Examples:
        >>> retention_dN.of(retained_d7=[3], mature_d7=[7])
        [0.42857142857142855]
    """
    return Ratio(retained_dN, mature_dN)
