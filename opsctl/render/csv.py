"""CSV: the tables of a report for a spreadsheet or a script; names of columns and numbers are those of the JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from opsctl.core.clean import clean
from opsctl.metrics.figure import Figure
from opsctl.render import Page
from opsctl.render.cells import said_in_words
from opsctl.reports.report import Cell, Form, Number, Report, RowKind, Table

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # what a spreadsheet would compute, full-width ones too
_NUMBER = re.compile(r"[-+]?[\d,]+(\.\d+)?%?")


MONEY = {Form.MONEY, Form.ROUND_MONEY, Form.TEN_THOUSANDS, Form.THOUSANDS}


def render(report: Report, page: Page) -> str:  # noqa: ARG001 - every writer is called alike
    """All tables as one: with several, a first column says whose a row is; total rows are marked where there are any.

    A value that is not known is an empty cell.
    """
    tables = [table.in_full for table in report.tables]
    keys = list(dict.fromkeys(column.key for table in tables for column in said_in_words(table)))
    marks = _marks(tables, keys)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*marks, *(_harmless(key) for key in keys)])
    writer.writerows(line for table in tables for line in _lines(table, keys, list(marks.values())))
    return text.getvalue()


def _marks(tables: Sequence[Table], keys: Sequence[str]) -> dict[str, str]:
    """The columns that say what a row is, by the names they have here."""
    kinds = {row.kind for table in tables for row in table.rows}
    wanted = [name for name, needed in (("table", len(tables) > 1), ("row", RowKind.TOTAL in kinds)) if needed]
    return {_free(name, keys): name for name in wanted}


def _free(name: str, keys: Sequence[str]) -> str:
    """A name that no column has."""
    return _free(f"{name}_", keys) if name in keys else name


def _lines(table: Table, keys: Sequence[str], marks: Sequence[str]) -> Iterator[list[str]]:
    numeric = {column.key for column in table.columns if column.numeric}
    for row in table.rows:
        kind = RowKind.PLAIN if row.kind is RowKind.FOLDED else row.kind
        said = {"table": table.name, "row": kind.value}
        cells = (_raw(row.cells.get(key), numeric=key in numeric) for key in keys)
        yield [*(said[mark] for mark in marks), *cells]


def _raw(cell: Cell, *, numeric: bool) -> str:
    """A cell as the JSON has it: money with four decimals, ratios as the double they are."""
    match cell:
        case Figure():
            value = cell.as_json()["value"]
        case Number() if cell.form in MONEY and cell.value is not None:
            return f"{cell.value:.4f}"
        case Number():
            value = cell.value
        case str():
            return clean(cell) if numeric and _NUMBER.fullmatch(cell) else _harmless(cell)
        case _:
            value = None
    return "" if value is None else str(value)


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    shown = clean(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
