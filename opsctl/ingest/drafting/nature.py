"""What a column of an unknown file holds, read by the same readers that will load it; its values go nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Literal, TypeAlias

import polars as pl

from opsctl.core.errors import AmbiguousValues
from opsctl.core.money import TEN_THOUSANDTHS
from opsctl.ingest.reading.kinds import is_id
from opsctl.ingest.values import Kind, Style, type_column
from opsctl.ingest.values.missing import TOKENS, tidied
from opsctl.schemas.kinds import Kind as CanonicalKind

Order: TypeAlias = Literal["mdy", "dmy", "ymd"]

SAMPLE = 100_000  # rows; a nature does not change after them
_FIRST = 500  # rows by which what a column is not is told at once
_MOST = 0.95
_PERCENT = r"^[-+]?[0-9.,]+ ?[%％‰]$"
_SLASHED = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}"
_CLOCK = r"^[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?$"
_MONTH = r"^[0-9]{4}[-/.年]?(?:0?[1-9]|1[0-2])月?$"
_FEW, _STILL_FEW = 60, 300  # distinct texts of a column that tells kinds of rows apart; many in a large file
_LONG_DIGITS = 9  # a whole number of so many digits in most cells is a code
_ORDERS: tuple[Order, ...] = ("mdy", "dmy", "ymd")


class Nature(Enum):
    """What the cells of a column are."""

    EMPTY = "empty"
    DAY = "day"
    MOMENT = "moment"
    MONTH = "month"
    CLOCK = "clock"
    PERCENT = "percent"
    WHOLE = "whole"
    DECIMAL = "decimal"
    ID = "id"
    FEW = "few"  # one of few texts
    TEXT = "text"


NUMBERS = frozenset({Nature.WHOLE, Nature.DECIMAL, Nature.PERCENT})
TIMES = frozenset({Nature.DAY, Nature.MOMENT})
_TEXTS = frozenset({Nature.ID, Nature.FEW, Nature.TEXT, Nature.WHOLE})
FITTING: dict[CanonicalKind, frozenset[Nature]] = {
    CanonicalKind.TEXT: _TEXTS,
    CanonicalKind.DAY: TIMES,
    CanonicalKind.MOMENT: TIMES,
    CanonicalKind.MONEY: frozenset({Nature.DECIMAL, Nature.WHOLE}),
    CanonicalKind.QUANTITY: frozenset({Nature.DECIMAL, Nature.WHOLE}),
    CanonicalKind.COUNT: frozenset({Nature.WHOLE}),
    CanonicalKind.NUMBER: NUMBERS,
}


@dataclass(frozen=True)
class Look:
    """One column of a file.

    Attributes:
        at: Its position, from 0.
        name: Its name, as the file has it.
        nature: What its cells are.
        filled: How many cells hold something.
        distinct: How many different things they hold.
        orders: Of dates, the orders of day, month and year in which all can be read, the likeliest first; empty
            where none is needed.
        either_decimal: Whether its numbers can be read with a decimal point and with a decimal comma.
        largest: Of numbers, the largest by size.
        nulls: The usual words for nothing that stand in it.
    """

    at: int
    name: str
    nature: Nature
    filled: int = 0
    distinct: int = 0
    orders: tuple[Order, ...] = ()
    either_decimal: bool = False
    largest: float = 0.0
    nulls: frozenset[str] = frozenset()

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers of any kind."""
        return self.nature in NUMBERS

    @property
    def is_time(self) -> bool:
        """Whether it holds days or points in time."""
        return self.nature in TIMES


def looks(header: Sequence[str], cells: pl.DataFrame) -> list[Look]:
    """Every column of a table of texts, looked at."""
    return [_look(at, name, cells[str(at)].head(SAMPLE)) for at, name in enumerate(header)]


def _look(at: int, name: str, cells: pl.Series) -> Look:
    text = cells.cast(pl.String).str.strip_chars()
    nulls = frozenset(text.filter(text.is_in(sorted(TOKENS - {""}))).unique())
    held = tidied(text, frozenset()).drop_nulls()
    held = held.filter(held != "")
    if held.is_empty():
        return Look(at, name, Nature.EMPTY, nulls=nulls)
    look = Look(at, name, Nature.TEXT, len(held), held.n_unique(), nulls=nulls)
    return _time(look, held) or _number(look, held) or _words(look, held)


def _style(dates: Order | None = None, decimal: Literal[".", ","] | None = None) -> Style:
    return Style(nulls=frozenset(), zone="UTC", dates=dates, decimal=decimal)


def _reads(cells: pl.Series, kind: Kind, style: Style) -> bool | None:
    """Whether nearly all cells can be read as a kind; None where they can be read in two ways."""
    try:
        faults = type_column(cells, kind, style, name="").faults
    except AmbiguousValues:
        return None
    return faults.null_count() >= _MOST * len(cells)


# --- days and times -------------------------------------------------------------------------------------


