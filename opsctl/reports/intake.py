"""What came of taking files in: which are new, what they took the place of, and up to which day all is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.ingest.account import Input, Part
from opsctl.ingest.contract import lost_as_allowed
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.newer import REPLACED
from opsctl.measures.moved import moved
from opsctl.reports.findings import findings_of
from opsctl.reports.report import Column, Form, Lines, Number, Report, Table, TableRow
from opsctl.reports.report import Part as Piece
from opsctl.store.intake import Intake


def intake(done: Intake, as_of: date | None, words: Words, *, dry_run: bool, anew: bool) -> Report:
    """The account of a run of `opsctl ingest`; `anew`: of files that the store had already."""
    new = [part.account for part in done.new]
    replaced = _replaced(done)
    users = _moved(done)
    kind = "anew" if anew else "new"
    lines = [_summary(done, words, dry_run=dry_run, anew=anew), *_changes(replaced, users, words)]
    if as_of is not None:
        lines.append(words.say("ingest.known", day=str(as_of)))
    parts: list[Piece] = [Lines("", lines)]
    if new or done.refused:
        parts.insert(0, _table(done, words, kind))
    return Report(
        title="",
        as_of=as_of,
        period=None,
        parts=parts,
        data={
            "load": done.load,
            "rows": [
                *({"file": one.file, "state": kind} for one in new),
                *({"file": name, "state": "known"} for name in done.known),
                *({"file": one.file, "state": "refused", "code": one.code} for one in done.refused),
            ],
            "replaced": [{"file": file, "rows": rows} for file, rows in replaced.items()],
            "moved": users,
        },
        inputs=new,
        notes=[
            *findings_of(new),
            *lost_as_allowed(new),
            *done.notes,
            *(note for part in done.new for note in part.notes),
        ],
        answered=anew or bool(new or done.known),
    )


def _summary(done: Intake, words: Words, *, dry_run: bool, anew: bool) -> str:
    counts = {"new": len(done.new), "known": len(done.known), "refused": len(done.refused)}
    rows = sum(part.account.accepted for part in done.new)
    key = ("ingest.would" if dry_run else "ingest.did") + ("_anew" if anew else "")
    return words.say(key, **counts, rows=f"{rows:,}")


def _changes(replaced: Mapping[str, int], moved: Mapping[str, int], words: Words) -> list[str]:
    """What the new files corrected."""
    found = []
    if replaced:
        names = words["list.separator"].join(clean(name) for name in list(replaced)[:_SHOWN])
        found.append(words.say("ingest.replaced", files=len(replaced), rows=f"{sum(replaced.values()):,}", names=names))
    if any(moved.values()):
        found.append(words.say("ingest.moved", **{name: f"{count:,}" for name, count in moved.items()}))
    return found


_SHOWN = 5


def _replaced(done: Intake) -> dict[str, int]:
    """How many rows of older files newer ones took the place of, by file."""
    before = _dropped(done.before)
    after = _dropped(done.loaded)
    return {file: rows - before.get(file, 0) for file, rows in sorted(after.items()) if rows > before.get(file, 0)}


def _dropped(loaded: Loaded) -> dict[str, int]:
    return {one.file: one.dropped[REPLACED] for one in loaded.inputs if REPLACED in one.dropped}


def _moved(done: Intake) -> Mapping[str, int]:
    """How many users are now acquired on another day, and how many through another channel."""
    came_anew = any(part.account.table == "acquisition" for part in done.new)
    if not came_anew or "acquisition" not in done.before.tables or "acquisition" in done.loaded.added:
        return {"day": 0, "channel": 0}
    came = pl.concat(part.frame.select("user").lazy() for part in done.new if part.account.table == "acquisition")
    return moved(done.before.tables["acquisition"], done.loaded.tables["acquisition"], came)


def _table(done: Intake, words: Words, kind: str) -> Table:
    rows = [TableRow(_row(part, words, kind)) for part in done.new]
    rows += [
        TableRow({"file": clean(one.file or ""), "state": f"{words['validate.refused']} {one.code}"})
        for one in done.refused
    ]
    texts = [Column(name, words[f"validate.{name}"], numeric=False) for name in ("file", "table", "days")]
    counts = [Column(name, words[f"validate.{name}"], priority=at) for at, name in enumerate(_COUNTS, 1)]
    return Table([*texts, *counts, Column("state", words["ingest.state"], numeric=False)], rows)


_COUNTS = ("read", "accepted", "rejected", "dropped")


def _row(part: Part, words: Words, kind: str) -> dict[str, Any]:
    one: Input = part.account
    amounts = (one.read, one.accepted, len(one.rejected), sum(one.dropped.values()))
    return {
        "file": clean(one.file),
        "table": one.table,
        "days": _days(one),
        **{name: Number(amount, Form.COUNT) for name, amount in zip(_COUNTS, amounts, strict=True)},
        "state": words[f"ingest.{kind}"],
    }


def _days(one: Input) -> str:
    if one.days is None:
        return ""
    first, last = one.days
    return str(first) if first == last else f"{first}..{last}"


def is_clean(accounts: Sequence[Input]) -> bool:
    """Was every row of these files accepted or left out for a good reason, and does all add up to its totals?"""
    return all(one.is_clean for one in accounts)
