"""What a reader should know of data that nothing is wrong with: said, never settled by a guess."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl

from opsctl.config.library import usual_channels
from opsctl.config.project import Project

NOON = time(12)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader of the figures should know; the code is stable, the text is not."""

    code: str
    text: str


def days_differ(days: Iterable[date], zone: str, ours: str) -> bool:
    """Do two zones disagree, on any of the days, about when it is noon? Then daily sums of one are not the other's."""
    noons = [datetime.combine(day, NOON) for day in days]
    offsets = [[noon.replace(tzinfo=ZoneInfo(name)).utcoffset() for noon in noons] for name in (zone, ours)]
    return offsets[0] != offsets[1]


def two_sources(spend: pl.DataFrame, mappings: Sequence[str]) -> list[Note]:
    """Money of one channel and day out of two kinds of file may be the same money: nobody can tell, so it is said.

    `mappings` names, for each `source_file`, the mapping that read it.
    """
    kinds = pl.Series([name.partition("/")[0] for name in mappings])
    if len({kinds[at] for at in spend["source_file"].unique()}) < 2:  # noqa: PLR2004 - one kind of file has no other
        return []
    of = spend.select("channel", "day", kind=pl.lit(kinds).gather(pl.col("source_file")))
    twice = of.group_by("channel", "day").agg(pl.col("kind").unique().sort()).filter(pl.col("kind").list.len() > 1)
    found = twice.group_by("channel").agg(days=pl.len(), kinds=pl.col("kind").first()).sort("channel")
    return [_two_sources(*row) for row in found.iter_rows()]


def _two_sources(channel: str, days: int, kinds: Sequence[str]) -> Note:
    on = "1 day" if days == 1 else f"{days} days"
    return Note(
        "two_sources", f"spend of {channel} comes from {' and '.join(kinds)} on {on}: is it the same money twice?"
    )


def unknown_channels(named: Collection[str], project: Project) -> list[Note]:
    """Of the channels that rows name those that the project's tree does not have; they are counted all the same."""
    if not project.channels:
        return []
    unknown = sorted(text for text in named if not project.is_known(text))
    return [Note("unknown_channels", f"not in the channel tree: {', '.join(unknown)}")] if unknown else []


def one_channel_twice(paid: AbstractSet[str], brought: AbstractSet[str], project: Project) -> list[Note]:
    """Money under one name of a channel and users under another: nobody joins them, so no price would be right.

    Only names that no project has settled are asked about.
    """
    apart = [(money, people) for money in sorted(paid - brought) for people in sorted(brought - paid)]
    if not apart:
        return []
    usual = usual_channels()
    pairs = [
        (money, people)
        for money, people in apart
        if usual.channel_of(money) == usual.channel_of(people)
        and not (project.is_known(money) and project.is_known(people))
    ]
    return [Note("one_channel_twice", _twice(money, people, usual.channel_of(money))) for money, people in pairs]


def _twice(money: str, people: str, channel: str) -> str:
    return (
        f"'{money}' has spend and no new users, '{people}' has new users and no spend: if they are one channel, write"
        f" `channels: {{{channel}: {{aliases: [{people if people != channel else money}]}}}}` in opsctl.yaml"
    )


def users_twice(cohorts: AbstractSet[date], users: AbstractSet[date]) -> list[Note]:
    """New users one by one and added up, of the same days under different channels: they may be the same people."""
    days = len(cohorts & users)
    if not days:
        return []
    text = f"new users of {days} days come one by one and from a summary table: are they the same people twice?"
    return [Note("two_sources", text)]
