"""Text and ids are kept as they are, but for what nobody can see."""

from __future__ import annotations

import polars as pl

from opsctl.ingest.values import missing
from opsctl.ingest.values.typed import Style, Typed, counted, no_faults

DESTROYED = "E+"  # stands in every id that a spreadsheet wrote as a number
ROUNDED = r"^-?[0-9](?:\.[0-9]+)?E\+[0-9]{2}$"
_ASCII_BLANKS = (" ", "\t", "\n", "\v", "\f", "\r")
_SAMPLE = 1_000
_FEW = 100  # different texts in a sample: more are ids, of which nearly every one is another


def text(texts: pl.Series, style: Style, *, notes: tuple[str, ...] = ()) -> Typed:
    """Names and ids without blanks at the ends, in one Unicode form, so that equal names are equal."""
    kept = missing.trimmed(texts)
    if not missing.is_ascii(kept):
        kept = kept.str.normalize("NFC")
    kept = missing.without_tokens(kept, style.nulls | {""})
    return Typed(kept, no_faults(len(kept)), notes=notes + _destroyed(kept))


def told_by(texts: pl.Series, column: pl.Expr) -> pl.Expr:
    """By what texts a column is known: of names, which come again and again, each one once; of ids all.

    Names are found once: within an expression polars would look for them anew for whatever is asked of them.
    """
    sample = texts.head(_SAMPLE)
    return pl.lit(texts.unique()) if len(texts) > len(sample) and sample.n_unique() < _FEW else column


def are_tidy(texts: pl.Expr, style: Style) -> pl.Expr:
    """Is there nothing to be done about any text of a column, and nothing to be said of it?

    Of all that could be, as cheaply as it can be told: a blank within a name is no reason to do anything, and makes
    the answer no all the same.
    """
    tokens = sorted({"", *style.nulls, *(token.strip() for token in style.nulls)})
    ascii_only = texts.str.len_chars().sum() == texts.str.len_bytes().sum()
    return ascii_only & ~texts.str.contains_any([*_ASCII_BLANKS, DESTROYED]).any() & ~texts.is_in(tokens).any()


def _destroyed(kept: pl.Series) -> tuple[str, ...]:
    """Excel shows an id of more than eleven digits as 1.23457E+17 and saves it so: many ids become one."""
    suspects = kept.filter(kept.str.contains(DESTROYED, literal=True))
    found = int(suspects.str.contains(ROUNDED).sum())
    if not found:
        return ()
    looks = counted(found, "id looks like 1.23E+17", "ids look like 1.23E+17")
    return (f"{looks}: destroyed by a spreadsheet; export again and do not open the file in it",)
