"""What reading files comes to: their rows one by one, and the tables that they make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from opsctl.core.errors import OpsctlError, TooManyRejected
from opsctl.ingest.account import Delivery, Input, Part, Rejected
from opsctl.ingest.memory import Memory
from opsctl.ingest.remarks import Note
from opsctl.ingest.stretch import Stretch


@dataclass
class Loaded:
    """What a run has read.

    Attributes:
        tables: By name, the canonical rows; see `measures.evidence.Evidence` for the columns.
        supplied: By name, the columns that at least one file gave.
        inputs: The account of every file, by name. `source_file` is a position in this list.
        refused: One error per file, or pair of files, that was refused.
        notes: What should be said of the data.
        foreign_days: Tables with days of another zone than the project's.
        unknown_codes: That too many users have a code which the 渠道字典 does not hold.
        by_day: Of large tables, how many rows each day has, where that is known beforehand.
        days_of: The days of which each file of such a table has rows, by the file's number among all inputs.
        stretches: The rows of activity once more, bit by bit; empty where nothing is known of single bits.
        one_user_a_row: Whether the hashes of all acquired users are known to differ: each is in one row of them only.
        memory: The store that they come from; what is wrong with files was told when they came in.
        deliveries: Of a store, all that it ever took in, in the order in which it came.
        added: By name, of tables that were taken as they stood, the rows that came to them, `source_file` counted
            from the table's own first file.
    """

    tables: dict[str, pl.LazyFrame] = field(default_factory=dict)
    supplied: dict[str, frozenset[str]] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    foreign_days: set[str] = field(default_factory=set)
    unknown_codes: Note | None = None
    by_day: dict[str, dict[date, int]] = field(default_factory=dict)
    days_of: dict[int, Sequence[date]] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)
    one_user_a_row: bool = False
    memory: Memory | None = None
    deliveries: tuple[Delivery, ...] = ()
    added: dict[str, pl.DataFrame] = field(default_factory=dict)

    def without_rows(self) -> Loaded:
        """All that is said of the rows, and none of them: their memory is free for what is made of them."""
        return replace(self, tables={}, stretches=[])

    @property
    def rejected(self) -> list[Rejected]:
        """Every rejected row of every file, of those that were refused for them, too."""
        refused = [error for error in self.refused if isinstance(error, TooManyRejected)]
        return [
            *(row for account in self.inputs for row in account.rejected),
            *(Rejected(error.file or "", *row) for error in refused for row in error.rows),
        ]

    @property
    def mismatches(self) -> list[tuple[Input, str]]:
        """Files whose rows do not add up to their own total, with the column."""
        return [(one, control.column) for one in self.inputs for control in one.control if not control.ok]

    @property
    def has_findings(self) -> bool:
        """Is there anything that `--strict` would not let pass?"""
        return bool(self.refused or self.unknown_codes) or not all(one.is_clean for one in self.inputs)


@dataclass
class Gathered:
    """Files read one by one, before they are held against each other.

    Attributes:
        parts: The rows of every file that was not refused, as the file has them.
        refused: One error per file that was.
        notes: What should be said of files that are no part.
        paths: Of every part, by its file's name, where it was read; of an archive's member, the archive.
        passed: The files that the reader knows already, by name.
    """

    parts: list[Part] = field(default_factory=list)
    refused: list[OpsctlError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)


def appended(parts: Sequence[Part], base: int) -> pl.LazyFrame:
    """The rows of files one after the other; the first file is number `base` of all inputs."""
    return stacked([_placed(part.rows, at=at) for at, part in enumerate(parts, base)])


def stacked(parts: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Rows below each other, whatever columns each part has and in whatever order."""
    schemas = [part.collect_schema() for part in parts]
    dtypes = {name: dtype for schema in reversed(schemas) for name, dtype in schema.items()}
    names = list(dict.fromkeys(name for schema in schemas for name in schema))
    return pl.concat(
        part.select(pl.col(name) if name in schema else pl.lit(None, dtypes[name]).alias(name) for name in names)
        for part, schema in zip(parts, schemas, strict=True)
    )


def _placed(rows: pl.LazyFrame, *, at: int) -> pl.LazyFrame:
    return rows.rename({"line": "source_line"}).with_columns(source_file=pl.lit(at, pl.Int32))


def _whole(part: Part) -> Stretch:
    height, days = part.account.accepted, part.account.days
    return Stretch(part.rows, days, height, [(height, days)] if days else ())


def stretches_of(parts: Sequence[Part], base: int) -> list[Stretch]:
    """The same rows bit by bit, as far as anything is known of single bits."""
    return [
        stretch.read(partial(_placed, at=at))
        for at, part in enumerate(parts, base)
        for stretch in part.stretches or (_whole(part),)
    ]
