"""A random polluter: small tables of known truth, written down as badly as exports are.

A dialect says how the whole file is written: its encoding, delimiter, quotes, line ends, and what stands around the
table. A fault breaks it at one place, and a mishap changes its bytes. A reader is right when it gives the truth, honest
when it refuses the file or names what it leaves out, and silently wrong otherwise.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

COLUMNS = ("日期", "单号", "渠道", "备注", "消耗")
CHANNELS = ("抖音", "小红书", "微信", "百度")
PLAIN = ("", "正常", "投放", "-", "0", "补投 2", "100%")
ODD = (*PLAIN, "a, b", "x;y|z", 'the "new" one', "two\nlines", "O'Neil", "a\\b")
HEIGHTS = (1, 2, 3, 8, 20, 60, 150)
ABOVE = ("数据生成时间：2025-02-01 10:00", "账户：测试", "", "# 报表", "a,b,c", "渠道,消耗")
BELOW = ("", "数据来源：后台", "@2025 All rights reserved.", "共 20 条")

Row = tuple[str, ...]
Dice = random.Random


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    always: bool = False
    end: str = "\n"
    above: Row = ()
    below: Row = ()
    blank: str = ""
    is_ended: bool = True

    def cell(self, value: str) -> str:
        if not (self.always or any(mark in value for mark in (self.delimiter, self.quote, "\n", "\r", '"'))):
            return self.blank + value + self.blank
        if self.escape is None:
            return f"{self.quote}{value.replace(self.quote, 2 * self.quote)}{self.quote}"
        escaped = value.replace(self.escape, 2 * self.escape).replace(self.quote, self.escape + self.quote)
        return f"{self.quote}{escaped}{self.quote}"

    def cells(self, row: Sequence[str]) -> list[str]:
        return [self.cell(value) for value in row]

    def line(self, row: Sequence[str]) -> str:
        return self.delimiter.join(self.cells(row))

    def text(self, lines: Sequence[str]) -> str:
        return self.end.join([*self.above, *lines, *self.below]) + (self.end if self.is_ended else "")


@dataclass(frozen=True)
class Case:
    """A polluted file: its bytes, and the rows that it was made of."""

    dialect: str
    fault: str
    mishap: str
    seed: str
    data: bytes
    truth: tuple[Row, ...]

    @property
    def name(self) -> str:
        return f"{self.dialect}, {self.fault}, {self.mishap} (seed {self.seed})"

    @property
    def is_cut(self) -> bool:
        """Whether the last cell may be shorter than it was, of which nobody can know."""
        return "cut" in (self.fault, self.mishap)


DIALECTS: dict[str, Callable[[Dice], Dialect]] = {
    "plain": lambda dice: Dialect(end=dice.choice(["\n", "\r\n"]), is_ended=dice.random() < 0.7),
    "byte order mark": lambda _: Dialect(encoding="utf-8-sig"),
    "gbk": lambda _: Dialect(encoding="gbk", end="\r\n"),
    "gb18030": lambda _: Dialect(encoding="gb18030"),
    "utf-16": lambda _: Dialect(encoding="utf-16", delimiter="\t"),
    "utf-16-le": lambda dice: Dialect(encoding="utf-16-le", delimiter=dice.choice(["\t", ","])),
    "utf-16-be": lambda _: Dialect(encoding="utf-16-be"),
    "semicolon": lambda _: Dialect(delimiter=";"),
    "tab": lambda _: Dialect(delimiter="\t"),
    "pipe": lambda _: Dialect(delimiter="|"),
    "hive": lambda _: Dialect(delimiter="\x01"),
    "wide comma": lambda _: Dialect(delimiter="，"),
    "odd delimiter": lambda dice: Dialect(delimiter=dice.choice(["^", "~", ":", " ", "#", "/", "\x1f", "、"])),
    "carriage returns": lambda _: Dialect(end="\r"),
    "all quoted": lambda dice: Dialect(always=True, end=dice.choice(["\n", "\r\n", "\r"])),
    "single quotes": lambda dice: Dialect(quote="'", always=dice.random() < 0.5),
    "backslash": lambda _: Dialect(escape="\\"),
    "blanks around": lambda _: Dialect(blank=" "),
    "sep=": lambda _: Dialect(delimiter=";", above=("sep=;",)),
    "preamble": lambda dice: Dialect(above=tuple(dice.choices(ABOVE, k=dice.randrange(1, 6)))),
    "footer": lambda dice: Dialect(below=tuple(dice.choices(BELOW, k=dice.randrange(1, 3)))),
    "blank lines": lambda _: Dialect(end="\n\n"),
}


@dataclass
class Page:
    """The lines of a table while they are spoilt, the header first, and where."""

    dice: Dice
    rows: list[Row]
    dialect: Dialect
    at: int

    def __post_init__(self) -> None:
        self.lines = [self.dialect.line(row) for row in self.rows]

    @property
    def cells(self) -> list[str]:
        return self.dialect.cells(self.rows[self.at])

    def joined(self, cells: Sequence[str]) -> None:
        self.lines[self.at] = self.dialect.delimiter.join(cells)

    def insert(self, *lines: str) -> None:
        self.lines[self.at : self.at] = lines

    def cut_line(self, place: int) -> tuple[str, str]:
        line = self.lines[self.at]
        return line[:place], line[place:]


def _nothing(page: Page) -> None:
    """Leave the table as it is."""


def _missing_delimiter(page: Page) -> None:
    place = page.dice.randrange(1, len(COLUMNS))
    first, rest = page.cells[:place], page.cells[place:]
    page.joined([*first[:-1], first[-1] + rest[0], *rest[1:]])


def _extra_delimiter(page: Page) -> None:
    place = page.dice.randrange(len(COLUMNS) + 1)
    page.joined([*page.cells[:place], "", *page.cells[place:]])


def _missing_cell(page: Page) -> None:
    place = page.dice.randrange(len(COLUMNS))
    page.joined([*page.cells[:place], *page.cells[place + 1 :]])


def _trailing_delimiter(page: Page) -> None:
    page.lines[page.at] += page.dialect.delimiter


def _trailing_delimiters(page: Page) -> None:
    first = page.dice.choice([0, 1])
    page.lines[first:] = [line + page.dialect.delimiter for line in page.lines[first:]]


def _stray_quote(page: Page) -> None:
    """Behind a digit it would be an inch mark, and ' in words an apostrophe."""
    if page.dialect.quote == "'" and not page.dialect.always:
        return
    line = page.lines[page.at]
    places = [at for at in range(len(line) + 1) if not line[:at][-1:].isdigit()]
    first, rest = page.cut_line(page.dice.choice(places))
    page.lines[page.at] = first + page.dialect.quote + rest


