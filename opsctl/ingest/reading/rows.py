"""Which records of a text are rows: blank ones, comments, totals and repeated headers are none, and are named."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from opsctl.core.naming import fold
from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name, is_number, measured_columns
from opsctl.ingest.reading.table import CELL_COUNT, Drop, Fault
from opsctl.ingest.reading.totals import Totals, adds_up, keys_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from opsctl.ingest.reading.records import Split

LINE = "line"
REMARK = "remark"
UNSEEN = BLANKS + "\ufeff"
_SAMPLE = 200
_NEAR = 20
_DESCRIBED = 3  # lines below the header that may say what its columns are
_DASH = 2  # characters of a dash that stands for nothing
WIDEST = 256  # columns that are looked at; labels and names stand in the first
_ANSWER = ("<", "{", "[")  # what a server sends in the place of further rows begins so
_UNIT = re.compile(r"[(（][^()（）]{1,12}[)）]")
_UNITS = re.compile(
    r"(?:万?元|角|分|美元|人民币|cny|rmb|usd|eur|[次个人件单天秒%]"
    r"|数字|数值|整数|小数|百分比|金额|文本|字符串|日期|时间"
    r"|count|times|ratio|percent|string|str|text|(?:var)?char|(?:big)?int|integer|long|double|float|decimal|numeric|number|bool(?:ean)?"
    r"|date(?:time)?|timestamp)(?:\([0-9, ]+\))?",
    re.IGNORECASE,
)
RULED = r"^[-=_+:|]{2,}$|^[.…]+$"
_RULE = re.compile(r"[-=_+:|\s]*")


class Rows:
    """The records of a table's width while they are judged: `frame` has their cells and, in "line", their lines.

    `suspects` are the few among them that one of the rules could concern, found in one pass over all. What is
    dropped or rejected leaves the suspects at once and the frame in `settle`.
    """

    def __init__(self, split: Split, header: Sequence[str], suspicious: pl.Expr) -> None:
        self.header = tuple(header)
        self.columns = [str(at) for at in range(len(header))]
        self.frame = split.cells.with_columns(split.lines.alias(LINE))
        self.suspects = self.frame.filter(suspicious)
        self.faults = list(split.faults)
        self.odd = split.odd
        self.broken = split.broken
        self.another_table: int | None = None  # the line of its header, where one follows
        self.drops: list[Drop] = []
        self._gone: set[int] = set()

    @property
    def height(self) -> int:
        """How many rows are left."""
        return self.frame.height - len(self._gone)

    def drop(self, drops: Collection[Drop]) -> None:
        """Leave records out that are no rows."""
        self.drops += drops
        self._leave_out(drop.line for drop in drops)

    def reject(self, lines: Collection[int], rule: str, reason: str) -> None:
        """Leave rows out that are broken."""
        self.faults += [Fault(line, rule, reason) for line in lines]
        self._leave_out(lines)

    def _leave_out(self, lines: Iterable[int]) -> None:
        left_out = set(lines)
        self._gone |= left_out
        self.suspects = _without(self.suspects, left_out) if left_out else self.suspects

    def without(self, lines: Collection[int] = ()) -> pl.DataFrame:
        """The rows that are left, but for some lines."""
        return _without(self.frame, {*self._gone, *lines})

    def below_gaps(self) -> pl.DataFrame:
        """The rows that follow a blank line or a comment, when others stand above it."""
        gaps = pl.Series([drop.line for drop in self.drops if drop.reason in {"blank", "comment"}], dtype=pl.Int64)
        if not len(gaps) or not self.frame.height:
            return self.frame.clear()
        next_rows = self.frame.get_column(LINE).search_sorted(gaps, side="right").unique().sort()
        inside = next_rows.filter((next_rows > 0) & (next_rows < self.frame.height))
        return _without(self.frame[inside], self._gone)

    def ends_below_gap(self, line: int) -> bool:
        """Whether a record is the last, and a blank line stands above it."""
        if not any(drop.line == line - 1 and drop.reason == "blank" for drop in self.drops):
            return False
        below = self.without().get_column(LINE) > line
        return not below.any() and all(fault.line <= line for fault in self.faults)

    def settle(self) -> None:
        """Make the frame the rows that are left."""
        self.frame, self._gone = self.without(), set()

    def measured(self, but: Collection[int] = ()) -> frozenset[int]:
        """The columns by which a row is told from text, as the first rows but some have them."""
        first = _without(self.frame.head(2 * _SAMPLE), {*self._gone, *but}).head(_SAMPLE)
        return measured_columns(first.drop(LINE).iter_rows())

    def measured_above(self, line: int) -> frozenset[int]:
        """The same, as the rows just above a line have them."""
        at = self.frame.get_column(LINE).search_sorted(line)
        above = self.frame.slice(max(0, at - _NEAR), min(at, _NEAR))
        return measured_columns(cells for *cells, number in above.iter_rows() if number not in self._gone)


def _without(frame: pl.DataFrame, lines: Collection[int]) -> pl.DataFrame:
    return frame.filter(~pl.col(LINE).is_in(pl.Series(sorted(lines), dtype=pl.Int64).implode())) if lines else frame


def suspicious_looks(header: Sequence[str], totals: Totals) -> pl.Expr:
    """Records that could be blank, a comment, a total or a header again."""
    names = seen_names(header)
    return pl.any_horizontal(suspicious_look(at, names, totals) for at in range(min(len(header), WIDEST)))


def suspicious_look(at: int, names: Sequence[str], totals: Totals) -> pl.Expr:
    """The same by one of their cells; `names` are those of the header, see `seen_names`."""
    cell = pl.col(str(at))
    look = cell.is_in(names) | cell.str.contains(totals.suspicious)
    if at > 1:
        return look
    same = "|".join(
        map(re.escape, names)
    )  # of a header that is repeated in other letters, one of the first two is named
    look |= cell.str.contains(f"(?i)^[{UNSEEN}]*(?:{same})[{UNSEEN}]*$") if same else pl.lit(value=False)
    if at:
        return look
    first = cell.str.strip_chars(UNSEEN)
    return look | (first == "") | first.str.contains(f"^[#(（]|{RULED}")


def seen_names(header: Sequence[str]) -> list[str]:
    """The names of a header as they would stand in a cell, were it to be repeated."""
    named = (name for name in header[:WIDEST] if name.strip(UNSEEN))
    return sorted({seen for name in named for seen in (name, name.strip(UNSEEN), f"\ufeff{name}")})


def is_same_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a record has the header's names, as people see them."""
    return [fold(cell.strip(UNSEEN)) for cell in cells] == [fold(name) for name in header]


