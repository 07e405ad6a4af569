"""腾讯广告 广告日报: UTF-8 without BOM, the account in every row, 合计 last."""

from __future__ import annotations

from making.arrivals import Spending
from making.world import World
from making.writing import hundredths, sums, table, years

HEADER = (
    "日期", "账户ID", "推广计划ID", "推广计划名称", "广告ID", "广告名称", "曝光次数", "点击次数", "花费", "目标转化量",
)  # fmt: skip


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    return years(world.spent_on("tencent"), "tencent", _export)


def _export(rows: list[Spending]) -> bytes:
    cents, impressions, clicks, conversions = sums(rows)
    total = ("合计", *["-"] * 5, f"{impressions:,}", f"{clicks:,}", hundredths(cents), f"{conversions:,}")
    return table([HEADER, *(_row(row) for row in rows), total], end="\n").encode()


def _row(row: Spending) -> tuple[object, ...]:
    unit = row.unit
    named = (row.day, unit.account, unit.campaign_id, unit.campaign, unit.id, unit.name)
    return (*named, f"{row.impressions:,}", f"{row.clicks:,}", hundredths(row.cents), f"{row.conversions:,}")
