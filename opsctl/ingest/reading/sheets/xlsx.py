"""The sheets of an .xlsx as text, with every value as the file has it and its format says it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from opsctl.core.errors import DamagedFile
from opsctl.ingest.reading.sheets.grid import COLUMNS, UNCOMPUTED, Budget, Grid, Merged, Sheet, column_of, placed, plain
from opsctl.ingest.reading.sheets.package import AGAIN, Attributes, Package
from opsctl.ingest.reading.sheets.rows import Cell
from opsctl.ingest.reading.sheets.values import PLAIN, Section, shown_as, text_of

_TRUE = ("1", "true")
_HIDDEN = ("hidden", "veryHidden")
_WORKSHEET = "worksheet"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0+)?)?Z?$")  # no cell has a zone, whatever stands there
_NO_SHEETS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHORT = 15  # digits; a whole number of no more is its own text
_OTHER_ROW = "a cell of the workbook stands in another row than it says"
_RELATION = "id"  # in whatever namespace


@dataclass(slots=True)
class _Book:
    """What all sheets share: texts, formats, the first day, and whether formulas still wait to be computed."""

    texts: list[str]
    formats: list[tuple[Section, ...]]
    from_1904: bool
    stale: bool


def sheets(stream: BinaryIO) -> Iterator[Sheet]:
    """The sheets of a workbook in their order; those that hold no cells, such as charts, are left out.

    Raises:
        DamagedFile: It is broken.
        NotATable: It is another document.
        TooLarge: It holds more than an export should.
    """
    package = Package(stream)
    targets = {key: (kind, part) for kind, key, part in package.relations(package.book)}
    named: list[tuple[str, str, bool]] = []
    settings: dict[str, str] = {}

    def begin(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(" ")[2] == _RELATION), "")
            named.append((attributes.get("name", ""), key, attributes.get("state") in _HIDDEN))
        elif tag in ("workbookPr", "calcPr"):
            settings.update(attributes)

    package.read(package.book, begin)
    parts = dict(targets.values())
    budget = Budget()
    book = _Book(
        _texts(package, parts.get("sharedStrings", ""), budget),
        _formats(package, parts.get("styles", "")),
        from_1904=settings.get("date1904") in _TRUE,
        stale=settings.get("fullCalcOnLoad") in _TRUE,
    )
    for name, key, hidden in named:
        kind, part = targets.get(key, ("", ""))
        if kind not in _NO_SHEETS:
            if kind != _WORKSHEET or not package.has(part):
                raise DamagedFile("a sheet of the workbook is missing", hint=AGAIN)
            grid = Grid(budget)
            if not hidden:
                _Reader(book, grid).read(package, part)
            yield grid.sheet(name, is_hidden=hidden)


def _texts(package: Package, part: str, budget: Budget) -> list[str]:
    """The shared texts; how they are pronounced is no part of them."""
    found: list[str] = []
    pieces: list[str] = []
    spoken = collecting = False

    def begin(tag: str, _: Attributes) -> None:
        nonlocal spoken, collecting
        spoken = spoken or tag == "rPh"
        collecting = tag == "t" and not spoken

    def end(tag: str) -> None:
        nonlocal spoken, collecting
        collecting = False
        if tag == "si":
            found.append(_unescaped("".join(pieces)))
            budget.spend(len(found[-1]) + 1)
            pieces.clear()
        elif tag == "rPh":
            spoken = False

    def say(text: str) -> None:
        if collecting:
            pieces.append(text)

    package.read(part, begin, end, say)
    return found


def _formats(package: Package, part: str) -> list[tuple[Section, ...]]:
    """How each of the workbook's cell formats shows a number."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    within = ""

    def begin(tag: str, attributes: Attributes) -> None:
        nonlocal within
        if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
            within = tag
        elif tag == "numFmt" and within != "dxfs":
            codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif tag == "xf" and within == "cellXfs":
            numbers.append(int(attributes.get("numFmtId", 0)))

    package.read(part, begin)
    return [_plainly(shown_as(number, codes.get(number))) for number in numbers]


