"""Amounts of money, quantities, counts and numbers: exact where they are added, never wrapped, never rounded twice."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from opsctl.core import currency
from opsctl.core import money as core_money
from opsctl.core.errors import AmbiguousValues, BadConfiguration
from opsctl.core.naming import did_you_mean
from opsctl.ingest.values import faults, numerals
from opsctl.ingest.values.text import DESTROYED, ROUNDED
from opsctl.ingest.values.typed import Style, Typed, counted

MONEY_UNITS = {"fen": -2, "cents": -2, "micros": -6, "wan": 4}  # powers of ten of the currency itself
NUMBER_UNITS = {"percent": -2, "ratio": 0}
_PER_SIGNS = {"%": -2, "‰": -3}
_SHORT = r"^-?[0-9]\.[0-9]{1,4}e\+[0-9]{2}$"
_LIMIT = int(core_money.LIMIT) * core_money.TEN_THOUSANDTHS


def money(texts: pl.Series, style: Style, *, name: str) -> Typed:
    """Amounts in ten-thousandths of their currency, and the currency if the cells name one."""
    sign = f"(?:{currency.PATTERN})?"
    wording = numerals.Wording(
        _ten_thousandths, faults.NO_AMOUNT, before=sign, after=sign, shift=_money_shift(style.unit)
    )
    read = numerals.read(texts, wording, style, name=name)
    signs = pl.concat([read.careful["before"], read.careful["after"]]).unique()
    possible = currency.possible((sign for sign in signs if sign), column=name)
    named = next(iter(possible)) if len(possible) == 1 else None
    read = _without_cut_off(texts, read)
    notes = (*_rounded(read, "amount", "amounts"), *_short(texts))
    return Typed(read.values, read.faults, notes=notes, currency=named, possible=possible)


def quantity(texts: pl.Series, style: Style, *, name: str) -> Typed:
    """Numbers of things that may be fractions, in ten-thousandths."""
    wording = numerals.Wording(_ten_thousandths, faults.NO_QUANTITY)
    read = _without_cut_off(texts, numerals.read(texts, wording, style, name=name))
    return Typed(read.values, read.faults, notes=(*_rounded(read, "number", "numbers"), *_short(texts)))


def count(texts: pl.Series, style: Style, *, name: str) -> Typed:
    """Whole numbers; 123.00 is one, 1.5 and 1.2E+05 are not."""
    read = numerals.read(texts, numerals.Wording(_whole, faults.NO_COUNT), style, name=name)
    why = (
        pl.when(pl.col("numeral").str.contains("e", literal=True))
        .then(pl.lit(faults.SCIENTIFIC))
        .when(pl.col("numeral").str.contains(r"\.[0-9]*[1-9]"))
        .then(pl.lit(faults.FRACTION))
        .otherwise(pl.col("fault"))
    )
    found = pl.DataFrame({"fault": read.faults, "numeral": read.numerals})
    told = found.select(pl.when(pl.col("fault").is_not_null()).then(why).alias("fault"))["fault"]
    return Typed(read.values, told)


def number(texts: pl.Series, style: Style, *, name: str) -> Typed:
    """Finite numbers; 4.13% is 0.0413, and so is 4.13 where the unit is percent.

    Raises:
        AmbiguousValues: Some cells have a percent sign and some have none, and no unit is given.
    """
    wording = numerals.Wording(
        _finite,
        faults.NO_QUANTITY,
        after=f"[{''.join(_PER_SIGNS)}]?",
        shift=_unit_shift(style.unit, NUMBER_UNITS),
        sign_shifts=_PER_SIGNS,
    )
    read = numerals.read(texts, wording, style, name=name)
    if style.unit is None:
        _refuse_mixed_signs(read, name)
    return Typed(read.values, read.faults)


def _without_cut_off(texts: pl.Series, read: numerals.Numbers) -> numerals.Numbers:
    """Without what a spreadsheet wrote as 1.23457E+12: nobody knows its other digits."""
    looks_so = texts.str.contains(DESTROYED, literal=True) & texts.str.contains(ROUNDED) & (read.values != 0)
    cut_off = looks_so.fill_null(value=False)
    if not cut_off.any():
        return read
    told = read.faults.zip_with(~cut_off, pl.Series([faults.SCIENTIFIC]).new_from_index(0, len(texts)))
    return replace(read, values=read.values.set(cut_off, None), numerals=read.numerals.set(cut_off, None), faults=told)


def _ten_thousandths(plain: pl.Series) -> pl.Series:
    """The cast to a decimal rounds half to even, once, whatever the number of digits."""
    units = plain.cast(pl.Decimal(38, 4), strict=False).to_physical()
    amounts = units.cast(pl.Int64, strict=False)
    return amounts.set(~amounts.is_between(-_LIMIT, _LIMIT, closed="none"), None)


def _whole(plain: pl.Series) -> pl.Series:
    return plain.str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)


def _finite(plain: pl.Series) -> pl.Series:
    found = plain.cast(pl.Float64, strict=False)
    return found.set(~found.is_finite(), None).set(found == 0, 0.0)  # -0 is 0


def _short(texts: pl.Series) -> tuple[str, ...]:
    """A note of numbers such as 6.1e+03: they are what they say, but whoever wrote them may have kept two digits."""
    found = int(texts.str.contains(_SHORT).sum()) if texts.str.contains("e+", literal=True).any() else 0
    return (
        (f"{counted(found, 'number is', 'numbers are')} written like 6.1e+03: were digits cut off?",) if found else ()
    )


def _rounded(read: numerals.Numbers, one: str, many: str) -> tuple[str, ...]:
    """Platforms divide before they export: a cost of 1.429999948 is kept as 1.4300, and somebody may ask."""
    kept, written = (read.numerals.cast(pl.Decimal(38, scale), strict=False) for scale in (4, 20))
    rounded = int((kept != written).sum())
    if not rounded:
        return ()
    return (f"{counted(rounded, f'{one} had', f'{many} had')} more than four decimals, rounded half to even",)


def _money_shift(unit: str | None) -> int:
    return 0 if unit and re.fullmatch("[A-Z]{3}", unit) else _unit_shift(unit, MONEY_UNITS)


def _unit_shift(unit: str | None, units: dict[str, int]) -> int:
    if unit is None:
        return 0
    if unit not in units:
        raise BadConfiguration(f"'{unit}' is no unit of this kind of column", hint=did_you_mean(unit, units))
    return units[unit]


def _refuse_mixed_signs(read: numerals.Numbers, name: str) -> None:
    signed = read.values.gather(read.careful.filter(pl.col("after") != "")["row"])
    bare = int((read.values != 0).sum()) - int((signed != 0).sum())
    if not signed.is_empty() and bare:
        raise AmbiguousValues(
            "some numbers have a percent sign and some have none",
            column=name,
            hint="write `unit: percent` or `unit: ratio` for the column in the mapping: what those without one are",
        )
