"""百度信息流 推广单元报告: GB18030, four lines above the header, the account in every row, no total."""

from __future__ import annotations

from datetime import timedelta

from making.arrivals import Spending
from making.world import World
from making.writing import divided, hundredths, percent, table, years

HEADER = (
    "日期", "账户", "推广计划", "推广单元", "平台", "展现", "点击", "消费", "点击率", "平均点击价格", "千次展现消费",
)  # fmt: skip


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    return years(world.spent_on("baidu"), "baidu", _export)


def _export(rows: list[Spending]) -> bytes:
    first, last = rows[0].day, rows[-1].day
    above = (
        f"数据生成时间：{last + timedelta(days=1)} 09:12",
        "数据生成条件：",
        f"1. 时间范围：{first:%Y%m%d}-{last:%Y%m%d}",
        "2. 时间单位：分日",
    )
    padded = [(line, *[""] * (len(HEADER) - 1)) for line in above]
    return table([*padded, HEADER, *(_row(row) for row in rows)]).encode("gb18030")


def _row(row: Spending) -> tuple[object, ...]:
    return (
        row.day,
        row.unit.account,
        row.unit.campaign,
        row.unit.name,
        "移动",
        row.impressions,
        row.clicks,
        hundredths(row.cents, thousands=False),
        percent(row.clicks, row.impressions),
        divided(row.cents, row.clicks, thousands=False),
        divided(row.cents * 1000, row.impressions, thousands=False),
    )
