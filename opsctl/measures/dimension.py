"""What figures can be split by: columns of the tables, attributes of the acquisition, and the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import polars as pl

from opsctl.ingest.breakdowns import ALSO, CUTS
from opsctl.measures.evidence import Ask, Evidence
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns

ATTRIBUTE = "attribute_"

CALENDAR: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "day": lambda day: day.dt.to_string("%Y-%m-%d"),
    "week": lambda day: day.dt.to_string("%G-W%V"),
    "month": lambda day: day.dt.to_string("%Y-%m"),
    "quarter": lambda day: pl.format("{}-Q{}", day.dt.year(), day.dt.quarter()),
    "year": lambda day: day.dt.to_string("%Y"),
}
_PERSONAL = {"user", "order", "inviter"}  # a person or a transaction is no dimension of a report


@cache
def canonical_dimensions() -> frozenset[str]:
    """Every dimension that opsctl knows without looking at data."""
    text = (
        name
        for table in tables().values()
        for name, column in columns(table).items()
        if column.kind is Kind.TEXT and name not in _PERSONAL
    )
    return frozenset(text) | CALENDAR.keys() | {"group"}


def known_dimensions(evidence: Evidence) -> frozenset[str]:
    """Every dimension that can be asked of these tables, attributes by their short name included."""
    attributes = {
        name.removeprefix(ATTRIBUTE)
        for supplied in evidence.supplied.values()
        for name in supplied
        if name.startswith(ATTRIBUTE)
    }
    return canonical_dimensions() | attributes


def expression(evidence: Evidence, table: str, name: str) -> pl.Expr | None:
    """A dimension as text over a table's rows, or None where the table cannot be split by it.

    The calendar is that of the column `day`.
    """
    supplied = evidence.supplied.get(table, frozenset())
    if name in CALENDAR:
        return on_calendar(name, of_spans=table == "spend")
    if name == "group" and "channel" in columns(tables()[table]):
        groups = dict(evidence.groups)
        return pl.col("channel").replace_strict(groups, default=None, return_dtype=pl.String) if groups else None
    if name == "campaign" and evidence.campaigns.name_of and {"campaign", "campaign_id"} & supplied:
        known = pl.col("campaign").replace_strict(
            dict(evidence.campaigns.id_of), default=pl.col("campaign"), return_dtype=pl.String
        )
        return pl.coalesce("campaign_id", known)
    if name == "currency" and table in ("spend", "order"):
        return pl.col("currency").fill_null(evidence.currency)
    for column in (name, ATTRIBUTE + name.removeprefix(ATTRIBUTE)):
        if column in supplied:
            return pl.col(column)
    return None


def on_calendar(name: str, *, of_spans: bool) -> pl.Expr:
    """The day, week or month of a row; unknown where the row spans several of them, up to the day `through`."""
    of = CALENDAR[name]
    if not of_spans:
        return of(pl.col("day"))
    first, last = of(pl.col("day")), of(pl.coalesce("through", "day"))
    return pl.when(first == last).then(first)


def split(evidence: Evidence, ask: Ask, tables: str | tuple[str, ...], rows: pl.LazyFrame) -> pl.LazyFrame | None:
    """Rows with their asked dimensions beside them as `by_NAME`, those outside `where` left out.

    A dimension is taken from the first of the tables that supplies it. Returns None where none does: then
    the rows cannot be split or narrowed down as asked, and nothing can be said.
    """
    of = (tables,) if isinstance(tables, str) else tables
    asked: dict[str, pl.Expr] = {}
    for name in (*ask.by, *(name for name, _ in ask.where)):
        found = [each for table in of if (each := expression(evidence, table, name)) is not None]
        if not found:
            return None
        asked[name] = found[0]
    if unanswerable(evidence, ask, of):
        return None
    for name, values in ask.where:
        meant = asked[name].is_in(_meant(evidence, name, values))
        rows = rows.filter(meant | _crosses(name, values) if of == ("spend",) and name in CALENDAR else meant)
    return rows.with_columns(**{f"by_{name}": asked[name] for name in ask.by})


def unanswerable(evidence: Evidence, ask: Ask, tables: tuple[str, ...]) -> bool:
    """Is money asked for by breakdowns that no file tells together?"""
    narrowed = {ALSO.get(name, name) for name, _ in ask.where} & set(CUTS)
    return tables == ("spend",) and bool(evidence.cuts and narrowed) and not evidence.telling(ask.dimensions)


def _crosses(name: str, values: tuple[str, ...]) -> pl.Expr:
    """True of rows of spend that belong to a day, week or month in part only."""
    first, last = CALENDAR[name](pl.col("day")), CALENDAR[name](pl.coalesce("through", "day"))
    touched = [pl.lit(value).is_between(first, last) for value in values]
    return ((first != last) & pl.any_horizontal(touched)).fill_null(value=False)


def torn(ask: Ask, until: date) -> pl.Expr:
    """True of rows of spend of which only some days are asked for, or known by now: nobody can say what falls where."""
    unknown = pl.coalesce("through", "day") > until
    crossing = [_crosses(name, values) for name, values in ask.where if name in CALENDAR]
    return pl.any_horizontal(ask.tears(), unknown.fill_null(value=False), *crossing)


def _meant(evidence: Evidence, name: str, values: tuple[str, ...]) -> list[str]:
    """A campaign's name means every id that ever had it, and the rows that know nothing but the name."""
    if name != "campaign":
        return list(values)
    return [one for value in values for one in (value, *evidence.campaigns.ids_of.get(value, ()))]


def values_of(evidence: Evidence, name: str) -> set[str]:
    """Every value that a dimension has in any of the tables."""
    found: set[str] = set()
    for table, rows in evidence.tables.items():
        value = expression(evidence, table, name)
        if value is not None:
            found |= set(rows.select(value.alias("value")).unique().collect()["value"].drop_nulls())
    return found
