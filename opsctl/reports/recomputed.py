"""A delivered answer beside the same question asked again: every figure, as it was and as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.reports.report import Column, Lines, Part, Report, Table, TableRow

SHOWN = 50
_AROUND = frozenset({"schema_version", "opsctl", "asked", "notes", "inputs"})  # what holds no figure of its own
_REMEMBERED = frozenset({"restated_since", "restatements", "users_moved"})  # what only a store can tell
# What an entry of a list is known by, beside the dimensions that were asked for.
_NAMES = ("channel", "campaign", "currency", "scope", "key", "metric", "day", "code")
_OF_AN_INPUT = ("table", "days", "read", "accepted", "rejected", "dropped", "sums")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is no longer what was delivered; a side on which it is not at all is None.

    Args:
        place: Where it stands, such as `rows[channel=douyin].cpa.value`.
        was: As delivered.
        now: As computed again.
    """

    place: str
    was: Any
    now: Any


def recomputed(was: Mapping[str, Any], now: Mapping[str, Any], file: str, words: Words) -> Report:
    """Two answers to one question, and what differs."""
    found = differences(was, now)
    figures = sum(1 for _ in _leaves(_figures(was)))
    missing, added = _inputs(was, now)
    key = "verify.same" if not found else "verify.differs"
    lines = [words.say(key, file=clean(file), figures=f"{figures:,}", wrong=f"{len(found):,}", day=was.get("as_of"))]
    lines += [words.say("verify.inputs", missing=len(missing), added=len(added))] if missing or added else []
    parts: list[Part] = [Lines("", lines)]
    if found:
        parts.append(_table(found[:SHOWN], words))
    if len(found) > SHOWN:
        parts.append(Lines("", [words.say("verify.more", count=f"{len(found) - SHOWN:,}")]))
    return Report(
        title="",
        as_of=date.fromisoformat(was["as_of"]) if was.get("as_of") else None,
        period=None,
        parts=parts,
        data={
            "file": file,
            "figures": figures,
            "rows": [{"place": one.place, "was": one.was, "is": one.now} for one in found],
            "files": {"missing": missing, "added": added},
        },
        answered=not found,
    )


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """Every figure of two answers that is not the same in both; of the files that both read, their accounts too."""
    dimensions = [name.strip() for name in _texts(was.get("asked", {}).get("by")) for name in name.split(",")]
    names = tuple(dict.fromkeys([*dimensions, *_NAMES]))
    found = list(_between(*_told_by_both(_figures(was), _figures(now)), "", names))
    ours, theirs = _by_hash(was), _by_hash(now)
    for sha256 in sorted(ours.keys() & theirs.keys()):
        found += _between(ours[sha256], theirs[sha256], f"inputs[sha256={sha256[:12]}]", names)
    return found


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []


def _figures(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in _AROUND}


def _told_by_both(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two answers without what a store remembers, where one of them was not made from a store."""
    alone = (was.keys() ^ now.keys()) & _REMEMBERED
    mine, theirs = ({name: of[name] for name in of if name not in alone} for of in (was, now))
    return mine, theirs


def _by_hash(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The accounts of files that were read once, by their hash: their names depend on where one stands."""
    seen = Counter(one["sha256"] for one in answer["inputs"])
    once = [one for one in answer["inputs"] if seen[one["sha256"]] == 1]
    return {one["sha256"]: {name: one.get(name) for name in _OF_AN_INPUT} for one in once}


def _inputs(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The files that only one of the answers read."""
    before, after = ({one["sha256"]: one["file"] for one in answer["inputs"]} for answer in (was, now))
    return (
        sorted(before[one] for one in before.keys() - after.keys()),
        sorted(after[one] for one in after.keys() - before.keys()),
    )


def _between(was: Any, now: Any, place: str, names: Sequence[str]) -> Iterator[Difference]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in [*was, *(name for name in now if name not in was)]:
            yield from _between(was.get(name), now.get(name), f"{place}.{name}" if place else name, names)
    elif isinstance(was, list) and isinstance(now, list):
        ours, theirs = _called(was, now, names)
        for name in [*ours, *(name for name in theirs if name not in ours)]:
            yield from _between(ours.get(name), theirs.get(name), f"{place}[{name}]", names)
    elif was != now or type(was) is not type(now):
        yield Difference(place, was, now)


def _called(was: list[Any], now: list[Any], names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entries of two lists by what they are about; by their places where that does not tell them apart."""
    found = [{_name(one, names): one for one in side} for side in (was, now)]
    if len(found[0]) < len(was) or len(found[1]) < len(now):
        found = [{str(at): one for at, one in enumerate(side)} for side in (was, now)]
    return found[0], found[1]


def _name(entry: Any, names: Sequence[str]) -> str:
    if not isinstance(entry, dict):
        return ""
    return ",".join(f"{name}={entry[name]}" for name in names if isinstance(entry.get(name), str))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)
    elif value is not None:
        yield value


def _table(found: Sequence[Difference], words: Words) -> Table:
    columns = [Column(name, words[f"verify.{name}"], numeric=False) for name in ("place", "was", "is")]
    rows = [TableRow({"place": clean(one.place), "was": _text(one.was), "is": _text(one.now)}) for one in found]
    return Table(columns, rows)


def _text(value: Any) -> str:
    """A figure as JSON has it; a whole entry that one side lacks only by its size."""
    if isinstance(value, dict | list):
        return f"{{{len(value)}}}"
    return "-" if value is None else clean(str(value))
