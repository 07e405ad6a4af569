"""Names come from files that anybody may have written: what they could do to a terminal is made visible instead."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_VARIATION = "\ufe0f"
_SHORT = 0xFFFF  # what four digits can name
_LONE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def clean(text: str) -> str:
    r"""A text with every control and format character written as \uXXXX; those inside emoji stay.

    Examples:
        >>> clean("a\x1b[31mb")
        'a\\u001b[31mb'
        >>> clean("抖音\n快手")
        '抖音\\u000a快手'
    """
    return "".join(letter if _harmless(text, at, letter) else _escaped(letter) for at, letter in enumerate(text))


def _harmless(text: str, at: int, letter: str) -> bool:
    if letter in (_JOINER, _VARIATION):
        return at > 0 and unicodedata.category(text[at - 1]) in ("So", "Sk", "Mn")
    return unicodedata.category(letter) not in _LONE


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code <= _SHORT else f"\\U{code:08x}"
