"""How many impressions are clicked."""

from __future__ import annotations

from opsctl.metrics.metric import Interval, Ratio, Shape, metric


@metric(
    definition="ctr@1",
    shape=Shape.RATE,
    better="higher",
    zh="点击率",
    en="CTR",
    says="点击 ÷ 曝光。",
    interval=Interval.WILSON,
)
def ctr(clicks_with_impressions: int, impressions_with_clicks: int) -> Ratio:
    """Click-through rate: clicks / impressions, over the rows that know both.

    More clicks than impressions is an error in the data: such a row is rejected when it is read.

    Examples:
        >>> ctr.of(clicks_with_impressions=[240], impressions_with_clicks=[12000])
        [0.02]
    """
    return Ratio(clicks_with_impressions, impressions_with_clicks)
