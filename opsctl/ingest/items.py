"""Exports with a row per item of an order: the items of one order become its one row, and their amounts are added."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from opsctl.ingest.values.typed import counted
from opsctl.schemas.kinds import Kind
from opsctl.schemas.order import Order
from opsctl.schemas.table import columns

A_FURTHER_ITEM = "further item of an order"  # a reason for dropping rows
_OF_THE_ORDER = ("user", "channel", "currency")  # the same for all of its items
_NOT_WHOLE = "order|OPS212 another item of the same order was rejected, and its amounts would be missing"
_DIFFER = "order|OPS209 items of the same order say different things of it"


@dataclass(frozen=True)
class Orders:
    """What became of rows of items; `rejected` are lines and their faults, as `convert` writes them.

    Attributes:
        frame: A row per order, on the line of its first item.
        added: The lines of the others.
        rejected: The lines of orders that cannot be put together, and why.
        notes: What a person should know of them.
    """

    frame: pl.DataFrame
    added: list[int]
    rejected: list[tuple[int, str]]
    notes: list[str]


def of_items(items: pl.DataFrame, broken: pl.Series) -> Orders:
    """Put orders together out of their items.

    What an item without a payment says to be paid is left out where other items of its order have one: it was
    closed before anybody paid for it.

    Args:
        items: The rows of the table order, each an item, with `line`.
        broken: The orders of which an item is not among them.
    """
    fault = (
        pl.when(pl.col("order").is_in(broken.implode()))
        .then(pl.lit(_NOT_WHOLE))
        .when(pl.any_horizontal(_words(name).n_unique().over("order") > 1 for name in _OF_THE_ORDER))
        .then(pl.lit(_DIFFER))
    )
    judged = items.with_columns(fault=fault)
    good = judged.filter(pl.col("fault").is_null()).drop("fault")
    orders = good.group_by("order", maintain_order=True).agg(_together(items)).select(items.columns)
    added = good.join(orders, on="line", how="anti")["line"].to_list()
    rejected = judged.filter(pl.col("fault").is_not_null()).select("line", "fault").rows()
    return Orders(orders, added, rejected, _alike(good))


def _together(items: pl.DataFrame) -> list[pl.Expr]:
    """Amounts added, the earliest time of each kind, and of other words the one that all items say."""
    kinds = columns(Order)
    times = [name for column in kinds.values() if column.kind is Kind.MOMENT for name in (column.name, column.day_name)]
    money = [name for name, column in kinds.items() if column.kind is Kind.MONEY]
    words = [name for name in items.columns if name not in (*times, *money, "order", "line")]
    is_paid = pl.col("paid_day").is_not_null()
    return [
        pl.col("line").first(),
        *(pl.col(name).min() for name in times),
        *(pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in money if name != "paid"),
        pl.when(is_paid.any()).then(pl.col("paid").filter(is_paid).sum()).otherwise(pl.col("paid").sum()).alias("paid"),
        *(pl.when(_words(name).n_unique() == 1).then(_words(name).first()).alias(name) for name in words),
    ]


def _words(name: str) -> pl.Expr:
    return pl.col(name).drop_nulls()


def _alike(items: pl.DataFrame) -> list[str]:
    """Two items of which the file says just the same may be one that was sent twice: they are added, and it is said."""
    said = items.drop("line")
    times = said.height - said.n_unique()
    return [f"{counted(times, 'item says', 'items say')} just what another of its order does: added"] if times else []
