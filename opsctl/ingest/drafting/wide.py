"""Tables that are wider than they are long: days since, dates, cohorts or channels as columns, to be melted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from opsctl.config.headers import spoken
from opsctl.core.naming import fold
from opsctl.ingest.drafting.nature import Look, Nature, amounts_of, days_named, days_of
from opsctl.ingest.drafting.offsets import Offset, measure_of, offset_of
from opsctl.ingest.drafting.sheet import Sheet

ChannelOf = Callable[[str], str | None]

_SEVERAL = 2
_FEWEST_DATES = 3
_FEWEST_COHORTS = 4
_MOST = 0.8
_SUBSTANTIAL = 0.2  # of its column's largest amount: the first day of a cohort has so much, the eve of it has not
_COUNTED = re.compile("新增|激活|注册|安装|下载|加粉|拉新|install|user|signup|register|download|acqui")
_MEASURES = ("active", "orders", "net_paid")


@dataclass(frozen=True)
class Spread:
    """A wide table, as `melt` has it.

    Attributes:
        table: The canonical table.
        into: The canonical column that the columns' names become.
        columns: By canonical column and key, the file's column.
        units: By canonical column, the unit of its cells.
        days_to: The column of dates to which the days since are counted; None where it is a row's own day.
        is_sum: Of amounts, whether each is of all days so far; None where nothing says.
        unsure: Whether only the kind of the values tells what they are.
    """

    table: str
    into: str
    columns: Mapping[str, Mapping[str, Look]]
    units: Mapping[str, str]
    days_to: Look | None = None
    is_sum: bool | None = None
    unsure: bool = False

    @property
    def used(self) -> frozenset[int]:
        """The positions of the columns that it reads."""
        own = {look.at for keys in self.columns.values() for look in keys.values()}
        return frozenset(own | ({self.days_to.at} if self.days_to else set()))


def spread(sheet: Sheet, channel_of: ChannelOf) -> Spread | None:
    """How a sheet is wide, if it is."""
    times = [look for look in sheet.usable if look.is_time]
    numbers = [look for look in sheet.usable if look.is_number or look.nature is Nature.EMPTY]
    return (
        _dates(sheet, times, numbers)
        or (_offsets(sheet, numbers) or _cohorts(sheet, times, numbers) if times else None)
        or (_channels(sheet, numbers, channel_of) if times else None)
    )


# --- days since the acquisition -------------------------------------------------------------------------


def _offsets(sheet: Sheet, numbers: Sequence[Look]) -> Spread | None:
    """次日留存, 7日留存, … or D0, D1, D7 beside the day of the cohort."""
    named = [(look, offset) for look in numbers if (offset := offset_of(look.name))] or _numbered(numbers)
    groups: dict[tuple[str, bool], dict[int, Look]] = defaultdict(dict)
    for look, offset in named:
        measure = offset.measure or _by_values(sheet, [one for one, _ in named])
        groups[measure, _is_share(look)].setdefault(offset.day, look)
    columns: dict[str, dict[str, Look]] = {}
    for measure in _MEASURES:
        counts, rates = groups.get((measure, False), {}), groups.get((measure, True), {})
        chosen = counts if len(counts) >= len(rates) else rates
        if chosen and (measure == "active" or not _is_share(next(iter(chosen.values())))):
            columns[measure] = {str(day): chosen[day] for day in sorted(chosen)}
    known = [offset for _, offset in named if offset.measure]
    if sum(map(len, columns.values())) < (1 if "active" in columns and known else _SEVERAL):
        return None
    shares = [*columns.get("active", {}).values()]
    units = {"active": _unit(shares)} if shares and any(map(_is_share, shares)) else {}
    is_sum = True if any(offset.is_sum for offset in known) else _rises(sheet, columns)
    return Spread("cohort", "offset", columns, units, is_sum=is_sum, unsure=not known)


def _numbered(numbers: Sequence[Look]) -> list[tuple[Look, Offset]]:
    """Columns 0, 1, 2, … to the end."""
    found = [(int(look.name.strip()), look) for look in numbers if re.fullmatch(r"\s*[0-9]{1,3}\s*", look.name)]
    days = [day for day, _ in found]
    if len(days) < _FEWEST_DATES or days[0] > 1 or days != list(range(days[0], days[0] + len(days))):
        return []
    return [(look, Offset(day, "", False)) for day, look in found]


def _is_share(look: Look) -> bool:
    """Whether cells are parts of a whole: with a percent sign, fractions up to 1, or of a column called a rate."""
    rate = any(word in fold(look.name) for word in ("率", "rate", "%", "占比"))
    return look.nature is Nature.PERCENT or (look.nature is Nature.DECIMAL and look.largest <= 1) or rate


def _unit(looks: Iterable[Look]) -> str:
    return "ratio" if all(look.nature is not Nature.PERCENT and look.largest <= 1 for look in looks) else "percent"


def _rises(sheet: Sheet, columns: Mapping[str, Mapping[str, Look]]) -> bool | None:
    """Whether amounts never fall from one day to the next, as sums of all days so far do; None without amounts."""
    amounts = next((columns[name] for name in ("net_paid", "orders") if name in columns), None)
    if amounts is None:
        return None
    read = [amounts_of(sheet.column(look)) for look in amounts.values()]
    steps = [(later >= earlier).all() for earlier, later in pairwise(read)]
    return all(steps)


def _by_values(sheet: Sheet, looks: Sequence[Look]) -> str:
    """What nameless columns hold, by the file's name, else by their values."""
    if all(map(_is_share, looks)):
        return "active"
    told = measure_of(spoken(sheet.title))
    if told in _MEASURES:
        return told
    return "net_paid" if any(look.nature is Nature.DECIMAL for look in looks) else "active"


