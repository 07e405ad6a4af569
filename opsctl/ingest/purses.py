"""An account that one export names and another does not: it may be the same money, and must not be added blindly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import SENT_TWICE, Part
from opsctl.ingest.breakdowns import ROUNDING_SLACK, span_of

_SLICE = ("channel", "currency", "day", "through")
# For each name what must be the same for two rows to be of one money, whatever they say of it.
_NAMES = {"account": _SLICE, "product": (*_SLICE, "account"), "agency": (*_SLICE, "account", "product")}


def one_name_each(parts: list[Part]) -> tuple[list[Part], list[OpsctlError]]:
    """The files of one platform without rows that others tell under a name which these lack.

    Where they differ nobody can tell two accounts apart, and the file without the name is refused.
    """
    left = list(parts)
    refused: list[OpsctlError] = []
    for name, same in _NAMES.items():
        named = [part for part in left if part.frame[name].count()]
        for at, part in enumerate(left):
            rows = part.frame.filter(pl.col(name).is_null())
            others = [one for one in named if one is not part]
            if rows.is_empty() or not others:
                continue
            shared = _shared(rows, others, name, same)
            if shared.is_empty():
                continue
            if not _agree(rows, others, shared, name):
                refused.append(_overlap(part, others[0], shared, name))
                left[at] = replace(part, frame=part.frame.clear())
            else:
                left[at] = _without(part, shared, name)
    gone = {error.file for error in refused}
    return [part for part in left if part.account.file not in gone], refused


def under_the_only_names(parts: list[Part]) -> list[Part]:
    """The files of one platform; where only one account, product or agency is ever named, it is that of all."""
    for name in _NAMES:
        parts = _under_the_only_name(parts, name)
    return parts


def _under_the_only_name(parts: list[Part], name: str) -> list[Part]:
    """The files, rows without a name under the one that all others of their channel have, where their days meet."""
    keys = ["channel", "currency"]
    named = [part.frame.filter(pl.col(name).is_not_null()) for part in parts]
    ends = pl.coalesce("through", "day")
    told = pl.concat([rows.select(*keys, name, "day", last=ends) for rows in named])
    only = (
        told.group_by(keys)
        .agg(pl.col(name).unique(), first=pl.col("day").min(), last=pl.col("last").max())
        .filter(pl.col(name).list.len() == 1)
    )
    if only.is_empty():
        return parts
    return [_named(part, only, name) for part in parts]


def _named(part: Part, only: pl.DataFrame, name: str) -> Part:
    if part.frame[name].null_count() == 0 or part.frame[name].count():
        return part
    keys = ["channel", "currency"]
    days = part.frame.group_by(keys).agg(
        start=pl.col("day").min(), end=pl.coalesce("through", "day").max(), undated=pl.col("day").is_null().any()
    )
    meet = pl.col("undated") | ((pl.col("start") <= pl.col("last")) & (pl.col("end") >= pl.col("first")))
    names = days.join(only, on=keys).filter(meet).select(*keys, _only=pl.col(name).list.first())
    if names.is_empty():
        return part
    filled = part.frame.join(names, on=keys, how="left", maintain_order="left")
    frame = filled.with_columns(pl.coalesce(name, "_only").alias(name)).drop("_only")
    return replace(part, frame=frame)


def _shared(rows: pl.DataFrame, others: Sequence[Part], name: str, same: Sequence[str]) -> pl.DataFrame:
    """The days and channels of which both tell, the others under the name."""
    told = pl.concat([one.frame.filter(pl.col(name).is_not_null()).select(same) for one in others]).unique()
    return rows.select(same).unique().join(told, on=list(same), how="semi", nulls_equal=True)


def _agree(rows: pl.DataFrame, others: Sequence[Part], shared: pl.DataFrame, name: str) -> bool:
    """Is the money without the name that of some file with it, or of all of them together?"""
    mine = _sums(rows, shared)
    each = [_sums(one.frame.filter(pl.col(name).is_not_null()), shared) for one in others]
    together = pl.concat(each).group_by(shared.columns).agg(pl.col("spend").sum())
    return any(_equal(mine, theirs) for theirs in (together, *each))


def _sums(rows: pl.DataFrame, shared: pl.DataFrame) -> pl.DataFrame:
    of_shared = rows.join(shared, on=shared.columns, how="semi", nulls_equal=True)
    return of_shared.group_by(shared.columns).agg(pl.col("spend").sum())


def _equal(mine: pl.DataFrame, theirs: pl.DataFrame) -> bool:
    keys = [name for name in mine.columns if name != "spend"]
    pairs = mine.join(theirs, on=keys, nulls_equal=True, suffix="_named")
    close = (pairs["spend"] - pairs["spend_named"]).abs() <= pairs["spend"] * ROUNDING_SLACK
    return pairs.height == mine.height and bool(close.all())


def _without(part: Part, shared: pl.DataFrame, name: str) -> Part:
    rows = part.frame.filter(pl.col(name).is_null())
    unnamed = rows.join(shared, on=shared.columns, how="semi", nulls_equal=True)
    left = part.frame.join(unnamed.select("line"), on="line", how="anti", maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(SENT_TWICE, part.frame.height - left.height))


def _overlap(part: Part, other: Part, shared: pl.DataFrame, name: str) -> Overlap:
    return Overlap(
        f"{part.account.file} does not name the {name} that {other.account.file} names, of the same days"
        f" ({span_of(shared)}), and the sums differ: nobody can tell whether it is the same money",
        file=part.account.file,
        hint=f"give its files their `{name}:` under sources in opsctl.yaml, or leave one of them out",
    )
