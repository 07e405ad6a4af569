"""A total that bears no label: the row that names nothing, and whose amounts are the sums of all the others."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from opsctl.ingest.reading.kinds import is_date, is_missing, is_number
from opsctl.ingest.written import Raw

_SAMPLE = 200
_FILLED = 0.8  # of the other rows: a column that names things is rarely empty
_NAMELESS = {"mixed", "all", "multiple", "多个", "全部"}
_AMOUNTS = ("spend", "impressions", "clicks")
_ROUNDING = 0.0005  # of the sum: platforms round rows


def unlabelled_total(raw: Raw, frame: pl.DataFrame) -> int | None:
    """The line of a file's first or last row where it is a total without a label; None where neither is one.

    `frame` has the accepted rows of spend with their `line`. Whether a row names nothing is seen in the columns of the
    file itself: the breakdown may be one that no mapping reads.
    """
    if frame.height < 2:  # noqa: PLR2004 - a row and its total
        return None
    amounts = frame.select("line", *_AMOUNTS)
    whole = amounts.sum().row(0, named=True)
    for line in (frame["line"].min(), frame["line"].max()):
        row = amounts.row(by_predicate=pl.col("line") == line, named=True)
        if _adds_up(row, whole) and _names_nothing(raw, line):
            return int(str(line))
    return None


def _adds_up(row: Mapping[str, int | None], whole: Mapping[str, int]) -> bool:
    """Are all amounts of a row, money among them, the sums of those of the others?"""
    stated = [(amount, whole[name] - amount) for name in _AMOUNTS if (amount := row[name]) is not None]
    return bool(row["spend"]) and all(abs(amount - added) <= added * _ROUNDING for amount, added in stated)


def _names_nothing(raw: Raw, line: object) -> bool:
    here = raw.cells.filter(raw.lines == line)
    others = raw.cells.filter(raw.lines != line).head(_SAMPLE)
    names = [column for column in others.columns if _is_of_names(others[column])]
    return bool(names) and all(_is_nameless(here[column].item()) for column in names)


def _is_of_names(cells: pl.Series) -> bool:
    if cells.dtype != pl.String:
        return False
    filled = [cell for cell in cells.to_list() if not is_missing(cell)]
    return len(filled) >= _FILLED * len(cells) and not any(is_number(cell) or is_date(cell) for cell in filled)


def _is_nameless(cell: str) -> bool:
    return is_missing(cell) or cell.strip().lower() in _NAMELESS
