"""JSON lines: an object on each line, its keys the columns; what is below a key stands as `properties.time`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from opsctl.config.headers import header_key
from opsctl.core.naming import fold
from opsctl.ingest.reading.encoding import DAMAGE, Decoding, by_mark, by_name, decode
from opsctl.ingest.reading.signatures import refuse_other_formats
from opsctl.ingest.reading.table import NOT_AN_OBJECT, UNREADABLE, Drop, Fault, Recognise, TextTable

if TYPE_CHECKING:
    from opsctl.ingest.reading.container import Content

_DEEPEST = 8  # objects within objects; more is no event
_NO_OBJECT = "not one JSON object with names that differ"
_NO_TEXT = "holds a NUL or bytes that are no text"


def read_json_lines(
    content: Content, recognise: Recognise, names: Collection[str], encoding: str | None = None
) -> TextTable:
    """The objects whose keys somebody recognises; a line that is no object is rejected by its number.

    Args:
        content: The bytes and their name.
        recognise: Tells whether keys are a header that is expected.
        names: Folded names that it may have: other keys are not kept, since events have hundreds; empty for all.
        encoding: The encoding, where the user named one; else that of the byte order mark, or UTF-8.

    Raises:
        NotATable: Nobody expects such keys: an answer of an API is JSON, too.
        BadOption: There is no encoding of that name.
    """
    data = content.data
    decoding = by_mark(data) or (by_name(data, encoding) if encoding else decode(data, "utf-8"))
    objects = _Objects(frozenset(names))
    for number, line in enumerate(decoding.text.removesuffix("\n").split("\n"), start=1):
        objects.take(number, line)
    header = tuple(objects.columns)
    if not recognise(header):
        refuse_other_formats(data, content.name)
    return _table(objects, header, decoding)


def _table(objects: _Objects, header: tuple[str, ...], decoding: Decoding) -> TextTable:
    objects.pad()
    cells = {str(at): pl.Series(objects.columns[name], dtype=pl.String) for at, name in enumerate(header)}
    return TextTable(
        encoding=decoding.encoding,
        delimiter="",
        header=header,
        header_line=1,
        preamble=(),
        cells=pl.DataFrame(cells),
        lines=pl.Series(objects.lines, dtype=pl.Int64),
        rejected=tuple(objects.faults),
        dropped=tuple(objects.drops),
        warnings=(),
    )


@dataclass
class _Objects:
    """The objects read so far, key by key; a key that an object lacks is an empty cell."""

    names: frozenset[str]
    columns: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    _wanted: dict[str, bool] = field(default_factory=dict)

    def take(self, number: int, line: str) -> None:
        """One line of the text."""
        if not line.strip():
            self.drops.append(Drop(number, "blank"))
            return
        if DAMAGE in line:
            self.faults.append(Fault(number, UNREADABLE, _NO_TEXT))
            return
        try:
            values = _flat(line)
        except (TypeError, ValueError, RecursionError):
            self.faults.append(Fault(number, NOT_AN_OBJECT, _NO_OBJECT))
            return
        if any("\x00" in value for value in values.values()):
            self.faults.append(Fault(number, UNREADABLE, _NO_TEXT))
            return
        self._keep(number, values)

    def _keep(self, number: int, values: Mapping[str, str]) -> None:
        rows = len(self.lines)
        for name, value in values.items():
            if self._is_wanted(name):
                column = self.columns.setdefault(name, [])
                column.extend([""] * (rows - len(column)))
                column.append(value)
        self.lines.append(number)

    def _is_wanted(self, name: str) -> bool:
        known = self._wanted.get(name)
        if known is None:
            known = not self.names or fold(name) in self.names or header_key(name) in self.names
            self._wanted[name] = known
        return known

    def pad(self) -> None:
        """Make all columns as long as there are objects."""
        for column in self.columns.values():
            column.extend([""] * (len(self.lines) - len(column)))


def _flat(line: str) -> dict[str, str]:
    """The values of an object by their names, as they are written.

    Raises:
        TypeError: It is no object.
        ValueError: It is no JSON, has a name twice, half a character, or too many levels.
        RecursionError: It is far too deep.
    """
    found = json.loads(
        line, object_pairs_hook=_once_each, parse_int=str, parse_float=str, parse_constant=_refused_constant
    )
    if not isinstance(found, dict):
        raise TypeError(_NO_OBJECT)
    values = _once_each(_leaves(found, "", _DEEPEST))
    if "\\u" in line:
        "".join((*values, *values.values())).encode()
    return values


def _leaves(found: Mapping[str, Any], above: str, deeper: int) -> Iterator[tuple[str, str]]:
    if not deeper:
        raise ValueError(_NO_OBJECT)
    for name, value in found.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.", deeper - 1)
        else:
            yield f"{above}{name}", _text(value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _once_each(pairs: Any) -> dict[str, Any]:
    """The pairs as a dictionary.

    Raises:
        ValueError: A name stands twice: nobody can tell which of its values is meant.
    """
    listed = list(pairs)
    found = dict(listed)
    if len(found) < len(listed):
        raise ValueError(_NO_OBJECT)
    return found


def _refused_constant(_: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(_NO_OBJECT)
