"""The users acquired in the period, one row each: what all measures of users start from."""

from __future__ import annotations

import polars as pl

from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import later, monday


def acquired(evidence: Evidence, ask: Ask) -> pl.LazyFrame | None:
    """Acquisitions of the period with their asked dimensions and `week`; None where they cannot be split so."""
    found = split(evidence, ask, "acquisition", evidence.kept(evidence.acquisition.filter(ask.within())))
    return None if found is None else found.with_columns(week=monday())


def brought(evidence: Evidence) -> pl.LazyFrame:
    """Each user once, by the first acquisition whatever the product: a user's channel is frozen then (G8)."""
    first = evidence.acquisition.sort("day", "acquired_at", "product", nulls_last=True)
    return first.unique("user", keep="first", maintain_order=True)


def is_mature(evidence: Evidence, table: str, days: int) -> pl.Expr:
    """True where the `days`-th day after acquisition has been seen whole in a table (calendar maturity, G4)."""
    through = evidence.through(table)
    return pl.lit(value=False) if through is None else later("day", days) <= through
