"""A configuration file once read: its value, where each part of it stands, and how to point at it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from opsctl.config.secrecy import starred

Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

_LONGEST_LINE = 120
_BEFORE_CARET = 60


class Mark(NamedTuple):
    """A place in a file: line and character of the line, both from 1."""

    line: int
    column: int


class Position(NamedTuple):
    """Where an entry stands; an item of a list, and the whole document, has its value's mark for both."""

    key: Mark
    value: Mark


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as text values, with positions.

    Args:
        file: The file as its user would type it.
        value: Texts, None, lists and dicts; nothing is typed yet.
        positions: The place of every entry, by its path from the top.
        lines: The lines of the file, for excerpts.
    """

    file: str
    value: Value
    positions: Mapping[Path, Position]
    lines: tuple[str, ...]

    def find(self, path: Path) -> Value:
        """The value at a path that is known to exist."""
        found: Value = self.value
        for part in path:
            found = found[part]  # type: ignore[index]  # the path says which of the two it is
        return found

    def written(self, path: Path) -> Path:
        """The part of a path that the file has: steps that only the schema knows are left out.

        A column written as `day: 日期` is validated as `day: {from: [日期]}`, so its error comes from
        `(day, from, 0)` and is shown at `(day,)`.
        """
        found: Path = ()
        for part in path:
            if (*found, part) in self.positions:
                found = (*found, part)
        return found

    def place(self, path: Path) -> str:
        """`file:line` of an entry, or of what it would stand in."""
        return f"{self.file}:{self.positions[self.written(path)].key.line}"


def excerpt(lines: tuple[str, ...], mark: Mark, note: str = "") -> str:
    """The line with a caret below the place and a note after the caret; wide characters take two columns."""
    line = starred(lines[mark.line - 1]) if mark.line <= len(lines) else ""
    shown = "".join(character if character.isprintable() else " " for character in line)
    start = max(0, mark.column - 1 - _BEFORE_CARET) if len(shown) > _LONGEST_LINE else 0
    before = shown[start : mark.column - 1]
    width = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in before)
    number = str(mark.line)
    pointed = f" {' ' * len(number)}| {' ' * width}^ {note}".rstrip()
    return f" {number}| {shown[start : start + _LONGEST_LINE]}\n{pointed}"
