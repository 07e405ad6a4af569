"""Many tables in one file, each below `#` lines of its own: which of them is ours, and what belongs to the others.

Google Analytics stacks up to fifteen so. A remark in an ordinary table must never cut it in two, so a file is taken
for a stack only where its tables state dates of the same label and one of the others has names above numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opsctl.ingest.reading.encoding import shown
from opsctl.ingest.reading.kinds import BLANKS, is_date, is_measured, is_name
from opsctl.ingest.reading.scan import LINE_END, Dialect, Lines, line_starts, scan
from opsctl.ingest.reading.table import Drop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opsctl.ingest.reading.header import Header

ANOTHER_TABLE = "another table"
_REMARK = "#"
_END = r"(?:\r\n|\n|\r(?!\n))"
_BELOW_A_GAP = re.compile(rf"{_END}[ \t]*{_END}(?={_REMARK})")
_NARROWEST = 2  # columns; prose has one
_DIGIT = re.compile("[0-9]")

Record = tuple[int, tuple[str, ...]]  # its line and its cells


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands among what else its file holds.

    Attributes:
        above: The lines that say something of it, each with its number and raw text.
        end: Where in the text its rows end.
        others: The headers of the other tables of the file.
        drops: Every record of these, headers too.
    """

    above: tuple[tuple[int, str], ...]
    end: int
    others: tuple[tuple[str, ...], ...] = ()
    drops: tuple[Drop, ...] = ()


def place_of(text: str, header: Header) -> Place:
    """The place of the table below a header: the whole text, but for a stack of tables."""
    blocks = _blocks(text) if _stands_below_remark(text, header.start) else []
    own = next((one for one in blocks if one.below == header.start), None)
    if own is None or not own.dated:
        return Place(_numbered(text[: header.start], 1), len(text))
    delimiter = header.delimiters[-1]
    stack = [one for one in blocks if one is own or (one.dated & own.dated and _is_header(one, delimiter))]
    ends = [*(below.start for below in stack[1:]), len(text)]
    stack = [replace(one, end=end) for one, end in zip(stack, ends, strict=True)]
    others = [[*_records(one, delimiter)] for one in stack if one.below != header.start]
    if not any(map(_is_table, others)):
        return Place(_numbered(text[: header.start], 1), len(text))
    return _among(text, header, stack, others)


@dataclass(frozen=True, slots=True)
class _Block:
    """`#` lines below a gap or at the top, and all that follows before the next."""

    text: str
    start: int
    below: int  # where the first line that is no remark starts
    end: int
    first_line: int

    @property
    def remarks(self) -> tuple[tuple[int, str], ...]:
        """The `#` lines, each with its number."""
        return _numbered(self.text[self.start : self.below], self.first_line)

    @property
    def dated(self) -> frozenset[str]:
        """The labels below which a date stands: "Start date" of `# Start date: 20230424`."""
        parts = (line.lstrip(_REMARK).replace("：", ":").partition(":") for _, line in self.remarks)
        return frozenset(label.strip() for label, _, value in parts if label.strip() and is_date(value))


def _stands_below_remark(text: str, start: int) -> bool:
    _, *above = reversed(LINE_END.split(text[:start]))
    return bool(above) and above[0].startswith(_REMARK)


def _blocks(text: str) -> list[_Block]:
    """The text cut where `#` lines begin below a blank line, unless a quoted cell is open there."""
    starts = [0]
    seen = quotes = 0
    for gap in _BELOW_A_GAP.finditer(text):
        quotes += text.count('"', seen, gap.end())
        seen = gap.end()
        if quotes % 2 == 0:
            starts.append(seen)
    blocks: list[_Block] = []
    line = 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        blocks.append(_Block(text, start, _below_remarks(text, start, end), end, line))
        line += sum(1 for _ in LINE_END.finditer(text, start, end))
    return blocks


def _below_remarks(text: str, start: int, end: int) -> int:
    for at, after in line_starts(text, end, start):
        if at >= end or not text.startswith(_REMARK, at):
            return min(at, end)
        start = after
    return min(start, end)


def _is_header(block: _Block, delimiter: str) -> bool:
    """Whether the first record below the remarks is names and nothing else."""
    _, cells = next(_records(block, delimiter), (0, ()))
    return len(cells) >= _NARROWEST and all(map(is_name, cells))


def _is_table(records: Sequence[Record]) -> bool:
    """Whether rows of the header's width stand below it, with numbers in them."""
    measured = any(is_measured(cell) for _, cells in records[1:] for cell in cells)
    return measured and len({len(cells) for _, cells in records}) == 1


def _records(block: _Block, delimiter: str) -> Iterator[Record]:
    """The header and rows of a block; a record with a broken quote is its first line."""
    above = len(block.remarks)
    lines = Lines.of(block.text[block.below : block.end], block.first_line + above)
    at = 0
    while at < len(lines):
        found = scan(lines, at, Dialect(delimiter))
        is_row = lines.texts[at].strip(BLANKS) and not lines.texts[at].startswith(_REMARK)
        if is_row:
            yield lines.first + at, tuple(found.cells)
        at = at + 1 if found.broken or not is_row else found.last + 1


def _among(text: str, header: Header, stack: Sequence[_Block], others: Sequence[Sequence[Record]]) -> Place:
    """The place in a stack; of what is said at the top of the file, all that the table does not say itself."""
    top, own = stack[0], next(one for one in stack if one.below == header.start)
    said = {_label(line) for _, line in own.remarks}
    at_top = [*_numbered(text[: top.start], 1), *(() if top is own else top.remarks)]
    rows = text[header.end : own.end].rstrip("\r\n")
    return Place(
        above=(*(one for one in at_top if _label(one[1]) not in said), *own.remarks),
        end=header.end + len(rows),
        others=tuple(records[0][1] for records in others),
        drops=tuple(Drop(line, ANOTHER_TABLE) for records in others for line, _ in records),
    )


def _label(line: str) -> str:
    """What a remark is about: the words before its colon, or its shape."""
    label, colon, _ = line.replace("：", ":").partition(":")
    return label.strip() if colon else _DIGIT.sub("0", line).strip()


def _numbered(text: str, first: int) -> tuple[tuple[int, str], ...]:
    """The physical lines of a text with their numbers."""
    return tuple(
        (number, shown(text[start:after].rstrip("\r\n")))
        for number, (start, after) in enumerate(line_starts(text, len(text)), start=first)
    )
