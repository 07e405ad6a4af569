"""Totals that a platform writes into its own file: set beside what the rows add up to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

import polars as pl

from opsctl.config.contract import Limit
from opsctl.core import money
from opsctl.core.errors import AmbiguousValues, SumTooLarge
from opsctl.ingest.account import Control, filled, written
from opsctl.ingest.convert import ADDITIVE
from opsctl.ingest.values import Style, type_column
from opsctl.ingest.written import Raw, Written
from opsctl.schemas import tables
from opsctl.schemas.kinds import SCALED, Kind
from opsctl.schemas.table import columns

_SIGMAS = 3
# What can be read in one way only, and quickly: a count is no fraction, and a point behind commas is the decimal mark.
_COUNT = re.compile(r"[0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}")
_PLAIN = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}\.[0-9]{1,2}")
SAFE = 2.0**62  # half of what 64 bits keep: the estimate in floating point may be off by a little


def sums(frame: pl.DataFrame, table: str) -> dict[str, int]:
    """What the rows add up to, for each column that can be added and that some row knows."""
    told = filled(frame)
    found = {name: _once_each(frame, table, name) for name in added_columns(table) if name in told}
    return {name: int(amounts.sum()) for name, amounts in found.items()}


def added_columns(table: str) -> list[str]:
    """The columns whose amounts add up to something."""
    model = tables()[table]
    return [name for name, column in columns(model).items() if column.kind in ADDITIVE and name not in model.NOT_ADDED]


def _once_each(frame: pl.DataFrame, table: str, name: str) -> pl.Series:
    """The amounts of a column; one that is repeated on several rows of one thing, once."""
    model = tables()[table]
    over = model.REPEATED.get(name)
    if over is None:
        return frame[name]
    return frame.unique([key for key in model.KEY if key != over], maintain_order=True)[name]


def refuse_overflow(rows: pl.DataFrame | pl.LazyFrame, table: str, file: str) -> None:
    """Hold the sum of each column to what 64 bits can keep; a sum that wrapped around would look like any other.

    Raises:
        SumTooLarge: A column's amounts add up to more.
    """
    added = [name for name, column in columns(tables()[table]).items() if column.kind in ADDITIVE]
    sizes = rows.lazy().select(pl.col(added).cast(pl.Float64).abs().sum()).collect(engine="streaming")
    for name in added:
        if sizes[name].item() > SAFE:
            raise SumTooLarge(
                f"the amounts of {name} add up to more than can be kept exactly",
                file=file,
                column=name,
                hint="look for an amount with far too many digits",
            )


@dataclass(frozen=True, slots=True)
class _Stated:
    """An amount that a total row states, and the place of its last digit, both in the column's own units."""

    amount: int
    last_digit: int

    def tolerance(self, rows: int) -> int:
        """How far the sum may be from it where each row was rounded to the same digit as the total.

        Rounding errors of a digit have a variance of 1/12 each; three standard deviations are allowed.
        """
        return 0 if self.last_digit <= 1 else int(_SIGMAS * self.last_digit * sqrt((rows + 1) / 12))


@dataclass(frozen=True, slots=True)
class Added:
    """What the rows of a file add up to, by column; how many they are; and how far a total may be from it."""

    sums: dict[str, int]
    rows: int
    tolerance: Limit | None = None

    def allowed(self, stated: _Stated, kind: Kind) -> int:
        """By how much the sum of the rows may differ, in the column's own units; unset, what rounding explains."""
        if self.tolerance is None:
            return stated.tolerance(self.rows)
        scale = money.TEN_THOUSANDTHS if kind in SCALED and not self.tolerance.of_the_whole else 1
        return int(self.tolerance.of(abs(stated.amount)) * scale)


def reconciled(way: Written, total_rows: Sequence[Sequence[str]], added: Added) -> tuple[Control, ...]:
    """One control per column that a total row states; of several total rows, the nearest or all together.

    A total row whose cells do not line up with the header states nothing that could be compared.
    """
    stated: dict[str, list[_Stated]] = defaultdict(list)
    for cells in total_rows:
        if len(cells) >= len(way.raw.header):
            for name, amount in _stated(way, cells, added.sums).items():
                stated[name].append(amount)
    return tuple(_control(way, name, amounts, added) for name in added.sums if (amounts := stated.get(name)))


def _control(way: Written, name: str, stated: Sequence[_Stated], added: Added) -> Control:
    computed = added.sums[name]
    kind = columns(tables()[way.claim.table])[name].kind
    every = _Stated(
        sum(one.amount for one in stated), max(one.last_digit for one in stated)
    )  # such as one for each day
    nearest = min((*stated, every), key=lambda one: abs(one.amount - computed))
    allowed = added.allowed(nearest, kind)
    shown = [str(written(amount, kind)) for amount in (nearest.amount, computed, allowed)]
    return Control(name, shown[0], shown[1], abs(nearest.amount - computed) <= allowed, shown[2])


def _stated(way: Written, cells: Sequence[str], added: dict[str, int]) -> dict[str, _Stated]:
    row = pl.DataFrame({str(at): [cell] for at, cell in enumerate(cells[: len(way.raw.header)])})
    total = Written(Raw(way.raw.name, way.raw.header, row, pl.Series([0])), way.claim, way.source, way.zone)
    kinds = columns(tables()[way.claim.table])
    stated: dict[str, _Stated] = {}
    for name in added:
        if name not in way.claim.positions:
            continue
        texts, kind, style = total.parts(name), kinds[name].kind, total.style(name)
        amounts = [_amount(text, kind, style, name) for text in texts]
        known = [amount for amount in amounts if amount is not None]
        if known and len(known) == len(amounts):
            stated[name] = _Stated(sum(known), max(_last_digit(str(text.item()), kind, style) for text in texts))
    return stated


def _amount(cell: pl.Series, kind: Kind, style: Style, name: str) -> int | None:
    """What one cell of a total states; None where it states nothing, or nothing alone: its column has decided."""
    text = str(cell.item())
    if style.decimal != "," and kind is Kind.COUNT and _COUNT.fullmatch(text):
        return int(text.replace(",", ""))
    if style.decimal != "," and kind in SCALED and _PLAIN.fullmatch(text) and (not style.unit or style.unit.isupper()):
        return money.units(Decimal(text.replace(",", "")))
    try:
        amount: int | None = type_column(cell, kind, style, name=name).values.item()
    except AmbiguousValues:
        return None
    return amount


def _last_digit(text: str, kind: Kind, style: Style) -> int:
    """What one of the last digit is worth, in ten-thousandths; 1 where nothing was rounded to less than a whole."""
    decimals = re.search(rf"{re.escape(style.decimal or '.')}([0-9]{{1,3}})(?![0-9])", text)
    plain = kind in SCALED and (style.unit is None or style.unit.isupper())
    return 10 ** (4 - len(decimals[1])) if decimals and plain else 1
