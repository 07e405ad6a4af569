"""What a table's columns are made of once they are read: days of a whole file, days since, shares of users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from opsctl.config.headers import header_of
from opsctl.core import money
from opsctl.core.errors import SeveralDays
from opsctl.core.period import Grain, Period
from opsctl.ingest.written import Written
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns

UNDATED = ("day",)  # a file may have no such column at all; where it has one, every row must fill it
_SHARES = ("percent", "ratio")
_SAME = 1e-6
_ADDED = {"orders", "net_paid"}
_AMOUNTS = {*_ADDED, "active"}
Found = dict[str, pl.Series]


def kind_in_file(written: Written, name: str, kind: Kind) -> Kind:
    """What the cells of a canonical column are: a date where days are counted to it, a number where it is a share."""
    column = written.column(name)
    if column.days_to is not None:
        return Kind.DAY
    return Kind.NUMBER if kind is Kind.COUNT and column.unit in _SHARES else kind


@dataclass
class Derived:
    """The columns as a table keeps them.

    Attributes:
        found: By name, the columns that the file gave or that follow from it.
        notes: What should be said of how they came about.
        empty: The rows that hold nothing: cells of a wide table of cohorts from before the cohort began.
    """

    found: Found
    notes: list[str]
    empty: pl.Series


def derived(found: Mapping[str, pl.Series], written: Written, asked: Period | None) -> Derived:
    """What the columns of a file come to.

    Raises:
        SeveralDays: The file as a whole is of several days, and its table knows rows of one day only.
        AmbiguousValues: The days that the file is of can be read in two ways.
    """
    made = dict(found)
    notes: list[str] = []
    empty = pl.repeat(value=False, n=written.raw.cells.height, eager=True)
    table = written.claim.table
    if "day" in columns(tables()[table]) and "day" not in made:
        notes += _dated(made, written, asked)
    if "through" in made and "day" in made:
        made["through"] = made["through"].set(made["through"] == made["day"], None)
    elif table == "spend" and "day" in found:
        notes += _not_split_by_day(made, written) or _open_ended(written)
    if table == "cohort":
        _of_cohorts(made, written)
        empty = _before_the_cohort(made, empty)
        _added_up(made, written)
    return Derived(made, notes, empty)


def _dated(made: Found, written: Written, asked: Period | None) -> list[str]:
    """Give every row the days that the whole file is of, as far as anything says them."""
    period = written.period()
    if period is None and asked is None:
        return ["no row names a day: they count where no period is asked for"]
    days = period or asked
    assert days is not None  # noqa: S101 - one of both, as asked above
    spans = days.start != days.end
    if spans and "through" not in columns(tables()[written.claim.table]):
        raise SeveralDays(
            f"its rows name no day, and the file as a whole is of {days.label}",
            file=written.raw.name,
            hint="export it again with a column of days",
        )
    height = written.raw.cells.height
    made["day"] = pl.repeat(days.start, height, dtype=pl.Date, eager=True)
    if spans:
        made["through"] = pl.repeat(days.end, height, dtype=pl.Date, eager=True)
    whence = "as the file or its name says" if period else "the period asked for: the file does not say"
    label = f"{days.start}..{days.end}" if days.grain is Grain.SPAN else days.label
    return [f"no row names a day; they are of {label}, {whence}"]


def _open_ended(written: Written) -> list[str]:
    """Rows that begin on a day, by a column that a last day belongs to, and do not say when they end."""
    names, at = written.column("day").names, written.claim.positions.get("day")
    if written.export is None or "through" not in written.export.columns or not names or at is None:
        return []
    if header_of((written.raw.header[at[0]],)).find(names[0]):
        return []
    return ["its rows say when they begin and not when they end: each is taken to be of that one day"]


def _not_split_by_day(made: Found, written: Written) -> list[str]:
    """Give every row the period's last day, where an export puts the first on rows that are of the whole period.

    Only an export that may say the last day of a row does so, and only where none of its rows begins later.
    """
    if written.export is None or "through" not in written.export.columns:
        return []
    period = written.stated_period()
    if period is None or period.start == period.end or set(made["day"].unique()) != {period.start}:
        return []
    made["through"] = pl.repeat(period.end, written.raw.cells.height, dtype=pl.Date, eager=True)
    return [f"every row is of {period.start}, the first of the file's days: taken to be of all up to {period.end}"]


# --- cohorts --------------------------------------------------------------------------------------------


def _of_cohorts(made: Found, written: Written) -> None:
    column, meaning = written.column("offset"), written.summary
    if column.days_to is not None and {"offset", "day"} <= made.keys():
        made["offset"] = (made["offset"] - made["day"]).dt.total_days()
    elif meaning is not None and "offset" in made:
        made["offset"] = made["offset"] - meaning.day_base
    if "offset" not in made and meaning is not None:
        made["offset"] = pl.repeat(0, written.raw.cells.height, dtype=pl.Int64, eager=True)
    if meaning is not None:
        made["day_unit"] = written.raw.same(meaning.day_unit)
    active = made.get("active")
    if active is not None and active.dtype == pl.Float64 and "users" in made:
        made["active"] = (made["users"] * active).round(0).cast(pl.Int64, strict=False)
        error = made["users"] * (_last_place(active) / 2 * money.TEN_THOUSANDTHS)
        made["rounding"] = error.ceil().cast(pl.Int64, strict=False).set(made["active"].is_null(), None)


def _last_place(rates: pl.Series) -> float:
    """What one of the last decimal of a column of rates is worth: 0.001 where the finest of them is 22.3 %."""
    places = (10.0**-digits for digits in range(2, 6))
    return next((place for place in places if _are_multiples(rates, place)), 0.0)


def _are_multiples(rates: pl.Series, place: float) -> bool:
    times = rates.drop_nulls() / place
    return bool(((times - times.round(0)).abs() < _SAME).all())


def _before_the_cohort(made: Found, none: pl.Series) -> pl.Series:
    """Cells of a matrix of cohorts and dates that lie before the cohort: nothing can have happened there."""
    if "offset" not in made:
        return none
    quiet = made["offset"] < 0
    for name in _AMOUNTS & made.keys():
        quiet = quiet & (made[name].fill_null(0) == 0)
    return quiet.fill_null(value=False)


def _added_up(made: Found, written: Written) -> None:
    """Amounts of single days as amounts up to each day, as far as every day from the first on is there."""
    if written.summary is None or written.summary.amounts != "daily" or "offset" not in made:
        return
    key = [name for name in tables()["cohort"].KEY if name in made and name != "offset"]
    frame = pl.DataFrame({name: made[name] for name in (*key, "offset", *sorted(_ADDED & made.keys()))})
    rows = frame.with_row_index("row").filter(pl.col("offset") >= 0).sort(*key, "offset")
    whole = (pl.col("offset") == pl.int_range(pl.len())).cum_min()
    for name in sorted(_ADDED & made.keys()):
        known = pl.col(name).is_not_null().cum_min()
        up_to = pl.when(whole & known).then(pl.col(name).cum_sum())
        added = rows.select("row", up_to.over(key).alias(name))
        made[name] = frame.with_row_index("row").select("row").join(added, on="row", how="left")[name]
