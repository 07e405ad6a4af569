"""What reading a file gives: its rows as text, and by line everything that did not become a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

Recognise = Callable[[Sequence[str]], bool]  # is this row of cells a header somebody expects?

CELL_COUNT = "OPS201"
UNREADABLE = "OPS207"
QUOTING = "OPS208"
NOT_AN_OBJECT = "OPS213"


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that was rejected: its first physical line (from 1), the rule it broke, and why, without values."""

    line: int
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """A record that is no row; only totals keep their cells.

    The reason is one of "total", "blank", "comment", "repeated header", "units", "ruler", "remark" and "another table".
    """

    line: int
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """The rows of one text file, with only the container undone: encoding, delimiter, quotes, escapes, id padding.

    Attributes:
        encoding: "utf-8", "utf-8-sig", "utf-16-le", "gb18030", …
        delimiter: What stands between two cells of a row.
        header: The file's own names, untouched; an empty nameless column of a trailing delimiter is left out.
        header_line: The physical line the header starts at, from 1.
        preamble: The physical lines above the header, each with its number and raw text; of several tables in one
            file, those of this table and what the top of the file says of all.
        cells: One String column per header cell, named "0", "1", …; no nulls.
        lines: Int64, the physical line each row of `cells` starts at.
        rejected: Records that are broken, by line.
        dropped: Records that are no rows, by line.
        warnings: Sentences about the file as a whole.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    preamble: tuple[tuple[int, str], ...]
    cells: pl.DataFrame
    lines: pl.Series
    rejected: tuple[Fault, ...]
    dropped: tuple[Drop, ...]
    warnings: tuple[str, ...]

    @property
    def read(self) -> int:
        """How many records the file holds besides its header: kept, rejected and dropped."""
        return self.cells.height + len(self.rejected) + len(self.dropped)
