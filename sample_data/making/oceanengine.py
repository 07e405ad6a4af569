"""巨量引擎 单元日报: UTF-8 with BOM, thousands in quotes, `-` where nothing divides, 合计 last, no account."""

from __future__ import annotations

from making.arrivals import Spending
from making.world import World
from making.writing import divided, hundredths, sums, table, years

HEADER = (
    "时间-天", "项目ID", "项目名称", "单元名称", "单元ID", "转化目标", "单元出价", "消耗", "展示数",
    "平均千次展现费用(元)", "点击数", "点击率%", "平均点击单价(元)", "转化数", "平均转化成本", "转化率%",
)  # fmt: skip


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    return years(world.spent_on("douyin"), "oceanengine", _export)


def _export(rows: list[Spending]) -> bytes:
    lines = [HEADER, *(_row(row) for row in rows), ("合计", *["-"] * 6, *_figures(*sums(rows)))]
    return table(lines).encode("utf-8-sig")


def _row(row: Spending) -> tuple[object, ...]:
    unit = row.unit
    named = (row.day, unit.campaign_id, unit.campaign, unit.name, unit.id, "激活", unit.bid)
    return (*named, *_figures(row.cents, row.impressions, row.clicks, row.conversions))


def _figures(cents: int, impressions: int, clicks: int, conversions: int) -> tuple[str, ...]:
    return (
        hundredths(cents),
        f"{impressions:,}",
        divided(cents * 1000, impressions),
        f"{clicks:,}",
        divided(clicks * 10_000, impressions),
        divided(cents, clicks),
        f"{conversions:,}",
        divided(cents, conversions),
        divided(conversions * 10_000, clicks),
    )
