"""What only workbooks do to cells: ids and days that became numbers, and cells that are merged over several rows."""

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
from opsctl.ingest.values.text import DESTROYED, ROUNDED
from opsctl.ingest.written import Raw
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns

if TYPE_CHECKING:
    from opsctl.ingest.reading.sheets.grid import Merged

_AS_DATE = "^[0-9]{4}-[0-9]{2}-([0-9]{2})"
_AS_TEXT = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})(?:[ T]|$)"
_MONTHS = 12


def of_workbook(raw: Raw, claim: Claim, sheet: Sheet) -> Raw:
    """A sheet's rows where each has the days, names and ids of the cells that are merged over it.

    Raises:
        DamagedFile: Ids were rounded, or days taken for months.
    """
    _refuse_rounded(raw, claim)
    _refuse_swapped(raw, claim)
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


def _refuse_swapped(raw: Raw, claim: Claim) -> None:
    """A spreadsheet that reads days in another order than they are written makes 05/01 the first of May.

    What has no such month it leaves as text: that tells of it, as no day of those that became dates is past the 12th.
    """
    for at in (at for _, kind, at in _places(claim) if kind in (Kind.DAY, Kind.MOMENT)):
        cells = raw.cells[str(at)]
        dates = cells.str.extract(_AS_DATE).cast(pl.Int64).drop_nulls()
        left = cells.str.contains(_AS_TEXT)
        numbers = [cells.filter(left).str.extract(_AS_TEXT, part).cast(pl.Int64) for part in (1, 2)]
        if len(dates) and left.any() and (dates <= _MONTHS).all() and any((part > _MONTHS).all() for part in numbers):
            raise DamagedFile(
                f"a spreadsheet has taken days for months: {len(dates):,} cells of '{masked(raw.header[at])}' are "
                f"dates, and {int(left.sum()):,} were left as text, since no month has their number",
                file=raw.name,
                line=int(raw.lines.filter(left)[0]),
                hint="export it again, and give opsctl the file before a spreadsheet has opened it",
            )
