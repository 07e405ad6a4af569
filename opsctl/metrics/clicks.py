"""Clicks: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="clicks@1",
    shape=Shape.COUNT,
    zh="点击",
    en="Clicks",
    says="计费点击数。",
)
def clicks(clicks: int) -> int:
    """Clicks as billed.

    Examples:
        >>> clicks.of(clicks=[240])
        [240]
    """
    return clicks
