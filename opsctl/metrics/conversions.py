"""Platform conversions: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="conversions@1",
    shape=Shape.QUANTITY,
    zh="平台转化",
    en="Platform conversions",
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
