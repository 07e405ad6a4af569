"""An export written down in a test, and what became of each of its lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from opsctl.core.naming import fold
from opsctl.ingest.reading import Content, Recognise, TextTable, read_text
from opsctl.ingest.reading.choice import EncodingChoice
from opsctl.ingest.reading.header import HeaderSearch
from opsctl.ingest.reading.reader import table_of
from opsctl.ingest.reading.totals import TOTAL_WORDS, Totals


def header_of(columns: str | Sequence[str]) -> tuple[Recognise, list[str]]:
    """What recognises a header of just these columns ("day,spend" or a list), and their folded names."""
    names = [fold(name) for name in (columns.split(",") if isinstance(columns, str) else columns)]
    return (lambda cells: [fold(cell) for cell in cells] == names), names


def read(export: str | bytes, columns: str | Sequence[str], **options: Any) -> TextTable:
    """An export as the reader sees it when these columns are expected."""
    recognise, names = header_of(columns)
    data = export.encode() if isinstance(export, str) else export
    return read_text(Content("export.csv", data, "text"), recognise, names=names, **options)


def read_both_ways(data: bytes, columns: str | Sequence[str]) -> tuple[TextTable, TextTable]:
    """An export read in bulk where that is allowed, and read line by line."""
    recognise, names = header_of(columns)
    readable = EncodingChoice(data, HeaderSearch(recognise, names), "export.csv").decide()
    totals = Totals(TOTAL_WORDS)
    fast, slow = (table_of(readable, recognise, totals, fast=fast) for fast in (True, False))
    return fast, slow


def rows(table: TextTable) -> list[tuple[str, ...]]:
    """The kept rows."""
    return table.cells.rows()


def rejected(table: TextTable) -> list[tuple[int, str]]:
    """By line, the rule that each rejected record broke."""
    return [(fault.line, fault.rule) for fault in table.rejected]


def dropped(table: TextTable) -> list[tuple[int, str]]:
    """By line, why each dropped record is no row."""
    return [(drop.line, drop.reason) for drop in table.dropped]


def as_values(table: TextTable) -> dict[str, Collection[Any]]:
    """Everything in a table that can be compared."""
    return {
        "header": table.header,
        "rows": table.cells.rows(),
        "columns": table.cells.columns,
        "lines": table.lines.to_list(),
        "rejected": table.rejected,
        "dropped": table.dropped,
        "preamble": table.preamble,
        "warnings": table.warnings,
        "dialect": (table.encoding, table.delimiter, table.header_line),
    }
