"""Retention counted from one."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.onebased@1",
    shape=Shape.RATE,
    better="higher",
    zh="第{N}天留存",
    en="Retention on day no. {N}",
    says="新增当天算第 1 天的“第 {N} 天留存”，等于我们的 {N}-1 日留存。只用来和这种报表对数。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_dN_onebased", days=lambda numbers: numbers["N"] - 1),
    least=1,
)
def retention_dN_onebased(retained_dN_onebased: int, mature_dN_onebased: int) -> Ratio:
    """Retention where the day of acquisition is day number 1, as in 第7天: our D(N-1).

    For matching reports that count so. Do not set it beside retention_dN.

    Examples:
        >>> retention_dN_onebased.of(retained_d7_onebased=[1], mature_d7_onebased=[8])
        [0.125]
    """
    return Ratio(retained_dN_onebased, mature_dN_onebased)
