"""The decimal mark of a file: decided once, from all of its numbers, since 3.000 alone is three or three thousand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import polars as pl

from opsctl.core.errors import AmbiguousValues
from opsctl.ingest.values.numerals import POINTED, with_point

Mark = Literal[".", ","]

_SAMPLE = 5_000  # rows; nearly every file tells by the first
_NUMERAL = r"([0-9][0-9.,' \u{a0}\u{202f}]*|[.,][0-9]+)"
_MARKED = r"[0-9][.,]|[.,][0-9]"
_HINT = 'write `decimal: "."` or `decimal: ","` under `sources:` or in the mapping'
_CHINESE = re.compile("[\u4e00-\u9fff]")  # whoever writes a header in it writes 1,234.56


def mark_of(columns: Sequence[pl.Series], header: Iterable[str]) -> Mark | None:
    """The decimal mark of the numbers in a file; None where no number has any mark.

    Args:
        columns: The file's columns of numbers, as texts.
        header: The names of its columns.

    Raises:
        AmbiguousValues: Some numbers have a decimal point and others a decimal comma, or 1.234 could be either.
    """
    told = _told([column.head(_SAMPLE) for column in columns])
    if not (told.point or told.comma):
        told = _told(columns)
    if told.point and told.comma:
        raise AmbiguousValues("some numbers of the file have a decimal point and others a decimal comma", hint=_HINT)
    if told.comma:
        return ","
    if told.either and not told.point and not _CHINESE.search("".join(header)):
        raise AmbiguousValues(
            "numbers such as 1.234 could be a thousand or a fraction, and none in the file tells", hint=_HINT
        )
    return "." if told.point or told.either else None


class _Told(NamedTuple):
    """Whether a number can only have a decimal point, one only a decimal comma, one a point that could be either."""

    point: bool = False
    comma: bool = False
    either: bool = False


def _told(columns: Sequence[pl.Series]) -> _Told:
    marked = pl.concat([pl.Series(dtype=pl.String), *(each.filter(each.str.contains(_MARKED)) for each in columns)])
    if marked.is_empty():
        return _Told()
    body = pl.col("text").str.extract(_NUMERAL).str.replace_all("[\u00a0\u202f]", " ").str.strip_chars(" ")
    numbers = marked.unique().to_frame("text").select(body=body)
    pointed, commaed = (with_point(pl.col("body"), mark).str.contains(POINTED) for mark in ".,")
    told = numbers.select(
        point=(pointed & ~commaed).any(),
        comma=(commaed & ~pointed).any(),
        either=(pointed & commaed & pl.col("body").str.contains(".", literal=True)).any(),
    )
    return _Told(*told.row(0))
