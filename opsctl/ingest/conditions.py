"""Values that a row has or lacks by the word of another column, such as a payment by an order's status."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsctl.config.headers import header_of
from opsctl.config.mapping import EMPTY, When
from opsctl.core.naming import fold
from opsctl.ingest.values import Typed, faults, native
from opsctl.ingest.written import Raw, Written


def as_told(typed: Typed, written: Written, name: str) -> Typed:
    """A column's values in the rows that have one, and what stands for an empty cell, as its mapping says."""
    column = written.column(name)
    if column.when is not None:
        typed = _where_told(typed, _words(written.raw, column.when), column.when)
    if column.if_empty is not None and typed.values.dtype == pl.String:
        typed = replace(typed, values=typed.values.fill_null(column.if_empty))
    return typed


def _words(raw: Raw, when: When) -> pl.Series:
    """Row by row the word of the column that tells; of a name that the file does not have, the next one."""
    header = header_of(tuple(raw.header))
    at = next(found[0] for name in when.column if (found := header.find(name)))
    words = native.as_text(raw.cells[str(at)]).fill_null("")
    return words.replace({word: fold(word) or EMPTY for word in words.unique()})


def _where_told(typed: Typed, words: pl.Series, when: When) -> Typed:
    """The values of rows with a word that has them; faults are those of these rows, and of words nobody knows."""
    held = words.is_in(sorted(map(fold, when.holds)))
    known = held | words.is_in(sorted(map(fold, when.lacks)))
    return replace(
        typed,
        values=typed.values.set(~held, None),
        moment=None if typed.moment is None else typed.moment.set(~held, None),
        faults=typed.faults.set(~held, None).set(~known, faults.UNKNOWN_WORD),
    )
