"""Who came back on any day of a bracket."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, metric


@metric(
    definition="ret.bracket@1",
    shape=Shape.RATE,
    better="higher",
    zh="第{A}-{B}天回访率",
    en="Return rate, days {A}-{B}",
    says="第 {A}-{B} 天任一天活跃过的人 ÷ 已满 {B} 天的新增。常说的 30 日回访率是第 8-30 天，总比 30 日留存高。",
    interval=Interval.WILSON,
    cohort=Cohort(mature="mature_A_B", days=lambda numbers: numbers["B"]),
)
def return_rate_A_B(retained_A_B: int, mature_A_B: int) -> Ratio:
    """Users with activity on any of the days d+A..d+B / users for whom all of these days were seen.

    return_rate_8_30 is what the trade calls 30日回访率; it is always higher than exact D30.

    Examples:
        >>> return_rate_A_B.of(retained_8_30=[35], mature_8_30=[100])
        [0.35]
    """
    return Ratio(retained_A_B, mature_A_B)
