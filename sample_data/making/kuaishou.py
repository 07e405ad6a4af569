"""快手磁力引擎 广告主日报: GB18030, full-width brackets in the header, the advertiser in every row, 合计 last.

Two funnels stand side by side: covers that are shown and tapped, and works (also those without a cover) that are
shown and acted upon.
"""

from __future__ import annotations

from making.arrivals import Spending
from making.world import World
from making.writing import divided, hundredths, percent, table, years

HEADER = (
    "广告主ID", "数据日期", "花费（元）", "封面曝光数", "封面点击数", "素材曝光数", "行为数", "封面点击率", "行为率",
    "平均千次曝光花费（元）", "平均点击单价（元）", "平均行为单价（元）",
)  # fmt: skip


def files(world: World) -> dict[str, bytes]:
    """The exports by their names."""
    return years(world.spent_on("kuaishou"), "kuaishou", _export)


def _export(rows: list[Spending]) -> bytes:
    seen = [_seen(row) for row in rows]
    lines = [(row.unit.account, row.day, *_figures(row.cents, *of_row)) for row, of_row in zip(rows, seen, strict=True)]
    total = _figures(sum(row.cents for row in rows), *(sum(figures) for figures in zip(*seen, strict=True)))
    return table([HEADER, *lines, ("合计", "-", *total)]).encode("gb18030")


def _seen(row: Spending) -> tuple[int, int, int, int]:
    """Covers shown and tapped, then works shown and acted upon."""
    works = row.impressions * 13 // 10
    return row.impressions, row.clicks, works, works * 3 // 100


def _figures(cents: int, covers: int, taps: int, works: int, actions: int) -> tuple[object, ...]:
    return (
        hundredths(cents, thousands=False),
        covers,
        taps,
        works,
        actions,
        percent(taps, covers),
        percent(actions, works),
        divided(cents * 1000, covers, thousands=False),
        divided(cents, taps, thousands=False),
        divided(cents, actions, thousands=False),
    )
