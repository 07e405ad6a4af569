"""What a data department hands over, already under opsctl's own column names: Parquet, times in UTC."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

import polars as pl

from making.world import World

ZONE = "Asia/Shanghai"
MONEY = pl.Decimal(18, 4)


def files(world: World) -> dict[str, bytes]:
    """The tables by their names."""
    events = groupby(world.events, lambda event: f"{event.at:%Y-%m}")
    return {
        **{f"spend/{channel}.parquet": _spend(world, channel) for channel in ("kuaishou", "xiaohongshu", "wecom")},
        "users/acquisition.parquet": _acquisition(world),
        "orders/shop.parquet": _orders(world),
        **{f"activity/{month}.parquet": _activity(list(of_month)) for month, of_month in events},
    }
