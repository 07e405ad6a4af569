"""What only workbooks do to cells: ids that became numbers, and cells that are merged over several rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from opsctl.core.errors import DamagedFile
from opsctl.core.personal import masked
from opsctl.ingest.claim import Claim
from opsctl.ingest.convert import ADDITIVE
from opsctl.ingest.reading.content import Sheet
from opsctl.ingest.values.dates import refuse_swapped
from opsctl.ingest.values.text import DESTROYED, ROUNDED
from opsctl.ingest.written import Raw
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns

if TYPE_CHECKING:
    from opsctl.ingest.reading.sheets.grid import Merged


def of_workbook(raw: Raw, claim: Claim, sheet: Sheet) -> Raw:
    """A sheet's rows where each has the days, names and ids of the cells that are merged over it.

    Raises:
        DamagedFile: Ids were rounded, or days taken for months.
    """
    _refuse_rounded(raw, claim)
    for at in (at for _, kind, at in _places(claim) if kind in (Kind.DAY, Kind.MOMENT)):
        refuse_swapped(raw.cells[str(at)], name=masked(raw.header[at]))
    places = {at for _, kind, at in _places(claim) if kind not in (*ADDITIVE, Kind.NUMBER)}
    ranges = [one for one in sheet.merged if one.column - 1 in places]
    return replace(raw, cells=_filled(raw, ranges)) if ranges else raw


def _places(claim: Claim) -> Iterator[tuple[str, Kind, int]]:
    """Each canonical column that the file has, its kind, and where it stands; attributes are texts."""
    kinds = {name: column.kind for name, column in columns(tables()[claim.table]).items()}
    for name, places in claim.positions.items():
        yield from ((name, kinds.get(name, Kind.TEXT), at) for at in places)


def _filled(raw: Raw, ranges: Sequence[Merged]) -> pl.DataFrame:
    """The cells with what stands in the first of merged rows in the others, too."""
    rows = {line: at for at, line in enumerate(raw.lines)}
    columns = {str(one.column - 1): raw.cells[str(one.column - 1)].to_list() for one in ranges}
    for first, column, last, _ in ranges:
        cells = columns[str(column - 1)]
        for line in range(first + 1, last + 1) if first in rows else ():
            if line in rows and not cells[rows[line]]:
                cells[rows[line]] = cells[rows[first]]
    return raw.cells.with_columns(pl.Series(name, cells, dtype=pl.String) for name, cells in columns.items())


def _refuse_rounded(raw: Raw, claim: Claim) -> None:
    """Ids that a workbook holds as numbers have fifteen digits at most: of longer ones, many have become one."""
    for at in (at for _, kind, at in _places(claim) if kind is Kind.TEXT):
        cells = raw.cells[str(at)]
        rounded = cells.str.contains(DESTROYED, literal=True) & cells.str.contains(ROUNDED)
        if rounded.any():
            raise DamagedFile(
                f"the workbook holds ids of more than 15 digits as numbers, and keeps 15 of them: "
                f"{int(rounded.sum()):,} cells of '{masked(raw.header[at])}' no longer say which they were",
                file=raw.name,
                line=int(raw.lines.filter(rounded)[0]),
                hint="export it again as CSV, or with that column as text",
            )
