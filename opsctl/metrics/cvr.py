"""How many clicks convert, as the platform claims."""

from __future__ import annotations

from opsctl.metrics.metric import Ratio, Shape, metric


@metric(
    definition="cvr@1",
    shape=Shape.RATE,
    better="higher",
    zh="转化率",
    en="CVR",
    says="平台转化 ÷ 点击。按转化时间记的，单日可能超过 100%，请按周看。",
)
def cvr(conversions_with_clicks: int, clicks_with_conversions: int) -> Ratio:
    """Conversion rate: platform conversions / clicks, over the rows that know both.

    Dated by event it may exceed 1 on a single day; read it by the week or longer.

    Examples:
        >>> cvr.of(conversions_with_clicks=[12], clicks_with_conversions=[240])
        [0.05]
    """
    return Ratio(conversions_with_clicks, clicks_with_conversions)
