"""What the platforms billed: the table `spend`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

import polars as pl
from pydantic import Field

from opsctl.schemas.kinds import Count, Money, Quantity
from opsctl.schemas.table import Merge, Table, rule

Text = Annotated[str, Field(min_length=1)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Spend(Table):
    """One row per day, channel and entity, as the platform bills it, in the currency beside it.

    A row that spans several days has their first in `day` and their last in `through`: it counts where a period
    holds it as a whole. A newer export owns the slices (source, account, breakdown, local day) that it covers.
    """

    MERGE: ClassVar[Merge] = Merge.REPLACE
    KEY: ClassVar[tuple[str, ...]] = (
        "day", "through", "channel", "currency", "product", "agency", "account", "campaign_id", "campaign", "ad_group",
        "creative", "keyword", "placement", "audience", "region", "hour", "conversion_goal", "conversion_basis",
    )  # fmt: skip

    day: date = Field(title="日期")
    channel: Text = Field(title="渠道")
    spend: Annotated[Money, Field(ge=0)] = Field(title="消耗")
    currency: Currency | None = Field(None, title="币种")
    product: Text | None = Field(None, title="产品")
    agency: Text | None = Field(None, title="代理")
    account: Text | None = Field(None, title="账户")
    campaign_id: Text | None = Field(None, title="计划ID")
    campaign: Text | None = Field(None, title="计划")
    ad_group: Text | None = Field(None, title="单元")
    creative: Text | None = Field(None, title="素材")
    placement: Text | None = Field(None, title="版位")
    audience: Text | None = Field(None, title="人群")
    keyword: Text | None = Field(None, title="关键词")
    region: Text | None = Field(None, title="地域")
    hour: Text | None = Field(None, title="小时")
    through: date | None = Field(None, title="截止日期")
    impressions: Annotated[Count, Field(ge=0)] | None = Field(None, title="曝光")
    clicks: Annotated[Count, Field(ge=0)] | None = Field(None, title="点击")
    conversions: Annotated[Quantity, Field(ge=0)] | None = Field(None, title="转化")
    conversion_goal: Text | None = Field(None, title="转化目标")
    conversion_basis: Literal["event", "click", "billing"] | None = Field(None, title="转化口径")

    @rule
    def through_after_day() -> pl.Expr:
        """The last day lies before the first."""
        return pl.col("through") >= pl.col("day")

    @rule
    def clicks_on_impressions() -> pl.Expr:
        """There are clicks and no impressions."""
        return (pl.col("clicks") == 0) | (pl.col("impressions") > 0)
