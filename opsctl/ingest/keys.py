"""What tells the rows of one file apart: the columns that its source names, where the table's own key is too coarse.

A row that says again what another one said, cell by cell, was sent twice and counts once. Rows of one key that differ
contradict each other, and nobody can tell which of them is right. Without such a key rows of money all count, since
two of the same channel and day may be two purchases; that they look alike is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from opsctl.config.headers import header_of
from opsctl.core.errors import NoKeyColumn
from opsctl.core.naming import nearest
from opsctl.core.personal import masked
from opsctl.ingest.account import CONFLICT, SENT_TWICE, Rejected, filled
from opsctl.ingest.convert import Converted, rejection
from opsctl.ingest.items import A_FURTHER_ITEM, of_items
from opsctl.ingest.reading.kinds import is_id, is_missing, is_number
from opsctl.ingest.written import Raw
from opsctl.schemas import tables

_SHOWN = 5


def told_apart(raw: Raw, converted: Converted, table: str, key: Sequence[str]) -> Converted:
    """The rows of a file, each key once; items of one order, which its key tells apart, are added up.

    Raises:
        NoKeyColumn: The file does not have one of the columns.
    """
    places = [str(_place(raw, name)) for name in key]
    cells = _texts(raw, converted.frame["line"])
    repeated = cells.filter(pl.struct(places).is_duplicated())
    others = repeated.filter(~pl.struct(pl.exclude("line")).is_first_distinct())["line"]
    left = repeated.filter(~pl.col("line").is_in(others.implode()))
    differing = left.filter(pl.struct(places).is_duplicated())["line"]
    made = _without(converted, others, differing, raw.name, " + ".join(masked(name) for name in key))
    if table != "order":
        return made
    broken = converted.frame.filter(pl.col("line").is_in(differing.implode()))["order"].unique()
    return _orders_of_items(made, raw.name, broken)


def _place(raw: Raw, name: str) -> int:
    found = header_of(tuple(raw.header)).find(name)
    if not found:
        close = nearest(name, raw.header)
        raise NoKeyColumn(
            f"there is no column '{name}', by which its source tells rows apart",
            file=raw.name,
            line=raw.header_line,
            details=(("the file has", masked(", ".join(raw.header))),),
            hint=f"did you mean '{masked(close)}'?" if close else "correct `key:` under sources",
        )
    return found[0]


def _texts(raw: Raw, lines: pl.Series) -> pl.DataFrame:
    """The cells of rows as texts, blanks at their ends aside, and their lines."""
    texts = raw.cells.select(pl.all().cast(pl.String).fill_null("").str.strip_chars())
    return texts.with_columns(line=raw.lines).filter(pl.col("line").is_in(lines.unique().implode()))


def _without(converted: Converted, copies: pl.Series, differing: pl.Series, file: str, key: str) -> Converted:
    """The rows without copies and contradictions, which the account goes on to know."""
    if copies.is_empty() and differing.is_empty():
        return converted
    lines = converted.frame["line"]
    again = lines.filter(lines.is_in(copies.implode()))
    reason = f"the same {key} stands elsewhere in the file with other values"
    wrong = [Rejected(file, line, "", CONFLICT, reason) for line in lines.filter(lines.is_in(differing.implode()))]
    gone = pl.concat([copies, differing])
    return replace(
        converted,
        frame=converted.frame.filter(~pl.col("line").is_in(gone.implode())),
        rejected=(*converted.rejected, *wrong),
        dropped=(*converted.dropped, *((line, SENT_TWICE) for line in again)),
    )


def _orders_of_items(converted: Converted, file: str, broken: pl.Series) -> Converted:
    """Orders whose items stand in rows of their own, as one row each."""
    orders = of_items(converted.frame, broken)
    return replace(
        converted,
        frame=orders.frame,
        rejected=(*converted.rejected, *(rejection(file, line, fault) for line, fault in orders.rejected)),
        dropped=(*converted.dropped, *((line, A_FURTHER_ITEM) for line in orders.added)),
        notes=(*converted.notes, *orders.notes),
    )


# --- rows of money that nothing tells apart -------------------------------------------------------------


def alike(raw: Raw, converted: Converted) -> str:
    """That rows of spend are of the same thing as others, in words; empty where something tells all of them apart."""
    told = filled(converted.frame)
    key = [name for name in tables()["spend"].KEY if name in told]
    hashes = converted.frame.select(key).hash_rows()
    maybe = converted.frame.select(*key, "line").filter(hashes.is_duplicated())
    maybe = maybe.filter(pl.struct(key).is_duplicated())
    if maybe.is_empty():
        return ""
    cells = _texts(raw, maybe["line"])
    names = [name for name in cells.columns if name != "line" and _names_things(cells[name])]
    rows = maybe.join(cells.rename({name: f"_{name}" for name in cells.columns if name != "line"}), on="line")
    thing = [*key, *(f"_{name}" for name in names)]
    others = rows.filter(~pl.struct(thing).is_first_distinct())
    copies = rows.filter(~pl.struct(pl.exclude("line")).is_first_distinct()).height
    if others.is_empty():
        return ""
    lines = others["line"].sort()
    more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
    count = f"{len(lines):,} {'row is' if len(lines) == 1 else 'rows are'}"
    return (
        f"{count} of the same day, channel and names as another, {copies:,} of them exact copies"
        f" (line {', '.join(map(str, lines[:_SHOWN]))}{more}); all count: `key:` under sources tells rows apart"
    )


def _names_things(cells: pl.Series) -> bool:
    """Do the cells of a column name something, other than amounts?"""
    return not all((is_number(cell) and not is_id(cell)) or is_missing(cell) for cell in cells.unique())
