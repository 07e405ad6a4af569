"""What users bought, paid and got back: the table `order`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from opsctl.schemas.kinds import Moment, Money
from opsctl.schemas.table import Merge, Table

Text = Annotated[str, Field(min_length=1)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Order(Table):
    """One row per order. `paid` is what the buyer paid before refunds; no `paid_at` means not paid.

    An unpaid order is kept and counted as an order, and by no metric of money.
    """

    MERGE: ClassVar[Merge] = Merge.UPSERT
    KEY: ClassVar[tuple[str, ...]] = ("order",)

    order: Text = Field(title="订单")
    paid_at: Moment | None = Field(title="付款时间")
    paid: Annotated[Money, Field(ge=0)] = Field(title="实付")
    user: Text | None = Field(None, title="用户")
    channel: Text | None = Field(None, title="渠道")
    created_at: Moment | None = Field(None, title="下单时间")
    refunded: Annotated[Money, Field(ge=0)] | None = Field(None, title="退款")
    refunded_at: Moment | None = Field(None, title="退款时间")
    currency: Currency | None = Field(None, title="币种")
    cost_of_goods: Annotated[Money, Field(ge=0)] | None = Field(None, title="成本")
    entry_path: Text | None = Field(None, title="进入路径")
    category: Text | None = Field(None, title="类目")
