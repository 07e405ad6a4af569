"""The terminal: a table that never cuts a number. Too narrow a page loses whole columns, and says which."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.render.cells import said_in_words, written
from opsctl.render.wrap import broken
from opsctl.reports.report import Column, Heading, Lines, Part, Prose, Report, RowKind, Table, TableRow

GAP = 2
NARROW = 60  # below this a table loses too much: blocks instead
ENDLESS = 100_000
WIDE = 100  # what a page without a width is taken to be, where sentences are concerned
_MARKER = re.compile(r"(?:\d{1,2}[.、]|（\d+）|\(\d+\)|\[[^\]]{1,12}\])\s*|\S{1,10}\s{2,}")
_LARGEST_SHARE = 3  # of a line that may stay blank below a label: one in so many


def render(report: Report, page: Page) -> str:
    """The report as text, with colour only where the page welcomes it; charts are for other writers."""
    margin = _margin(report, page)
    drawn = [(part, text) for part in report.parts if (text := _part(part, page, margin))]
    head = _head(report, page) if report.title else []
    across = _across(drawn, page) if head else 0
    lines = [*head, "=" * across] if head else []
    for at, (part, text) in enumerate(drawn):
        lines += [*_between([before for before, _ in drawn[:at]], part, across), text]
    return "\n".join(lines) + "\n"


def _across(drawn: Sequence[tuple[Part, str]], page: Page) -> int:
    """How long a rule is: as wide as the page; where it has no width, as its widest table."""
    tables = [text for part, text in drawn if isinstance(part, Table)]
    return page.width or max([WIDE, *(cell_len(_plain(line)) for text in tables for line in text.split("\n"))])


def _between(before: Sequence[Part], part: Part, across: int) -> list[str]:
    """What sets a part off from those before it: nothing, a blank line, or a rule of so many cells."""
    if not before or isinstance(before[-1], Heading):
        return []
    if isinstance(before[-1], Lines) and isinstance(part, Lines):
        return []
    chapter = isinstance(part, Heading) and part.level == 1
    in_chapter = any(isinstance(one, Heading) for one in (*before, part))
    return ["-" * across] if across and (chapter or not in_chapter) else [""]


def _head(report: Report, page: Page) -> list[str]:
    """The title, and beside it, where there is room, how much needs attention."""
    title, status = clean(report.title), clean(report.status)
    room = (page.width or WIDE) - cell_len(title) - cell_len(status)
    if status and room >= GAP:
        return [_bold(title, page) + " " * room + status]
    below = _wrapped(status, page.width) if status else []
    return [*(_bold(line, page) for line in _wrapped(title, page.width)), *below]


def _part(part: Part, page: Page, margin: int) -> str:
    match part:
        case Heading():
            return "\n".join(_bold(line, page) for line in _wrapped(part.text, page.width or WIDE))
        case Lines():
            return "\n".join(_labelled(part, page, margin))
        case Prose():
            return "\n".join(_paragraph(part, page))
        case Table():
            return _titled(part, page)
        case _:
            return ""


# --- sentences ------------------------------------------------------------------------------------------


def _wrapped(text: str, width: int | None) -> list[str]:
    """A sentence over as many lines as it needs; without a width, one."""
    return [clean(text)] if width is None else broken(clean(text), width)


def _item(text: str, width: int | None) -> list[str]:
    """A sentence of a list; what follows its first line stands to the right of its number or label."""
    shown = clean(text)
    if width is None:
        return [shown]
    marker = _MARKER.match(shown)
    hang = cell_len(marker.group()) if marker else 0
    return broken(shown, width, hang if hang * _LARGEST_SHARE <= width else 0)


def _margin(report: Report, page: Page) -> int:
    """The width of the column of labels, one for the whole report; 0 where the page has no room beside it."""
    labels = [cell_len(clean(part.label)) for part in report.parts if isinstance(part, Lines) and part.label]
    margin = max(labels, default=0) + GAP
    return margin if page.width is None or margin * _LARGEST_SHARE <= page.width else 0


def _labelled(part: Lines, page: Page, margin: int) -> list[str]:
    """Sentences with their label to the left of the first, or above it."""
    if not part.label:
        return [line for text in part.lines for line in _item(text, page.width)]
    label, indent = clean(part.label), margin or GAP
    lines = [line for text in part.lines for line in _item(text, page.width and page.width - indent)]
    indented = [" " * indent + line for line in lines]
    if not margin:
        return [*(_bold(line, page) for line in _wrapped(label, page.width)), *indented]
    beside = _bold(label, page) + " " * (margin - cell_len(label))
    return [beside + line if at == 0 else indented[at] for at, line in enumerate(lines or [""])]


def _paragraph(part: Prose, page: Page) -> list[str]:
    """A paragraph is never wider than is read with ease, its lead in bold where it stands on the first line."""
    lead = clean(part.lead)
    first, *others = _wrapped(" ".join(filter(None, (part.lead, part.text))), page.width or WIDE)
    if lead and first.startswith(lead):
        first = _bold(lead, page) + first.removeprefix(lead)
    return [first, *others]


def _bold(text: str, page: Page) -> str:
    return f"\x1b[1m{text}\x1b[0m" if page.colour else text


def _plain(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


# --- tables ---------------------------------------------------------------------------------------------


def _titled(table: Table, page: Page) -> str:
    """A table with its title above and its footnotes below."""
    table = table.in_short
    shown, hidden = _fitting(table, page)
    keys = {column.key for column in shown or table.columns}
    notes = [note.text for note in table.footnotes if note.of is None or note.of & keys]
    title = [_bold(line, page) for line in _wrapped(table.title, page.width)] if table.title else []
    parts = [*title, _table(table, shown, hidden, page), *([""] if notes else [])]
    return "\n".join([*parts, *(line for note in notes for line in _wrapped(note, page.width))])


def _table(table: Table, shown: Sequence[Column] | None, hidden: Sequence[Column], page: Page) -> str:
    if not table.rows:
        return page.words["table.nothing"]
    if shown is None:
        return _records(table, page)
    text = _drawn(shown, table.rows, page)
    if not hidden:
        return text
    names = page.words["list.separator"].join(_heading(column)[0] for column in hidden)
    note = page.words.say("table.hidden", count=len(hidden), names=names)
    return "\n".join([text, *_wrapped(note, page.width)])


def _heading(column: Column) -> list[str]:
    """The lines of a column's title."""
    return [clean(line) for line in column.title.split("\n")]


