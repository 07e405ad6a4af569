"""HTML: one file that needs nothing else, for a screen by day and by night, a phone and a printer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import groupby
from math import inf, isclose

from opsctl import __version__
from opsctl.core import money
from opsctl.core.clean import clean
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import SCALED_SHAPES
from opsctl.render import Page, svg
from opsctl.render.cells import written
from opsctl.render.svg import colour, letters, spark
from opsctl.reports.chart import Chart
from opsctl.reports.report import (
    Cell,
    Column,
    Heading,
    Lines,
    Number,
    Part,
    Prose,
    Report,
    RowKind,
    Sparkline,
    Table,
    TableRow,
)

WIDE = 7  # columns from which a table takes the whole width of the page
LONG = 24  # rows from which a table may be parted by the end of a sheet of paper
PRINTED = (  # how wide a table may be, in times the size of its letters, to be printed so; html.css has the sizes
    (64.0, ""),
    (70.0, "broad"),
    (85.0, "broad dense"),
    (98.0, "broad across"),
    (inf, "broad across small"),
)
PADDING, SMALL, NARROW = 0.8, 0.9, 9.0  # likewise: of a column, of a title's further lines, of a broken text
SENTENCE = 17.0  # times the size of its letters: a wider text in a cell may be broken
CHAPTERS = 5  # from which there is a list of contents
EXACT = ".7g"
SLACK = 5e-7


def render(report: Report, page: Page) -> str:
    """The report as one HTML document, whatever it holds in it: nothing is loaded, no name can become a tag."""
    title = report.title or page.words["app"]
    head = [
        "<!DOCTYPE html>",
        f'<html lang="{_text(page.words.locale)}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="opsctl {__version__}">',
        '<link rel="icon" href="data:,">',
        f"<title>{_text(title)}</title>",
        f"<style>{_style()}</style>",
        "</head>",
    ]
    body = ["<body>", "<main>", *_head(report), *_parts(report, page), "</main>"]
    return "\n".join([*head, *body, f"<script>{_script()}</script>", "</body>", "</html>"]) + "\n"


def _text(text: str) -> str:
    """A text that is text wherever it stands, also within quotes."""
    return escape(clean(text))


# --- what every document has ----------------------------------------------------------------------------


@cache
def _style() -> str:
    return files(__package__).joinpath("html.css").read_text(encoding="utf-8") + colour.night() + "\n}\n"


@cache
def _script() -> str:
    return files(__package__).joinpath("html.js").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """What the page may use: its own style and script by their hashes, no other, and nothing from elsewhere."""
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for text in (_style(), _script()))
    return f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:"


def _head(report: Report) -> Iterable[str]:
    if report.title:
        status = f"<p>{_text(report.status)}</p>" if report.status else ""
        yield f"<header><h1>{_text(report.title)}</h1>{status}</header>"


def _contents(report: Report, page: Page) -> Iterable[str]:
    """Links to the chapters, of a report that has many; what stands above the first is to be read first."""
    chapters = [part.text for part in report.parts if isinstance(part, Heading) and part.level == 1]
    if len(chapters) >= CHAPTERS:
        links = (f'<a href="#c{at}">{_text(name)}</a>' for at, name in enumerate(chapters, start=1))
        yield f'<nav aria-label="{_text(page.words["html.contents"])}">{"".join(links)}</nav>'


def _parts(report: Report, page: Page) -> Iterable[str]:
    """All parts, those below a chapter's heading within its section."""
    chapter = 0
    for part in report.parts:
        if isinstance(part, Heading) and part.level == 1:
            chapter += 1
            yield from ["</section>"] if chapter > 1 else _contents(report, page)
            yield f'<section id="c{chapter}">'
        yield _part(part, page)
    yield from ["</section>"] * (chapter > 0)


def _part(part: Part, page: Page) -> str:
    match part:
        case Heading():
            level = min(max(part.level, 1) + 1, 6)
            return f"<h{level}>{_text(part.text)}</h{level}>"
        case Lines():
            return _lines(part)
        case Prose():
            lead = f"<b>{_text(part.lead)}</b> " if part.lead else ""
            return f"<p>{lead}{_text(part.text)}</p>"
        case Table():
            return _table(part, page)
        case _:
            return _chart(part, page)


def _lines(part: Lines) -> str:
    items = "".join(f"<li>{_text(line)}</li>" for line in part.lines)
    if not part.label:
        return f'<ul class="bare">{items}</ul>'
    return f'<div class="lines"><p>{_text(part.label)}</p><ul>{items}</ul></div>'


def _chart(chart: Chart, page: Page) -> str:
    drawn = svg.draw(chart, page.words)
    return _figure(chart.title, drawn, [chart.note] if chart.note else [])


