"""The users acquired in the period, one row each: what all measures of users start from."""

from __future__ import annotations

import polars as pl

from opsctl.measures.dimension import split
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import later


def acquired(evidence: Evidence, ask: Ask, rows: pl.LazyFrame | None = None) -> pl.LazyFrame | None:
    """Acquisitions of the period with their asked dimensions; None where they cannot be split so.

    `rows` are all acquisitions with more beside them.
    """
    everyone = evidence.acquisition if rows is None else rows
    return split(evidence, ask, "acquisition", evidence.kept(everyone.filter(ask.within())))


def brought(evidence: Evidence) -> pl.LazyFrame:
    """Each user once, by the first acquisition whatever the product: a user's channel is frozen then (G8)."""
    if evidence.acquired_once:
        return evidence.acquisition
    first = evidence.acquisition.sort("day", "acquired_at", "product", nulls_last=True)
    return first.unique("user", keep="first", maintain_order=True)


def is_mature(evidence: Evidence, table: str, days: int) -> pl.Expr:
    """True where the `days`-th day after acquisition has been seen whole in a table (calendar maturity, G4)."""
    through = evidence.through(table)
    return pl.lit(value=False) if through is None else later("day", days) <= through
