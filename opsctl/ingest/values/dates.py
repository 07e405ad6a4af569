"""Days and points in time as people and platforms write them, taken apart with care and put together once.

The usual ISO forms are read by polars as they stand; only what it refuses comes here.
"""

from __future__ import annotations

import polars as pl

from opsctl.core.errors import AmbiguousValues, DamagedFile
from opsctl.ingest.values import faults
from opsctl.ingest.values.typed import Style, counted

FIRST_YEAR, LAST_YEAR = 1990, 2100

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
# Each way to write a day, and the same day with its year first.
_REWRITES = {
    r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日 ?": "$1-$2-$3 ",
    r"^([0-9]{4})([0-9]{2})([0-9]{2})( |T|$)": "$1-$2-$3$4",
    rf"(?i)^{_MONTH} ([0-9]{{1,2}}),? ([0-9]{{4}})( |$)": "$3-$1-$2$4",
    rf"(?i)^([0-9]{{1,2}})[ -]{_MONTH},?[ -]([0-9]{{4}})( |$)": "$3-$2-$1$4",
}
_DAY = r"(?<first>[0-9]{1,4})(?<mark>[-/.])(?<second>[0-9]{1,2})(?<again>[-/.])(?<third>[0-9]{1,4})"
_CLOCK = r"(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(?::(?<seconds>[0-9]{2})(?:[.,](?<fraction>[0-9]{1,9}))?)?"
_ZONE = r"(?<zone>Z|z|UTC|GMT|(?<east>[-+])(?<zone_hours>[0-9]{2})(?::?(?<zone_minutes>[0-9]{2}))?)"
_SHAPE = rf"^{_DAY}(?:[T ] ?{_CLOCK} ?{_ZONE}?)?$"
_YEAR_FIRST = "^[0-9]{4}[-/.][0-9]{1,2}[-/.]([0-9]{1,2})"
_YEAR_LAST = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})(?:[ T]|$)"
_YEAR_DIGITS = 4
_CENTURY = "20"
# A year of two digits stands where the order puts it, and is one only where a mapping tells the order.
_SHORT_YEAR_FIRST = r"^[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[ T]|$)"
_SHORT_YEAR_LAST = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}(?:[ T]|$)"
_MONTHS_A_YEAR = len(_MONTHS)
_ZEROS = ["0000-00-00", "0001-01-01", "1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01", "1970-01-01"]
_LOOKS_LIKE = {
    faults.SERIAL: r"^[0-9]{5}(?:\.[0-9]+)?$",
    faults.EPOCH: r"^(?:[0-9]{10}|[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.[0-9]+)?$",
    faults.MONTH: r"^[0-9]{4}[-/.年]?[0-9]{1,2}月?$",
    faults.TWO_DIGIT_YEAR: r"^[0-9]{1,2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:[ T].*)?$",
}


def refuse_swapped(texts: pl.Series, *, name: str) -> None:
    """A spreadsheet that reads days in another order than they are written makes 05/01 the first of May.

    What has no such month it leaves as text: that tells of it, as no day of those that became dates is past the 12th.

    Raises:
        DamagedFile: It has done so.
    """
    dates = texts.str.extract(_YEAR_FIRST).cast(pl.Int64).drop_nulls()
    left = texts.filter(texts.str.contains(_YEAR_LAST))
    first, second = (left.str.extract(_YEAR_LAST, part).cast(pl.Int64) for part in (1, 2))
    one_order = any((part > _MONTHS_A_YEAR).all() for part in (first, second))
    if len(dates) and len(left) and one_order and (dates <= _MONTHS_A_YEAR).all():
        raise DamagedFile(
            f"a spreadsheet has taken days for months: {counted(len(dates), 'cell is a date', 'cells are dates')} with "
            f"the year first, and {counted(len(left), 'was', 'were')} left as written, since no month has their number",
            column=name,
            hint="export it again, and give opsctl the file before a spreadsheet has opened it",
        )


def take_apart(texts: pl.Series, style: Style, *, name: str) -> pl.DataFrame:
    """Read tidied texts; every column is null where the text is, or where the fault says why.

    Columns: day (Date, as written), clock (Duration since midnight, null without a time of day), ahead (Duration
    that the time is ahead of UTC, null for a local time), fault (String).

    Raises:
        AmbiguousValues: Days such as 01/05/2025 whose order nothing tells.
    """
    parts = _parts(texts)
    if style.dates is not None:
        parts = _with_century(parts, style.dates)
    order = style.dates or _order(parts, name=name)
    if order == "ymd":
        parts = parts.with_columns(dated=pl.col("dated") & (pl.col("third").str.len_chars() != _YEAR_DIGITS))
    first, second, third = pl.col("first"), pl.col("second"), pl.col("third")
    last_is_year = third.str.len_chars() == _YEAR_DIGITS
    month, day = (second, first) if order == "dmy" else (first, second)
    ymd = (
        pl.when("dated")
        .then(pl.when(~last_is_year).then(_iso(first, second, third)).otherwise(_iso(third, month, day)))
        .alias("ymd")
    )
    read = parts.with_columns(ymd).with_columns(
        pl.col("ymd").str.to_date("%Y-%m-%d", strict=False).alias("day"), clock=_clock(), ahead=_ahead()
    )
    good = pl.col("fault").is_null()
    return read.with_columns(fault=_fault()).select(
        "fault", *(pl.when(good).then(pl.col(part)).alias(part) for part in ("day", "clock", "ahead"))
    )


