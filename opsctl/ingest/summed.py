"""Rows that sum up other rows of their file, whatever they are called: their amounts prove it.

A label alone proves nothing, since a campaign may be called 全网; where one sounds like a total, a single equal sum
does, and where it sounds like a name, equal sums of several amounts wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

import polars as pl

from opsctl.ingest.written import TOTAL

AVERAGE = "remark"  # the reason for which a row of averages is dropped: it is compared with nothing
_ROUNDING = 0.0005  # of the sum: platforms round rows
_MOST = 5_000_000  # rows; nobody writes totals among so many
_MARKS = re.compile(r"[\s【】\[\]()*<>《》「」:_.]+")
_NAMELESS = re.compile(r"(?:[-—/]*|\\n|null|none|nan|mixed|multiple|多个|多項)")
_SUMS = "合计|总计|小计|汇总|求和|累计|总和|共计|合計|總計|小計|彙總|累計|합계|총계"
_SURELY = re.compile(
    rf"(?:{_SUMS})|全部(?:渠道)?|整体|总体|大盘|all(?: channels)?|(?:grand |sub ?|day |daily )?totals?|ttl|sum|σ"
)
_ALL = re.compile(
    rf".*(?:{_SUMS})(?:值|数据|数|额|元)?|合计.*|[总總].{{0,3}}|全.{{1,5}}|整體|大盤|小结|all .*|итого|всего|tổng.*"
    r"|.*\b(?:total|ttl|sum|summe|gesamt\w*|overall|mtd|ytd|totaal|totale)\b.*"
)
_AVERAGE = re.compile(r".*(?:平均|均值|日均|average|avg|mean).*")
_MERELY = re.compile("(?:渠道|每日|日)?(?:平均|均值|平均值|日均)|(?:daily )?(?:average|avg|mean)")  # no channel is
_SEVERAL = 2


def summed_rows(
    frame: pl.DataFrame, amounts: Sequence[str], keys: Sequence[str], names: Sequence[str]
) -> list[tuple[int, str]]:
    """The lines of rows that are the sums of others, or the average, and which of the two.

    Args:
        frame: Rows with their `line`.
        amounts: What is added, the most telling first; nulls are nothing.
        keys: What the rows of one sum share.
        names: What tells its rows apart: channels over all keys, and everything else within a channel.
    """
    found: dict[int, str] = {}
    if frame.height > _MOST:
        return []
    for name in (name for name in names if name in frame.columns and frame[name].n_unique() > 1):
        within = [*keys] if name == "channel" else [*keys, "channel"]
        found |= _sums_among(_without(frame, found), name, within, amounts)
        if name == "channel":
            found |= dict.fromkeys(_sums_of_all(_without(frame, found), amounts[0], keys), TOTAL)
    return sorted(found.items())


def _without(frame: pl.DataFrame, lines: Collection[int]) -> pl.DataFrame:
    return frame.filter(~pl.col("line").is_in(pl.Series(sorted(lines), dtype=pl.Int64).implode()))


def _sums_among(frame: pl.DataFrame, name: str, within: list[str], amounts: Sequence[str]) -> dict[int, str]:
    """The rows that are the sums of those beside them, by one of their names."""
    added = frame.group_by(*within, name).agg(pl.col(amounts).sum(), pl.col("line"), rows=pl.len())
    others = [(pl.col(amount).sum().over(within) - pl.col(amount)).alias(f"{amount}_others") for amount in amounts]
    rows = pl.col("rows").sum().over(within) - pl.col("rows")
    beside = added.with_columns(*others, many=pl.len().over(within) - 1, rows_others=rows)
    kinds = [_kind(value) for value in beside[name]]
    judged = beside.with_columns(
        kind=pl.Series(kinds, dtype=pl.String),
        is_sum=_is_near(amounts[0], pl.col(f"{amounts[0]}_others")),
        is_mean=pl.any_horizontal(
            _is_near(amounts[0], pl.col(f"{amounts[0]}_others") / pl.col(by)) for by in ("many", "rows_others")
        ),
        are_sums=pl.all_horizontal(_is_near(one, pl.col(f"{one}_others")) | (pl.col(one) == 0) for one in amounts),
        told=pl.sum_horizontal(pl.col(one) != 0 for one in amounts),
    )
    several = pl.col("many") >= _SEVERAL
    in_all = pl.col("are_sums") & (pl.col("told") >= _SEVERAL) & (pl.col("many") > 0)
    # Of two equal amounts one is the other's sum only where nothing else could be called so, or all others are equal.
    labelled = (
        ((pl.col("kind") == "surely all") & (pl.col("many") > 0))
        | ((pl.col("kind") == "all") & several)
        | ((pl.col("kind") == "nameless") & (several | in_all))
    )
    proved = in_all & several
    always = (proved.all() & (pl.len() >= _SEVERAL)).over(name)
    sums = judged.filter((labelled & pl.col("is_sum")) | always)
    is_mean = (pl.col("kind") == "average") & pl.col("is_mean") & (pl.col("many") > 0)
    means = judged.filter(is_mean | (pl.col("kind") == "nothing but an average"))
    return {line: why for some, why in ((means, AVERAGE), (sums, TOTAL)) for lines in some["line"] for line in lines}


def _sums_of_all(frame: pl.DataFrame, amount: str, keys: Sequence[str]) -> list[int]:
    """The rows that sum up the whole file, and bear the date of one of its days."""
    kinds = pl.Series([_kind(value) for value in frame["channel"]], dtype=pl.String)
    is_total = kinds.is_in(["surely all", "all", "nameless"]).fill_null(value=False)
    same = [key for key in keys if key == "currency"]
    rest = frame.filter(~is_total)
    if not is_total.any() or rest.height < _SEVERAL:
        return []
    whole = rest.group_by(same or pl.lit(0).alias("one")).agg(pl.col(amount).sum().alias("whole"))
    totals = frame.filter(is_total)
    beside = totals.join(whole, on=same, nulls_equal=True) if same else totals.join(whole.drop("one"), how="cross")
    return beside.filter(_is_near(amount, pl.col("whole")))["line"].to_list()


def _is_near(amount: str, other: pl.Expr) -> pl.Expr:
    return (pl.col(amount) != 0) & ((pl.col(amount) - other).abs() <= other.abs() * _ROUNDING)


def _kind(name: str | None) -> str | None:
    """What a name sounds like: that of all, that of nothing, an average, or a name."""
    plain = _MARKS.sub(" ", unicodedata.normalize("NFKC", name or "")).strip().casefold()
    if _NAMELESS.fullmatch(plain):
        return "nameless"
    if _AVERAGE.fullmatch(plain):
        return "nothing but an average" if _MERELY.fullmatch(plain) else "average"
    if _SURELY.fullmatch(plain):
        return "surely all"
    return "all" if _ALL.fullmatch(plain) else None
