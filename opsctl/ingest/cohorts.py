"""Tables of cohorts: rows of one cohort are one, files of one cohort agree, and users are not told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Part
from opsctl.ingest.breakdowns import span_of
from opsctl.ingest.remarks import Note
from opsctl.schemas import tables

_FINER = ("product", "account", "campaign")
COHORT = ("day", "channel", *_FINER)
_DAY = ["channel", "day"]
_SUMMED = ("users", "active", "rounding", "orders", "net_paid")
# Of what an amount is one: two files that tell it tell the same, or contradict each other.
_OF = {
    "users": COHORT,
    "active": (*COHORT, "offset", "day_unit"),
    "orders": (*COHORT, "offset", "day_unit"),
    "net_paid": (*COHORT, "offset", "day_unit", "currency"),
}


def added_up(part: Part) -> tuple[Part, list[Note]]:
    """A file with one row per cohort and offset: several are parts of it, by something that nothing reads."""
    key = list(tables()["cohort"].KEY)
    if not part.frame.select(pl.struct(key).is_duplicated().any()).item():
        return part, []
    whole = [pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in _SUMMED]
    others = pl.exclude(*key, *_SUMMED).first()
    frame = part.frame.group_by(key, maintain_order=True).agg(*whole, others).select(part.frame.columns)
    text = (
        f"{part.account.file}: several rows per day and channel were added up ({part.frame.height} to {frame.height})"
    )
    return replace(part, frame=frame), [Note("added_up", text)]


def settled(parts: Sequence[Part]) -> tuple[list[Part], list[OpsctlError]]:
    """The files that do not contradict each other; one may know what another does not know yet."""
    if len(parts) < 2:  # noqa: PLR2004 - a pair
        return list(parts), []
    rows = pl.concat(
        [part.frame.with_columns(owner=pl.lit(at, pl.Int64), cut=pl.lit(_cut(part))) for at, part in enumerate(parts)],
        how="diagonal",
    )
    wrong = [_differing(rows, ("channel", "day"), "cut")]
    wrong += [_differing(rows.filter(pl.col(name).is_not_null()), key, name) for name, key in _OF.items()]
    owners = pl.concat(wrong).group_by("owner").agg(pl.col("day").sort(), pl.col("with").min()).sort("owner")
    out = set(owners["owner"])
    refused: list[OpsctlError] = [
        _differ(parts[other], parts[owner], days) for owner, days, other in owners.iter_rows() if owner != other
    ]
    return [part for at, part in enumerate(parts) if at not in out], refused


def _cut(part: Part) -> str:
    """What a file tells cohorts apart by, beside channel and day."""
    return "+".join(name for name in _FINER if part.frame[name].count())


def _differing(rows: pl.DataFrame, key: Sequence[str], name: str) -> pl.DataFrame:
    """Of what is told in two ways, who tells it, on which day, and who is the first of them."""
    told = rows.select(*dict.fromkeys((*key, "day")), name, "owner").unique()
    twice = told.filter(pl.col(name).n_unique().over(key) > 1, pl.col("owner").n_unique().over(key) > 1)
    return twice.select("owner", "day", **{"with": pl.col("owner").min().over([pl.col(one) for one in key])})


def _differ(first: Part, other: Part, days: Sequence[date]) -> Overlap:
    return Overlap(
        f"{first.account.file} and {other.account.file} tell differently of the same channels and days"
        f" ({span_of(pl.DataFrame({'day': days}))})",
        file=other.account.file,
        hint="leave out the older one, or the one that is split further",
    )


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
    return part.frame.select(_DAY).unique().join(users.frame, on=_DAY, how="semi")


def summary_notes(parts: Sequence[Part]) -> list[Note]:
    """That figures come from a table which somebody else added up."""
    files = ", ".join(part.account.file for part in parts)
    return [Note("summary_table", f"{files}: from a summary table, definitions fixed by its source")] if parts else []
