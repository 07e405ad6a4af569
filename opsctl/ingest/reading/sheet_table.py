"""The table of a workbook's sheet, and what is to be said of how it was made."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.sheets.grid import LINE_END_IN_CELL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsctl.ingest.reading.content import Content, Sheet
    from opsctl.ingest.reading.table import TextTable


def of_sheet(content: Content, table: TextTable) -> TextTable:
    """The table of a workbook's sheet with the line ends that stand in its cells; any other as it is."""
    if content.sheet is None:
        return table
    return replace(
        table,
        header=tuple(name.replace(LINE_END_IN_CELL, "\n") for name in table.header),
        cells=table.cells.with_columns(pl.all().str.replace_all(LINE_END_IN_CELL, "\n", literal=True)),
        warnings=(*table.warnings, *_warnings(content.sheet, table.lines)),
    )


def _warnings(sheet: Sheet, lines: pl.Series) -> Iterator[str]:
    if many := sheet.uncomputed:
        have = "formulas have" if many > 1 else "formula has"
        yield f"{many} {have} no result: open the workbook in Excel and save it"
    if many := sheet.hidden_rows:
        yield f"{many} hidden row{'s are' if many > 1 else ' is'} read like all others"
    rows = lines.to_list()
    if many := sum(bisect_left(rows, one.first) < bisect_right(rows, one.last) for one in sheet.merged):
        hold, counts = ("cells hold", "each counts") if many > 1 else ("cell holds", "it counts")
        yield f"{many} merged {hold} a number: as an amount {counts} for the first row alone"
