"""Impressions: a sum."""

from __future__ import annotations

from opsctl.metrics.metric import Shape, metric


@metric(
    definition="impressions@1",
    shape=Shape.COUNT,
    zh="曝光",
    en="Impressions",
    says="曝光次数。触达人数是另一回事，从不相加。",
)
def impressions(impressions: int) -> int:
    """How often ads were shown, as the platforms count it. Reach is something else and never added up.

    Examples:
        >>> impressions.of(impressions=[12000])
        [12000]
    """
    return impressions
