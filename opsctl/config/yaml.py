"""YAML without its traps: every plain value stays the text that was typed, and nothing is guessed or merged.

YAML 1.1 reads NO as false, 012 as ten, 12:30 as 750 and 3.10 as 3.1, and keeps the last of two equal keys.
Here the schema types the values, and what could surprise (aliases, tags, duplicate keys) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import yaml

from opsctl.config.document import Document, Mark, Path, Position, Value, excerpt
from opsctl.core.errors import BadYaml, DuplicateKey, NoSuchPath, OpsctlError

LARGEST = 1_000_000  # bytes: no configuration is larger
DEEPEST = 32  # levels: an export entry of a mapping needs nine

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULLS = {"", "~", "null"}
_PARSER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # 17 times faster where libyaml was built in

# What the parser says, and what it means to somebody who is not a parser.
_WORDS = (
    ("mapping values are not allowed", "a second ':' in one line, or a line indented too far"),
    ("could not find expected ':'", "the line has no ':' after its key, or is indented wrongly"),
    ("did not find expected key", "the line is indented unlike its neighbours, or a quote ends too early"),
    ("'-' indicator", "a list goes on here with something that is no '- item'"),
    ("expected <block end>", "the line is indented unlike its neighbours"),
    ("expected <document start>", "something follows the end of the document"),
    ("node content", "a bracket is opened and never closed, or a value is missing"),
    ("',' or", "a ',' or a closing bracket is missing"),
    ("unexpected end of stream", "a quote is opened and never closed"),
    ("unknown escape", "in double quotes a backslash starts an escape; use single quotes"),
)


def read(path: FilePath, shown: str) -> Document:
    """Read a configuration file; `shown` is its name in messages.

    Raises:
        NoSuchPath: There is no such file.
        BadYaml: It cannot be read, is not UTF-8, too large, or not the YAML that opsctl reads.
        DuplicateKey: A key stands twice in one mapping.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise NoSuchPath("there is no such file", file=shown) from None
    except OSError as error:
        raise BadYaml(f"the file cannot be read: {error.strerror}", file=shown) from None
    return parse(data, shown)


def parse(data: bytes, file: str) -> Document:
    r"""Parse a configuration file's bytes; an empty file is an empty mapping.

    Raises:
        BadYaml: It is not UTF-8, too large, or not the YAML that opsctl reads.
        DuplicateKey: A key stands twice in one mapping.

    Examples:
        >>> parse(b"a: NO\nb: 012\nc: ~", "x.yaml").value
        {'a': 'NO', 'b': '012', 'c': None}
    """
    if len(data) > LARGEST:
        raise BadYaml("the file is larger than 1 MB", file=file)
    text = _decoded(data, file)
    composer = _Composer(file, text)
    if found := _NOT_TEXT.search(text):
        before = _LINE_BREAK.split(text[: found.start()])
        mark = Mark(len(before), len(before[-1]) + 1)
        raise composer.refusal(f"a control character, U+{ord(found[0]):04X}", mark, "delete it")
    return composer.document()


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        bad = error.start
    line_start = data.rfind(b"\n", 0, bad) + 1
    raise BadYaml(
        f"the file is not UTF-8{_guess(data)}",
        file=file,
        line=data.count(b"\n", 0, bad) + 1,
        column=len(data[line_start:bad].decode("utf-8")) + 1,
        hint="save it as UTF-8",
    )


def _guess(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "; it looks like UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "; it looks like GBK"


def _mark(of: Any) -> Mark:
    return Mark(of.line + 1, of.column + 1)


class _Composer:
    """Builds values and positions from the parser's events, refusing what opsctl does not read."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = tuple(_LINE_BREAK.split(text))
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_PARSER))
        self.positions: dict[Path, Position] = {}

    def document(self) -> Document:
        self.next()  # the start of the stream
        event = self.next()
        value: Value = {}
        top = _mark(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            first = self.next()
            top, value = _mark(first.start_mark), self.value(first, ())
            self.next()  # the end of the document
            after = self.next()
            if not isinstance(after, yaml.StreamEndEvent):
                raise self.refusal("a second document starts here", _mark(after.start_mark), "keep one")
        return Document(self.file, value, {(): Position(top, top), **self.positions}, self.lines)

    def next(self) -> Any:
        try:
            return next(self.events)
        except yaml.MarkedYAMLError as error:
            raise self.unparsed(error) from None

    def value(self, event: Any, path: Path) -> Value:
        self.check(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        plain = event.style in (None, "")
        return None if plain and event.value in _NULLS else str(event.value)

    def mapping(self, path: Path) -> Value:
        found: dict[str, Value] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key, mark = self.key(event, path), _mark(event.start_mark)
            if key in found:
                raise self.duplicate(key, mark, self.positions[(*path, key)].key)
            below = self.next()
            self.positions[*path, key] = Position(mark, _mark(below.start_mark))
            found[key] = self.value(below, (*path, key))
        return found

    def sequence(self, path: Path) -> Value:
        found: list[Value] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            here = (*path, len(found))
            self.positions[here] = Position(_mark(event.start_mark), _mark(event.start_mark))
            found.append(self.value(event, here))
        return found

    def key(self, event: Any, path: Path) -> str:
        self.check(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refusal("a key must be a text", _mark(event.start_mark), "put it in quotes")
        if event.value == "<<" and event.style in (None, ""):
            raise self.refusal("a merge key (<<) stands here", _mark(event.start_mark), "write the keys out")
        return str(event.value)

    def check(self, event: Any, path: Path) -> None:
        """Refuse what would make the value other than what stands here."""
        mark = _mark(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise self.refusal("an alias stands here", mark, "write the value out, or put it in quotes")
        if event.anchor is not None:
            raise self.refusal("an anchor stands here", mark, "leave it out, or put the value in quotes")
        if event.tag is not None:
            raise self.refusal("a tag stands here", mark, "leave it out, or put the value in quotes")
        if len(path) > DEEPEST:
            raise self.refusal(f"more than {DEEPEST} levels deep", mark)

    def unparsed(self, error: yaml.MarkedYAMLError) -> OpsctlError:
        problem, mark = error.problem or "", _mark(error.problem_mark or error.context_mark)
        line = self.lines[mark.line - 1] if mark.line <= len(self.lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return self.refusal("the line is indented with a tab", mark, "use spaces")
        if "cannot start any token" in problem:
            return self.refusal(f"a value cannot start with '{line[mark.column - 1]}'", mark, "put it in quotes")
        if "scanning an a" in (error.context or ""):
            return self.refusal("'*' or '&' starts a value", _mark(error.context_mark), "put it in quotes")
        if "end of stream" in problem and error.context_mark:
            mark = _mark(error.context_mark)
        words = (words for fragment, words in _WORDS if fragment in problem)
        return self.refusal(next(words, f"not YAML: {problem}"), mark)

    def duplicate(self, key: str, mark: Mark, first: Mark) -> OpsctlError:
        return DuplicateKey(
            f"'{key}' stands in line {first.line} and again in line {mark.line}",
            file=self.file,
            line=mark.line,
            column=mark.column,
            excerpt=f"{excerpt(self.lines, first, 'first')}\n{excerpt(self.lines, mark, 'again')}",
        )

    def refusal(self, sentence: str, mark: Mark, note: str = "") -> OpsctlError:
        shown = excerpt(self.lines, mark, note)
        return BadYaml(sentence, file=self.file, line=mark.line, column=mark.column, excerpt=shown)
