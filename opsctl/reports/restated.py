"""What the last report said and is no longer so: its figures as they were known then, beside today's (G7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl

from opsctl.config.project import Project
from opsctl.config.settings import Settings
from opsctl.core import money
from opsctl.core.errors import NoData
from opsctl.core.period import Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.corrected import Corrected, Correction, Told
from opsctl.measures.evidence import Evidence
from opsctl.measures.known import Known, known
from opsctl.measures.moved import moved
from opsctl.metrics import load
from opsctl.metrics.figure import Figure, Status
from opsctl.metrics.metric import Metric, Shape
from opsctl.reports.channel_figures import ALL, CHANNEL, Asked, Figures, Line, columns, figures_of, spending
from opsctl.reports.kpis import BOUGHT, OF_ALL, OF_SHOP, can_tell, needed_by, told_of
from opsctl.reports.scopes import Scope, bought, figures
from opsctl.reports.units import amount
from opsctl.store import memory
from opsctl.verdicts.comparison import days_of

_MONEY = ("spend", "cpa", "net_paid")  # what tells of those whom a row is about how much they spent, or sold
_BY_CHANNEL = frozenset({"spend", "acquisition", "cohort"})


@dataclass(frozen=True, slots=True)
class Whom:
    """Of whom a figure is told.

    Args:
        scope: The name of a scope of the key figures; None where it is a row of the channels.
        line: Which row.
        channels: Its channels; None: everybody. Without a tree, those that are paid for may be others by now.
    """

    scope: str | None
    line: Line = ALL
    channels: frozenset[str | None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Restated:
    """A figure that is not what it was.

    Args:
        whom: Of whom.
        metric: What.
        period: Its days: of a metric of users, those that the last report showed.
        was: As it was known then.
        now: As it is known now.
        money: What was spent, or sold, by those whom it is about: what hangs on it.
        because: The days that are told otherwise, of all that it is made from.
    """

    whom: Whom
    metric: Metric
    period: Period
    was: Figure
    now: Figure
    money: Fraction
    because: tuple[Correction, ...] = ()

    @property
    def relative(self) -> Fraction | None:
        """The relative change; None where it was nothing."""
        before = _exact(self.was)
        return _exact(self.now) / before - 1 if before else None

    @property
    def at_stake(self) -> Fraction:
        """The money that the change is of: of the money itself the difference, of what was nothing all of it."""
        return self.money * (Fraction(1) if self.relative is None else abs(self.relative))

    @property
    def was_provisional(self) -> bool:
        """Whether it was said then that it might still change."""
        return self.was.status is Status.PROVISIONAL


@dataclass(frozen=True)
class Restatements:
    """All that the report of the period before would say otherwise today.

    Args:
        period: The period of that report.
        since: The last day that was known to it.
        figures: Those that changed by more than the tolerance, the most money first.
        moved: How many users are acquired on another `day`, and how many through another `channel`.
        known: Of every file that came since, the last day that was known with it.
    """

    period: Period
    since: date
    figures: Sequence[Restated]
    moved: Mapping[str, int]
    known: Mapping[str, date | None]

    def as_json(self) -> dict[str, Any]:
        """The fields of the report for programs."""
        return {
            "restated_since": self.since.isoformat(),
            "restatements": [self._figure(one) for one in self.figures],
            "users_moved": dict(self.moved),
        }

    def _figure(self, one: Restated) -> dict[str, Any]:
        return {
            "scope": one.whom.scope,
            CHANNEL: one.whom.line[0],
            "currency": one.whom.line[1],
            "metric": one.metric.name,
            "period": {"from": one.period.start.isoformat(), "to": one.period.end.isoformat()},
            "was": one.was.as_json()["value"],
            "now": one.now.as_json()["value"],
            "relative": None if one.relative is None else float(one.relative),
            "provisional": one.was_provisional,
            "at_stake": amount(one.at_stake),
            "because": [self._correction(each) for each in one.because],
        }

    def _correction(self, one: Correction) -> dict[str, Any]:
        return {
            "table": one.table,
            CHANNEL: one.channel,
            "day": one.day.isoformat(),
            "late": one.is_late,
            "files": [{"file": file, "known": _text(self.known.get(file))} for file in one.files],
        }


def restatements(loaded: Loaded, now: Known, settings: Settings, period: Period) -> Restatements | None:
    """What is no longer as the report of the period before told it; None where nobody remembers what that was.

    Raises:
        DamagedStore: A file of the store cannot be read.
    """
    before = period.before()
    since = _due(loaded, now.evidence.as_of, period)
    then = _told(loaded, settings, since) if since is not None and since < now.evidence.as_of else None
    if since is None or then is None:
        return None
    told = Corrected(then, Told(loaded, now))
    found = [one for one in _compared(told, settings.project, before) if _is_told_again(one, settings)]
    found.sort(key=lambda one: (-one.at_stake, -abs(one.relative or 1)))
    reasons = _Reasons(told)
    return Restatements(
        before,
        since,
        [replace(one, because=reasons.of(one)) for one in found],
        _moved(told),
        {one.file: one.known for one in told.arrived},
    )


def _due(loaded: Loaded, as_of: date, period: Period) -> date | None:
    """The last day that was known when the report of the period before was due: as long ago as that period is.

    If not even its own days were known by then, the first day on which they were; None where that never came.
    """
    before = period.before()
    due = max(as_of - (period.end - before.end), before.end)
    known_days = {one.known for one in loaded.deliveries if one.known is not None}
    if any(before.end <= day <= due for day in known_days):
        return due
    return min((day for day in known_days if day > due), default=None)


def _told(loaded: Loaded, settings: Settings, since: date) -> Told | None:
    """What the store told at the end of a day; None where its memory does not reach back that far."""
    if loaded.memory is None or loaded.memory.reconstructed:
        return None
    then = memory.known(settings, since)
    if then.memory is None or then.memory.reconstructed:
        return None
    try:
        found = known(then, settings, since)
    except NoData:
        return None
    return None if found.undated else Told(then, found)


def _is_told_again(one: Restated, settings: Settings) -> bool:
    before = _exact(one.was)
    return abs(_exact(one.now) - before) > Fraction(settings.policy.restatement.tolerance) * abs(before)


def _exact(of: Figure) -> Fraction:
    """A known figure before it was rounded to a double, up to the scale of its metric."""
    if of.numerator is None:
        return Fraction(of.value or 0)
    return Fraction(of.numerator.number) / (of.denominator.number if of.denominator else 1)


# --- the figures of both sides ------------------------------------------------------------------------------


def _compared(told: Corrected, project: Project, period: Period) -> Iterator[Restated]:
    """The figures that were known then, of users who were all old enough, and are known now; as the page has them."""
    both = told.then.evidence.told & told.now.evidence.told
    days = _days(told.then.known, both, period)
    was, now = (_rows(one.evidence, project, days, both) for one in (told.then, told.now))
    for whom, row in was.items():
        for name, figure in row.items():
            today = now.get(whom, {}).get(name)
            if today is not None and None not in (figure.value, today.value) and figure.matures_on is None:
                yield Restated(whom, figure.metric, days[name], figure, today, _money_of(figure, row))


def _money_of(figure: Figure, row: Figures) -> Fraction:
    """What hangs on a figure: of money itself, else what was spent in all, or where nothing was, what was sold."""
    told = [figure] if figure.metric.shape is Shape.MONEY else [row[name] for name in _MONEY if name in row]
    counted = next((one.numerator.number for one in told if one.numerator is not None), 0)
    return abs(Fraction(counted)) / money.TEN_THOUSANDTHS


def _days(then: Known, told: frozenset[str], period: Period) -> dict[str, Period]:
    """The metrics that a report shows, each with the days for which that of a period showed it."""
    names = dict.fromkeys([*(one.metric for one in columns(told)), *BOUGHT, *OF_ALL, *OF_SHOP])
    metrics = [load(name) for name in names]
    return {one.name: days_of(then, one, period) for one in metrics if can_tell(one, told)}


def _rows(
    evidence: Evidence, project: Project, days: Mapping[str, Period], told: frozenset[str]
) -> dict[Whom, Figures]:
    """The key figures and the rows of the channels."""
    asked = [Asked(one, load(one.metric), days[one.metric]) for one in columns(told)]
    lines = figures_of(evidence, asked, (CHANNEL,))
    scopes = told_of(told, bought(project, spending(lines)), [line[0] for line in lines])
    return {
        **{Whom(one.key, channels=one.members): _of_scope(evidence, one, names, days) for one, names in scopes},
        **{Whom(None, line, frozenset({line[0]})): row for line, row in lines.items()},
    }


def _of_scope(evidence: Evidence, scope: Scope, names: Sequence[str], days: Mapping[str, Period]) -> Figures:
    shown = [name for name in names if name in days]
    found: dict[str, Figure] = {}
    for span in dict.fromkeys(days[name] for name in shown):
        found |= figures(evidence, scope, [load(name) for name in shown if days[name] == span], span)
    return {name: found[name] for name in shown if name in found}


# --- and why ------------------------------------------------------------------------------------------------


class _Reasons:
    """The days that are told otherwise, by table; each table is looked at once for the same days."""

    def __init__(self, told: Corrected) -> None:
        self._told = told
        self._seen: dict[tuple[str, Period], list[Correction]] = {}

    def of(self, one: Restated) -> tuple[Correction, ...]:
        """Those that a figure is made from."""
        needed = needed_by(one.metric) | {"cohort"}
        found = [each for table in sorted(needed) for each in self._of(table, _touched(one, table))]
        channels = one.whom.channels
        return tuple(
            each for each in found if channels is None or each.table not in _BY_CHANNEL or each.channel in channels
        )

    def _of(self, table: str, days: Period) -> list[Correction]:
        if (table, days) not in self._seen:
            self._seen[table, days] = self._told.of(table, days)
        return self._seen[table, days]


def _touched(one: Restated, table: str) -> Period:
    """The days of what a figure counts: of what users did, up to the day on which the last are judged."""
    if table in _BY_CHANNEL or one.metric.cohort is None:
        return one.period
    return Period(one.period.start, one.period.end + timedelta(days=one.metric.cohort.days(one.metric.numbers)))


def _moved(told: Corrected) -> Mapping[str, int]:
    """How many users were acquired otherwise than it was known then."""
    before, after = (one.loaded.tables.get("acquisition") for one in (told.then, told.now))
    if before is None or after is None or not told.new_files:
        return {"day": 0, "channel": 0}
    return moved(before, after, after.filter(pl.col("source_file").is_in(list(told.new_files))))


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
