"""What became of every row of every file: read = accepted + rejected + dropped, by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from opsctl.core import money
from opsctl.ingest.remarks import Note
from opsctl.ingest.stretch import Stretch
from opsctl.schemas.kinds import Kind

SENT_TWICE = "sent twice"  # a reason for dropping rows
CONFLICT = "OPS209"  # the rule that rows of one key break which differ


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that broke a rule; it is data, kept aside, and never holds the row's values."""

    file: str
    line: int
    column: str  # canonical; empty where the row as a whole is broken
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Control:
    """A column's total as the platform states it, beside the sum of the rows, and how far they may be apart."""

    column: str
    stated: str
    computed: str
    ok: bool
    tolerance: str = "0"

    @property
    def difference(self) -> str:
        """The sum of the rows without the total."""
        return str(Decimal(self.computed) - Decimal(self.stated))

    @property
    def told(self) -> str:
        """Both, their difference, and what it is held to."""
        return (
            f"the rows add up to {self.computed}, the file's own total says {self.stated}"
            f" (difference {self.difference}, tolerance {self.tolerance})"
        )

    def as_json(self) -> dict[str, Any]:
        """For the account of the input."""
        return {
            "column": self.column,
            "stated": self.stated,
            "computed": self.computed,
            "difference": self.difference,
            "tolerance": self.tolerance,
            "ok": self.ok,
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that a store took in: in which run, the days of which it told, and the last day that was known with it."""

    file: str
    mapping: str
    table: str
    load: int
    first_day: date
    last_day: date
    known: date | None


@dataclass(frozen=True)
class Input:
    """The account of one file.

    Args:
        file: As the user named it.
        sha256: Of its bytes.
        mapping: The mapping that claimed it, or "canonical".
        table: The canonical table its rows went to.
        days: The first and last local day of accepted rows, or None.
        accepted: How many rows were loaded.
        rejected: The rows that were not.
        dropped: Rows that are no data, by reason.
        sums: Of accepted rows, money with four decimals and counts, by column.
        control: The totals in the file and what the rows add up to.
        unread: How many of the file's columns nothing reads.
        cap: How many rows its platform exports at most, where it has just as many: it was cut off.
        incomplete: Whether the file itself says that data may be missing in it.
        may_reject: How many rows may be rejected as its source says; None where it says nothing.
    """

    file: str
    sha256: str
    mapping: str
    table: str
    days: tuple[date, date] | None
    accepted: int
    rejected: tuple[Rejected, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, int | str] = field(default_factory=dict)
    control: tuple[Control, ...] = ()
    unread: int = 0
    cap: int | None = None
    incomplete: bool = False
    may_reject: int | None = None

    @property
    def rejects_are_allowed(self) -> bool:
        """Has it no more rejected rows than its source allows? Where nothing is allowed, one is too many."""
        return len(self.rejected) <= (self.may_reject or 0)

    @property
    def is_clean(self) -> bool:
        """Is there nothing that `--strict` would not let pass?"""
        return self.rejects_are_allowed and self.cap is None and all(control.ok for control in self.control)

    @property
    def cut_off(self) -> str:
        """That the file was cut off, in words; empty where it was not."""
        rows = "" if self.cap is None else f"it has exactly {self.cap:,} rows, the most that its platform exports"
        return rows and f"{rows}: the rest is missing"

    @property
    def read(self) -> int:
        """All rows below the header."""
        return self.accepted + len(self.rejected) + sum(self.dropped.values())

    def with_dropped(self, reason: str, rows: int) -> Input:
        """The same account with accepted rows moved to a reason for dropping them."""
        dropped = Counter(self.dropped)
        dropped[reason] += rows
        return replace(self, accepted=self.accepted - rows, dropped=dict(sorted(dropped.items())))

    def as_json(self) -> dict[str, Any]:
        """One entry of `inputs`."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "mapping": self.mapping,
            "table": self.table,
            "days": None if self.days is None else {"from": str(self.days[0]), "to": str(self.days[1])},
            "read": self.read,
            "accepted": self.accepted,
            "rejected": len(self.rejected),
            "dropped": dict(self.dropped),
            "sums": dict(self.sums),
            "control": [control.as_json() for control in self.control],
            "unread_columns": self.unread,
            "cap": self.cap,
            "incomplete": self.incomplete,
            "may_reject": self.may_reject,
        }


@dataclass(frozen=True)
class Part:
    """The accepted rows of one file, as the file has them.

    Args:
        account: What became of all its rows.
        frame: The table's physical columns, attributes, and `line`.
        supplied: The columns that the file gave itself.
        breakdown: What its mapping says that it is broken down by.
        notes: What should be said of it.
        foreign_days: Whether its days are those of another zone than the project's.
        load: When it was read: a greater number is newer, files of one number were read together.
        scan: The rows of a large table that nothing looks at one by one, in place of those of `frame`, which is empty.
        stretches: The same rows bit by bit, with what is known of each bit; empty where nothing is.
        ids: Those of all users in these, each once, where the bits have places among them.
    """

    account: Input
    frame: pl.DataFrame
    supplied: frozenset[str]
    breakdown: str | None = None
    notes: tuple[Note, ...] = ()
    foreign_days: bool = False
    load: int = 0
    scan: pl.LazyFrame | None = None
    stretches: tuple[Stretch, ...] = ()
    ids: pl.Series | None = None

    @property
    def rows(self) -> pl.LazyFrame:
        """The rows, wherever they are."""
        return self.frame.lazy() if self.scan is None else self.scan


def filled(frame: pl.DataFrame) -> frozenset[str]:
    """The columns in which any row says something; to look at them one by one would write out those that do not."""
    nulls = frame.null_count().row(0, named=True) if frame.height else {}
    return frozenset(name for name, count in nulls.items() if count < frame.height)


def written(amount: int, kind: Kind) -> int | str:
    """A sum as the account shows it: money with four decimals, quantities without needless ones."""
    if kind is Kind.MONEY:
        return money.text(amount)
    if kind is Kind.QUANTITY:
        whole, part = divmod(amount, money.TEN_THOUSANDTHS)
        return str(Decimal(amount).scaleb(-4).normalize()) if part else whole
    return amount