# --- dates and cohorts ----------------------------------------------------------------------------------


def _dates(sheet: Sheet, times: Sequence[Look], numbers: Sequence[Look]) -> Spread | None:
    """A column per calendar day: with dates below too it is a matrix of cohorts, else a sheet kept by hand."""
    days = days_named([look.name for look in numbers], f"{sheet.name} {' '.join(sheet.preamble)}")
    dated = [(day, look) for look, day in zip(numbers, days, strict=True) if day is not None]
    if len(dated) < _FEWEST_DATES:
        return None
    if times:
        began = {look: day for day, look in dated}
        return _matrix(sheet, times[0], began) if _is_lower(sheet, times[0], began) else None
    keys = {str(day): look for day, look in dated}
    table, column, unsure = _kept_by_hand(sheet, [look for _, look in dated])
    return Spread(table, "day", {column: keys}, {}, unsure=unsure)


def _cohorts(sheet: Sheet, times: Sequence[Look], numbers: Sequence[Look]) -> Spread | None:
    """Columns numbered one after another, each with nothing before the day on which its cohort began."""
    numbered = [(int(look.name), look) for look in numbers if re.fullmatch("[0-9]{1,9}", look.name.strip())]
    if len(numbered) < _FEWEST_COHORTS:
        return None
    days, amounts = _ordered(sheet, times[0], [look for _, look in numbered])
    began = [_began(days, amounts[str(look.at)]) for _, look in numbered]
    zeros = Counter(
        day - timedelta(days=number) for (number, _), day in zip(numbered, began, strict=True) if day is not None
    )
    if not zeros:
        return None
    zero, times_seen = min(zeros.items(), key=lambda item: (-item[1], item[0]))
    first_days = {look: zero + timedelta(days=number) for number, look in numbered}
    if times_seen < _MOST * len(numbered) or not _is_lower(sheet, times[0], first_days):
        return None
    return _matrix(sheet, times[0], first_days)


def _matrix(sheet: Sheet, calendar: Look, began: Mapping[Look, date]) -> Spread:
    """Rows are calendar days, columns are cohorts by the day on which they began."""
    measure = _by_values(sheet, [*began])
    keys = {str(day): look for look, day in began.items()}
    units = {"active": _unit(began)} if measure == "active" and all(map(_is_share, began)) else {}
    unsure = measure_of(spoken(sheet.title)) != measure
    return Spread("cohort", "day", {measure: keys}, units, days_to=calendar, is_sum=False, unsure=unsure)


def _ordered(sheet: Sheet, calendar: Look, looks: Sequence[Look]) -> tuple[list[date], pl.DataFrame]:
    """The rows' days, in order, and the amounts in them."""
    named = {str(look.at): amounts_of(sheet.column(look)).fill_null(0) for look in looks}
    days = days_of(sheet.column(calendar), calendar)
    frame = pl.DataFrame({"day": days, **named}).drop_nulls("day").sort("day")
    return frame["day"].to_list(), frame.drop("day")


def _began(days: Sequence[date], amounts: pl.Series) -> date | None:
    most = float(amounts.max() or 0)  # type: ignore[arg-type]  # floats
    return next((day for day, one in zip(days, amounts, strict=True) if most and one >= _SUBSTANTIAL * most), None)


def _is_lower(sheet: Sheet, calendar: Look, began: Mapping[Look, date]) -> bool:
    """Whether cohorts have next to nothing before they began, and some of them could have had."""
    days, amounts = _ordered(sheet, calendar, [*began])
    early = [
        (day, one)
        for look, first in began.items()
        for day, one in zip(days, amounts[str(look.at)], strict=True)
        if day < first
    ]
    whole = float(amounts.select(pl.sum_horizontal(pl.all().sum())).item() or 0)
    return len(early) >= len(began) and sum(one for _, one in early) <= (1 - _MOST) / 2 * whole


# --- channels -------------------------------------------------------------------------------------------


def _channels(sheet: Sheet, numbers: Sequence[Look], channel_of: ChannelOf) -> Spread | None:
    """A column per channel."""
    named = [(channel, look) for look in numbers if (channel := channel_of(look.name))]
    keys = dict(named)
    if len(keys) < _SEVERAL or len(keys) < len(named):
        return None
    table, column, unsure = _kept_by_hand(sheet, [look for _, look in named])
    return Spread(table, "channel", {column: keys}, {}, unsure=unsure)


def _kept_by_hand(sheet: Sheet, looks: Sequence[Look]) -> tuple[str, str, bool]:
    """The table and column of figures by day and channel, and whether that is only a guess."""
    title = fold(" ".join([sheet.title, *sheet.preamble]))
    if _COUNTED.search(title) and all(look.nature is not Nature.DECIMAL for look in looks):
        return "cohort", "users", False
    told = any(word in title for word in ("消耗", "花费", "投放", "费用", "spend", "cost"))
    return "spend", "spend", not (told or any(look.nature is Nature.DECIMAL for look in looks))
