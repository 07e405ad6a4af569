"""What a user kept to the N-th day costs."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Interval, Ratio, Shape, Zero, metric


@metric(
    definition="cost.per.retained@1",
    shape=Shape.PRICE,
    better="lower",
    zh="{N}留成本",
    en="Cost per user kept to day {N}",
    says="花费 ÷ 第 {N} 天还在的人，同一批新增；只算已满 {N} 天的日子。"
    "停掉便宜但差的渠道，账面获客成本会升，这个数会降。",
    interval=Interval.POISSON,
    zero=Zero.COST_PER,
    cohort=Cohort(mature="mature_dN", days=lambda numbers: numbers["N"]),
)
def cost_per_retained_dN(spend_mature_dN: int, retained_dN: int) -> Ratio:
    """Spend on the days whose new users can be judged / those of their users who were back on day N.

    Spend and users are of the same mature cohorts. It stands beside CPA everywhere: stopping a cheap and poor
    channel raises the headline CPA and lowers this.

    Examples:
        >>> cost_per_retained_dN.of(spend_mature_d7=[704], retained_d7=[4])
        [176.0]
    """
    return Ratio(spend_mature_dN, retained_dN)
