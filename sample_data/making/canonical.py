"""What a data department hands over, already under opsctl's own column names: Parquet, times in UTC."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

import polars as pl

from making.arrivals import Spending, User
from making.calendar import quarter
from making.life import Event, Order
from making.world import World

ZONE = "Asia/Shanghai"
MONEY = pl.Decimal(18, 4)
OWN = ("wecom", "miniprogram", "shipinhao")  # channels whose cost the company books itself
SLOT = 5  # minutes; activity is logged by slots, which is as fine as it need be and a third of the size


def files(world: World) -> dict[str, bytes]:
    """The tables by their names."""
    quarters = groupby(world.events, lambda event: quarter(event.at.date()))
    return {
        "users/acquisition.parquet": _acquisition(world.users),
        "orders/shop.parquet": _orders(world.orders),
        **{f"activity/{name}.parquet": _activity(list(events)) for name, events in quarters},
        **{f"spend/{channel}.parquet": _spend(world.spent_on(channel)) for channel in OWN},
    }


def _acquisition(users: Sequence[User]) -> bytes:
    return _parquet(
        user=[user.id for user in users],
        acquired_at=_moments([user.at for user in users]),
        channel=[user.channel.id for user in users],
        campaign=[user.unit.campaign for user in users],
        ad_group=[user.unit.name if user.unit.campaign else None for user in users],
        sub_channel=[user.code for user in users],
        platform=[user.platform for user in users],
        city_tier=[user.city_tier for user in users],
    )


def _activity(events: Sequence[Event]) -> bytes:
    """By user: the table is three times as large by time."""
    by_user = sorted(events, key=lambda event: (event.user, event.at, event.name))
    return _parquet(
        user=[event.user for event in by_user],
        at=_moments([event.at - timedelta(minutes=event.at.minute % SLOT) for event in by_user]),
        event=[event.name for event in by_user],
    )


def _orders(orders: Sequence[Order]) -> bytes:
    return _parquet(
        order=[f"S{number:06}" for number, _ in enumerate(orders, start=1)],
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
    return _parquet(
        day=[row.day for row in by_day],
        channel=[row.channel.id for row in by_day],
        account=[row.unit.account for row in by_day],
        campaign=[row.unit.campaign for row in by_day],
        spend=_money([row.cents for row in by_day]),
        currency=["CNY" for _ in by_day],
    )


def _moments(local: Sequence[datetime | None]) -> pl.Series:
    """Local times as UTC; the zone has known no summer time since 1991."""
    return pl.Series(local, dtype=pl.Datetime("ms")).dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC")


def _money(cents: Sequence[int]) -> pl.Series:
    return pl.Series([Decimal(amount).scaleb(-2) for amount in cents], dtype=MONEY)


def _parquet(**columns: pl.Series | Sequence[object]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(columns).write_parquet(file, compression="zstd", compression_level=19, statistics=False)
    return file.getvalue()
