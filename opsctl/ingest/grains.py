"""One money by the day and by the week: where days tell it, a row that spans them is not added to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Part
from opsctl.ingest.remarks import Note

TOLD_BY_DAY = "told by the day"
_PURSE = ["account", "channel", "currency"]
_SLACK = 0.005  # of the money: platforms round rows


def days_before_spans(parts: list[Part]) -> tuple[list[Part], list[OpsctlError], list[Note]]:
    """The files of one platform without rows that span days which other rows tell one by one.

    A file whose rows span days of which others tell another sum is refused: nobody can say which part of its money
    is already counted. So is a file that names no days beside files that do.
    """
    left = list(parts)
    refused: list[OpsctlError] = []
    notes: list[Note] = []
    for at, part in enumerate(parts):
        spans = part.frame.filter(_is_span())
        others = [one for one in left if one is not part and one is not None]
        if spans.is_empty() or not others:
            continue
        beside = _beside(spans, others)
        if beside.is_empty():
            continue
        if _agree(spans, beside):
            gone = spans.join(beside.select(_PURSE).unique(), on=_PURSE, how="semi", nulls_equal=True)
            left[at] = _without(part, gone)
            notes.append(Note("same_money", f"{part.account.file}: its money is told by the day in other files"))
        else:
            refused.append(_refusal(part, others[0] if len(others) == 1 else None))
            left[at] = replace(part, frame=part.frame.clear())
    return [one for one in left if not _is_refused(one, refused)], refused, notes


def _is_span() -> pl.Expr:
    return pl.col("through").is_not_null() | pl.col("day").is_null()


def _beside(spans: pl.DataFrame, others: Sequence[Part]) -> pl.DataFrame:
    """Rows of other files and the same account whose days cross one of the spans without being the same span."""
    asked = spans.select(*_PURSE, first="day", last=pl.coalesce("through", "day")).unique()
    told = pl.concat([part.frame.select(*_PURSE, "day", "through", "spend") for part in others])
    ends = pl.coalesce("through", "day")
    crossing = (pl.col("day") <= pl.col("last")) & (ends >= pl.col("first"))
    same = pl.col("day").eq_missing(pl.col("first")) & ends.eq_missing(pl.col("last"))
    undated = pl.col("first").is_null() | pl.col("day").is_null()
    return told.join(asked, on=_PURSE, how="inner", nulls_equal=True).filter((undated | crossing) & ~same)


def _agree(spans: pl.DataFrame, beside: pl.DataFrame) -> bool:
    """Do single days within the spans add up to the spans' own money?"""
    whole = beside.filter(
        pl.col("through").is_null() & (pl.col("day") >= pl.col("first")) & (pl.col("day") <= pl.col("last"))
    )
    if whole.height < beside.height:
        return False
    stated = spans.group_by(*_PURSE, first="day", last=pl.coalesce("through", "day")).agg(pl.col("spend").sum())
    added = whole.group_by(*_PURSE, "first", "last").agg(pl.col("spend").sum())
    pairs = stated.join(added, on=[*_PURSE, "first", "last"], nulls_equal=True, suffix="_by_day")
    return bool(((pairs["spend"] - pairs["spend_by_day"]).abs() <= pairs["spend"] * _SLACK).all())


def _without(part: Part, gone: pl.DataFrame) -> Part:
    left = part.frame.join(gone.select("line"), on="line", how="anti", maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(TOLD_BY_DAY, part.frame.height - left.height))


def _is_refused(part: Part, refused: Sequence[OpsctlError]) -> bool:
    return any(error.file == part.account.file for error in refused)


def _refusal(part: Part, other: Part | None) -> Overlap:
    beside = other.account.file if other else "other files"
    return Overlap(
        f"its rows span days of which {beside} of the same account tell{'s' if other else ''} too, and the sums differ",
        file=part.account.file,
        hint="leave it out, or export it by the day; if it is another account, give it its own `account:` under"
        " sources in opsctl.yaml",
    )
