"""What became of the users of a day, added up by somebody else: the table `cohort`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

import polars as pl
from pydantic import Field

from opsctl.schemas.kinds import Count, Money, Quantity
from opsctl.schemas.table import Merge, Table, rule

Text = Annotated[str, Field(min_length=1)]
MOST_DAYS = 36_500  # since the acquisition, a century; what is more is no number of days
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Cohort(Table):
    """One row per day of acquisition, channel and number of days since: what a data department gives instead of users.

    `offset` 0 is the day of acquisition itself. `users` is how many were acquired, the same on every offset of a
    cohort. `active` are those of that one day, give or take `rounding` where only a rate was given; `orders` and
    `net_paid` are those up to and including it. What is null is not known: the users may stand in one file and what
    they paid in another. `day_unit` says what a day is: a local date, or 24 hours from the acquisition.
    """

    MERGE: ClassVar[Merge] = Merge.REPLACE
    KEY: ClassVar[tuple[str, ...]] = (
        "day",
        "channel",
        "offset",
        "day_unit",
        "currency",
        "product",
        "account",
        "campaign",
    )
    NOT_ADDED: ClassVar[frozenset[str]] = frozenset({"offset", "active", "rounding", "orders", "net_paid"})
    REPEATED: ClassVar[Mapping[str, str]] = {"users": "offset"}

    day: date = Field(title="新增日期")
    channel: Text = Field(title="渠道")
    offset: Annotated[Count, Field(ge=0, le=MOST_DAYS)] = Field(title="第几日")
    users: Annotated[Count, Field(ge=0)] | None = Field(title="新增")
    active: Annotated[Count, Field(ge=0)] | None = Field(None, title="活跃")
    rounding: Annotated[Quantity, Field(ge=0)] | None = Field(None, title="取整误差")
    orders: Annotated[Count, Field(ge=0)] | None = Field(None, title="订单")
    net_paid: Money | None = Field(None, title="净额")
    currency: Currency | None = Field(None, title="币种")
    product: Text | None = Field(None, title="产品")
    account: Text | None = Field(None, title="账户")
    campaign: Text | None = Field(None, title="计划")
    day_unit: Literal["calendar", "24h", "week"] | None = Field(None, title="日的算法")

    @rule
    def active_within_users() -> pl.Expr:
        """More users are active than were acquired."""
        return pl.col("active") <= pl.col("users")
