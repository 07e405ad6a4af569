"""The sheets of an .xls (Excel 97 to 2003) as text: its records, each a number and some bytes."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from opsctl.core.errors import DamagedFile, NotATable, TooLarge
from opsctl.ingest.reading.sheets.compound import locked, workbook_in
from opsctl.ingest.reading.sheets.grid import UNCOMPUTED, Budget, Grid, Merged, Sheet, plain
from opsctl.ingest.reading.sheets.package import AGAIN, broken
from opsctl.ingest.reading.sheets.values import shown_as, text_of

_EXCEL_97 = 0x0600
_WORKSHEET = 0
_CELLS = 4_000_000
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_NO_NUMBER = b"\xff\xff"  # ends a formula's result that is text, true or false, an error or empty
_ON_LOAD = 0x0002  # a formula that waits to be computed
_TEXT, _TRUTH, _ERROR, _NOTHING = range(4)
_UNSEEN = 0x20  # a row of no height

Record = tuple[int, bytes]


class Kind(IntEnum):
    """The records that matter, by their numbers."""

    FORMULA = 0x0006
    EOF = 0x000A
    DATE_MODE = 0x0022
    FILE_PASS = 0x002F
    CONTINUE = 0x003C
    BOUND_SHEET = 0x0085
    MUL_RK = 0x00BD
    XF = 0x00E0
    MERGED = 0x00E5
    SST = 0x00FC
    LABEL_SST = 0x00FD
    NUMBER = 0x0203
    LABEL = 0x0204
    BOOL_ERR = 0x0205
    STRING = 0x0207
    ROW = 0x0208
    RK = 0x027E
    FORMAT = 0x041E
    BOF = 0x0809


@dataclass(slots=True)
class _Book:
    """What all sheets share."""

    texts: list[str] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    formats: list[int] = field(default_factory=list)
    named: list[tuple[str, bool, int]] = field(default_factory=list)
    from_1904: bool = False
    fractions: bool = False  # whether one of its numbers was no whole one

    def number(self, value: float, style: int) -> str:
        """A number as its format means it."""
        kind = self.formats[style] if style < len(self.formats) else 0
        text = text_of(value, shown_as(kind, self.codes.get(kind)), from_1904=self.from_1904)
        self.fractions |= "." in text
        return text


def sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook in their order; charts and macros are none.

    Raises:
        DamagedFile: It is broken.
        NotATable: It is another document, locked, or older than Excel 97.
        TooLarge: It holds more than an export should.
    """
    with broken():
        stream = workbook_in(data)
        budget = Budget()
        book = _book(stream, budget)
        for name, hidden, start in book.named:
            grid = Grid(budget)
            if not hidden:
                _Cells(book, grid).read(_records(stream, start))
            grid.fractions = book.fractions
            yield grid.sheet(name, is_hidden=hidden)


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """The records of a part of the workbook, up to its end; what is embedded in it is passed over."""
    depth = 0
    while True:
        number, length = struct.unpack_from("<2H", stream, at)
        content = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if len(content) < length:
            raise DamagedFile("the workbook is broken or ends early", hint=AGAIN)
        if number == Kind.BOF:
            if int.from_bytes(content[:2], "little") != _EXCEL_97:
                raise NotATable("this is an .xls of Excel 95 or older", hint=AGAIN)
            depth += 1
        elif number == Kind.EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield number, content


def _book(stream: bytes, budget: Budget) -> _Book:
    book = _Book()
    shared: list[bytes] = []
    last = 0
    for number, content in _records(stream, 0):
        match number:
            case Kind.FILE_PASS:
                raise locked()
            case Kind.DATE_MODE:
                book.from_1904 = content[0] == 1
            case Kind.FORMAT:
                book.codes[int.from_bytes(content[:2], "little")] = _text(content[2:])
            case Kind.XF:
                book.formats.append(int.from_bytes(content[2:4], "little"))
            case Kind.BOUND_SHEET if content[5] == _WORKSHEET:
                start = int.from_bytes(content[:4], "little")
                name = _characters(content[8:], content[6], wide=content[7] & 1 == 1)
                book.named.append((name, content[4] & 3 > 0, start))
            case Kind.SST:
                shared.append(content)
            case Kind.CONTINUE if last == Kind.SST:
                shared.append(content)
        last = last if number == Kind.CONTINUE else number
    book.texts = _Shared(shared, budget).texts() if shared else []
    return book


def _text(content: bytes) -> str:
    """A text that stands behind its length, of two bytes, and how its characters are written."""
    length, flags = struct.unpack_from("<HB", content)
    return _characters(content[3:], length, wide=flags & 1 == 1)


