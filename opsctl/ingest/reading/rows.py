"""Which records of a text are rows: blank ones, comments, totals and repeated headers are none, and are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from opsctl.core.naming import fold
from opsctl.ingest.reading.kinds import BLANKS, is_measured, measured_columns
from opsctl.ingest.reading.table import CELL_COUNT, Drop, Fault
from opsctl.ingest.reading.totals import Totals, adds_up, keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsctl.ingest.reading.records import Split

LINE = "line"
_UNSEEN = BLANKS + "\ufeff"
_SAMPLE = 500


@dataclass(slots=True)
class Rows:
    """Rows with their lines in a column "line", and what did not become one."""

    frame: pl.DataFrame
    faults: list[Fault] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)

    def without(self, lines: Sequence[int]) -> pl.DataFrame:
        """The rows but those that start on some lines."""
        if not lines:
            return self.frame
        return self.frame.filter(~pl.col(LINE).is_in(pl.Series(lines, dtype=pl.Int64)))


def rows_of(split: Split, header: Sequence[str], totals: Totals) -> Rows:
    """Sort the records of a text into rows, drops and faults."""
    rows = Rows(split.cells.with_columns(split.lines.alias(LINE)), list(split.faults))
    _drop_by_look(rows, header)
    _drop_totals(rows, totals)
    for line, cells in split.odd:
        _judge_odd(rows, line, cells, len(header), totals)
    return rows


def is_same_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a record has the header's names, as people see them."""
    return [fold(cell.strip(_UNSEEN)) for cell in cells] == [fold(name) for name in header]


def _drop_by_look(rows: Rows, header: Sequence[str]) -> None:
    """Drop blank rows, comments, and the header where it stands again."""
    plain = [pl.col(str(at)).str.strip_chars(_UNSEEN) for at in range(len(header))]
    blank = pl.all_horizontal(cell == "" for cell in plain)
    remark = plain[0].str.starts_with("#")
    again = plain[0].str.to_lowercase() == header[0].strip(_UNSEEN).lower()
    found = rows.frame.filter(blank | remark | again)
    others = rows.without(found.get_column(LINE).to_list()) if found.height else found
    measured = measured_columns(others.drop(LINE).head(_SAMPLE).iter_rows())
    gone: list[int] = []
    for *cells, line in found.iter_rows():
        if reason := _look(cells, header, measured):
            rows.drops.append(Drop(line, reason))
            gone.append(line)
    rows.frame = rows.without(gone)


def _look(cells: Sequence[str], header: Sequence[str], measured: frozenset[int]) -> str:
    if not any(cell.strip(_UNSEEN) for cell in cells):
        return "blank"
    if is_same_header(cells, header):
        return "repeated header"
    return "comment" if _is_comment(cells, measured) else ""


def _is_comment(cells: Sequence[str], measured: frozenset[int]) -> bool:
    """Whether a row after a `#` is a remark: nothing follows, or nothing that the other rows have there."""
    if len(cells) == 1 or not cells[0].lstrip(_UNSEEN).startswith("#"):
        return False
    alone = not any(cell.strip(_UNSEEN) for cell in cells[1:])
    return alone or (bool(measured) and not any(is_measured(cells[at]) for at in measured))


def _drop_totals(rows: Rows, totals: Totals) -> None:
    names = [name for name in rows.frame.columns if name != LINE]
    labelled = [
        (cells, line, label)
        for *cells, line in rows.frame.filter(totals.candidates(names)).iter_rows()
        if (label := totals.label(cells))
    ]
    if not labelled:
        return
    others = rows.without([line for _, line, _ in labelled]).drop(LINE)
    summed = _Summed([(keys_of(cells, label), cells) for cells, _, label in labelled], others)
    gone = []
    for cells, line, label in labelled:
        keys = keys_of(cells, label)
        if not keys or summed.is_total(cells, keys, plainly=totals.is_plainly(label)):
            rows.drops.append(Drop(line, "total", tuple(cells)))
            gone.append(line)
    rows.frame = rows.without(gone)


class _Summed:
    """The rows that dated totals could sum up: those with the same dates and ids."""

    def __init__(self, wanted: Sequence[tuple[tuple[int, ...], Sequence[str]]], others: pl.DataFrame) -> None:
        self.rows: dict[tuple[tuple[int, ...], tuple[str, ...]], list[tuple[str, ...]]] = {}
        for keys in sorted({keys for keys, _ in wanted if keys}):
            names = [str(at) for at in keys]
            values = sorted({tuple(cells[at] for at in keys) for found, cells in wanted if found == keys})
            same = others.join(pl.DataFrame(values, schema=names, orient="row"), on=names, how="semi")
            for row in same.iter_rows():
                self.rows.setdefault((keys, tuple(row[at] for at in keys)), []).append(row)

    def is_total(self, cells: Sequence[str], keys: tuple[int, ...], *, plainly: bool) -> bool:
        """Whether there are rows to sum up: a channel that is the only one of its day is no total."""
        rows = self.rows.get((keys, tuple(cells[at] for at in keys)), [])
        return bool(rows) if plainly else adds_up(cells, rows)


def _judge_odd(rows: Rows, line: int, cells: tuple[str, ...], width: int, totals: Totals) -> None:
    """A record with another number of cells than the header: blank, a comment, a total, or rejected."""
    label = totals.label(cells)
    if not any(cell.strip(_UNSEEN) for cell in cells):
        rows.drops.append(Drop(line, "blank"))
    elif cells[0].lstrip(_UNSEEN).startswith("#"):
        rows.drops.append(Drop(line, "comment"))
    elif label and not keys_of(cells, label):
        rows.drops.append(Drop(line, "total", cells))
    else:
        many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        rows.faults.append(Fault(line, CELL_COUNT, f"{many} where the header has {width}"))
