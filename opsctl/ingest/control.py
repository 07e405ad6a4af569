"""Totals that a platform writes into its own file: set beside what the rows add up to."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from opsctl.core.errors import AmbiguousValues, SumTooLarge
from opsctl.ingest.account import Control, written
from opsctl.ingest.convert import ADDITIVE
from opsctl.ingest.values import type_column
from opsctl.ingest.written import Raw, Written
from opsctl.schemas import tables
from opsctl.schemas.table import columns

SAFE = 2.0**62  # half of what 64 bits keep: the estimate in floating point may be off by a little


def sums(frame: pl.DataFrame, table: str) -> dict[str, int]:
    """What the rows add up to, for each column that can be added and that some row knows."""
    found = {name: _once_each(frame, table, name) for name in added_columns(table) if frame[name].count()}
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


def refuse_overflow(frame: pl.DataFrame, table: str, file: str) -> None:
    """Hold the sum of each column to what 64 bits can keep; a sum that wrapped around would look like any other.

    Raises:
        SumTooLarge: A column's amounts add up to more.
    """
    for name, column in columns(tables()[table]).items():
        if column.kind in ADDITIVE and (frame[name].cast(pl.Float64).abs().sum() or 0.0) > SAFE:
            raise SumTooLarge(
                f"the amounts of {name} add up to more than can be kept exactly",
                file=file,
                column=name,
                hint="look for an amount with far too many digits",
            )


def reconciled(way: Written, total_rows: Sequence[Sequence[str]], added: dict[str, int]) -> tuple[Control, ...]:
    """One control per column that a total row states; of several total rows, the one that agrees, else the last.

    A total row whose cells do not line up with the header states nothing that could be compared.
    """
    kinds = columns(tables()[way.claim.table])
    found: dict[str, Control] = {}
    for cells in total_rows:
        if len(cells) < len(way.raw.header):
            continue
        for name, stated in _stated(way, cells, added).items():
            kind = kinds[name].kind
            ok = stated == added[name]
            if name not in found or not found[name].ok:
                found[name] = Control(name, str(written(stated, kind)), str(written(added[name], kind)), ok)
    return tuple(found[name] for name in added if name in found)


def _stated(way: Written, cells: Sequence[str], added: dict[str, int]) -> dict[str, int]:
    row = pl.DataFrame({str(at): [cell] for at, cell in enumerate(cells[: len(way.raw.header)])})
    total = Written(Raw(way.raw.name, way.raw.header, row, pl.Series([0])), way.claim, way.source, way.zone)
    kinds = columns(tables()[way.claim.table])
    stated: dict[str, int] = {}
    for name in added:
        if name not in way.claim.positions:
            continue
        try:
            parts = [type_column(part, kinds[name].kind, total.style(name), name=name) for part in total.parts(name)]
        except AmbiguousValues:  # the column as a whole has decided; one total alone need not
            continue
        amounts = [part.values.item() for part in parts]
        if amounts and None not in amounts:
            stated[name] = sum(amounts)
    return stated
