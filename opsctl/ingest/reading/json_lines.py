"""JSON lines: an object on each line, its keys the columns; what is below a key stands as `properties.time`."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from opsctl.config.headers import header_key
from opsctl.core.naming import fold
from opsctl.ingest.reading.encoding import by_mark, by_name
from opsctl.ingest.reading.signatures import refuse_other_formats
from opsctl.ingest.reading.table import NOT_AN_OBJECT, UNREADABLE, Drop, Fault, Recognise, TextTable

if TYPE_CHECKING:
    from opsctl.ingest.reading.content import Content

_DEEPEST = 8  # objects within objects; more is no event
_AT_ONCE = 100_000  # objects
_LINE = "line"
_BLANKS = b" \t\r\n"
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
    stated, lines = _lines(content, encoding)
    objects = _Objects(frozenset(names))
    for number, line in enumerate(lines, start=1):
        objects.take(number, line)
    header = tuple(objects.columns)
    if not recognise(header):
        refuse_other_formats(content.head, content.name)
    return _table(objects, header, stated)


def _lines(content: Content, encoding: str | None) -> tuple[str, Iterable[bytes]]:
    """The encoding and the lines in UTF-8: one by one, since a file of events is large."""
    head = by_mark(content.head)
    stated = head.encoding if head else by_name(b"", encoding or "utf-8").encoding
    if stated in ("utf-8", "utf-8-sig"):
        return stated, content.lines()
    whole = by_mark(content.data) or by_name(content.data, stated)
    return stated, io.BytesIO(whole.text.encode("utf-8", "surrogatepass"))


def _table(objects: _Objects, header: tuple[str, ...], encoding: str) -> TextTable:
    rows = objects.rows()
    return TextTable(
        encoding=encoding,
        delimiter="",
        header=header,
        header_line=1,
        preamble=(),
        cells=rows.select(str(at) for at in range(len(header))),
        lines=rows[_LINE],
        rejected=tuple(objects.faults),
        dropped=tuple(objects.drops),
        warnings=(),
    )


@dataclass
class _Objects:
    """The objects read so far, key by key; a key that an object lacks is an empty cell."""

    names: frozenset[str]
    columns: dict[str, list[str]] = field(default_factory=dict)  # of the objects since the last of `parts`
    lines: list[int] = field(default_factory=list)
    parts: list[pl.DataFrame] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    _wanted: dict[str, bool] = field(default_factory=dict)

    def take(self, number: int, line: bytes) -> None:
        """One line of the file."""
        if not line.strip(_BLANKS):
            self.drops.append(Drop(number, "blank"))
            return
        try:
            values = {name: _text(value) for name, value in _flat(line).items() if self._is_wanted(name)}
            if b"\\u" in line:
                "".join((*values, *values.values())).encode()  # an escape may be half a character, which is none
        except UnicodeDecodeError:
            self.faults.append(Fault(number, UNREADABLE, _NO_TEXT))
        except (TypeError, ValueError, RecursionError):
            self.faults.append(Fault(number, NOT_AN_OBJECT, _NO_OBJECT))
        else:
            self._keep(number, values)

    def _keep(self, number: int, values: Mapping[str, str]) -> None:
        if any("\x00" in value for value in values.values()):
            self.faults.append(Fault(number, UNREADABLE, _NO_TEXT))
            return
        rows = len(self.lines)
        for name, value in values.items():
            column = self.columns.setdefault(name, [])
            column.extend([""] * (rows - len(column)))
            column.append(value)
        self.lines.append(number)
        if len(self.lines) == _AT_ONCE:
            self._put_by()

    def _is_wanted(self, name: str) -> bool:
        known = self._wanted.get(name)
        if known is None:
            known = not self.names or fold(name) in self.names or header_key(name) in self.names
            self._wanted[name] = known
        return known

    def rows(self) -> pl.DataFrame:
        """All objects: a column for each key, called "0", "1", …, and their lines."""
        self._put_by()
        return pl.concat(self.parts, how="diagonal").fill_null("")

    def _put_by(self) -> None:
        """Keep what was read in a fraction of the memory that lists take."""
        for column in self.columns.values():
            column.extend([""] * (len(self.lines) - len(column)))
        cells = {str(at): pl.Series(column, dtype=pl.String) for at, column in enumerate(self.columns.values())}
        self.parts.append(pl.DataFrame({**cells, _LINE: pl.Series(self.lines, dtype=pl.Int64)}))
        self.columns = {name: [] for name in self.columns}
        self.lines = []


def _flat(line: bytes) -> dict[str, Any]:
    """The values of an object by their names.

    Raises:
        UnicodeDecodeError: It holds bytes that are no text.
        TypeError: It is no object.
        ValueError: It is no JSON, has a name twice, or too many levels.
        RecursionError: It has far too many.
    """
    found = _DECODER.decode(line.decode().strip("\ufeff"))
    if not isinstance(found, dict):
        raise TypeError(_NO_OBJECT)
    values: dict[str, Any] = {}
    _spread(found, "", _DEEPEST, values)
    return values


def _spread(found: Mapping[str, Any], above: str, deeper: int, into: dict[str, Any]) -> None:
    for name, value in found.items():
        whole = above + name
        if whole in into or not deeper:
            raise ValueError(_NO_OBJECT)
        if isinstance(value, dict):
            _spread(value, f"{whole}.", deeper - 1, into)
        else:
            into[whole] = value


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs as a dictionary.

    Raises:
        ValueError: A name stands twice: nobody can tell which of its values is meant.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(_NO_OBJECT)
    return found


def _refused_constant(_: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(_NO_OBJECT)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_int=str, parse_float=str, parse_constant=_refused_constant
)
