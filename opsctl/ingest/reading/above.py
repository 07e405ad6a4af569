"""What stands above a header, and on its line: remarks, but no total and no row is lost there in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsctl.ingest.reading.kinds import BLANKS, is_measured, is_missing, is_name, measured_columns, resembles
from opsctl.ingest.reading.rows import LINE
from opsctl.ingest.reading.scan import Dialect, Lines, scan
from opsctl.ingest.reading.table import CELL_COUNT, Drop, Fault
from opsctl.ingest.reading.totals import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opsctl.ingest.reading.body import Body
    from opsctl.ingest.reading.stack import Place
    from opsctl.ingest.reading.table import Recognise
    from opsctl.ingest.reading.totals import Totals

_SAMPLE = 200
_TALLEST = 20  # lines of a cell
_SEVERAL = 3  # cells; a label with what it says are two
_MOST = 0.75


class Above:
    """The lines above the header, of which those that are no remarks become `faults` and `drops`."""

    def __init__(self, place: Place, body: Body, totals: Totals) -> None:
        self.faults: list[Fault] = []
        self.drops: list[Drop] = []
        sample = body.rows.frame.drop(LINE).head(_SAMPLE).rows()
        measured = measured_columns(sample)
        self.rows = len(sample)
        self.words = not any(is_measured(cell) for row in sample for cell in row)  # the whole table is
        plainly = Dialect(body.dialect.delimiter.strip(" ") or body.dialect.delimiter, body.dialect.quote)
        before: list[str] = []
        others: list[int] = []
        for number, line in _whole(place.above, plainly.quote):
            cells = _cells(line, plainly)
            if not self._judge(number, cells, len(body.header), measured, totals):
                if _follows(cells, before):
                    self.faults.append(Fault(number, CELL_COUNT, "looks like a row of another table, above the header"))
                elif not all(map(is_name, filter(None, cells))) and self._could_belong(cells, len(body.header)):
                    others.append(number)
            before = cells
        if self.faults:  # then what else has several cells is no remark either
            self.faults += [Fault(number, CELL_COUNT, "stands among rows above the header") for number in others]

    @staticmethod
    def _could_belong(cells: Sequence[str], width: int) -> bool:
        return len(cells) == width > 1 or sum(not is_missing(cell) for cell in cells) > 1

    def _judge(self, number: int, cells: list[str], width: int, measured: frozenset[int], totals: Totals) -> bool:
        """Name a line that could be a total or a row of the table below; whether it is one of these."""
        filled = [cell for cell in cells if not is_missing(cell)]
        fits = len(cells) == width and len(filled) > (not is_missing(cells[0]))  # a remark fills the first
        label = totals.label(cells) if fits else None
        if label and not keys_of(cells, label):
            self.drops.append(Drop(number, "total", tuple(cells)))
            return True
        if (fits and self._is_alike(cells, filled, measured)) or _is_nearly_a_row(filled, width):
            self.faults.append(Fault(number, CELL_COUNT, "looks like a row, but stands above the header"))
            return True
        return False

    def _is_alike(self, cells: list[str], filled: list[str], measured: frozenset[int]) -> bool:
        if self.words and len(filled) == len(cells) >= _SEVERAL and not any(map(is_measured, filled)):
            return True
        enough = _SEVERAL - 1 if self.rows else 1  # where nothing stands below the header, the rows may stand above
        return resembles(cells, measured) or (not measured and sum(map(is_measured, cells)) >= enough)


def _is_nearly_a_row(filled: Sequence[str], width: int) -> bool:
    """Whether a line has about as many cells as the header, and mostly numbers, dates or ids."""
    return max(_SEVERAL, _MOST * width) <= len(filled) <= 2 * sum(map(is_measured, filled))


def _whole(lines: Sequence[tuple[int, str]], quote: str) -> Iterator[tuple[int, str]]:
    """Lines, but those that a quoted cell runs over as one."""
    at = 0
    while at < len(lines):
        number, whole = lines[at]
        end = at + 1
        while whole.count(quote) % 2 and end < min(len(lines), at + _TALLEST):
            whole += f"\n{lines[end][1]}"
            end += 1
        is_one = whole.count(quote) % 2 == 0
        yield number, whole if is_one else lines[at][1]
        at = end if is_one else at + 1


def row_on_header(line: int, body: Body, recognise: Recognise) -> list[Fault]:
    """Rows whose line begins with the header, as where its end was lost: the names expected, then other cells."""
    cells = body.header
    widths = (width for width in range(2, len(cells) // 2 + 1) if len(cells) % width == 0)
    for width in widths if not body.rows.frame.height else ():
        names, rest = cells[:width], cells[width:]
        if all(map(is_name, names)) and any(map(is_measured, rest)) and recognise(names):
            return [Fault(line, CELL_COUNT, "a row stands on the line of the header")]
    return []


def _cells(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line; where it is quoted as a whole, those inside."""
    cells = _cut(line, dialect)
    is_whole = not any(cell.strip(BLANKS) for cell in cells[1:]) and dialect.delimiter in cells[0]
    return _cut(cells[0], dialect) if is_whole else cells


def _cut(line: str, dialect: Dialect) -> list[str]:
    found = scan(Lines([line], [""]), 0, dialect)
    return line.split(dialect.delimiter) if found.broken or not found.cells else found.cells


def _follows(cells: list[str], before: list[str]) -> bool:
    """Whether a line is a row below another, or below a header: as wide as that, with numbers in the same places."""
    filled = [at for at, cell in enumerate(cells) if not is_missing(cell)]
    numbers = [at for at in filled if is_measured(cells[at])]
    if len(cells) != len(before) or len(filled) < _SEVERAL or not numbers:
        return False
    return all(map(is_name, before)) or all(is_measured(before[at]) for at in numbers)
