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

_FOUND_THERE = frozenset({"channel", "group", *CALENDAR})


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
    told = _FOUND_THERE if evidence.groups else _FOUND_THERE - {"group"}
    if not family.periodic & wanted.keys() and set(ask.dimensions) <= told:
        by_day = _kept(evidence, Ask(EVER, ("channel",), (), bounded=False), family, wanted, plan)
        if by_day is not None:
            return _asked_of(by_day, evidence, ask)
    return _kept(evidence, ask, family, wanted, plan)


def _kept(
    evidence: Evidence, ask: Ask, family: Family, wanted: Mapping[str, Request], plan: Plan
) -> pl.LazyFrame | None:
    assert evidence.memory is not None  # noqa: S101 - `is_kept` said so
    keeper = evidence.memory.keeper
    asked = repr((ask.period, ask.by, ask.where, ask.bounded))
    state = _hash(evidence.memory.state, evidence.fingerprint, *family.measures, "/", *sorted(wanted), asked)
    found = keeper.find("totals", state)
    if found is None:
        made = plan(ask)
        found = None if made is None else keeper.keep("totals", state, made.collect(engine="streaming"))
    return found


def _asked_of(cube: pl.LazyFrame, evidence: Evidence, ask: Ask) -> pl.LazyFrame:
    """What an ask selects of totals by channel and day, under the dimensions that it has."""
    chosen = cube.with_columns(channel="by_channel").filter(ask.covers())
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
