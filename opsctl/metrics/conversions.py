"""Platform conversions: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="conversions@1",
    shape=Shape.QUANTITY,
    zh="平台转化",
    en="Platform conversions",
    says="平台自报的转化数。目标不同、口径不同（按转化时间、按计费时间）的不能相加；"
    "各平台都算自己的功劳，跨平台相加会重复。",
)
def conversions(conversions: int) -> int:
    """Conversions as the platform claims them, for one goal and one way of dating them.

    Platforms each credit themselves, so the sum over platforms counts some users twice. Two goals, or
    conversions dated by click and by event, are different things: their sum is unknown (`mixed_goals`).

    Examples:
        >>> conversions.of(conversions=[12, "0.5"])
        [12.0, 0.5]
    """
    return conversions