def _plainly(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections, or `PLAIN` where all say no more than that."""
    return PLAIN if all(one.form == PLAIN[0].form for one in sections) else sections


class _Reader:
    """Reads the cells of one sheet as they come."""

    def __init__(self, book: _Book, grid: Grid) -> None:
        self.book = book
        self.grid = grid
        self.row = 0
        self.cells: list[str] = []
        self.columns: dict[str, int] = {}
        self.forms: dict[str, tuple[Section, ...]] = {str(at): form for at, form in enumerate(book.formats)}
        self.collecting = self.spoken = self.formula = self.hidden = False
        self.kind = self.style = ""
        self.pieces: list[str] = []

    def read(self, package: Package, part: str) -> None:
        """Read the part of the sheet into the grid."""
        package.read_sheet(part, self.begin, self.end, self.say, self.take)

    def take(self, row: str, cells: list[Cell]) -> None:
        """A whole row, without formulas."""
        self._go_to(row)
        self.formula = False
        found, texts = self.cells, self.book.texts
        for letters, number, style, kind, value, inline in cells:
            if number != row:
                raise DamagedFile(_OTHER_ROW, hint=AGAIN)
            if self.columns.get(letters) != len(found) + 1:
                self._move(letters)
                found.pop()
            if kind == "s" and value:
                found.append(texts[_index(value)])
            elif value and (not kind or kind == "n"):
                found.append(self._number(value, style))
            else:
                text = inline if kind == "inlineStr" else value
                found.append(self._text(text, kind, style) if text else "")
        self.grid.add(self.row, found)

    def begin(self, tag: str, attributes: Attributes) -> None:
        """An element starts."""
        if tag == "c":
            self._move_to(attributes.get("r"))
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "")
            self.formula = False
            self.pieces = []
        elif tag == "v" or (tag == "t" and not self.spoken):
            self.collecting = True
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self._go_to(attributes.get("r"))
            self.hidden = attributes.get("hidden") in _TRUE
        elif tag == "rPh":
            self.spoken = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in ("v", "t"):
            self.collecting = False
        elif tag == "c":
            if self.pieces or self.formula:
                self.cells[-1] = self._text("".join(self.pieces), self.kind, self.style)
        elif tag == "row":
            self.grid.hidden += self.hidden and any(self.cells)
            self.grid.add(self.row, self.cells)
        elif tag == "rPh":
            self.spoken = False

    def say(self, text: str) -> None:
        """Text stands in an element."""
        if self.collecting:
            self.pieces.append(text)

    def _go_to(self, row: str | None) -> None:
        self.row = self.row + 1 if row is None else placed(f"A{row}")[0]
        self.cells = []

    def _move_to(self, reference: str | None) -> None:
        """Go to a cell by its reference, or to the next one."""
        if reference is None:
            if len(self.cells) == COLUMNS:
                raise DamagedFile("a row of the workbook has more cells than a sheet can", hint=AGAIN)
            self.cells.append("")
            return
        letters = reference.rstrip("0123456789")
        if reference[len(letters) :] != str(self.row):
            raise DamagedFile(_OTHER_ROW, hint=AGAIN)
        self._move(letters)

    def _move(self, letters: str) -> None:
        """Go to a column of the row, to the right of the last one."""
        column = self.columns.get(letters) or self.columns.setdefault(letters, column_of(letters))
        gap = column - len(self.cells)
        if gap == 1:
            self.cells.append("")
        elif gap > 1:
            self.cells.extend([""] * gap)
        else:
            raise DamagedFile("the cells of the workbook are not in order", hint=AGAIN)

    def _text(self, value: str, kind: str, style: str) -> str:
        if self.formula and self._is_uncomputed(value, kind):
            self.grid.uncomputed += 1
            return UNCOMPUTED
        match kind or "n":
            case "n":
                return self._number(value, style)
            case "s":
                return self.book.texts[_index(value)]
            case "b":
                return "TRUE" if value.strip() in _TRUE else "FALSE"
            case "d":
                return plain(_MIDNIGHT.sub("", value).removesuffix("Z").replace("T", " "))
            case "inlineStr" | "str":
                return _unescaped(value)
            case _:
                return plain(value)

    def _is_uncomputed(self, value: str, kind: str) -> bool:
        """Has nobody computed the formula? What writes workbooks without computing puts a 0, or nothing."""
        if not value:
            return kind != "str" or self.book.stale
        return self.book.stale and kind in ("", "n") and _float(value) == 0

    def _number(self, value: str, style: str) -> str:
        form = self._format(style)
        if form is PLAIN:
            if value.isdecimal() and len(value) <= _SHORT and value.isascii():
                return value.lstrip("0") or "0"
            text = repr(_float(value))
            if "e" not in text and not text.endswith(".0"):
                self.grid.fractions = True
                return text
        text = text_of(_float(value), form, from_1904=self.book.from_1904)
        self.grid.fractions |= "." in text
        return text

    def _format(self, style: str) -> tuple[Section, ...]:
        """How a cell's numbers are shown.

        Raises:
            DamagedFile: Nobody knows.
        """
        found = self.forms.get(style or "0", None if style.strip("0") else PLAIN)
        if found is None:
            raise DamagedFile("a cell of the workbook names a format that it does not have", hint=AGAIN)
        return found

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, column), (bottom, _) = placed(first), placed(last or first)
        if bottom > top:
            self.grid.merged.append(Merged(top, column, bottom))


def _float(value: str) -> float:
    if "_" in value:  # which Python takes for nothing
        raise DamagedFile("a number of the workbook is none", hint=AGAIN)
    return float(value)


def _index(value: str) -> int:
    """Which of the shared texts."""
    number = int(value)
    if number < 0:
        raise DamagedFile("a cell of the workbook names a text that it does not have", hint=AGAIN)
    return number


def _unescaped(text: str) -> str:
    r"""A text with what XML cannot hold put back, as Excel writes it.

    Examples:
        >>> _unescaped("消耗_x000D_\n(元)") == plain("消耗\r\n(元)")
        True
    """
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half characters make whole ones
    return plain(text)
