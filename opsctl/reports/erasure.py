"""The proof of an erasure: what left the store, which files outside still hold it, and what is to be done with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.reports.report import Column, Form, Lines, Number, Part, Report, Table, TableRow
from opsctl.store.erase import Cut, Erased
from opsctl.store.remains import Remains, Why

_COUNTS = ("files", "rows", "over", "cells")
_HEADS = {"over": "over_rows"}


@dataclass(frozen=True)
class Outside:
    """What lies outside the store.

    Args:
        remains: The files that hold, or held, one of the ids, or that nobody can look into.
        deleted: Those of them that are gone now, or would be.
        unsought: How many ids were too short to be looked for.
        in_git: Whether the folder belongs to a repository, whose history was not looked through.
    """

    remains: Sequence[Remains]
    deleted: Collection[Remains]
    unsought: int
    in_git: bool

    @property
    def left(self) -> list[Remains]:
        """The files that somebody has to do something about."""
        return [one for one in self.remains if one not in self.deleted]


def erasure(erased: Erased, outside: Outside, words: Words, *, dry_run: bool) -> Report:
    """What `opsctl erase` did, or would do."""
    by_table = _by_table(erased.cuts)
    parts: list[Part] = [Lines("", _summary(erased, by_table, words, dry_run=dry_run))]
    if by_table:
        parts.append(_taken_out(by_table, words))
    if outside.remains:
        parts.append(_files(outside, words, dry_run=dry_run))
    parts.append(Lines(words["erase.todo"], _todo(outside, words)))
    return Report(
        title="",
        as_of=None,
        period=None,
        parts=parts,
        data={
            "dry_run": dry_run,
            "people": {"asked": erased.asked, "known": len(erased.numbers), "unsought": outside.unsought},
            "retention": [{"table": one.table, "through": str(one.last_day)} for one in erased.over],
            "rows": [{"table": name, **counts} for name, counts in by_table.items()],
            "files": [_as_json(one, outside) for one in outside.remains],
            "in_git": outside.in_git,
        },
        answered=True,
    )


def _by_table(cuts: Sequence[Cut]) -> dict[str, dict[str, int]]:
    """Of each table the files written anew, rows of people, rows kept long enough, and cells that were emptied."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    for cut in cuts:
        for name, count in zip(_COUNTS, (1, cut.rows, cut.over, cut.cells), strict=True):
            found[cut.table][name] += count
    return dict(sorted(found.items()))


def _summary(erased: Erased, by_table: Mapping[str, Mapping[str, int]], words: Words, *, dry_run: bool) -> list[str]:
    total = {name: f"{sum(counts[name] for counts in by_table.values()):,}" for name in _COUNTS}
    lines = [words.say("erase.would" if dry_run else "erase.did", **total)]
    if erased.asked:
        lines.append(words.say("erase.people", asked=erased.asked, known=len(erased.numbers)))
    lines += [words.say("erase.over", table=one.table, day=str(one.last_day)) for one in erased.over]
    return lines


def _taken_out(by_table: Mapping[str, Mapping[str, int]], words: Words) -> Table:
    columns = [Column("table", words["erase.table"], numeric=False)]
    columns += [Column(name, words[f"erase.{_HEADS.get(name, name)}"]) for name in _COUNTS]
    rows = [
        TableRow({"table": name, **{one: Number(count, Form.COUNT) for one, count in counts.items()}})
        for name, counts in by_table.items()
    ]
    return Table(columns, rows)


def _files(outside: Outside, words: Words, *, dry_run: bool) -> Table:
    columns = [Column(name, words[f"erase.{name}"], numeric=False) for name in ("file", "why", "state")]
    return Table(columns, [_file(one, outside, words, dry_run=dry_run) for one in outside.remains])


def _file(one: Remains, outside: Outside, words: Words, *, dry_run: bool) -> TableRow:
    gone = words["erase.would_delete" if dry_run else "erase.deleted"]
    state = gone if one in outside.deleted else words["erase.original" if one.original else "erase.other"]
    return TableRow({"file": clean(one.file), "why": words[f"erase.why.{one.why}"], "state": state})


def _todo(outside: Outside, words: Words) -> list[str]:
    kinds = [
        ("originals", any(one.original for one in outside.left)),
        ("others", any(not one.original and one.why not in (Why.CLOSED, Why.NUMBER) for one in outside.left)),
        ("handed_on", any(one.why is Why.NUMBER for one in outside.left)),
        ("closed", any(one.why is Why.CLOSED for one in outside.left)),
        ("unsought", outside.unsought > 0),
        ("git", outside.in_git),
    ]
    return [*(words[f"erase.todo.{name}"] for name, holds in kinds if holds), words["erase.todo.elsewhere"]]


def _as_json(one: Remains, outside: Outside) -> dict[str, Any]:
    return {"file": one.file, "why": str(one.why), "original": one.original, "deleted": one in outside.deleted}