def _fitting(table: Table, page: Page) -> tuple[list[Column] | None, list[Column]]:
    """The columns that fit whole, those of the lowest priority given up first, of equals the last.

    None where the page is too narrow for a table: then every row becomes a block, and nothing is hidden.
    """
    columns = said_in_words(table)
    shown = list(columns)
    while page.width is not None and _width(shown, table.rows) > page.width:
        last = max(reversed(shown), key=lambda column: column.priority)
        if last.priority == 0 or page.width < NARROW:
            return None, []
        shown.remove(last)
    return shown, [column for column in columns if column not in shown]


def _width(columns: Sequence[Column], rows: Sequence[TableRow]) -> int:
    return sum(_column_width(column, rows) for column in columns) + GAP * (len(columns) - 1)


def _column_width(column: Column, rows: Sequence[TableRow]) -> int:
    cells = (written(row.cells.get(column.key), column) for row in rows)
    return max(cell_len(text) for text in (*_heading(column), *cells))


def _drawn(columns: Sequence[Column], rows: Sequence[TableRow], page: Page) -> str:
    drawn = RichTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=True, header_style="bold")
    for column in columns:
        drawn.add_column(
            Text("\n".join(_heading(column))),
            justify="right" if column.numeric else "left",
            no_wrap=True,
            overflow="crop",
            vertical="bottom",
        )
    for row in rows:
        style = "bold" if row.kind is RowKind.TOTAL else None
        drawn.add_row(*(Text(written(row.cells.get(column.key), column)) for column in columns), style=style)
    return _printed(drawn, page)


def _printed(drawn: RichTable, page: Page) -> str:
    """Through rich, told both sizes: without a height it would not believe the width on a dumb terminal."""
    console = Console(
        file=io.StringIO(),
        width=ENDLESS,
        height=ENDLESS,
        force_terminal=page.colour,
        color_system="standard" if page.colour else None,
        no_color=not page.colour,
        legacy_windows=False,
    )
    with console.capture() as capture:
        console.print(drawn, soft_wrap=True)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _records(table: Table, page: Page) -> str:
    """One block per row: the name, then each figure on a line of its own."""
    first, *others = said_in_words(table)
    blocks: list[str] = []
    for row in table.rows:
        lines = _wrapped(written(row.cells.get(first.key), first), page.width)
        for column in others:
            lines += _pair(" ".join(_heading(column)), written(row.cells.get(column.key), column), page)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _pair(title: str, value: str, page: Page) -> list[str]:
    """`  title   value`, the value whole and at the right; on its own line when the title leaves no room."""
    width = page.width or 0
    room = width - cell_len(title) - cell_len(value) - GAP
    if room >= 1:
        return [" " * GAP + title + " " * room + value]
    above = [" " * GAP + line for line in _wrapped(title, max(width - GAP, 1))]
    if cell_len(value) <= width:
        return [*above, " " * (width - cell_len(value)) + value]
    return [*above, *(" " * GAP * 2 + line for line in _wrapped(value, max(width - GAP * 2, 1)))]
