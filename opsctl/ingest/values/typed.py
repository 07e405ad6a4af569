"""What reading a column needs to be told, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl


@dataclass(frozen=True, slots=True)
class Style:
    """How a column is written, as far as its mapping says so.

    Attributes:
        nulls: Texts that stand for a missing value, besides those that always do (`missing.py`).
        zone: The IANA name of the zone in which times without one are meant.
        decimal: The decimal mark; None lets the column decide.
        dates: The order of day and month in 01/05/2025; None lets the column decide, "ymd" admits no such date.
        unit: What one is worth. Of money fen, cents, micros or wan, or the ISO code of a currency, which changes
            nothing; of a number percent or ratio.
    """

    nulls: frozenset[str]
    zone: str
    decimal: Literal[".", ","] | None = None
    dates: Literal["ymd", "mdy", "dmy"] | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A column read as one kind; all series are as long as the column.

    Attributes:
        values: TEXT String, DAY Date, MONEY and QUANTITY Int64 in ten-thousandths, COUNT Int64, NUMBER Float64;
            of a MOMENT the local Date. Null where the cell is missing or has a fault.
        moment: Of a MOMENT the Datetime(us, UTC), null where the cell had no time of day; else None.
        faults: String; a rule's code and its sentence, which never holds the value, or null.
        notes: Sentences about the whole column that a person should read.
        currency: The one currency that the amounts name, if they name one.
        possible: All currencies that their signs leave, such as those of a `$`; empty where they say nothing.
    """

    values: pl.Series
    faults: pl.Series
    moment: pl.Series | None = None
    notes: tuple[str, ...] = ()
    currency: str | None = None
    possible: frozenset[str] = frozenset()


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun and verb.

    Examples:
        >>> counted(1, "amount was", "amounts were")
        '1 amount was'
        >>> counted(1200, "amount was", "amounts were")
        '1,200 amounts were'
    """
    return f"{number:,} {one if number == 1 else many}"


def no_faults(length: int) -> pl.Series:
    """A column of faults with none in it, to be filled where there are some."""
    return pl.repeat(None, length, dtype=pl.String, eager=True)
