"""The decimal mark of a file: decided once, from all of its numbers, since 3.000 alone is three or three thousand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, NoReturn

import polars as pl

from opsctl.core.errors import AmbiguousValues
from opsctl.ingest.values import missing

Mark = Literal[".", ","]

# Digits in one piece, or in threes behind a comma, a blank or an apostrophe; then at most one decimal point.
_GROUPED = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (",", " ", "'"))
_POINTED = rf"^(?:(?:[0-9]+|{_GROUPED})?(?:\.[0-9]*)?|[0-9]*\.?[0-9]*e[+-]?[0-9]+)$"
_SAMPLE = 5_000  # rows; nearly every file tells by the first
_NUMERAL = r"(?i)((?:[0-9][0-9.,' ]*|[.,][0-9]+)(?:e[+-]?[0-9]+)?)"
_MARKED = r"[0-9０-９][.,．，]|[.,．，][0-9０-９]"
_OF_FILE = 'write `decimal: "."` or `decimal: ","` under `sources:` or in the mapping'
_OF_COLUMN = 'write `decimal: "."` or `decimal: ","` for the column in the mapping'
_CHINESE = re.compile("[\u4e00-\u9fff]")  # whoever writes a header in it writes 1,234.56


class _Told(NamedTuple):
    """Whether a number can only have a decimal point, one only a decimal comma, and marks that could be either."""

    point: bool = False
    comma: bool = False
    either_point: bool = False
    either_comma: bool = False


def mark_of(columns: Sequence[pl.Series], header: Iterable[str]) -> Mark | None:
    """The decimal mark of the numbers in a file; None where no number has any mark.

    Args:
        columns: The file's columns of numbers, as texts, each with the name that a refusal calls it by.
        header: The names of its columns.

    Raises:
        AmbiguousValues: Some numbers have a decimal point and others a decimal comma, or 1.234 could be either.
    """
    told = _told([column.head(_SAMPLE) for column in columns])
    if not (told.point or told.comma):
        told = _told(columns)
    if told.point and told.comma:
        _refuse("some numbers of the file have a decimal point and others a decimal comma", columns, "comma", _OF_FILE)
    if told.comma:
        return ","
    if told.either_point and not told.point and not _CHINESE.search("".join(header)):
        sentence = "numbers such as 1.234 could be a thousand or a fraction, and none in the file tells"
        _refuse(sentence, columns, "either_point", _OF_FILE)
    return "." if told.point or told.either_point else None


def mark_of_column(column: pl.Series) -> Mark:
    """The decimal mark of a column that stands alone: without a proof 1.234 is a fraction and 1,234 a thousand.

    Raises:
        AmbiguousValues: It has decimal points and decimal commas, or 1.234 and 1,234 and nothing that tells.
    """
    told = _told([column])
    if told.comma and told.point:
        _refuse("decimal points and decimal commas in one column", [column], "comma", _OF_COLUMN)
    if told.either_point and told.either_comma and not (told.comma or told.point):
        sentence = "numbers such as 1,234 beside numbers such as 1.234, and none that tells"
        _refuse(sentence, [column], "either_point", _OF_COLUMN)
    return "," if told.comma else "."


def is_numeral(body: pl.Expr, mark: Mark) -> pl.Expr:
    """Are these digits, marks and powers a number whose decimal mark this is?"""
    return with_point(body, mark).str.contains(_POINTED)


def with_point(body: pl.Expr, mark: Mark) -> pl.Expr:
    """The digits as if the decimal mark had been a point."""
    return body if mark == "." else body.str.replace_many([",", "."], [".", ","])


def _told(columns: Sequence[pl.Series]) -> _Told:
    marked = pl.concat([pl.Series(dtype=pl.String), *(each.filter(each.str.contains(_MARKED)) for each in columns)])
    if marked.is_empty():
        return _Told()
    written = missing.tidied(marked.unique(), frozenset()).to_frame("text")
    numbers = written.select(body=pl.col("text").str.extract(_NUMERAL).str.strip_chars(" ").str.to_lowercase())
    body = pl.col("body")
    pointed, commaed = is_numeral(body, "."), is_numeral(body, ",")
    either = pointed & commaed
    told = numbers.select(
        point=(pointed & ~commaed).any(),
        comma=(commaed & ~pointed).any(),
        either_point=(either & body.str.contains(".", literal=True)).any(),
        either_comma=(either & body.str.contains(",", literal=True)).any(),
    )
    return _Told(*told.row(0))


def _refuse(sentence: str, columns: Sequence[pl.Series], because: str, hint: str) -> NoReturn:
    """The refusal, at the first column that gives its reason."""
    name = next(column.name for column in columns if getattr(_told([column]), because))
    raise AmbiguousValues(sentence, column=name, hint=hint)