def judge(rows: Rows, odd: Sequence[tuple[int, tuple[str, ...]]], totals: Totals) -> None:
    """Drop what is no row, and reject records of another width that are not to be dropped either."""
    _drop_by_look(rows)
    _drop_totals(rows, totals)
    for line, cells in odd:
        _judge_odd(rows, line, cells, totals)
    _drop_remark(rows, odd)


def _drop_by_look(rows: Rows) -> None:
    """Drop blank rows, comments, and the header where it stands again."""
    found = rows.suspects.rows()
    doubtful = [row[-1] for row in found if row[0].lstrip(UNSEEN).startswith("#")]
    measured = rows.measured(but=doubtful) if doubtful else frozenset()
    looks = [(line, _look(cells, rows.header, measured)) for *cells, line in found]
    rows.drop([Drop(line, reason) for line, reason in looks if reason])
    for *cells, line in rows.without().head(_DESCRIBED).rows():
        if not (_are_units(cells) or _are_names(cells, rows, line)):
            break
        rows.drop([Drop(line, "units", tuple(cells))])


def _look(cells: Sequence[str], header: Sequence[str], measured: frozenset[int]) -> str:
    if not any(cell.strip(UNSEEN) for cell in cells):
        return "blank"
    if is_same_header(cells, header):
        return "repeated header"
    if _is_ruler(cells):
        return "ruler"
    return "comment" if _is_comment(cells, measured) else ""


def _are_units(cells: Sequence[str]) -> bool:
    """Whether a row below the header says in which units or types its columns are, such as (元), and nothing else."""
    filled = [cell.strip(UNSEEN) for cell in cells if not is_missing(cell)]
    return bool(filled) and all(map(_is_unit, filled))


def _are_names(cells: Sequence[str], rows: Rows, line: int) -> bool:
    """Whether a row below the header names its columns in other words: words alone, where others have numbers."""
    measured, names = _measured_below(rows, line), {fold(name.strip(UNSEEN)) for name in rows.header}
    filled = [cell for cell in cells if not is_missing(cell)]
    told = [fold(name) in fold(cell) for cell, name in zip(cells, rows.header, strict=True) if name.strip(UNSEEN)]
    if len(told) > 1 and all(told) and not is_same_header(cells, rows.header):
        return True  # each says what its own column is
    same = sum(fold(cell.strip(UNSEEN)) in names for cell in filled)  # in another order they are another table's
    if 1 < len({fold(cell) for cell in filled}) < len(filled):
        return False  # nobody calls two columns the same, but for all of them
    return 2 * same < len(filled) and bool(measured) and all(map(is_name, [*filled, *(cells[at] for at in measured)]))


