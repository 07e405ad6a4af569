"""Why a cell could not be read: a code and a sentence, never the value, which may be somebody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from opsctl.schemas.checks import OUT_OF_RANGE

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_A_NUMBER = "OPS202"  # an amount, a count or a number was expected
NOT_A_DAY = "OPS203"  # a day or a point in time was expected

NO_AMOUNT = f"{NOT_A_NUMBER} not an amount of money"
NO_QUANTITY = f"{NOT_A_NUMBER} not a number"
NO_COUNT = f"{NOT_A_NUMBER} not a whole number"
FRACTION = f"{NOT_A_NUMBER} a whole number is expected and this one has a fraction"
SCIENTIFIC = f"{NOT_A_NUMBER} in scientific notation: a spreadsheet has cut off its digits"
NOT_FINITE = f"{NOT_A_NUMBER} not a finite number"
SPREADSHEET_ERROR = f"{NOT_A_NUMBER} the error of a spreadsheet's formula"
ABBREVIATED = f"{NOT_A_NUMBER} abbreviated, such as 1.2万 or 1.2k: export the full figure"
MASKED = f"{NOT_A_NUMBER} masked by the platform, such as <5: no figure"
UNKNOWN_WORD = "OPS211 a word, such as a status, that the mapping does not know"
NOT_A_VALUE = "OPS201 a list, a structure or bytes, not one value"
TOO_LARGE = f"{OUT_OF_RANGE} too large"

NO_DAY = f"{NOT_A_DAY} not a day"
NO_SUCH_DAY = f"{NOT_A_DAY} no such day in the calendar"
NO_SUCH_TIME = f"{NOT_A_DAY} no such time of day: it runs from 00:00:00 to 23:59:59"
NO_SUCH_OFFSET = f"{NOT_A_DAY} no such distance from UTC"
SKIPPED_TIME = f"{NOT_A_DAY} the clocks of the zone skipped this time"
ZERO_DAY = f"{NOT_A_DAY} the zero of a date, which means none"
FAR_YEAR = f"{NOT_A_DAY} the year is not between 1990 and 2100"
SERIAL = f"{NOT_A_DAY} a number, such as a spreadsheet's serial date: format the column as a date and export again"
EPOCH = f"{NOT_A_DAY} a count of seconds or milliseconds, not a date"
TWO_DIGIT_YEAR = f"{NOT_A_DAY} the year has two digits"
MONTH = f"{NOT_A_DAY} a month, not a day"


def first(cases: Mapping[str, pl.Expr]) -> pl.Expr:
    """Row by row the sentence of the first case that holds, or null."""
    return pl.coalesce(pl.when(wrong).then(pl.lit(sentence)) for sentence, wrong in cases.items())
