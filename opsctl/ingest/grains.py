"""One money by the day, the week and the month: where shorter spans tell it, a longer one is not added to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

import polars as pl

from opsctl.core.errors import OpsctlError, Overlap
from opsctl.ingest.account import Part
from opsctl.ingest.breakdowns import PURSE, ROUNDING_SLACK, cut_of
from opsctl.ingest.remarks import Note

TOLD_BY_DAY = "told by the day"
_HINT = (
    "leave it out, or export it by the day; if it is another account, give it its own `account:` under sources in"
    " opsctl.yaml"
)
Span: TypeAlias = tuple[date, date]


@dataclass(frozen=True, slots=True)
class _Told:
    """What one file tells of one span of one purse at its breakdown."""

    owner: int
    cut: str
    span: Span | None  # None: it names no day
    spend: int


@dataclass
class _Purse:
    """One purse: what is told by single days and by spans that count, and what is found out of the others."""

    counted: list[_Told] = field(default_factory=list)
    gone: set[tuple[int, Span]] = field(default_factory=set)  # owner and span: told by shorter ones
    wrong: dict[int, int] = field(default_factory=dict)  # owner: another that tells differently

    def settle(self, span: Span | None, told: Sequence[_Told]) -> None:
        """Find out whether what is told of a span is told by what counts already."""
        if span is None:
            self.wrong |= {one.owner: self.counted[0].owner for one in told} if self.counted else {}
            return
        crossing = [one for one in self.counted if _meet(one, span)]
        within = [one for one in crossing if _within(one, span)]
        if not crossing:
            self.counted += told
        elif len(within) == len(crossing) and _agree(told, within):
            self.gone |= {(one.owner, span) for one in told}
        else:
            self.wrong |= {one.owner: crossing[0].owner for one in told if one.owner != crossing[0].owner}


def _meet(one: _Told, span: Span) -> bool:
    return one.span is not None and one.span != span and one.span[0] <= span[1] and one.span[1] >= span[0]


def _within(one: _Told, span: Span) -> bool:
    return one.span is not None and span[0] <= one.span[0] and one.span[1] <= span[1]


def _agree(told: Sequence[_Told], within: Sequence[_Told]) -> bool:
    """Do the shorter spans, each at the breakdown that tells most of it, add up to what is said of the whole?"""
    each: dict[tuple[Span | None, str], int] = defaultdict(int)
    for one in within:
        each[one.span, one.cut] += one.spend
    most: dict[Span | None, int] = defaultdict(int)
    for (span, _), spend in each.items():
        most[span] = max(most[span], spend)
    added = sum(most.values())
    whole: dict[tuple[int, str], int] = defaultdict(int)
    for one in told:
        whole[one.owner, one.cut] += one.spend
    return any(abs(stated - added) <= stated * ROUNDING_SLACK for stated in whole.values())


def days_before_spans(parts: list[Part]) -> tuple[list[Part], list[OpsctlError], list[Note]]:
    """The files of one platform without rows that span days which other rows tell one by one.

    A file whose rows span days of which others tell another sum is refused: nobody can say which part of its money
    is already counted. So is a file that names no days beside files that do.
    """
    if not any(part.frame.select(_is_span().any()).item() for part in parts):
        return parts, [], []
    purses = [_settled(told) for told in _by_purse(parts)]
    wrong = {owner: other for purse in purses for owner, other in purse.wrong.items()}
    left: list[Part] = []
    notes: list[Note] = []
    keys = pl.DataFrame(
        [(owner, *span, *key) for purse, key in zip(purses, _keys(parts), strict=True) for owner, span in purse.gone],
        schema={"owner": pl.Int64, "day": pl.Date, "through": pl.Date, **dict.fromkeys(PURSE, pl.String)},
        orient="row",
    )
    for at, part in enumerate(parts):
        if at in wrong:
            continue
        mine = keys.filter(pl.col("owner") == at).drop("owner")
        if not mine.is_empty():
            notes.append(
                Note("same_money", f"{part.account.file}: money of {mine.height} of its spans is told by the day")
            )
        left.append(_without(part, mine))
    return left, [_refusal(parts[owner], parts[other]) for owner, other in sorted(wrong.items())], notes


def _is_span() -> pl.Expr:
    return pl.col("through").is_not_null() | pl.col("day").is_null()


def _told_frame(parts: Sequence[Part]) -> pl.DataFrame:
    frames = [
        part.frame.group_by(*PURSE, "day", "through")
        .agg(pl.col("spend").sum())
        .with_columns(owner=pl.lit(at, pl.Int64), cut=pl.lit(cut_of(part)))
        for at, part in enumerate(parts)
    ]
    return pl.concat(frames).sort(*PURSE, "day", "through", "owner", nulls_last=True)


def _keys(parts: Sequence[Part]) -> list[tuple[str | None, ...]]:
    """Every purse, in order."""
    return _told_frame(parts).select(PURSE).unique(maintain_order=True).rows()


def _by_purse(parts: Sequence[Part]) -> Iterator[list[_Told]]:
    """What is told of each purse, in the same order."""
    for _, group in _told_frame(parts).group_by(PURSE, maintain_order=True):
        rows = group.select("owner", "cut", "day", "through", "spend").iter_rows()
        yield [
            _Told(owner, cut, None if day is None else (day, through or day), spend)
            for owner, cut, day, through, spend in rows
        ]


def _settled(told: Sequence[_Told]) -> _Purse:
    """Single days first, then spans from the shortest to the longest, then what names no day."""
    spans: dict[Span | None, list[_Told]] = defaultdict(list)
    for one in told:
        spans[one.span].append(one)

    def length(span: Span | None) -> tuple[bool, int, date]:
        return (span is None, (span[1] - span[0]).days if span else 0, span[0] if span else date.max)

    purse = _Purse()
    for span in sorted(spans, key=length):
        if span is not None and span[0] == span[1]:
            purse.counted += spans[span]
        else:
            purse.settle(span, spans[span])
    return purse


def _without(part: Part, gone: pl.DataFrame) -> Part:
    if gone.is_empty():
        return part
    left = part.frame.join(gone, on=gone.columns, how="anti", nulls_equal=True, maintain_order="left")
    return replace(part, frame=left, account=part.account.with_dropped(TOLD_BY_DAY, part.frame.height - left.height))


def _refusal(part: Part, other: Part) -> Overlap:
    return Overlap(
        f"its rows span days of which {other.account.file} of the same account tells another sum",
        file=part.account.file,
        hint=_HINT,
    )