def _measured_below(rows: Rows, line: int) -> frozenset[int]:
    """The columns by which the rows but one are told from text; of a single row those that hold several such cells."""
    others = rows.without([line]).drop(LINE).head(2).rows()
    if len(others) != 1:
        return rows.measured(but=[line])
    found = frozenset(at for at, cell in enumerate(others[0]) if is_measured(cell))
    return found if len(found) > 1 else frozenset()


def _is_unit(cell: str) -> bool:
    bracketed = _UNIT.fullmatch(cell) is not None and not is_measured(cell.strip("()（）"))
    return bracketed or _UNITS.fullmatch(cell) is not None


def _is_ruler(cells: Sequence[str]) -> bool:
    """Whether a row is a line between others, drawn with dashes and the like: nobody has that for a value."""
    drawn = [cell.strip(UNSEEN) for cell in cells if cell.strip(UNSEEN)]
    alone = len(drawn) == 1 < len(cells) - 1
    return all(map(_RULE.fullmatch, drawn)) and any(
        len(cell) > _DASH or (alone and len(cell) == _DASH) for cell in drawn
    )


def _is_comment(cells: Sequence[str], measured: frozenset[int]) -> bool:
    """Whether a row after a `#` is a remark: nothing follows, or nothing that the other rows have there."""
    if len(cells) == 1 or not cells[0].lstrip(UNSEEN).startswith("#"):
        return False
    alone = not any(cell.strip(UNSEEN) for cell in cells[1:])
    return alone or (bool(measured) and not any(is_measured(cells[at]) for at in measured))


def _drop_totals(rows: Rows, totals: Totals) -> None:
    # A row of several words and no number names something, such as the columns of another table.
    with_numbers = [(cells, line) for *cells, line in rows.suspects.rows() if not _are_words(cells)]
    named = partial(_rows_named, rows)
    sums = [Drop(line, "total", tuple(cells)) for cells, line in with_numbers if totals.sums_up(cells, named)]
    rows.drop(sums)
    gone = {drop.line for drop in sums}
    left = [(cells, line, totals.label(cells)) for cells, line in with_numbers if line not in gone]
    labelled = [(cells, line, label) for cells, line, label in left if label]
    if not labelled:
        return
    others = rows.without([line for _, line, _ in labelled]).drop(LINE)
    summed = _Summed([(keys_of(cells, label), cells) for cells, _, label in labelled], others)
    drops = []
    for cells, line, label in labelled:
        keys = keys_of(cells, label)
        if not keys or summed.is_total(cells, keys, plainly=totals.is_plainly(label)):
            drops.append(Drop(line, "total", tuple(cells)))
    rows.drop(drops)


def _are_words(cells: Sequence[str]) -> bool:
    return sum(not is_missing(cell) for cell in cells) > 1 and not any(map(is_number, cells))


def _rows_named(rows: Rows, at: int, name: str) -> list[tuple[str, ...]]:
    """The rows with a name in a place."""
    found = rows.without().filter(pl.col(str(at)).str.strip_chars(UNSEEN) == name)
    return found.drop(LINE).rows()


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


def _judge_odd(rows: Rows, line: int, cells: tuple[str, ...], totals: Totals) -> None:
    """A record with another number of cells than the header: blank, a comment, a total, or rejected."""
    label = totals.label(cells)
    if not any(cell.strip(UNSEEN) for cell in cells):
        rows.drops.append(Drop(line, "blank"))
    elif cells[0].lstrip(UNSEEN).startswith("#"):
        rows.drops.append(Drop(line, "comment"))
    elif _is_ruler(cells):
        rows.drops.append(Drop(line, "ruler"))
    elif label and not keys_of(cells, label):
        rows.drops.append(Drop(line, "total", cells))
    else:
        many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        rows.faults.append(Fault(line, CELL_COUNT, f"{many} where the header has {len(rows.header)}"))


def _drop_remark(rows: Rows, odd: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """Words alone in the last record, below a blank line: a remark about the table, not a row that was cut off."""
    filled = ((line, [cell for cell in cells if cell.strip(UNSEEN)]) for line, cells in reversed(odd))
    line, cells = next(((line, cells) for line, cells in filled if cells), (0, []))
    rejected = [fault for fault in rows.faults if fault.line == line]
    said = len(cells) == 1 < len(rows.header) and is_name(cells[0]) and not cells[0].lstrip(UNSEEN).startswith(_ANSWER)
    if rejected and said and rows.ends_below_gap(line):
        rows.faults = [fault for fault in rows.faults if fault.line != line]
        rows.drops.append(Drop(line, REMARK))
