"""A row's part of all low-quality new users."""

from __future__ import annotations

from opsctl.metrics.metric import Cohort, Ratio, Reason, Shape, metric


@metric(
    definition="low.post@1",
    shape=Shape.RATE,
    better="lower",
    zh="低质新增占比",
    en="Share of low-quality users",
    says="这一行的低质新增 ÷ 全部低质新增。单元是渠道×计划×新增周；"
    "有九成把握 7 日留存低于 15% 才算低质，人数不够（配置里的下限）的不判。",
    cohort=Cohort(mature="judged_users", days=lambda _: 7),
)
def low_efficiency_share(low_users: int, all_low_users: int, decided_users: int) -> Ratio | Reason:
    """This row's users in low cells / all users in low cells of what was asked.

    A cell is a channel's campaign (or the channel, where campaigns are not known) in one week of acquisition.
    It is low when P(D7 < 15 %) >= 0.9, fine when that is <= 0.1, undecided between, and undecided below the
    least number of mature users: thresholds in policy.yaml. Only mature users of decided cells count, and a row
    without any is unknown (`undecided`); see low_efficiency_undecided_share. Set it beside
    the row's share of new users: low_efficiency_lift.

    Examples:
        >>> low_efficiency_share.of(low_users=[40, 0], all_low_users=[100, 100], decided_users=[90, 0])
        [0.4, None]
    """
    return Ratio(low_users, all_low_users) if decided_users else Reason.UNDECIDED
