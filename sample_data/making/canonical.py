"""What a data department hands over, already under opsctl's own column names: Parquet, times in UTC."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

import polars as pl

from making.world import Event, Order, Spending, User, World

ZONE = "Asia/Shanghai"
MONEY = pl.Decimal(18, 4)


def files(world: World) -> dict[str, bytes]:
    """The tables by their names."""
    months = groupby(world.events, lambda event: f"{event.at:%Y-%m}")
    return {
        "users/acquisition.parquet": _acquisition(world.users),
        "orders/shop.parquet": _orders(world.orders),
        **{f"activity/{month}.parquet": _activity(list(of_month)) for month, of_month in months},
        **{
            f"spend/{channel}.parquet": _spend([row for row in world.spending if row.channel.id == channel])
            for channel in ("kuaishou", "xiaohongshu", "wecom")
        },
    }


def _acquisition(users: Sequence[User]) -> bytes:
    return _parquet(
        user=[user.id for user in users],
        acquired_at=_moments([user.at for user in users]),
        channel=[user.channel.id for user in users],
        campaign=[user.campaign.name for user in users],
        ad_group=[user.campaign.ad_group for user in users],
        platform=[user.platform for user in users],
        city_tier=[user.city_tier for user in users],
    )


def _activity(events: Sequence[Event]) -> bytes:
    return _parquet(
        user=[event.user for event in events],
        at=_moments([event.at for event in events]),
        event=[event.name for event in events],
    )


def _orders(orders: Sequence[Order]) -> bytes:
    return _parquet(
        order=[f"S{number:07}" for number, _ in enumerate(orders, start=1)],
        user=[order.user for order in orders],
        channel=[order.channel for order in orders],
        entry_path=[order.entry_path for order in orders],
        category=[order.category for order in orders],
        created_at=_moments([order.created_at for order in orders]),
        paid_at=_moments([order.paid_at for order in orders]),
        paid=_money([order.paid for order in orders]),
        refunded=_money([order.refunded for order in orders]),
        refunded_at=_moments([order.refunded_at for order in orders]),
        currency=["CNY" for _ in orders],
    )


def _spend(rows: Sequence[Spending]) -> bytes:
    """Spend by campaign and day; what a red envelope costs is shown and clicked nowhere."""
    by_day = sorted(rows, key=lambda row: row.day)
    shown = {
        "impressions": [row.impressions for row in by_day],
        "clicks": [row.clicks for row in by_day],
        "conversions": [row.conversions for row in by_day],
        "conversion_goal": ["激活" for _ in by_day],
        "conversion_basis": ["event" for _ in by_day],
    }
    return _parquet(
        day=[row.day for row in by_day],
        channel=[row.channel.id for row in by_day],
        campaign=[row.campaign.name for row in by_day],
        spend=_money([row.cents for row in by_day]),
        currency=["CNY" for _ in by_day],
        **(shown if any(row.impressions for row in by_day) else {}),
    )


def _moments(local: Sequence[datetime | None]) -> pl.Series:
    """Local times as UTC; the zone has known no summer time since 1991."""
    return pl.Series(local, dtype=pl.Datetime("us")).dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC")


def _money(cents: Sequence[int]) -> pl.Series:
    return pl.Series([Decimal(amount).scaleb(-2) for amount in cents], dtype=MONEY)


def _parquet(**columns: pl.Series | Sequence[object]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file, compression="zstd", compression_level=19)
    return file.getvalue()
