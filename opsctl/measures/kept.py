"""Totals that a store keeps: by channel and day where days add up, else exactly as they were asked.

Most questions are about channels and spans of days. Where a family's rows depend on the period only in that it selects
their days, its totals by channel and day answer all of these, and are made once for every state of the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import polars as pl

from opsctl.core.period import EVER
from opsctl.measures.dimension import CALENDAR
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Family, Request

Plan = Callable[[Ask], pl.LazyFrame | None]

_FINEST = ("channel", "day")
_FOUND_THERE = frozenset({*_FINEST, "group", *CALENDAR})


def is_kept(evidence: Evidence, family: Family) -> bool:
    """Is there a store that would keep what the family adds up? Money by spans or breakdowns does not add up so."""
    plain = family.table != "spend" or not (evidence.spans or evidence.cuts)
    return evidence.memory is not None and plain and "cohort" not in evidence.tables


def rows(
    evidence: Evidence, ask: Ask, family: Family, wanted: Mapping[str, Request], plan: Plan
) -> pl.LazyFrame | None:
    """The family's rows for an ask, already added up: columns as `plan` has them, one row per key, day or so.

    `plan` adds up the rows of an ask from the tables.
    """
    assert evidence.memory is not None  # noqa: S101 - `is_kept` said so
    finest = Ask(EVER, _FINEST, (), bounded=False)
    told = _FOUND_THERE if evidence.groups else _FOUND_THERE - {"group"}
    adds_up = not family.periodic & wanted.keys() and set(ask.dimensions) <= told
    asked = "by channel and day" if adds_up else repr((ask.period, ask.by, ask.where, ask.bounded))
    state = _hash(evidence.memory.state, evidence.fingerprint, *family.measures, "/", *sorted(wanted), asked)
    found = evidence.memory.keeper.find("totals", state)
    if found is None:
        made = plan(finest if adds_up else ask)
        if made is None:
            return None
        found = evidence.memory.keeper.keep("totals", state, made.collect(engine="streaming"))
    return _asked_of(found, evidence, ask) if adds_up else found


def _asked_of(cube: pl.LazyFrame, evidence: Evidence, ask: Ask) -> pl.LazyFrame:
    """What an ask selects of totals by channel and day, under the dimensions that it has."""
    dated = cube.with_columns(day=pl.col("by_day").str.to_date("%Y-%m-%d"), channel="by_channel")
    chosen = dated.filter(ask.covers())
    for name, values in ask.where:
        chosen = chosen.filter(_dimension(evidence, name).is_in(values))
    return chosen.with_columns(_dimension(evidence, name).alias(f"by_{name}") for name in ask.by)


def _dimension(evidence: Evidence, name: str) -> pl.Expr:
    if name in CALENDAR:
        return CALENDAR[name](pl.col("day"))
    if name == "group":
        return pl.col("channel").replace_strict(dict(evidence.groups), default=None, return_dtype=pl.String)
    return pl.col("channel")


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
