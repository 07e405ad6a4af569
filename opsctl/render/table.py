"""The terminal: a table that never cuts a number. Too narrow a page loses whole columns, and says which."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.render.cells import written
from opsctl.reports.report import Column, Heading, Lines, Part, Prose, Report, RowKind, Table, TableRow

GAP = 2
OPENING = "（《“‘【"
CLOSING = "，。；：、！？）》”’】"
NARROW = 60  # below this a table loses too much: blocks instead
ENDLESS = 100_000
WIDE = 100  # what a page without a width is taken to be, where sentences are concerned


def render(report: Report, page: Page) -> str:
    """The report as text, with colour only where the page welcomes it; charts are for other writers."""
    drawn = [text for part in report.parts if (text := _part(part, page))]
    body = ("\n" + _rule("-", drawn, page) + "\n" if report.title else "\n\n").join(drawn)
    head = [*_head(report, page), _rule("=", [*_head(report, page), *drawn], page)] if report.title else []
    return "\n".join([*head, body]).rstrip("\n") + "\n"


def _head(report: Report, page: Page) -> list[str]:
    """The title, and beside it, where there is room, how much needs attention."""
    title, status = clean(report.title), clean(report.status)
    if not status:
        return _wrapped(title, page)
    room = (page.width or WIDE) - cell_len(title) - cell_len(status)
    if room >= GAP:
        return [title + " " * room + status]
    return [*_wrapped(title, page), *_wrapped(status, page)]


def _rule(letter: str, texts: Sequence[str], page: Page) -> str:
    """A line across the page; where the page has no width, across what is written on it."""
    natural = max((cell_len(line) for text in texts for line in text.split("\n")), default=0)
    return letter * (page.width or min(natural, WIDE * 2))


def _part(part: Part, page: Page) -> str:
    match part:
        case Heading():
            return "\n".join(_wrapped(part.text, page))
        case Lines():
            return "\n".join(_labelled(part, page))
        case Prose():
            return "\n".join(_wrapped(" ".join(filter(None, (part.lead, part.text))), _readable(page)))
        case Table():
            return _titled(part, page)
        case _:
            return ""


def _readable(page: Page) -> Page:
    """A page for sentences: where a table may be as wide as it likes, a paragraph may not."""
    return replace(page, width=page.width or WIDE)


def _labelled(part: Lines, page: Page) -> list[str]:
    """Sentences with their label to the left of the first, the others below it."""
    if not part.label:
        return [line for text in part.lines for line in _wrapped(text, page)]
    margin = cell_len(part.label) + GAP
    inner = replace(page, width=page.width and max(page.width - margin, 1))
    lines = [line for text in part.lines for line in _wrapped(text, inner)]
    return [(part.label + " " * GAP if at == 0 else " " * margin) + line for at, line in enumerate(lines)]


def _titled(table: Table, page: Page) -> str:
    """A table with its title above and its footnotes below."""
    shown, hidden = _fitting(table, page)
    keys = {column.key for column in shown or table.columns}
    notes = [note.text for note in table.footnotes if note.of is None or note.of & keys]
    parts = [*(_wrapped(table.title, page) if table.title else ()), _table(table, shown, hidden, page)]
    parts += [""] if notes else []
    return "\n".join([*parts, *(line for note in notes for line in _wrapped(note, page))])


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
    cells = (written(row.cells.get(column.key), column) for row in rows)
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
    first, *others = table.columns
    blocks: list[str] = []
    for row in table.rows:
        lines = _wrapped(written(row.cells.get(first.key), first), page)
        for column in others:
            title = " ".join(column.title.split("\n"))
            lines += _pair(title, written(row.cells.get(column.key), column), page)
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
