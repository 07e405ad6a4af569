"""What is right and wrong with files, and where: for whoever repairs or delivers them, without any answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from opsctl.core.errors import ControlTotal, OpsctlError
from opsctl.ingest.account import Input
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.remarks import Note
from opsctl.ingest.sources import Files
from opsctl.reports.findings import CUT_OFF

SHOWN = 5


class Check(StrEnum):
    """What a file is held to, in this order; a file that fails one of the first two is not looked at further."""

    READABLE = "readable"
    RECOGNISED = "recognised"
    ROWS = "rows"
    TOTALS = "control totals"


# What keeps a file from being read at all, and from being recognised; anything else is found in its rows.
_UNREADABLE = frozenset({"OPS101", "OPS104", "OPS105", "OPS107", "OPS110"})
_UNRECOGNISED = frozenset({"OPS102", "OPS103", "OPS106", "OPS114", "OPS121", "OPS123"})


def check_of(code: str) -> Check:
    """The check that a problem of this code fails.

    Examples:
        >>> check_of("OPS104").value, check_of("OPS203").value
        ('readable', 'rows')
    """
    if code in _UNREADABLE:
        return Check.READABLE
    if code in _UNRECOGNISED:
        return Check.RECOGNISED
    return Check.TOTALS if code == ControlTotal.code else Check.ROWS


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one file; never a value of a row.

    Args:
        code: The refusal or the rule, such as OPS102 or OPS203.
        file: As the user named it.
        message: What was found.
        lines: The first physical lines where it is, from 1; empty where it has no line.
        column: The column, where there is one.
        count: How many rows it concerns, or 1.
        refusal: The refusal of the whole file, None for its rows and totals.
    """

    code: str
    file: str
    message: str
    lines: tuple[int, ...] = ()
    column: str = ""
    count: int = 1
    refusal: OpsctlError | None = None

    level = "error"

    @property
    def check(self) -> Check:
        """What the file fails."""
        return check_of(self.code)

    def as_json(self) -> dict[str, Any]:
        """One entry of `problems`: its first line, and how many rows have it."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.lines[0] if self.lines else None,
            "column": self.column or None,
            "level": self.level,
            "message": self.message,
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """One place that is shown. `more` counts those of the same code and file that are not; only the last has any."""

    code: str
    file: str
    line: int | None
    column: str
    message: str
    more: int = 0

    @property
    def told(self) -> str:
        """What a line of its own says where there is no table around it."""
        of = f"{self.column}: " if self.column else ""
        more = f" (and {self.more:,} more of {self.code} in this file)" if self.more else ""
        return f"{of}{self.message}{more}"


@dataclass(frozen=True)
class Validation:
    """Files as loading found them.

    Args:
        inputs: The account of every file that was loaded, by name.
        problems: By file, refusals before rows before totals.
        uncounted: Files that are neither: another one has the same bytes, or contradicts them and is refused with
            them. A problem or note of that other file says so.
        notes: What should be said though nothing is wrong.
        folder: What the files' names are relative to, seen from where the command runs; "" is here.
    """

    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]
    uncounted: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    folder: str = ""

    @property
    def refused(self) -> tuple[str, ...]:
        """The files that were not loaded, by name."""
        return tuple(sorted({one.file for one in self.problems if one.refusal} - {one.file for one in self.inputs}))

    def places(self) -> list[Place]:
        """The first places of each code in each file, the last of them with how many more there are."""
        found: list[Place] = []
        for _, group in groupby(self.problems, key=lambda one: (one.file, one.code)):
            found += _first(list(group))
        return found


def validation(loaded: Loaded, listed: Files, folder: str = "") -> Validation:
    """What is right and wrong with the files that were listed, as loading found them."""
    inputs = tuple(sorted(loaded.inputs, key=lambda one: one.file))
    refused = [
        Problem(
            code=error.code,
            file=error.file or "",
            message=error.sentence,
            lines=() if error.line is None else (error.line,),
            column="" if error.column is None else str(error.column),
            refusal=error,
        )
        for error in loaded.refused
    ]
    of_inputs = [problem for account in inputs for problem in (*_of_totals(account), *_of_cap(account))]
    codes = [_of_codes(loaded.unknown_codes)] if loaded.unknown_codes else []
    problems = sorted([*refused, *_of_rows(loaded), *of_inputs, *codes], key=_order)
    told = {one.file for one in inputs} | {one.file for one in problems}
    uncounted = tuple(one.name for one in listed.found if not _is_told(one.name, told))
    return Validation(inputs, tuple(problems), uncounted, tuple(loaded.notes), folder)


def _of_codes(note: Note) -> Problem:
    file, _, message = note.text.partition(": ")
    return Problem(code=note.code, file=file, message=message)


def _is_told(name: str, told: Iterable[str]) -> bool:
    """Whether a file, or of an archive any member, is among those of which something is told."""
    return any(file == name or file.startswith(f"{name}/") for file in told)


def _order(problem: Problem) -> tuple[str, bool, bool, str]:
    return problem.file, problem.refusal is None, problem.check is Check.TOTALS, problem.code


def _of_rows(loaded: Loaded) -> list[Problem]:
    """One problem per rule that more rows of a file break than may, file by file and column by column."""
    allowed = {account.file for account in loaded.inputs if account.rejects_are_allowed}
    lines: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for row in loaded.rejected:
        if row.file not in allowed:
            lines[row.file, row.code, row.column, row.reason].append(row.line)
    return [
        Problem(code, file, message, tuple(sorted(found)[:SHOWN]), column, len(found))
        for (file, code, column, message), found in sorted(lines.items())
    ]


def _of_totals(account: Input) -> list[Problem]:
    return [
        Problem(
            code=ControlTotal.code,
            file=account.file,
            message=control.told,
            column=control.column,
        )
        for control in account.control
        if not control.ok
    ]


def _of_cap(account: Input) -> list[Problem]:
    return [Problem(CUT_OFF, account.file, account.cut_off)] if account.cut_off else []


def _first(problems: Sequence[Problem]) -> list[Place]:
    """The first places of problems of one code in one file, by line."""
    every = [
        Place(one.code, one.file, line, one.column, one.message) for one in problems for line in (one.lines or (None,))
    ]
    every.sort(key=lambda place: (place.line or 0, place.column))
    shown = every[:SHOWN]
    more = sum(one.count for one in problems) - len(shown)
    last = shown[-1]
    return [*shown[:-1], Place(last.code, last.file, last.line, last.column, last.message, more)]
