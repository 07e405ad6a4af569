"""Which cells hold nothing: blanks, and the tokens that people and platforms write for it.

Missing is null and never zero. `NaN`, `inf` and `#REF!` are not missing: somebody's computation failed, and the
row should say so. In a column of text nothing but an empty cell is missing unless the mapping says more, since
`NA` may be North America and `无` a name.
"""

from __future__ import annotations

import polars as pl

TOKENS = frozenset(
    [
        *("", "-", "--", "---", "–", "—", "——", "/", "\\N", "无", "暂无"),
        *("NA", "N/A", "n/a", "#N/A", "NULL", "Null", "null", "(null)", "<null>", "None", "none"),
    ]
)

ZERO_WIDTH = "\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# What Unicode calls white space, as `strip_chars` without an argument knows it.
_BLANKS = "".join([" \t\n\v\f\r\x85\xa0\u1680", *map(chr, range(0x2000, 0x200B)), "\u2028\u2029\u202f\u205f\u3000"])


def is_ascii(texts: pl.Series) -> bool:
    """Whether no character of the column is longer than one byte; cheap enough to ask before slow work."""
    return bool(texts.str.len_bytes().sum() == texts.str.len_chars().sum())


def without_tokens(texts: pl.Series, tokens: frozenset[str]) -> pl.Series:
    """The texts with null in place of every token, as it stands or without the blanks around it."""
    found = texts.is_in(sorted(tokens | {token.strip() for token in tokens}))
    return texts.set(found, None) if found.any() else texts


def trimmed(texts: pl.Series) -> pl.Series:
    """The texts without blanks and characters of no width at either end."""
    return texts.str.strip_chars() if is_ascii(texts) else texts.str.strip_chars(_BLANKS + ZERO_WIDTH)


def are_missing(texts: pl.Expr, tokens: frozenset[str]) -> pl.Expr:
    """True of names and ids that are empty, or one of some tokens in ASCII, blanks and null included."""
    stripped = texts.str.strip_chars(_BLANKS + ZERO_WIDTH)
    return texts.is_null() | stripped.is_in(sorted({"", *tokens, *(token.strip() for token in tokens)}))


def tidied(texts: pl.Series, tokens: frozenset[str]) -> pl.Series:
    """Numbers and dates as plain as they get without reading them; null where missing.

    Full-width characters become half-width, every run of blanks one blank, a typographic minus or apostrophe a
    plain one.
    """
    plain = trimmed(texts)
    if not is_ascii(plain):
        plain = without_tokens(plain, tokens)
        plain = trimmed(plain.str.normalize("NFKC").str.replace_many(["−", "’"], ["-", "'"]))
    return without_tokens(plain.str.replace_all(r"\s+", " "), tokens | TOKENS)
