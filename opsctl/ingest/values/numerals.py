"""How people write numbers becomes plain numerals, such as -1234.5 or 5e-2, that a cast reads exactly.

Most columns are plain already and are cast as they stand; only what the cast refuses is read here, with care.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from opsctl.ingest.values import faults, missing
from opsctl.ingest.values.marks import Mark, is_numeral, mark_of_column, with_point
from opsctl.ingest.values.typed import Style, no_faults

_LOOKS_LIKE = {
    faults.NOT_FINITE: r"(?i)^[-+]?(?:nan|inf|infinity|∞)$",
    faults.SPREADSHEET_ERROR: r"^#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)",
    faults.MASKED: r"^[<>≤≥] ?[0-9]",
    faults.ABBREVIATED: r"(?i)^\D{0,3}[0-9.,]+ ?(?:万|亿|千|[kmbw])\+?元?$",
}
# Two numbers in one cell, or one with the mark of a footnote: folded, both would be digits of a number.
_GLUED = (
    r"[0-9][\u{a0}\u{202f}][0-9]{3} [0-9]|[0-9] [0-9]{3}[\u{a0}\u{202f}][0-9]"  # nobody writes both in one number
    r"|[0-9](?:\s{2,}|[\t\n\v\f\r\u{3000}])[0-9]"
    r"|[\u{b2}\u{b3}\u{b9}\u{bc}-\u{be}\u{2070}-\u{209f}\u{2150}-\u{218f}\u{2460}-\u{24ff}]"
)
_UNGROUPED = r"^[-+]?[0-9]{4,}(?:\.[0-9]*)?$"
_CAREFUL = {"row": pl.UInt32, "before": pl.String, "after": pl.String}


@dataclass(frozen=True, slots=True)
class Wording:
    """What may stand around the digits of one kind, and how its numerals become values.

    Attributes:
        exact: Plain numerals to values; null for what is none and for what is out of range.
        fault: Why a text is refused that is no number at all.
        before: A pattern of the signs and words allowed before the digits.
        after: The same behind them.
        shift: The power of ten by which every number is multiplied.
        sign_shifts: For some signs another power of ten, such as -2 for %.
    """

    exact: Callable[[pl.Series], pl.Series]
    fault: str
    before: str = ""
    after: str = ""
    shift: int = 0
    sign_shifts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers: its values, each as a plain numeral, its faults, and what was read with care.

    `careful` has one row per cell that was not plain: `row`, its position, and the signs or words `before` and
    `after` its digits, empty where there were none.
    """

    values: pl.Series
    numerals: pl.Series
    faults: pl.Series
    careful: pl.DataFrame


def read(texts: pl.Series, wording: Wording, style: Style, *, name: str) -> Numbers:
    """Read a column of numbers.

    Raises:
        AmbiguousValues: The column mixes decimal points and commas, or does not tell 1,234 from 1.234.
    """
    texts = missing.without_tokens(texts, style.nulls)
    numerals = texts + f"e{wording.shift}" if wording.shift else texts.clone()
    values = wording.exact(numerals)
    plain = values.is_not_null()
    if style.decimal != "," and values.null_count() == texts.null_count():
        return Numbers(values, numerals, no_faults(len(texts)), careful=pl.DataFrame(schema=_CAREFUL))
    parts = _parts(texts, ~plain, wording, style)
    mark = style.decimal or mark_of_column(texts.alias(name))
    if mark == ",":  # what the cast took for a point may be a thousands mark
        plain &= ~texts.str.contains(".", literal=True)
        parts = _parts(texts, ~plain, wording, style)
    parts = parts.with_columns(numeral=_numeral(mark, wording))
    careful_values = wording.exact(parts["numeral"])
    rows = parts["row"]
    return Numbers(
        values=values.scatter(rows, careful_values),
        numerals=numerals.scatter(rows, parts["numeral"]),
        faults=no_faults(len(texts)).scatter(rows, _faults(parts, careful_values, wording.fault)),
        careful=parts.select(*_CAREFUL),
    )


def _parts(texts: pl.Series, odd: pl.Series, wording: Wording, style: Style) -> pl.DataFrame:
    """The cells that are not plain, taken apart; `body` is null where the cell is no number.

    Columns: row, text, minus, before, body (digits and marks), power (such as e-5, or empty), after.
    """
    rows = (odd & texts.is_not_null()).arg_true()
    shape = (
        rf"(?i)^(?<outer>[-+(]?) ?(?<before>{wording.before}) ?(?<inner>[-+]?) ?"
        rf"(?<body>[0-9][0-9.,' ]*|[.,][0-9]+)(?<power>e[+-]?[0-9]{{1,4}})? ?(?<after>{wording.after}) ?(?<close>\)?)$"
    )
    bare = pl.col("text").str.contains(r"^[0-9][0-9.,' ]*$")  # most are, and taking others apart is slow
    written = texts.gather(rows)
    tidied = pl.DataFrame({"row": rows, "text": missing.tidied(written, style.nulls)})
    glued = written.str.strip_chars().str.contains(_GLUED)
    if texts.str.contains(_UNGROUPED).any():  # then a blank is no thousands mark either, but stands between two
        glued |= tidied["text"].str.contains("[0-9] [0-9]")
    taken = (
        tidied.with_columns(glued=glued)
        .with_columns(pl.when(~bare).then("text").str.extract_groups(shape).alias("groups"))
        .unnest("groups")
        .with_columns(pl.col("outer", "before", "inner", "power", "after", "close").fill_null(""))
        .with_columns(pl.when(bare).then("text").otherwise("body").alias("body"))
    )
    outer, inner = pl.col("outer"), pl.col("inner")
    balanced = (outer == "(") == (pl.col("close") == ")")
    one_sign = (outer == "") | (inner == "")
    return taken.select(
        "row",
        "text",
        "before",
        "after",
        minus=outer.is_in(["-", "("]) | (inner == "-"),
        body=pl.when(balanced & one_sign & ~pl.col("glued")).then(pl.col("body").str.strip_chars_end(" ")),
        power=pl.col("power").str.to_lowercase(),
    )


def _numeral(mark: Mark, wording: Wording) -> pl.Expr:
    """The plain numeral, or null for what is no number under this decimal mark."""
    body = with_point(pl.col("body"), mark)
    digits = pl.concat_str("body", "power")
    power = pl.col("power").str.slice(1).cast(pl.Int64, strict=False).fill_null(0) + _shift(wording)
    plain = pl.concat_str(
        pl.when("minus").then(pl.lit("-")).otherwise(pl.lit("")),
        body.str.replace_all("[, ']", "").str.replace(r"^\.", "0."),
        pl.when(power != 0).then(pl.lit("e") + power.cast(pl.String)).otherwise(pl.lit("")),
    )
    return pl.when(is_numeral(digits, mark)).then(plain)


def _shift(wording: Wording) -> pl.Expr:
    if not wording.sign_shifts:
        return pl.lit(wording.shift)
    return pl.col("after").replace_strict(dict(wording.sign_shifts), default=wording.shift, return_dtype=pl.Int64)


def _faults(parts: pl.DataFrame, values: pl.Series, otherwise: str) -> pl.Series:
    """Why each of the careful cells has no value; null for those that have one, or are missing."""
    cases = {faults.TOO_LARGE: pl.col("numeral").is_not_null()}
    cases |= {sentence: pl.col("text").str.contains(pattern) for sentence, pattern in _LOOKS_LIKE.items()}
    cases |= {otherwise: pl.col("text").is_not_null()}
    return parts.select(pl.when(pl.lit(values).is_null()).then(faults.first(cases)).alias("why"))["why"]
