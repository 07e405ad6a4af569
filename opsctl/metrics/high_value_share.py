"""Buyers above the high-value threshold."""

from __future__ import annotations

from opsctl.core.period import Grain
from opsctl.metrics.metric import Interval, Ratio, Shape, metric


@metric(
    definition=lambda period: f"hv.{'calendar' if period.grain is Grain.YEAR else 'trailing365'}@1",
    shape=Shape.RATE,
    better="higher",
    zh="高价值用户占比",
    en="Share of high-value buyers",
    says="窗口内净支付超过 3000 元的用户 ÷ 窗口内有支付的用户。整年时窗口是自然年，否则是截止日往前 365 天。",
    interval=Interval.WILSON,
)
def high_value_share(high_value_users: int, payers: int) -> Ratio:
    """Users whose net payments in the window are strictly above 3,000 CNY / users who bought in the window.

    The window is the calendar year when the period is one, else the 365 days up to its end; the definition
    says which. Buyers who were acquired late in a year had less time: `high_value_share_cohort365` gives
    everyone the same. Users with payments in another currency make the answer unknown (`no_rate`).

    Examples:
        >>> high_value_share.of(high_value_users=[18], payers=[100])
        [0.18]
    """
    return Ratio(high_value_users, payers)