def _time(look: Look, cells: pl.Series) -> Look | None:
    if cells.str.contains(_CLOCK).all():
        return replace(look, nature=Nature.CLOCK)
    if cells.str.contains(_MONTH).all() and not cells.str.contains("^[0-9]{4,5}$").any():
        return replace(look, nature=Nature.MONTH)
    orders = sorted(_orders(cells), key=lambda order: _span(cells, order))
    if not orders:
        return None
    read = type_column(cells, Kind.MOMENT, _style(orders[0]), name="")
    timed = read.moment is not None and read.moment.count() > len(cells) / 2
    named = tuple(order for order in orders if order is not None)
    return replace(look, nature=Nature.MOMENT if timed else Nature.DAY, orders=named)


def _orders(cells: pl.Series) -> Iterator[Order | None]:
    """The orders in which a column's days can be read; None where the days need none."""
    slashed = bool(cells.str.contains(_SLASHED).any())
    if not slashed:
        if _reads(cells.head(_FIRST), Kind.MOMENT, _style()) and _reads(cells, Kind.MOMENT, _style()):
            yield None
        return
    for order in _ORDERS:
        if _reads(cells, Kind.MOMENT, _style(order)):
            yield order


def _span(cells: pl.Series, order: Order | None) -> timedelta:
    """The time that a column of days spans when it is read in an order: of two, the shorter is the likelier."""
    days: list[date] = type_column(cells, Kind.DAY, _style(order), name="").values.drop_nulls().to_list()
    return max(days) - min(days)


def days_named(names: Sequence[str], around: str) -> list[date | None]:
    """The dates that columns are named after; `around` may have the year that names such as 1月5日 leave out."""
    written = pl.Series(names, dtype=pl.String)
    years = sorted(set(re.findall(r"(?<![0-9])20[0-9]{2}(?![0-9])", around)))
    if len(years) == 1:
        bare = r"^\s*([0-9]{1,2})[月/-]([0-9]{1,2})日?\s*$"
        written = written.str.replace(bare, f"{years[0]}-$1-$2")
    held = written.filter(written.str.contains(r"^\s*[0-9]{2,4}.*[0-9日]\s*$"))
    order = next(_orders(held), None) if len(held) else None
    read = type_column(written, Kind.DAY, _style(order), name="")
    return list(read.values)


def days_of(cells: pl.Series, look: Look) -> pl.Series:
    """The days of a column of dates, in the first order in which they can be read."""
    return type_column(cells, Kind.DAY, _style(look.orders[0] if look.orders else None), name="").values


# --- numbers --------------------------------------------------------------------------------------------


def _number(look: Look, cells: pl.Series) -> Look | None:
    if _share(cells, _PERCENT) >= _MOST:
        return replace(look, nature=Nature.PERCENT)
    if _reads(cells.head(_FIRST), Kind.MONEY, _style(decimal=".")) is False and not _reads(
        cells.head(_FIRST), Kind.MONEY, _style(decimal=",")
    ):
        return None
    read = _reads(cells, Kind.MONEY, _style())
    if read is False or _is_code(cells):
        return None
    style = _style(decimal="." if read is None else None)
    whole = bool(_reads(cells, Kind.COUNT, style))
    amounts = type_column(cells, Kind.MONEY, style, name="").values.abs().max()
    return replace(
        look,
        nature=Nature.WHOLE if whole else Nature.DECIMAL,
        either_decimal=read is None,
        largest=float(amounts or 0) / TEN_THOUSANDTHS,  # type: ignore[arg-type]  # amounts are integers
    )


def amounts_of(cells: pl.Series) -> pl.Series:
    """The numbers of a column, with a decimal point where nothing tells it from a comma."""
    try:
        return type_column(cells, Kind.NUMBER, _style(), name="").values
    except AmbiguousValues:
        return type_column(cells, Kind.NUMBER, Style(frozenset(), "UTC", decimal=".", unit="ratio"), name="").values


def _is_code(cells: pl.Series) -> bool:
    """Whether whole numbers are names rather than amounts: very long, or with zeros in front."""
    zeros = cells.str.contains("^0[0-9]+$").any()
    return zeros or _share(cells, rf"^[0-9]{{{_LONG_DIGITS},}}$") > _MOST


def _share(cells: pl.Series, pattern: str) -> float:
    """The part of the cells that look like a pattern."""
    return int(cells.str.contains(pattern).sum()) / len(cells)


# --- texts ----------------------------------------------------------------------------------------------


def _words(look: Look, cells: pl.Series) -> Look:
    few = look.distinct <= min(_FEW, len(cells) / 2)
    if few or look.distinct <= min(_STILL_FEW, len(cells) / 10):
        return replace(look, nature=Nature.FEW)
    sample = cells.head(_FIRST)
    codes = sum(map(is_id, sample)) / len(sample)
    return replace(look, nature=Nature.ID if codes > _MOST else Nature.TEXT)
