"""The terminal: a table that never cuts a number. Too narrow a page loses whole columns, and says which."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.render.cells import written
from opsctl.reports.report import Column, Report, RowKind, Table, TableRow

GAP = 2
OPENING = "（《“‘【"
CLOSING = "，。；：、！？）》”’】"
NARROW = 60  # below this a table loses too much: blocks instead
ENDLESS = 100_000


def render(report: Report, page: Page) -> str:
    """The report as text, with colour only where the page welcomes it."""
    parts: list[str] = []
    if report.title:
        parts += [*_wrapped(report.title, page), ""]
    for line in report.lines:
        parts += _wrapped(line, page)
    if report.lines:
        parts.append("")
    shown, hidden = _fitting(report.table, page)
    parts.append(_table(report.table, shown, hidden, page))
    keys = {column.key for column in shown or report.table.columns}
    notes = [note.text for note in report.footnotes if note.of is None or note.of & keys]
    parts += [""] if notes else []
    for note in notes:
        parts += _wrapped(note, page)
    return "\n".join(parts).rstrip("\n") + "\n"


def _wrapped(text: str, page: Page) -> list[str]:
    """A sentence over as many lines as it needs; Chinese may break anywhere, a word of Latin letters not."""
    shown = clean(text)
    if page.width is None or cell_len(shown) <= page.width:
        return [shown]
    lines: list[str] = [""]
    for word in _words(shown):
        if cell_len(lines[-1] + word.rstrip()) > page.width and lines[-1]:
            lines.append("")
        pieces = [word] if cell_len(word) <= page.width else chop_cells(word, page.width)
        lines[-1] += pieces[0]
        lines += pieces[1:]
    return [line.rstrip() for line in lines]


def _words(text: str) -> list[str]:
    """Where a line may break: after blanks and wide characters, but no bracket opens or closes alone."""
    found: list[str] = [""]
    for letter, following in zip(text, text[1:] + " ", strict=True):
        found[-1] += letter
        wide = cell_len(letter) > 1 and letter not in OPENING and following not in CLOSING
        if letter == " " or wide:
            found.append("")
    return [word for word in found if word]


def _table(table: Table, shown: Sequence[Column] | None, hidden: Sequence[Column], page: Page) -> str:
    if not table.rows:
        return page.words["table.nothing"]
    if shown is None:
        return _records(table, page)
    text = _drawn(shown, table.rows, page)
    if not hidden:
        return text
    names = page.words["list.separator"].join(column.title.partition("\n")[0] for column in hidden)
    note = page.words.say("table.hidden", count=len(hidden), names=names)
    return "\n".join([text, *_wrapped(note, page)])


def _fitting(table: Table, page: Page) -> tuple[list[Column] | None, list[Column]]:
    """The columns that fit whole, those of the lowest priority given up first.

    None where the page is too narrow for a table: then every row becomes a block, and nothing is hidden.
    """
    shown = list(table.columns)
    while page.width is not None and _width(shown, table.rows) > page.width:
        last = max(shown, key=lambda column: column.priority)
        if last.priority == 0 or page.width < NARROW:
            return None, []
        shown.remove(last)
    return shown, [column for column in table.columns if column not in shown]


def _width(columns: Sequence[Column], rows: Sequence[TableRow]) -> int:
    return sum(_column_width(column, rows) for column in columns) + GAP * (len(columns) - 1)


def _column_width(column: Column, rows: Sequence[TableRow]) -> int:
    cells = (written(row.cells.get(column.key)) for row in rows)
    return max(cell_len(text) for text in (*column.title.split("\n"), *cells))


def _drawn(columns: Sequence[Column], rows: Sequence[TableRow], page: Page) -> str:
    drawn = RichTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=True, header_style="bold")
    for column in columns:
        drawn.add_column(
            Text(column.title),
            justify="right" if column.numeric else "left",
            no_wrap=True,
            overflow="crop",
            vertical="bottom",
        )
    for row in rows:
        style = "bold" if row.kind is RowKind.TOTAL else None
        drawn.add_row(*(Text(written(row.cells.get(column.key))) for column in columns), style=style)
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
    first, *others = table.columns
    blocks: list[str] = []
    for row in table.rows:
        lines = _wrapped(written(row.cells.get(first.key)), page)
        for column in others:
            title = " ".join(column.title.split("\n"))
            lines += _pair(title, written(row.cells.get(column.key)), page)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _pair(title: str, value: str, page: Page) -> list[str]:
    """`  title   value`, the value whole and at the right; on its own line when the title leaves no room."""
    width = page.width or 0
    room = width - cell_len(title) - cell_len(value) - GAP
    if room >= 1:
        return [" " * GAP + title + " " * room + value]
    return [*(" " * GAP + line for line in _wrapped(title, Page(page.words, max(width - GAP, 1)))), value.rjust(width)]


__all__ = ["Words", "render"]
