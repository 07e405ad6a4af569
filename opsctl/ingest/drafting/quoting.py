"""Texts as YAML scalars: whatever a column, a file or a channel is called, the configuration reads it back as it was.

A draft is written with comments, which no YAML library writes; so the few forms of a scalar that it needs are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# A letter or digit first, and nothing that YAML could take for its own: plain as it stands, in brackets too.
_PLAIN = re.compile(r"\w(?:[\w ()（）./+%*-]*[\w()（）.%+/])?")
_NOT_TEXT = {"null"}
_ESCAPES = {"\\": r"\\", '"': r"\"", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_LAST_OF_A_BYTE, _LAST_OF_TWO = 0xFF, 0xFFFF


def scalar(text: str) -> str:
    r"""One text as a YAML scalar that stands in a block or in brackets, on one line.

    Examples:
        >>> scalar("消耗(元)"), scalar("a: b"), scalar(" x"), scalar("null")
        ('消耗(元)', '"a: b"', '" x"', '"null"')
        >>> scalar('say "so"'), scalar("tab\there")
        ('\'say "so"\'', '"tab\\there"')
    """
    if _is_plain(text):
        return text
    if text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def sequence(texts: Iterable[str]) -> str:
    """Texts as a list in brackets.

    Examples:
        >>> sequence(["日期", "a, b"])
        '[日期, "a, b"]'
    """
    return f"[{', '.join(map(scalar, texts))}]"


def remark(text: str) -> str:
    r"""A text for a comment: on one line, and nothing in it that could end the comment or hide.

    Examples:
        >>> remark("消耗"), remark("a\nb")
        ('消耗', 'a b')
    """
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _is_plain(text: str) -> bool:
    printable = text.isprintable() and _PLAIN.fullmatch(text) is not None
    return printable and text.lower() not in _NOT_TEXT and "  " not in text


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= _LAST_OF_A_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_OF_TWO else f"\\U{code:08x}"
