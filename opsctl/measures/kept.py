"""Totals that a store keeps: by channel and day where days add up, else exactly as they were asked.

Most questions are about channels and spans of days. Where a family's rows depend on the period only in that it selects
their days, its totals by channel and day answer all of these, and are made once for every state of the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

import polars as pl

from opsctl.core.period import EVER
from opsctl.ingest.memory import Keeper
from opsctl.measures.dimension import CALENDAR
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Family, Request

Wanted = Mapping[str, Request]
Plan = Callable[[Ask, Family, Wanted], pl.LazyFrame | None]
Shelf = Mapping[str, pl.LazyFrame]

_FOUND_THERE = frozenset({"channel", "group", *CALENDAR})
_BY_DAY = Ask(EVER, ("channel",), (), bounded=False)


def is_kept(evidence: Evidence, family: Family) -> bool:
    """Is there a store that would keep what the family adds up? Money by spans or breakdowns does not add up so."""
    plain = family.table != "spend" or not (evidence.spans or evidence.cuts)
    return evidence.memory is not None and plain and "cohort" not in evidence.tables


def made(evidence: Evidence, asked: Iterable[tuple[Ask, Family, Wanted]], plan: Plan) -> Shelf:
    """All that several asks need, each under the name of its state; what was not kept is made now, in one go.

    `plan` adds up the rows of an ask from the tables.
    """
    keeper = _keeper(evidence)
    there: dict[str, pl.LazyFrame] = {}
    missing: dict[str, pl.LazyFrame] = {}
    for ask, family, wanted in asked:
        for finest in _finest(evidence, ask, family, wanted):
            state = _state(evidence, finest, family, wanted)
            if state in there or state in missing:
                break
            if (found := keeper.find("totals", state)) is not None:
                there[state] = found
                break
            if (rows := plan(finest, family, wanted)) is not None:
                missing[state] = rows
                break
    frames = pl.collect_all(list(missing.values()), engine="streaming")
    return there | {state: keeper.keep("totals", state, frame) for state, frame in zip(missing, frames, strict=True)}


def rows(evidence: Evidence, ask: Ask, family: Family, wanted: Wanted, shelf: Shelf) -> pl.LazyFrame | None:
    """The family's rows for an ask, already added up: columns as its plan has them, one row per key, day or so.

    `shelf` holds what `made` made for the ask; None where it cannot be split as asked.
    """
    for finest in _finest(evidence, ask, family, wanted):
        found = shelf.get(_state(evidence, finest, family, wanted))
        if found is not None:
            return found if finest == ask else _asked_of(found, evidence, ask)
    return None


def _finest(evidence: Evidence, ask: Ask, family: Family, wanted: Wanted) -> tuple[Ask, ...]:
    """What may be kept of an ask: totals by channel and day, where they add up to it and can be split so, else it."""
    told = _FOUND_THERE if evidence.groups else _FOUND_THERE - {"group"}
    adds_up = not family.periodic & wanted.keys() and set(ask.dimensions) <= told
    return (_BY_DAY, ask) if adds_up else (ask,)


def _state(evidence: Evidence, ask: Ask, family: Family, wanted: Wanted) -> str:
    assert evidence.memory is not None  # noqa: S101 - `is_kept` said so
    asked = repr((ask.period, ask.by, ask.where, ask.bounded))
    return _hash(evidence.memory.state, evidence.fingerprint, *family.measures, "/", *sorted(wanted), asked)


def _keeper(evidence: Evidence) -> Keeper:
    assert evidence.memory is not None  # noqa: S101 - `is_kept` said so
    return evidence.memory.keeper


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
