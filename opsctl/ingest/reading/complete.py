"""The fast way to split a text: polars takes every line that is beyond doubt a row by itself.

A line is one when its quotes, if any, stand in pairs around whole cells and it has the right number of cells.
Where every line is, nothing else has to be looked at; where some are not, those are read one by one.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.scan import is_sound

if TYPE_CHECKING:
    from opsctl.ingest.reading.scan import Dialect

AT = "at"
_COMPRESSED = ("x\x01", "x^")  # texts that polars takes for compressed bytes, and fails to decompress


def complete_rows(text: str, dialect: Dialect, width: int) -> tuple[pl.DataFrame, pl.Series] | None:
    """Lines that are rows, as their cells and a column "at" with the index of the line, and the indexes of others.

    None where polars cannot see the text's lines as they are, or the dialect is too unusual for it.
    """
    if (
        dialect.escape
        or dialect.padded
        or dialect.careless
        or not is_sound(text)
        or not text
        or text.startswith(("\ufeff", *_COMPRESSED))
    ):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = dialect.quote not in text and (dialect.quote == '"' or '"' not in text)
    if plain and (every := _all_at_once(text, dialect.delimiter, width)) is not None:
        return every, pl.Series([], dtype=pl.Int64)
    lines = _physical_lines(text)
    if lines is None:
        return None
    numbered = pl.DataFrame({"text": lines, AT: pl.int_range(len(lines), dtype=pl.Int64, eager=True)})
    if plain:
        complete = pl.col("text").str.count_matches(dialect.delimiter, literal=True) == width - 1
        numbered = numbered.with_columns(complete=complete, quoted=pl.lit(False))
    elif len(dialect.delimiter.encode()) == 1:  # polars' parser takes a single byte
        numbered = numbered.with_columns(*_completeness(dialect, width))
    else:
        return None
    bare = numbered.filter(pl.col("complete") & ~pl.col("quoted"))
    quoted = numbered.filter(pl.col("complete") & pl.col("quoted"))
    rows = _split(bare, dialect.delimiter, width)
    if quoted.height:
        parsed = _parse(quoted, dialect, width)
        if parsed is None:
            return None
        rows = pl.concat([rows, parsed]).sort(AT)
    return rows, numbered.filter(~pl.col("complete")).get_column(AT)


def _all_at_once(text: str, delimiter: str, width: int) -> pl.DataFrame | None:
    """The cells of a text without quotes, as polars' parser cuts it; None unless each line has all of its cells.

    Of a line with more of them polars says so, and cells that are missing are empty.
    """
    if width == 1 or len(delimiter.encode()) != 1:
        return None
    columns = {str(at): pl.String for at in range(width)}
    try:
        cells = pl.read_csv(
            io.BytesIO(text.encode()),
            has_header=False,
            schema=columns,
            separator=delimiter,
            quote_char=None,
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None
    last = text[text.rfind("\n") + 1 :]
    if last and last.count(delimiter) != width - 1:
        return None  # of an empty cell too many polars says nothing where no line end follows
    lines = text.count("\n") + (not text.endswith("\n"))
    are_filled = not (cells.to_series(width - 1) == "").any() or text.count(delimiter) == lines * (width - 1)
    if cells.height != lines or not are_filled:
        return None
    return cells.with_columns(pl.int_range(lines, dtype=pl.Int64).alias(AT))


def _physical_lines(text: str) -> pl.Series | None:
    """The lines as polars sees them, told not to look for cells, quotes or types."""
    lines = pl.read_csv(
        io.BytesIO(text.encode()),
        has_header=False,
        separator="\x00",
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
        new_columns=["text"],
    ).to_series()
    expected = text.count("\n") + (not text.endswith("\n"))
    return lines if len(lines) == expected and not lines.null_count() else None


def _completeness(dialect: Dialect, width: int) -> tuple[pl.Expr, pl.Expr]:
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    inside = f"{quote}(?:[^{quote}]|{quote}{quote})*{quote}"
    cell = f"(?:[^{quote}{delimiter}]*|{inside})"
    text = pl.col("text")
    paired = text.str.contains(f"^{cell}(?:{delimiter}{cell})*$")
    cells = text.str.replace_all(inside, "").str.count_matches(dialect.delimiter, literal=True)
    other_quote = text.str.contains('"', literal=True) if dialect.quote != '"' else pl.lit(False)
    complete = paired & (cells == width - 1) & ~other_quote
    return complete.alias("complete"), text.str.contains(dialect.quote, literal=True).alias("quoted")


def _split(lines: pl.DataFrame, delimiter: str, width: int) -> pl.DataFrame:
    names = [str(at) for at in range(width)]
    if width == 1:
        return lines.select(pl.col("text").alias("0"), AT)
    cells = lines.get_column("text").str.split_exact(delimiter, width - 1).struct.rename_fields(names).struct.unnest()
    return cells.with_columns(lines.get_column(AT))


def _parse(lines: pl.DataFrame, dialect: Dialect, width: int) -> pl.DataFrame | None:
    """Lines whose quotes are in order, by polars' own parser."""
    together = lines.get_column("text").str.join("\n").item()
    if together.startswith(_COMPRESSED):
        return None
    cells = pl.read_csv(
        io.BytesIO(together.encode()),
        has_header=False,
        separator=dialect.delimiter,
        quote_char=dialect.quote,
        infer_schema=False,
        empty_string_is_null=False,
        new_columns=[str(at) for at in range(width)],
    )
    fits = cells.shape == (lines.height, width) and not sum(cells.null_count().row(0))
    return cells.with_columns(lines.get_column(AT)) if fits else None
