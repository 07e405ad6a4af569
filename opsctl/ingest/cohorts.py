"""Tables of cohorts beside rows of users: the same users must not be told twice."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Part
from opsctl.ingest.breakdowns import span_of
from opsctl.ingest.remarks import Note

_SLICE = ["channel", "day"]


def beside_users(cohorts: Sequence[Part], users: Sequence[Part]) -> tuple[list[Part], list[OpsctlError]]:
    """The tables of cohorts that tell of no channel and day of which there are rows of users; the others' refusals."""
    kept: list[Part] = []
    refused: list[OpsctlError] = []
    for part in cohorts:
        twice = [(one, shared) for one in users if (shared := _shared(part, one)).height]
        if not twice:
            kept.append(part)
            continue
        one, shared = twice[0]
        refused.append(
            Overlap(
                f"{part.account.file} adds up users whom {one.account.file} names one by one ({span_of(shared)})",
                file=part.account.file,
                hint="leave one of them out: users one by one say more than a table that was added up elsewhere",
            )
        )
    return kept, refused


def _shared(part: Part, users: Part) -> pl.DataFrame:
    return part.frame.select(_SLICE).unique().join(users.frame, on=_SLICE, how="semi")


def summary_notes(parts: Sequence[Part]) -> list[Note]:
    """That figures come from a table which somebody else added up."""
    files = ", ".join(part.account.file for part in parts)
    return [Note("summary_table", f"{files}: from a summary table, definitions fixed by its source")] if parts else []