def _parts(texts: pl.Series) -> pl.DataFrame:
    """The groups of `_SHAPE`, and `dated`: whether there is a day of one year and one kind of mark."""
    plain = texts
    for pattern, year_first in _REWRITES.items():
        plain = plain.str.replace(pattern, year_first)
    numbers = [f"-{number}-" for number in range(1, len(_MONTHS) + 1)]
    plain = plain.str.strip_chars().str.replace_many(
        [f"-{month}-" for month in _MONTHS], numbers, ascii_case_insensitive=True
    )
    groups = pl.DataFrame({"text": texts, "plain": plain}).with_columns(
        pl.col("plain").str.extract_groups(_SHAPE).alias("groups")
    )
    one_mark = pl.col("mark") == pl.col("again")
    digits = pl.concat_str(pl.col("first").str.len_chars(), pl.col("third").str.len_chars())
    one_year = digits.is_in(["41", "42", "14", "24"])
    return groups.unnest("groups").with_columns(dated=(one_mark & one_year).fill_null(value=False))


def _with_century(parts: pl.DataFrame, order: str) -> pl.DataFrame:
    """The parts of 1/5/17 as those of 1/5/2017, now that the order of day, month and year is known."""
    year, shape = ("first", _SHORT_YEAR_FIRST) if order == "ymd" else ("third", _SHORT_YEAR_LAST)
    short = (pl.col("text").str.contains(shape) & (pl.col("mark") == pl.col("again"))).fill_null(value=False)
    whole = pl.when(short).then(_CENTURY + pl.col(year)).otherwise(year)
    return parts.with_columns(whole.alias(year), dated=pl.col("dated") | short)


def _order(parts: pl.DataFrame, *, name: str) -> str:
    """Whether 01/05/2025 is in January or in May, from the days that can be read in one way only."""
    day_or_month = parts.filter(pl.col("dated") & (pl.col("third").str.len_chars() == _YEAR_DIGITS)).select(
        pl.col("first", "second").cast(pl.Int64)
    )
    first, second = pl.col("first"), pl.col("second")
    dmy, mdy, either = day_or_month.select(
        (first.is_between(13, 31) & (second <= _MONTHS_A_YEAR)).any().alias("dmy"),
        (second.is_between(13, 31) & (first <= _MONTHS_A_YEAR)).any().alias("mdy"),
        ((first <= _MONTHS_A_YEAR) & (second <= _MONTHS_A_YEAR) & (first != second)).any().alias("either"),
    ).row(0)
    if dmy and mdy:
        raise _ambiguous("some days can only be day/month/year and some only month/day/year", name)
    if either and not (dmy or mdy) and not _are_dotted(parts):
        raise _ambiguous("days such as 01/05/2025, and none that tells the day from the month", name)
    return "dmy" if dmy or (either and not mdy) else "mdy"


def _are_dotted(parts: pl.DataFrame) -> bool:
    """Is the day of all in front, as everywhere where points stand between, such as in 05.01.2025?"""
    return bool(parts.filter("dated").select((pl.col("mark") == ".").all()).item())


def _ambiguous(sentence: str, name: str) -> AmbiguousValues:
    return AmbiguousValues(
        sentence, column=name, hint="write `dates: dmy` or `dates: mdy` for the column in the mapping"
    )


def _iso(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-")


def _clock() -> pl.Expr:
    """The time since midnight; null where there is none, or none that a clock shows."""
    hour, minute = pl.col("hour").cast(pl.Int64), pl.col("minute").cast(pl.Int64)
    second = pl.col("seconds").cast(pl.Int64).fill_null(0)
    micros = pl.col("fraction").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
    shown = (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 - of a clock
    return pl.when(shown).then(pl.duration(hours=hour, minutes=minute, seconds=second, microseconds=micros))


def _ahead() -> pl.Expr:
    """How far ahead of UTC the time says it is; null where it does not say, or says what no zone is."""
    hours, minutes = (pl.col(part).cast(pl.Int64).fill_null(0) for part in ("zone_hours", "zone_minutes"))
    known = pl.col("zone").is_not_null() & (hours <= 14) & (minutes < 60)  # noqa: PLR2004 - Kiribati; of a clock
    ahead = pl.duration(hours=hours, minutes=minutes)
    return pl.when(known).then(pl.when(pl.col("east") == "-").then(-ahead).otherwise(ahead))


def _fault() -> pl.Expr:
    """The first thing that is wrong with a text, from the most telling to the least."""
    year = pl.col("ymd").str.slice(0, _YEAR_DIGITS).cast(pl.Int64)
    dated = {
        faults.ZERO_DAY: pl.col("ymd").is_in(_ZEROS),
        faults.FAR_YEAR: ~year.is_between(FIRST_YEAR, LAST_YEAR),
        faults.NO_SUCH_DAY: pl.col("day").is_null(),
        faults.NO_SUCH_TIME: pl.col("hour").is_not_null() & pl.col("clock").is_null(),
        faults.NO_SUCH_OFFSET: pl.col("zone").is_not_null() & pl.col("ahead").is_null(),
    }
    undated = {sentence: pl.col("text").str.contains(pattern) for sentence, pattern in _LOOKS_LIKE.items()}
    undated[faults.NO_DAY] = pl.col("text").is_not_null()
    return pl.when("dated").then(faults.first(dated)).otherwise(faults.first(undated))
