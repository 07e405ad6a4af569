"""巨量引擎 单元日报, one file per month: GB18030, thousands in quotes, `-` for what cannot be divided, 合计 last."""

from __future__ import annotations

import csv
import io
from itertools import groupby

from making.story import CHANNELS
from making.world import Spending, World

HEADER = (
    "时间-天", "单元名称", "单元ID", "转化目标", "单元出价", "消耗", "展示数", "平均千次展现费用(元)",
    "点击数", "点击率%", "平均点击单价(元)", "转化数", "平均转化成本", "转化率%",
)  # fmt: skip
(DOUYIN,) = (channel for channel in CHANNELS if channel.id == "douyin")


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    rows = [row for row in world.spending if row.channel is DOUYIN]
    rows.sort(key=lambda row: (row.day, row.campaign.ad_group_id))
    months = groupby(rows, lambda row: f"{row.day:%Y-%m}")
    return {f"oceanengine/ad_groups_{month}.csv": _export(list(of_month)) for month, of_month in months}


def _export(rows: list[Spending]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows:
        unit = row.campaign
        named = (row.day.isoformat(), unit.ad_group, unit.ad_group_id, "激活", unit.bid)
        writer.writerow((*named, *_figures(row.cents, row.impressions, row.clicks, row.conversions)))
    sums = [sum(amounts) for amounts in zip(*map(_additive, rows), strict=True)]
    writer.writerow(("合计", "-", "-", "-", "-", *_figures(*sums)))
    return text.getvalue().encode("gb18030")


def _additive(row: Spending) -> tuple[int, int, int, int]:
    return row.cents, row.impressions, row.clicks, row.conversions


def _figures(cents: int, impressions: int, clicks: int, conversions: int) -> tuple[str, ...]:
    return (
        _hundredths(cents),
        f"{impressions:,}",
        _divided(cents * 1000, impressions),
        f"{clicks:,}",
        _divided(clicks * 10_000, impressions),
        _divided(cents, clicks),
        f"{conversions:,}",
        _divided(cents, conversions),
        _divided(conversions * 10_000, clicks),
    )


def _divided(hundredths: int, by: int) -> str:
    """A quotient rounded half up, `-` where there is nothing to divide by."""
    return _hundredths((2 * hundredths + by) // (2 * by)) if by else "-"


def _hundredths(amount: int) -> str:
    return f"{amount // 100:,}.{amount % 100:02}"
