"""Who came, when, and through which channel: the table `acquisition`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from opsctl.schemas.kinds import Moment
from opsctl.schemas.table import Merge, Table

Text = Annotated[str, Field(min_length=1)]


class Acquisition(Table):
    """One row per new user. Further columns are attributes of the acquisition, to group by."""

    MERGE: ClassVar[Merge] = Merge.UPSERT
    KEY: ClassVar[tuple[str, ...]] = ("user", "product")

    user: Text = Field(title="用户")
    acquired_at: Moment = Field(title="新增时间")
    channel: Text = Field(title="渠道")
    product: Text | None = Field(None, title="产品")
    account: Text | None = Field(None, title="账户")
    campaign_id: Text | None = Field(None, title="计划ID")
    campaign: Text | None = Field(None, title="计划")
    ad_group: Text | None = Field(None, title="单元")
    creative: Text | None = Field(None, title="素材")
    sub_channel: Text | None = Field(None, title="渠道号")
    landing: Text | None = Field(None, title="落地页")
    city_tier: Text | None = Field(None, title="城市线级")
    inviter: Text | None = Field(None, title="邀请人")
