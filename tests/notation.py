"""Small tables in the field's own notation, the evidence that they make, and what is answered from it.

A line is a head and, behind a colon, the users it is about; `name=value` sets any further column:

    users("2025-01-01: a b", "2025-01-05 12:00 douyin: c product=tea")
    active("2025-01-08: a", "2025-01-08 09:30 order: b")
    spend("2025-01-01 douyin 100", "2025-01-02 douyin 90 USD clicks=20")
    orders("2025-01-03 a 128.00", "2025-01-04 09:30 b 60 refunded=60 refunded_at=2025-01-20", "unpaid c 15")

Times are local to the zone given to `evidence`, where the tables become what reading files would have made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsctl.config.policy import Policy, shipped_policy
from opsctl.core import money
from opsctl.core.period import Period, parse
from opsctl.measures.evidence import Ask, Campaigns, Evidence
from opsctl.measures.totals import Totals, totals
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns, physical_schema, required

Row = dict[str, Any]
Rows = list[Row]
Group = tuple[str | None, ...]

ALL_TIME = Period(date(1990, 1, 1), date(2100, 12, 31))

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")
_SETTING = re.compile(r"(\w+)=(\S+)")


def users(*lines: str, channel: str = "A") -> Rows:
    """Acquisitions: `DAY [TIME] [CHANNEL]: USER…`."""
    return [
        {"user": user, "acquired_at": moment, "channel": words[0] if words else channel, **settings}
        for moment, words, people, settings in map(_line, lines)
        for user in people
    ]


def active(*lines: str, event: str = "open") -> Rows:
    """Activity: `DAY [TIME] [EVENT]: USER…`."""
    return [
        {"user": user, "at": moment, "event": words[0] if words else event, **settings}
        for moment, words, people, settings in map(_line, lines)
        for user in people
    ]


def spend(*lines: str) -> Rows:
    """Spend: `DAY CHANNEL AMOUNT [CURRENCY]`."""
    found = []
    for day, (channel, amount, *currency), _, settings in map(_line, lines):
        named = {"currency": currency[0]} if currency else {}
        found.append({"day": day, "channel": channel, "spend": amount, **named, **settings})
    return found


def orders(*lines: str) -> Rows:
    """Orders: `DAY [TIME] USER AMOUNT [CURRENCY]`, or `unpaid USER AMOUNT`; numbered o1, o2, … in their order."""
    found = []
    for number, (moment, words, _, settings) in enumerate(map(_line, lines), start=1):
        user, amount, *currency = words[1:] if words[0] == "unpaid" else words
        named = {"currency": currency[0]} if currency else {}
        found.append({"order": f"o{number}", "paid_at": moment, "user": user, "paid": amount, **named, **settings})
    return found


def _line(line: str) -> tuple[str | None, list[str], list[str], dict[str, str]]:
    """The moment, the words before the colon, the users behind it, and the settings."""
    settings = dict(_SETTING.findall(line))
    head, _, people = _SETTING.sub("", line).strip().partition(": ")
    words = head.rstrip(":").split()
    moment = words.pop(0) if words and _DAY.fullmatch(words[0]) else None
    if moment and words and _TIME.fullmatch(words[0]):
        moment = f"{moment} {words.pop(0)}"
    return moment, words, people.split(), settings


# --- from rows to evidence ------------------------------------------------------------------------------


def frame(table: str, rows: Rows, zone: str = "Asia/Shanghai") -> pl.DataFrame:
    """Rows as reading a file would have made them: the physical schema, attributes, file and line."""
    model = tables()[table]
    kinds = columns(model)
    made: Rows = []
    for line, row in enumerate(rows, start=2):
        found: Row = {"source_file": 0, "source_line": line}
        for name, value in row.items():
            if name in kinds and kinds[name].kind is Kind.MOMENT:
                found |= _moment(name, kinds[name].day_name, value, zone)
            else:
                found[name] = _physical(kinds[name].kind if name in kinds else Kind.TEXT, value)
        made.append(found)
    attributes = {name: pl.String() for row in rows for name in row if name.startswith("attribute_")}
    places = {"source_file": pl.Int32(), "source_line": pl.Int64()}
    return pl.DataFrame(made, schema={**physical_schema(model), **attributes, **places})


def _moment(name: str, day_name: str, value: Any, zone: str) -> Row:
    """The point in time and its local day; a bare date has no point in time."""
    if value is None:
        return {}
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if ":" in value else date.fromisoformat(value)
    if not isinstance(value, datetime):
        return {day_name: value}
    local = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
    return {name: local.astimezone(ZoneInfo("UTC")), day_name: local.astimezone(ZoneInfo(zone)).date()}


def _physical(kind: Kind, value: Any) -> Any:
    match kind:
        case _ if value is None:
            return None
        case Kind.MONEY | Kind.QUANTITY:
            return money.units(value)
        case Kind.COUNT:
            return int(value)
        case Kind.DAY if isinstance(value, str):
            return date.fromisoformat(value)
        case _:
            return value


def evidence(  # noqa: PLR0913 - what there is to be known, all by name
    *,
    acquisition: Rows | None = None,
    activity: Rows | None = None,
    order: Rows | None = None,
    spend: Rows | None = None,
    until: str,
    seen: Mapping[str, str] | None = None,
    zone: str = "Asia/Shanghai",
    margin: str | None = None,
    qualifying: Iterable[str] | None = None,
    groups: Mapping[str, str] | None = None,
    campaigns: Campaigns | None = None,
    foreign_days: Iterable[str] = (),
    policy: Policy | None = None,
) -> Evidence:
    """Evidence of the tables that are given, each seen through the day `until`, or through its own in `seen`."""
    given = {"acquisition": acquisition, "activity": activity, "order": order, "spend": spend}
    frames = {name: frame(name, rows, zone) for name, rows in given.items() if rows is not None}
    return of_frames(
        frames,
        until=date.fromisoformat(until),
        seen={name: date.fromisoformat(day) for name, day in (seen or {}).items()},
        zone=zone,
        margin=None if margin is None else Fraction(margin),
        qualifying=None if qualifying is None else frozenset(qualifying),
        groups=groups or {},
        campaigns=campaigns or Campaigns(),
        foreign_days=frozenset(foreign_days),
        policy=policy or shipped_policy(),
    )


def of_frames(frames: Mapping[str, pl.DataFrame], *, until: date, **others: Any) -> Evidence:
    """Evidence of tables that have all their columns; a column is supplied where any row has a value."""
    seen = others.pop("seen", {})
    others.setdefault("policy", shipped_policy())
    return Evidence(
        tables={name: rows.lazy() for name, rows in frames.items()},
        supplied={name: _supplied(name, rows) for name, rows in frames.items()},
        as_of=until,
        last_day={name: seen.get(name, until) for name, rows in frames.items() if rows.height},
        **others,
    )


def _supplied(table: str, rows: pl.DataFrame) -> frozenset[str]:
    filled = {name for name in rows.columns if rows[name].null_count() < rows.height}
    return frozenset(filled - {"source_file", "source_line"}) | required(tables()[table])


def with_tables(found: Evidence, **frames: pl.LazyFrame) -> Evidence:
    """The same evidence with other rows in some of its tables."""
    return replace(found, tables={**found.tables, **frames})


# --- from evidence to figures ---------------------------------------------------------------------------


def ask(by: str = "", where: Mapping[str, str] | None = None, period: str | None = None) -> Ask:
    """A question: dimensions and values are comma-separated, and without a period all that is known is meant."""
    return Ask(
        period=ALL_TIME if period is None else parse(period, ALL_TIME.end),
        by=tuple(filter(None, by.split(","))),
        where=tuple((name, tuple(values.split(","))) for name, values in (where or {}).items()),
        bounded=period is not None,
    )


def figures(found: Evidence, metric: str, question: Ask | None = None) -> dict[Group, Figure]:
    """One metric by group; without dimensions the only group is ()."""
    return {group: one[metric] for group, one in every_figure(found, [metric], question).items()}


def every_figure(found: Evidence, names: Sequence[str], question: Ask | None = None) -> dict[Group, dict[str, Figure]]:
    """Several metrics by group, answered in one go."""
    asked = _known_days(found, question or ask())
    rows = answer(found, asked, [load(name) for name in names])
    return {tuple(row.group[name] for name in asked.by): dict(row.figures) for row in rows}


def measured(found: Evidence, question: Ask, measures: Iterable[str]) -> Totals:
    """Measures as they add up, before any metric is made of them."""
    return totals(found, _known_days(found, question), measures)


def _known_days(found: Evidence, asked: Ask) -> Ask:
    return asked if asked.bounded else replace(asked, period=Period(ALL_TIME.start, found.as_of))


def figure(found: Evidence, metric: str, question: Ask | None = None) -> Figure:
    """One metric over everything asked."""
    return figures(found, metric, question)[()]


def values(found: Evidence, metric: str, by: str = "channel", **question: Any) -> dict[str | None, Any]:
    """The values of one metric by one dimension, as JSON shows them."""
    rows = figures(found, metric, ask(by, **question))
    return {group: one.as_json()["value"] for (group,), one in rows.items()}


def sides(one: Figure) -> tuple[int | Fraction | None, int | Fraction | None]:
    """Numerator and denominator as they were counted (money in ten-thousandths); None where nothing was."""
    top, bottom = one.numerator, one.denominator
    return top.number if top else None, bottom.number if bottom else None
