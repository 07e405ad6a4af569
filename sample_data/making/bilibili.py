"""B站 必选/起飞 视频日报: UTF-8 with BOM, a row per video and day, no account in the rows. Two days never arrived."""

from __future__ import annotations

from making.arrivals import Spending
from making.story import LOST
from making.world import World
from making.writing import hundredths, table, years

HEADER = (
    "日期", "视频AVID", "视频BVID", "视频标题", "Up主名称", "Up主mid", "花费", "展示量", "点击量",
    "应用激活数", "应用内首次付费次数", "素材中心id",
)  # fmt: skip
CREATOR, CREATOR_ID = "橙子生活家", "300000001"


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    arrived = (row for row in world.spent_on("bilibili") if (row.unit.account, row.day) not in LOST)
    return years(arrived, "bilibili", _export)


def _export(rows: list[Spending]) -> bytes:
    return table([HEADER, *(_row(row) for row in rows)]).encode("utf-8-sig")


def _row(row: Spending) -> tuple[object, ...]:
    video = row.unit
    named = (row.day, video.id, f"BV1oL{video.id[-4:]}xyz", video.name, CREATOR, CREATOR_ID)
    money = hundredths(row.cents, thousands=False)
    return (*named, money, row.impressions, row.clicks, row.conversions, row.conversions // 40, f"7{video.id[-6:]}")
