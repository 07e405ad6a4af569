"""小红书聚光 账户日报: UTF-8 with BOM, rates with a sign, 合计 last, no account and no conversions in the rows."""

from __future__ import annotations

from making.arrivals import Spending
from making.world import World
from making.writing import divided, hundredths, percent, sums, table, years

HEADER = (
    "时间", "消费", "展现量", "点击量", "点击率", "平均点击成本", "平均千次展示费用",
    "点赞", "评论", "收藏", "关注", "分享", "互动量", "平均互动成本",
)  # fmt: skip
PER_THOUSAND_CLICKS = (61, 9, 34, 7, 12)  # 点赞, 评论, 收藏, 关注, 分享


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    return years(world.spent_on("xiaohongshu"), "xiaohongshu", _export)


def _export(rows: list[Spending]) -> bytes:
    liked = [sum(kind) for kind in zip(*(_interactions(row) for row in rows), strict=True)]
    cents, impressions, clicks, _ = sums(rows)
    lines = [(row.day, *_figures(row.cents, row.impressions, row.clicks, _interactions(row))) for row in rows]
    return table([HEADER, *lines, ("合计", *_figures(cents, impressions, clicks, liked))]).encode("utf-8-sig")


def _interactions(row: Spending) -> list[int]:
    return [row.clicks * share // 1000 for share in PER_THOUSAND_CLICKS]


def _figures(cents: int, impressions: int, clicks: int, interactions: list[int]) -> tuple[object, ...]:
    return (
        hundredths(cents, thousands=False),
        impressions,
        clicks,
        percent(clicks, impressions),
        divided(cents, clicks, thousands=False),
        divided(cents * 1000, impressions, thousands=False),
        *interactions,
        sum(interactions),
        divided(cents, sum(interactions), thousands=False),
    )
