"""The fast way to split a text, for the many files in which nothing is quoted: exact, because lines are counted."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.records import Split
from opsctl.ingest.reading.scan import UNSOUND

if TYPE_CHECKING:
    from opsctl.ingest.reading.scan import Dialect


def is_plain(text: str, dialect: Dialect) -> bool:
    """Whether every physical line is one record, and its cells stand between its delimiters."""
    marks = [mark for mark in (dialect.quote, dialect.escape) if mark]
    if not text or text.startswith("\ufeff"):  # polars would take the mark off
        return False
    return not any(mark in text for mark in marks) and not UNSOUND.search(text)


def split_plainly(text: str, first_line: int, delimiter: str, width: int) -> Split | None:
    """A plain text split by polars, or None where its lines are not the text's physical lines after all."""
    if text.count("\r") != text.count("\r\n"):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    physical = _physical_lines(text)
    if physical is None:
        return None
    numbers = pl.int_range(first_line, first_line + len(physical), dtype=pl.Int64, eager=True).alias("line")
    fits = physical.str.count_matches(delimiter, literal=True) == width - 1
    if fits.all():
        return Split(_cells(physical, delimiter, width), numbers)
    others = zip(numbers.filter(~fits), physical.filter(~fits), strict=True)
    odd = [(line, tuple(text.split(delimiter))) for line, text in others]
    return Split(_cells(physical.filter(fits), delimiter, width), numbers.filter(fits), odd)


def _physical_lines(text: str) -> pl.Series | None:
    """The lines as polars sees them, told not to look for cells, quotes or types."""
    lines = pl.read_csv(
        io.BytesIO(text.encode()),
        has_header=False,
        separator="\x00",
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
        new_columns=["line"],
    ).to_series()
    expected = text.count("\n") + (not text.endswith("\n"))
    return lines if len(lines) == expected and not lines.null_count() else None


def _cells(lines: pl.Series, delimiter: str, width: int) -> pl.DataFrame:
    if width == 1:
        return pl.DataFrame({"0": lines})
    return lines.str.split_exact(delimiter, width - 1).struct.unnest().rename(lambda name: name.removeprefix("field_"))
