"""The Report value: what a report says, in parts that any writer can write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from opsctl.core.period import Period
from opsctl.ingest.account import Input
from opsctl.ingest.remarks import Note
from opsctl.metrics.figure import Figure

if TYPE_CHECKING:
    from opsctl.reports.chart import Chart


class Form(StrEnum):
    """How a number is written for people; the number itself stays as it was computed."""

    COUNT = "count"  # 14,931
    MONEY = "money"  # 482,900.00
    ROUND_MONEY = "round money"  # 482,900
    TEN_THOUSANDS = "ten thousands"  # 48.29
    THOUSANDS = "thousands"  # 482.9
    PRICE = "price"  # 32.70
    MULTIPLE = "multiple"  # 1.31
    RATE = "rate"  # 20.1%
    POINTS = "points"  # a difference of rates: -0.5
    CHANGE = "change"  # a relative difference: +2.9%
    ERROR = "error"  # half an interval of a rate, in points: 1.3
    CHANCE = "chance"  # 3%; never more than two digits


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is no metric's figure: a change, a target, a chance, a plan; with its range where it has one."""

    value: float | None
    form: Form
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The last values of a metric, oldest first, as a small line in the writers that can draw."""

    values: tuple[float | None, ...]


Cell = Figure | Number | Sparkline | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        key: The field's name in data.
        title: What a reader sees above it.
        priority: Lower stays longer when a page is too narrow; 0 never goes.
        numeric: Whether it is aligned to the right and must never be cut.
        form: How the figures in it are written; unset: by their metric's shape.
    """

    key: str
    title: str
    priority: int = 0
    numeric: bool = True
    form: Form | None = None


class RowKind(StrEnum):
    """What a row of a table is."""

    PLAIN = "plain"
    TOTAL = "total"
    FOLDED = "folded"  # one of many small ones: only where there is room for all
    REST = "rest"  # the sum of the folded ones, in their place where there is not


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells by column key."""

    cells: Mapping[str, Cell]
    kind: RowKind = RowKind.PLAIN


@dataclass(frozen=True, slots=True)
class Footnote:
    """A sentence below a table; with columns, said only where one of them is shown."""

    text: str
    of: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows.

    Args:
        columns: In the order in which they are read.
        rows: In the order in which they are read.
        name: What data calls it, such as `channels`.
        title: What a reader sees above it; empty where nothing needs to be said.
        footnotes: Sentences below it.
    """

    columns: Sequence[Column]
    rows: Sequence[TableRow]
    name: str = "rows"
    title: str = ""
    footnotes: Sequence[Footnote] = ()

    @property
    def in_short(self) -> Table:
        """For a page that is read: the small rows folded into their sum."""
        return replace(self, rows=[row for row in self.rows if row.kind is not RowKind.FOLDED])

    @property
    def in_full(self) -> Table:
        """For a page that is searched: every row, and no sum of some of them."""
        return replace(self, rows=[row for row in self.rows if row.kind is not RowKind.REST])


@dataclass(frozen=True, slots=True)
class Heading:
    """What the parts below it are about; level 1 is a chapter, 2 a section of one."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences that stand one below the other under a short label, such as 结论 or 问题."""

    label: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; its lead, such as `1. 收缩平台。`, is set off from the rest."""

    text: str
    lead: str = ""


Part: TypeAlias = "Heading | Lines | Prose | Table | Chart"


@dataclass(frozen=True)
class Report:
    """Everything a writer needs, and nothing it would have to compute.

    Args:
        title: The headline; empty for a bare answer.
        as_of: The last day that is known; None where no row names a day.
        period: The days asked for; None likewise.
        parts: What it says to people, in reading order.
        data: The figures for programs: the fields between `period` and `inputs` of the JSON answer.
        status: What stands beside the headline: how much needs attention.
        inputs: The account of every file.
        notes: What else should be known, by stable codes.
        answered: Whether any figure is an answer; else the data could not give one.
        asked: The command and the options that decide what it says; empty where it cannot be asked again.
    """

    title: str
    as_of: date | None
    period: Period | None
    parts: Sequence[Part]
    data: Mapping[str, Any]
    status: str = ""
    inputs: Sequence[Input] = ()
    notes: Sequence[Note] = field(default=())
    answered: bool = True
    asked: Mapping[str, Any] = field(default_factory=dict)

    def asked_as(self, command: str, **options: object) -> Report:
        """The same report with what it was asked for: options that were not given are left out."""
        return replace(self, asked={"command": command, **{name: one for name, one in options.items() if one}})

    @property
    def tables(self) -> Iterator[Table]:
        """Its tables, in reading order."""
        return (part for part in self.parts if isinstance(part, Table))