def _lost_quote(page: Page) -> None:
    places = [at for at, mark in enumerate(page.lines[page.at]) if mark == page.dialect.quote]
    if places:
        first, rest = page.cut_line(page.dice.choice(places))
        page.lines[page.at] = first + rest[1:]


def _unquoted(page: Page) -> None:
    page.joined(page.rows[page.at])


def _other_delimiter(page: Page) -> None:
    others = [mark for mark in (",", ";", "\t", "|", "，") if mark != page.dialect.delimiter]
    page.lines[page.at] = replace(page.dialect, delimiter=page.dice.choice(others)).line(page.rows[page.at])


def _other_quote(page: Page) -> None:
    quote = "'" if page.dialect.quote == '"' else '"'
    page.lines[page.at] = replace(page.dialect, quote=quote, always=True).line(page.rows[page.at])


def _other_line_end(page: Page) -> None:
    above = page.at - 1
    end = page.dice.choice([end for end in ("\n", "\r\n", "\r") if end != page.dialect.end])
    page.lines[above : page.at + 1] = [end.join(page.lines[above : page.at + 1])]


def _lost_line_end(page: Page) -> None:
    above = page.at - 1
    page.lines[above : page.at + 1] = ["".join(page.lines[above : page.at + 1])]


def _broken_line(page: Page) -> None:
    page.lines[page.at : page.at + 1] = page.cut_line(page.dice.randrange(1, len(page.lines[page.at])))


def _header_again(page: Page) -> None:
    page.insert(page.lines[0])


def _other_order(page: Page) -> None:
    order = page.dice.sample(range(len(COLUMNS)), len(COLUMNS))
    moved = [[row[place] for place in order] for row in [page.rows[0], *page.rows[page.at :]]]
    page.lines[page.at :] = [page.dialect.line(row) for row in moved]


def _total(page: Page) -> None:
    fen = sum(round(float(row[-1]) * 100) for row in page.rows[1:])
    word = page.dice.choice(["合计", "总计", "汇总", "Total"])
    page.lines.insert(page.dice.choice([1, len(page.lines)]), page.dialect.line((word, "", "", "", f"{fen / 100:.2f}")))


def _blank_row(page: Page) -> None:
    page.insert(page.dice.choice(["", " ", "\t", page.dialect.delimiter * (len(COLUMNS) - 1)]))


def _remark(page: Page) -> None:
    page.insert(page.dice.choice(["# remark", "-----", "注：以下为补录", "FOOTNOTE", "null"]))


