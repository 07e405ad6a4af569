"""The views of an export as SQL that DuckDB runs inside its folder, with what every table and column means."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl

COUNTED = "counted"  # of a row of spend: do totals take it?
BREAKDOWN = "breakdown"  # of a row of spend: what its export is broken down by, where the same money is told twice
_BY_BREAKDOWN = "spend_by_breakdown"
_RESERVED = {"order": "orders"}  # a word of SQL is no good name for a view
_TYPES = {
    pl.Date(): "DATE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
    pl.Decimal(18, 4): "DECIMAL(18,4)",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Boolean(): "BOOLEAN",
    pl.String(): "VARCHAR",
}
_HEAD = """\
-- 在本文件夹里运行：duckdb -init views.sql；在别处先 SET file_search_path = '本文件夹'。
-- Run inside this folder: duckdb -init views.sql; elsewhere say SET file_search_path = 'this folder' first.
"""

Meaning = Mapping[str, str]


def written(
    format_: str,
    schemas: Mapping[str, Mapping[str, pl.DataType]],
    meanings: Mapping[str, Mapping[str, Meaning]],
    in_months: Collection[str],
) -> str:
    """A view per table over the files of an export, with comments in both languages.

    Args:
        format_: What the files are: parquet, csv or delta.
        schemas: By table, the columns.
        meanings: By table and column, what it means by language; of the table itself under the empty name.
        in_months: The tables that lie in a folder per month.
    """
    statements = [_HEAD]
    for name, schema in sorted(schemas.items()):
        source = _source(format_, name, schema, months=name in in_months)
        where = f" WHERE {COUNTED}" if COUNTED in schema else ""
        statements += _view(_RESERVED.get(name, name), f"{source}{where}", meanings[name])
        if where:
            statements += _view(_BY_BREAKDOWN, source, meanings[name])
    return "\n".join(statements)


def sql_type(of: pl.DataType) -> str:
    """The type of a column as SQL calls it."""
    return _TYPES[of]


def _source(format_: str, name: str, schema: Mapping[str, pl.DataType], *, months: bool) -> str:
    files = f"{name}/*/*.{format_}" if months else f"{name}.{format_}"
    hive = ", hive_partitioning = true, hive_types_autocast = false" if months else ""
    match format_:
        case "delta":
            return f"delta_scan({_text(name)})"
        case "csv":
            types = ", ".join(f"{_text(column)}: {_text(sql_type(of))}" for column, of in schema.items())
            return f"read_csv({_text(files)}, header = true, columns = {{{types}}}{hive})"
        case _:
            return f"read_parquet({_text(files)}{hive})"


def _view(name: str, source: str, meanings: Mapping[str, Meaning]) -> Iterator[str]:
    yield f"CREATE OR REPLACE VIEW {_name(name)} AS SELECT * FROM {source};"  # noqa: S608 - all of it quoted or our own
    for column, meaning in meanings.items():
        of = f"COLUMN {_name(name)}.{_name(column)}" if column else f"VIEW {_name(name)}"
        yield f"COMMENT ON {of} IS {_text(' / '.join(meaning.values()))};"
    yield ""


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
