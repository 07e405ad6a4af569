"""Markdown as GitHub reads it: for pull requests, wikis and the summary of a CI run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.render.cells import said_in_words, written
from opsctl.reports.report import Heading, Lines, Part, Prose, Report, RowKind, Table, TableRow

LARGEST = 900_000  # bytes; GitHub drops a step summary of more than a mebibyte
_FOR_A_NOTE = 500  # bytes of the sentence that says how many rows were left out
_NUMBERED = re.compile(r"[(（]?(\d{1,3})(?:\.\s+|、\s*|[)）]\s*)")
_MARKUP = re.compile(r"[\\`*_\[\]{}#|~!$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LINKED = re.compile(  # a mention, an address, an issue, an emoji: between its first sign and what makes it one
    r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=\bGH)(?=-\d)|(?<=:)(?=//|[a-z+-][\w+-]*:)|(?<=www)(?=\.)", re.IGNORECASE
)
_APART = "\u200b"  # cleaned names hold none


def render(report: Report, page: Page) -> str:
    """Headings, sentences and tables, in which nothing that a name holds is markup; charts are for other writers."""
    blocks = [_Block((f"# {_line(report.title)}",))] if report.title else []
    blocks += [_Block((_strong(report.status),))] if report.status else []
    blocks += [block for part in report.parts if (block := _block(part, page)) and block.text.strip()]
    return "\n\n".join(block.text for block in _fitting(blocks, page)) + "\n"


# --- names in the midst of markup -----------------------------------------------------------------------


def escaped(text: str) -> str:
    r"""A text in which nothing is markup, HTML, a link or a mention.

    Examples:
        >>> escaped("a|b *c* <d>")
        'a\\|b \\*c\\* &lt;d&gt;'
        >>> escaped("ask @team")
        'ask @&#8203;team'
    """
    apart = _LINKED.sub(_APART, clean(text).strip())
    return _MARKUP.sub(r"\\\g<0>", apart.translate(_ENTITIES)).replace(_APART, "&#8203;")


def _line(text: str) -> str:
    """A text that begins a line, where a dash or a number would begin a list."""
    shown = escaped(text)
    number = re.match(r"\d+(?=[.)])", shown)
    if number:
        return f"{number.group()}\\{shown[number.end() :]}"
    return f"\\{shown}" if shown.startswith(("-", "+", "=")) else shown


def _strong(text: str) -> str:
    shown = escaped(text)
    return f"**{shown}**" if shown else ""


# --- parts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table or a list; a firm one is never left out."""

    text: str
    firm: bool = False

    @property
    def size(self) -> int:
        return len(self.text.encode()) + 1


@dataclass(frozen=True, slots=True)
class _Block:
    """What stands between two blank lines, or belongs together; only rows can be left out."""

    head: tuple[str, ...]
    rows: tuple[_Row, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        quoted = "\n>\n".join(f"> {_line(note)}" for note in self.notes)
        return "\n".join([*self.head, *(row.text for row in self.rows), *(["", quoted] if quoted else [])])

    @property
    def loose(self) -> int:
        """How many bytes of rows could be left out."""
        return sum(row.size for row in self.rows if not row.firm)


def _block(part: Part, page: Page) -> _Block | None:
    match part:
        case Heading():
            return _Block((f"{'#' * (part.level + 1)} {_line(part.text)}",))
        case Lines():
            return _Block((_strong(part.label), "") if part.label else (), tuple(_items(part.lines)))
        case Prose():
            return _Block((f"{_strong(part.lead)} {escaped(part.text)}" if part.lead else _line(part.text),))
        case Table():
            return _table(part, page)
        case _:
            return None


def _items(lines: Sequence[str]) -> Iterator[_Row]:
    """Bullets; where the sentences number themselves, a numbered list."""
    numbers = [_NUMBERED.match(line) for line in lines]
    counted = [number and number.group(1) for number in numbers] == [str(at) for at in range(1, len(lines) + 1)]
    for line, number in zip(lines, numbers, strict=True):
        if counted and number:
            yield _Row(f"{number.group(1)}. {_line(line[number.end() :])}")
        else:
            yield _Row(f"- {_line(line)}")


def _table(table: Table, page: Page) -> _Block:
    table = table.in_short
    title = (_strong(table.title), "") if table.title else ()
    keys = {column.key for column in table.columns}
    notes = tuple(note.text for note in table.footnotes if note.of is None or note.of & keys)
    if not table.rows:
        return _Block((*title, escaped(page.words["table.nothing"])), notes=notes)
    columns = said_in_words(table)
    names = _cells([escaped(" ".join(column.title.split("\n"))) for column in columns])
    sides = _cells(["--:" if column.numeric else ":--" for column in columns])
    rows = tuple(_row(row, [written(row.cells.get(column.key), column) for column in columns]) for row in table.rows)
    return _Block((*title, names, sides), rows, notes)


def _row(row: TableRow, texts: Sequence[str]) -> _Row:
    total = row.kind is RowKind.TOTAL
    return _Row(_cells([_strong(text) if total else escaped(text) for text in texts]), firm=total)


def _cells(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


# --- no more than can be shown --------------------------------------------------------------------------


def _fitting(blocks: Sequence[_Block], page: Page) -> list[_Block]:
    """All of it where that is not too much; else the longest lists and tables lose their last rows."""
    total = sum(len(block.text.encode()) + 2 for block in blocks)
    if total <= LARGEST:
        return list(blocks)
    sizes = [block.loose for block in blocks if block.loose]
    limit = _fair(sizes, LARGEST - total + sum(sizes) - _FOR_A_NOTE * len(sizes))
    return [_shortened(block, limit, page) for block in blocks]


def _fair(sizes: Sequence[int], room: int) -> int:
    """The largest limit under which all of them together find room.

    Examples:
        >>> _fair([10, 50, 80], 100)
        45
    """
    for at, size in enumerate(sorted(sizes)):
        share = room // (len(sizes) - at)
        if size > share:
            return max(share, 0)
        room -= size
    return max(sizes, default=0)


def _shortened(block: _Block, limit: int, page: Page) -> _Block:
    """The block with as many of its first rows as the limit holds, total rows all, and how many are missing."""
    if block.loose <= limit:
        return block
    kept: list[_Row] = []
    used = 0
    for row in block.rows:
        used += 0 if row.firm else row.size
        if row.firm or used <= limit:
            kept.append(row)
    missing = f"{len(block.rows) - len(kept):,}"
    note = page.words.say("md.left_out", count=missing, limit=LARGEST // 1000)
    return replace(block, rows=tuple(kept), notes=(note, *block.notes))