def _characters(content: bytes, many: int, *, wide: bool) -> str:
    found = content[: many * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
    return plain(found)


class _Shared:
    """The shared texts, which run on from record to record."""

    def __init__(self, pieces: list[bytes], budget: Budget) -> None:
        self.many = int.from_bytes(pieces[0][4:8], "little")
        self.pieces = [pieces[0][8:], *pieces[1:]]
        self.budget = budget
        self.piece = self.at = 0

    def texts(self) -> list[str]:
        """All of them."""
        return [self._one() for _ in range(self.many)]

    def _one(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = int.from_bytes(self._take(2), "little") if flags & 8 else 0
        more = int.from_bytes(self._take(4), "little") if flags & 4 else 0
        found: list[str] = []
        while length:
            wide = flags & 1
            here = min(length, (len(self.pieces[self.piece]) - self.at) >> wide)
            found.append(_characters(self._take(here << wide), here, wide=wide == 1))
            length -= here
            if length:  # what follows in the next record may be written in another way
                self.piece, self.at = self.piece + 1, 0
                flags = self._take(1)[0]
        self._take(4 * runs + more)
        text = "".join(found)
        self.budget.spend(len(text) + 1)
        return text

    def _take(self, many: int) -> bytes:
        found = b""
        while True:
            here = self.pieces[self.piece][self.at : self.at + many - len(found)]
            found += here
            self.at += len(here)
            if len(found) == many:
                return found
            self.piece, self.at = self.piece + 1, 0


class _Cells:
    """Reads the cells of one sheet, whose rows may come in any order."""

    def __init__(self, book: _Book, grid: Grid) -> None:
        self.book = book
        self.grid = grid
        self.rows: dict[int, dict[int, str]] = defaultdict(dict)
        self.many = 0
        self.waiting: tuple[int, int] | None = None  # the formula whose text follows
        self.empty: list[tuple[int, int]] = []  # formulas whose result is an empty text
        self.computed = False
        self.hidden: set[int] = set()

    def read(self, records: Iterator[Record]) -> None:
        """Read them into the grid."""
        for number, content in records:
            self._take(number, content)
        if not self.computed:  # what writes formulas and does not compute them leaves all of them empty
            self.grid.uncomputed += len(self.empty)
            for at in self.empty:
                self._put(*at, UNCOMPUTED)
        self.grid.hidden = len(self.hidden & self.rows.keys())
        for row in sorted(self.rows):
            cells = self.rows[row]
            self.grid.add(row + 1, [cells.get(at, "") for at in range(max(cells) + 1)])

    def _take(self, number: int, content: bytes) -> None:
        match number:
            case Kind.MUL_RK:
                row, first = struct.unpack_from("<2H", content)
                for at, (style, packed) in enumerate(struct.iter_unpack("<HI", content[4:-2])):
                    self._put(row, first + at, self.book.number(_unpacked(packed), style))
            case Kind.FORMULA:
                self._formula(content)
            case Kind.STRING if self.waiting is not None:
                self._put(*self.waiting, _text(content))
                self.waiting = None
            case Kind.ROW if content[12] & _UNSEEN:
                self.hidden.add(int.from_bytes(content[:2], "little"))
            case Kind.MERGED:
                for top, bottom, left, _ in struct.iter_unpack("<4H", content[2:]):
                    if bottom > top:
                        self.grid.merged.append(Merged(top + 1, left + 1, bottom + 1))
            case Kind.LABEL_SST | Kind.NUMBER | Kind.RK | Kind.LABEL | Kind.BOOL_ERR:
                row, column, style = struct.unpack_from("<3H", content)
                self._put(row, column, self._one(number, content[6:], style))

    def _one(self, number: int, content: bytes, style: int) -> str:
        """The cell that a record holds."""
        match number:
            case Kind.LABEL_SST:
                return self.book.texts[int.from_bytes(content[:4], "little")]
            case Kind.NUMBER:
                return self.book.number(struct.unpack_from("<d", content)[0], style)
            case Kind.RK:
                return self.book.number(_unpacked(int.from_bytes(content[:4], "little")), style)
            case Kind.LABEL:
                return _text(content)
            case _:
                value, is_error = content[:2]
                return _ERRORS.get(value, UNCOMPUTED) if is_error else _truth(value)

    def _formula(self, content: bytes) -> None:
        row, column, style, result, flags = struct.unpack_from("<3H8sH", content)
        self.waiting = None
        self.computed |= not result.endswith(_NO_NUMBER) or result[0] != _NOTHING
        if not result.endswith(_NO_NUMBER):
            value: float = struct.unpack("<d", result)[0]
            if value == 0 and flags & _ON_LOAD:
                self.grid.uncomputed += 1
                self._put(row, column, UNCOMPUTED)
            else:
                self._put(row, column, self.book.number(value, style))
        elif result[0] == _TEXT:
            self.waiting = row, column
        elif result[0] == _TRUTH:
            self._put(row, column, _truth(result[2]))
        elif result[0] == _NOTHING:
            self.empty.append((row, column))
        elif result[0] == _ERROR:
            self._put(row, column, _ERRORS.get(result[2], UNCOMPUTED))

    def _put(self, row: int, column: int, text: str) -> None:
        self.rows[row][column] = text
        self.many += 1
        if self.many > _CELLS:
            raise TooLarge("the workbook holds more cells than an export should", hint="save it as CSV UTF-8")


def _unpacked(packed: int) -> float:
    """A number in four bytes: whole or the first bits of a double, perhaps in hundredths."""
    if packed & 2:
        whole = packed >> 2
        value = float(whole - (1 << 30) if whole >= 1 << 29 else whole)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0]
    return value / 100 if packed & 1 else value


def _truth(value: int) -> str:
    return "TRUE" if value else "FALSE"
