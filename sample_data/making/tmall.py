"""天猫 订单报表, one file per year: GB18030, ids as `="…"`, three header names that end in a space."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby

from making.arrivals import END
from making.calendar import DAYS, usual
from making.chance import Chance
from making.life import refund
from making.shops import DEMAND, GOODS, PROVINCES, TMALL_A_DAY
from making.world import World

HEADER = (
    "订单编号", "总金额", "买家应付货款", "买家实际支付金额", "订单状态", "收货地址 ",
    "订单创建时间", "订单付款时间 ", "宝贝标题 ", "宝贝总数量", "退款金额",
)  # fmt: skip


@dataclass(frozen=True)
class Sale:
    """One order of the Tmall shop. Money in cents; no `paid_at` means it was never paid."""

    id: str
    province: str
    title: str
    pieces: int
    total: int
    created_at: datetime
    paid_at: datetime | None
    refunded: int


def files(world: World) -> dict[str, bytes]:  # noqa: ARG001 - its buyers are not our users
    """The exports by their names."""
    years = groupby(_sales(), lambda sale: sale.created_at.year)
    return {f"tmall/orders_{name}.csv": _export(list(sales)) for name, sales in years}


def _sales() -> list[Sale]:
    chance = Chance("tmall")
    found = [
        _sale(datetime.combine(day, time(7)) + timedelta(seconds=chance.whole(0, 61_000)), chance)
        for day in DAYS
        for _ in range(chance.count(TMALL_A_DAY[day.year] * usual(day).shopping))
    ]
    found = [sale for sale in found if sale.created_at <= END]
    return sorted(found, key=lambda sale: (sale.created_at, sale.id))


def _sale(created_at: datetime, chance: Chance) -> Sale:
    category = chance.one_of(DEMAND)
    title, yuan = GOODS[category][chance.whole(0, 2)]
    pieces = chance.whole(2, 3) if chance.happens(0.2) else 1
    total = yuan * pieces * 100 - chance.whole(0, 19) * 50
    paid_at = created_at + timedelta(seconds=chance.whole(6, 1800))
    is_paid = paid_at <= END and not chance.happens(0.12)
    refunded, _ = refund(total, paid_at, chance) if is_paid else (0, None)
    number = f"24{chance.whole(0, 99_999_999):08}{chance.whole(0, 99_999_999):08}"
    return Sale(
        id=number,
        province=chance.one_of(PROVINCES),
        title=title,
        pieces=pieces,
        total=total,
        created_at=created_at,
        paid_at=paid_at if is_paid else None,
        refunded=refunded,
    )


def _export(sales: list[Sale]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for sale in sales:
        kept = sale.total - sale.refunded if sale.paid_at else 0  # what the buyer paid, net of refunds
        writer.writerow(
            (
                f'="{sale.id}"',
                _yuan(sale.total),
                _yuan(sale.total),
                _yuan(kept),
                _status(sale),
                sale.province,
                sale.created_at,
                sale.paid_at or "",
                sale.title,
                sale.pieces,
                _yuan(sale.refunded),
            )
        )
    return text.getvalue().encode("gb18030")


def _status(sale: Sale) -> str:
    if sale.paid_at is None or sale.refunded == sale.total:
        return "交易关闭"
    return "交易成功" if END - sale.paid_at > timedelta(days=10) else "卖家已发货，等待买家确认"


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