def _figure(title: str, inside: str, notes: Sequence[str], kind: str = "") -> str:
    """What may be wider than a phone, between its caption and its notes, which are not."""
    caption = f"<figcaption>{_text(title)}</figcaption>" if title else ""
    below = "".join(f'<p class="note">{_text(note)}</p>' for note in notes)
    classes = f' class="{kind}"' if kind else ""
    label = f' role="region" aria-label="{_text(title)}"' if title else ""
    shown = f'<div class="scroll" tabindex="0"{label}>{inside}</div>' if inside else ""
    return f"<figure{classes}>{caption}{shown}{below}</figure>"


# --- tables ---------------------------------------------------------------------------------------------


def _table(table: Table, page: Page) -> str:
    """A table with its caption and footnotes; no column is left out, a narrow page scrolls them."""
    table = table.in_full
    if not table.rows:
        return _figure(table.title, "", [page.words["table.nothing"]])
    keys = {column.key for column in table.columns}
    notes = [note.text for note in table.footnotes if note.of is None or note.of & keys]
    kind = ' class="wide"' if len(table.columns) >= WIDE else ""
    drawn = f"<table{kind}>{_header(table.columns)}{_bodies(table)}</table>"
    return _figure(table.title, drawn, notes, kind=_on_paper(table))


def _on_paper(table: Table) -> str:
    """How a table is printed, as classes: none of it may be cut off."""
    width = sum(_wide(column, table.rows) + PADDING for column in table.columns)
    kind = next(kind for widest, kind in PRINTED if width <= widest)
    return f"long {kind}".strip() if len(table.rows) > LONG else kind


def _wide(column: Column, rows: Sequence[TableRow]) -> float:
    """How wide a column is at least; a text that may be broken needs no more than its narrowest line."""
    first, *others = (letters.width(line, size=1) for line in column.title.split("\n"))
    widths = [letters.width(written(row.cells.get(column.key), column), size=1) for row in rows]
    broken = [width if column.numeric or width <= SENTENCE else NARROW for width in widths]
    return max(first, *(SMALL * width for width in others), *broken)


def _header(columns: Sequence[Column]) -> str:
    """The titles; what stands on a title's further lines, such as a cohort's days, is set small."""
    cells: list[str] = []
    for column in columns:
        first, *others = (_text(line) for line in column.title.split("\n"))
        small = "".join(f"<small>{line}</small>" for line in others)
        cells.append(f"<th scope=col{'' if column.numeric else ' class=l'}>{first}{small}")
    return f"<thead><tr>{''.join(cells)}</thead>"


def _bodies(table: Table) -> str:
    """The rows; totals stand in bodies of their own, so that sorting leaves them where they are."""
    drawn: list[str] = []
    for total, rows in groupby(table.rows, key=lambda row: row.kind is RowKind.TOTAL):
        drawn.append("<tbody class=t>" if total else "<tbody>")
        drawn += [_row(row, table.columns) for row in rows]
        drawn.append("</tbody>")
    return "".join(drawn)


def _row(row: TableRow, columns: Sequence[Column]) -> str:
    first, *others = columns
    cells = [_cell(row.cells.get(column.key), column) for column in others]
    return f"<tr>{_cell(row.cells.get(first.key), first, named=True)}{''.join(cells)}\n"


def _cell(cell: Cell, column: Column, *, named: bool = False) -> str:
    """One cell with the text that every format has, and beside a rounded number the number itself."""
    text = _text(written(cell, column)) if not isinstance(cell, Sparkline) else _spark(cell, column)
    if not column.numeric:
        long = letters.width(text, size=1) > SENTENCE
        if named:
            return f"<th scope=row{' class=p' if long else ''}>{text}"
        return f'<td class="l p">{text}' if long else f"<td class=l>{text}"
    value = _value(cell)
    if value is None or _as_exact(text, value):
        return f"<td>{text}"
    return f"<td data-v={value:{EXACT}}>{text}"


def _spark(line: Sparkline, column: Column) -> str:
    if all(value is None for value in line.values):
        return _text(written(line, column))
    return spark.draw(line, " ".join(column.title.split("\n")))


def _as_exact(text: str, value: float) -> bool:
    """Whether a text that can be read as a number tells as much as the number would beside it."""
    try:
        return isclose(float(text.replace(",", "")), value, rel_tol=SLACK)
    except ValueError:
        return False


def _value(cell: Cell) -> float | None:
    """The number behind a cell, in the unit of its metric, for sorting."""
    match cell:
        case Figure(value=value) if value is not None:
            return value / money.TEN_THOUSANDTHS if cell.metric.shape in SCALED_SHAPES else value
        case Number(value=value) if value is not None:
            return value
        case _:
            return None
