"""What people write beside a report: a Markdown file of named blocks, merged at fixed places and never touched."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opsctl.core.errors import BadConfiguration, DuplicateKey, NoSuchPath
from opsctl.core.naming import fold, nearest
from opsctl.reports.report import Heading, Lines, Part, Prose

# What blocks may be called, by the place they go to: the first name is the Chinese, the second the English one.
NAMES: Mapping[str, tuple[str, ...]] = {
    "summary": ("摘要补充", "summary", "摘要"),
    "background": ("背景", "background", "环境"),
    "actions": ("措施", "actions"),
    "public": ("公域", "paid", "public"),
    "private": ("私域", "owned", "private"),
    "emerging": ("新兴渠道", "emerging", "新兴"),
    "organic": ("自然量", "organic", "品牌"),
    "quality": ("质量与效率", "quality", "质量"),
    "moves": ("渠道调整", "moves", "调整"),
    "problems": ("问题与不足", "problems", "问题", "不足"),
    "plan": ("计划", "plan", "工作计划"),
    "support": ("支持", "support", "需支持"),
    "last": ("上周", "last", "上周行动"),
    "next": ("下周", "next", "下周重点"),
    "owners": ("负责人", "owners", "责任人"),
}
LARGEST = 1_000_000  # bytes; people write less
_BLOCK = re.compile(r"##(?!#)\s*(.*?)[\s#:：]*")
_SMALLER = re.compile(r"#{3,6}\s+(.*?)[\s#]*")
_ITEM = re.compile(r"\s*(?:[-*+]\s+|(?=\d{1,3}[.、)）]))(.+)")


@dataclass(frozen=True)
class Notes:
    """What people wrote, by the place it goes to.

    Args:
        blocks: By the key of `NAMES`, the lines of a block.
    """

    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parts(self, key: str, label: str = "") -> list[Part]:
        """A block as parts of a report: lists as lines under the label, everything else as paragraphs; often none."""
        return list(_parts(self.blocks.get(key, ()), label))


def read(path: Path, places: Collection[str]) -> Notes:
    """The notes of a file.

    Args:
        path: A Markdown file of blocks, each headed `## NAME`.
        places: The keys of `NAMES` that the report has a place for.

    Raises:
        NoSuchPath: There is no such file.
        BadConfiguration: It is not UTF-8, a block has a name without a place, or a text stands above all blocks.
        DuplicateKey: A block stands twice.
    """
    file = path.as_posix()
    return Notes(_blocks(_text(path, file).splitlines(), places, file))


def _text(path: Path, file: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise NoSuchPath(f"no notes can be read from '{file}'", hint="name a Markdown file with --notes") from error
    if len(content) > LARGEST:
        raise BadConfiguration("notes of more than a megabyte are no notes", file=file, hint="name the right file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadConfiguration("the notes are not UTF-8", file=file, line=line, hint="save the file as UTF-8") from None


def _blocks(lines: Iterable[str], places: Collection[str], file: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for at, line in enumerate(lines, start=1):
        head = _BLOCK.fullmatch(line)
        if head:
            key = _place(head[1], places, file, at)
            if key in found:
                raise DuplicateKey(f"the block '{head[1]}' stands twice", file=file, line=at, hint="join the two")
            current = found[key] = []
        elif current is not None:
            current.append(line)
        elif line.strip() and not line.startswith("# "):
            raise BadConfiguration(
                "a text stands above the first block",
                file=file,
                line=at,
                hint=f"begin it with ## and one of: {_known(places)}",
            )
    return {key: tuple(texts) for key, texts in found.items()}


def _place(name: str, places: Collection[str], file: str, line: int) -> str:
    """Where a block goes, by its name in either language."""
    known = {fold(one): key for key, names in NAMES.items() if key in places for one in names}
    if fold(name) in known:
        return known[fold(name)]
    close = nearest(name, known)
    raise BadConfiguration(
        f"the report has no place for a block '{name}'",
        file=file,
        line=line,
        details=(("known", _known(places)),),
        hint=f"did you mean '{close}'?" if close else "",
    )


def _known(places: Collection[str]) -> str:
    return ", ".join(f"{names[0]} ({names[1]})" for key, names in NAMES.items() if key in places)


# --- as parts -------------------------------------------------------------------------------------------


def _parts(lines: Iterable[str], label: str) -> Iterable[Part]:
    """Paragraphs, lists and small headings, in their order."""
    paragraph: list[str] = []
    items: list[str] = []
    for line in (*lines, ""):
        item, smaller = _ITEM.fullmatch(line), _SMALLER.fullmatch(line)
        goes_on = bool(line.strip()) and not item and not smaller
        if items and not item:
            if goes_on:  # a list item over several lines
                items[-1] = _joined([items[-1], line])
                continue
            yield Lines(label, items)
            items = []
        if paragraph and not goes_on:
            yield Prose(_joined(paragraph))
            paragraph = []
        if item:
            items.append(item[1].strip())
        elif smaller:
            yield Heading(_readable(smaller[1]), 3)
        elif goes_on:
            paragraph.append(line)


def _joined(lines: Iterable[str]) -> str:
    """Lines of one paragraph; between Chinese letters a line's end is no blank."""
    text = ""
    for line in map(str.strip, lines):
        blank = text and (text[-1].isascii() or line[:1].isascii())
        text = f"{text}{' ' if blank else ''}{line}"
    return _readable(text)


def _readable(text: str) -> str:
    """A text without characters that steer a terminal; a tab is a blank."""
    return "".join(letter for letter in text.replace("\t", " ") if letter.isprintable() or letter == "\u200d").strip()
