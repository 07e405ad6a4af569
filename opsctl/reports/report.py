"""The Report value: what a report says, in parts that any writer can write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from opsctl.core.period import Period
from opsctl.ingest.account import Input
from opsctl.ingest.remarks import Note
from opsctl.metrics.figure import Figure

Cell = Figure | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        key: The field's name in data.
        title: What a reader sees above it.
        priority: Lower stays longer when a page is too narrow; 0 never goes.
        numeric: Whether it is aligned to the right and must never be cut.
    """

    key: str
    title: str
    priority: int = 0
    numeric: bool = True


class RowKind(StrEnum):
    """What a row of a table is."""

    PLAIN = "plain"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells by column key."""

    cells: Mapping[str, Cell]
    kind: RowKind = RowKind.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows."""

    columns: Sequence[Column]
    rows: Sequence[TableRow]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A sentence below the table; with columns, said only where one of them is shown."""

    text: str
    of: frozenset[str] | None = None


@dataclass(frozen=True)
class Report:
    """Everything a writer needs, and nothing it would have to compute.

    Args:
        title: The headline; empty for a bare answer.
        as_of: The last day that is known; None where no row names a day.
        period: The days asked for; None likewise.
        lines: Sentences above the table, the most important first.
        table: The figures for people.
        data: The figures for programs: the fields between `period` and `inputs` of the JSON answer.
        footnotes: Sentences below the table.
        inputs: The account of every file.
        notes: What else should be known, by stable codes.
        answered: Whether any figure is an answer; else the data could not give one.
    """

    title: str
    as_of: date | None
    period: Period | None
    table: Table
    data: Mapping[str, Any]
    lines: Sequence[str] = ()
    footnotes: Sequence[Footnote] = ()
    inputs: Sequence[Input] = ()
    notes: Sequence[Note] = field(default=())
    answered: bool = True