def _units(page: Page) -> None:
    page.lines.insert(1, page.dialect.line(("", "", "", "", "(元)")))


def _answer_of_a_server(page: Page) -> None:
    said = ["<html><body>504 Gateway Time-out</body></html>", '{"code":40100,"message":"too many requests"}']
    page.insert(page.dice.choice(said))


def _nul(page: Page) -> None:
    first, rest = page.cut_line(page.dice.randrange(len(page.lines[page.at]) + 1))
    page.lines[page.at] = f"{first}\0{rest}"


def _cut(page: Page) -> None:
    first, _ = page.cut_line(page.dice.randrange(len(page.lines[page.at])))
    page.lines[page.at :] = [first]


FAULTS: dict[str, Callable[[Page], None]] = {
    spoil.__name__.strip("_").replace("_", " "): spoil
    for spoil in (
        *(_nothing, _missing_delimiter, _extra_delimiter, _missing_cell, _trailing_delimiter, _trailing_delimiters),
        *(_stray_quote, _lost_quote, _unquoted, _other_delimiter, _other_quote, _other_line_end, _lost_line_end),
        *(_broken_line, _header_again, _other_order, _total, _blank_row, _remark, _units, _answer_of_a_server),
        *(_nul, _cut),
    )
}


def _bad_byte(dice: Dice, data: bytes) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + dice.choice([b"\xff", b"\x80", b"\xe6"]) + data[place:]


def _lost_byte(dice: Dice, data: bytes) -> bytes:
    place = dice.choice([at for at, byte in enumerate(data) if byte > 0x7F])
    return data[:place] + data[place + 1 :]


def _zipped(_: Dice, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("表.csv"), data)
    return packed.getvalue()


MISHAPS: dict[str, Callable[[Dice, bytes], bytes]] = {
    "bad byte": _bad_byte,
    "lost byte": _lost_byte,
    "gzip": lambda _, data: gzip.compress(data, mtime=0),
    "zip": _zipped,
    "cut": lambda dice, data: data[: dice.randrange(1, len(data))],
    "another encoding at the end": lambda _, data: data + "补录,备注".encode("gbk"),
}


def case(seed: str) -> Case:
    """The polluted file of a seed, always the same."""
    dice = Dice(seed)
    dialect, fault = dice.choice(sorted(DIALECTS)), dice.choice(sorted(FAULTS))
    mishap = dice.choice(sorted(MISHAPS)) if dice.random() < 0.5 else "nothing"
    remarks = dice.choice([PLAIN, ODD])
    rows = [_row(dice, number, remarks) for number in range(dice.choice(HEIGHTS))]
    page = Page(dice, [COLUMNS, *rows], DIALECTS[dialect](dice), dice.randrange(1, len(rows) + 1))
    FAULTS[fault](page)
    data = page.dialect.text(page.lines).encode(page.dialect.encoding)
    spoilt = MISHAPS[mishap](dice, data) if mishap in MISHAPS else data
    return Case(dialect, fault, mishap, seed, spoilt, tuple(rows))


def _row(dice: Dice, number: int, remarks: Sequence[str]) -> Row:
    day = f"2025-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}"
    order, spend = f"K{dice.randrange(10**6):06d}{number:03d}", f"{dice.randrange(10**7) / 100:.2f}"
    return day, order, dice.choice(CHANNELS), dice.choice(remarks), spend


def verdict(made: Case, found: Sequence[Sequence[str]], *, named: bool) -> str:
    """Whether rows that a reader gave are "right", "named" where it told of what is missing, or "wrong".

    Blanks do not count: those around cells are a dialect, and within quotes a line may be broken anywhere.
    """
    truth, kept = Counter(map(_plain, made.truth)), Counter(map(_plain, found))
    if kept == truth and not named:
        return "right"
    wrong = kept - truth
    if not wrong:
        return "named" if named or (made.is_cut and _is_beginning(made, found)) else "wrong"
    return "named" if _are_beyond_knowing(made, found, wrong) else "wrong"


def _plain(row: Sequence[str]) -> Row:
    return tuple("".join(cell.split()) for cell in row)


def _is_beginning(made: Case, found: Sequence[Sequence[str]]) -> bool:
    return [_plain(row) for row in found] == [_plain(row) for row in made.truth[: len(found)]]


def _are_beyond_knowing(made: Case, found: Sequence[Sequence[str]], wrong: Counter[Row]) -> bool:
    """Whether the only wrong row is the last of a file that was cut, short of the end of its last cell."""
    last = _plain(found[-1])
    if not made.is_cut or wrong != Counter([last]):
        return False
    return any(last[:-1] == row[:-1] and row[-1].startswith(last[-1]) for row in map(_plain, made.truth))
