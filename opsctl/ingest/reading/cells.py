"""What Excel and the shops put around ids so that Excel keeps them as text, taken off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from opsctl.ingest.reading.kinds import BLANKS

if TYPE_CHECKING:
    from collections.abc import Sequence

_ID_OR_NUMBER = r"[A-Za-z0-9_.:/+-]*[0-9][A-Za-z0-9_.:/+-]*"
_PADDED = r"^[ \t'=]|[ \t]$"
_FORMULA = r'^="([^"]*)"$'
_TEXT_MARK = rf"^[ \t]*'({_ID_OR_NUMBER})[ \t]*$"
_BLANKS = rf"^[ \t]*({_ID_OR_NUMBER})[ \t]*$"


def without_frame(cells: pl.DataFrame, header: Sequence[str]) -> pl.DataFrame:
    """Cells of a table drawn with `|`, also at both ends of its lines, without the blanks that make it even."""
    is_drawn = len(header) > 1 and not (header[0].strip(BLANKS) or header[-1].strip(BLANKS))
    return cells.with_columns(pl.all().str.strip_chars(BLANKS)) if is_drawn else cells


def without_padding(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells without `="…"`, without a `'` before an id, and without tabs and blanks around an id or number.

    Words keep every blank they have: only a token with a digit and nothing but letters, digits and `_ . - : / +`
    is taken to be an id or number.
    """
    if not cells.height:
        return cells
    padded = cells.select(pl.all().str.contains(_PADDED).any()).row(0)
    names = [name for name, found in zip(cells.columns, padded, strict=True) if found]
    return cells.with_columns(
        pl.col(name).str.replace(_FORMULA, "${1}").str.replace(_TEXT_MARK, "${1}").str.replace(_BLANKS, "${1}")
        for name in names
    )
