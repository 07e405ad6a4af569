"""How platforms write: rows as CSV text, money and rates as they print them, one file per year."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from making.arrivals import Spending

Row = Sequence[object]


def years(rows: Iterable[Spending], folder: str, export: Callable[[list[Spending]], bytes]) -> dict[str, bytes]:
    """One export per account and year, in the order of days: FOLDER/ACCOUNT_2025.csv."""
    ordered = sorted(rows, key=lambda row: (str(row.unit.account), row.day, row.unit.id, row.unit.codes))
    parts = groupby(ordered, lambda row: f"{folder}/{row.unit.account}_{row.day.year}.csv")
    return {name: export(list(part)) for name, part in parts}


def table(rows: Iterable[Row], *, delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as text, quotes only where they are needed."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def sums(rows: Iterable[Spending]) -> tuple[int, int, int, int]:
    """Cents, impressions, clicks and conversions of all rows."""
    of_rows = [(row.cents, row.impressions, row.clicks, row.conversions) for row in rows]
    cents, impressions, clicks, conversions = (sum(figures) for figures in zip(*of_rows, strict=True))
    return cents, impressions, clicks, conversions


def hundredths(amount: int, *, thousands: bool = True) -> str:
    """1360.50 or 1,360.50."""
    return f"{amount // 100:,}.{amount % 100:02}" if thousands else f"{amount // 100}.{amount % 100:02}"


def divided(amount: int, by: int, *, thousands: bool = True, missing: str = "-") -> str:
    """A quotient in hundredths, rounded half up; what cannot be divided is missing."""
    return hundredths((2 * amount + by) // (2 * by), thousands=thousands) if by else missing


def percent(part: int, whole: int, *, missing: str = "-") -> str:
    """4.13%."""
    return f"{divided(part * 10_000, whole, thousands=False)}%" if whole else missing
