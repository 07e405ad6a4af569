"""Which configured values must never be shown: by the name of their key, or because they are addresses."""

from __future__ import annotations

import re

MASK = "***"
_SECRET_WORDS = {"webhook", "key", "apikey", "token", "password", "passwd", "secret"}
_WORD = re.compile(r"[^\W_]+")
_KEY = re.compile(r"[\w-]+(?=[\"']?\s*:)")
_ADDRESS = re.compile(r"[\w+.-]+://\S*")


def looks_secret(key: str | int, value: object = None) -> bool:
    """Whether a value may not be shown: its key names a secret, or it is an address, which may carry one.

    Examples:
        >>> looks_secret("webhook_url"), looks_secret("keyword"), looks_secret("name", "https://a/?key=1")
        (True, False, True)
    """
    named = not _SECRET_WORDS.isdisjoint(_WORD.findall(str(key).casefold()))
    return named or (isinstance(value, str) and _ADDRESS.search(value) is not None)


def starred(line: str) -> str:
    """A line of a configuration file with stars for all that may be secret, character by character.

    Examples:
        >>> starred("  token: abc")
        '  token:****'
    """
    line = _ADDRESS.sub(lambda found: "*" * len(found[0]), line)
    for key in _KEY.finditer(line):
        if looks_secret(key[0]):
            after = line.index(":", key.end()) + 1
            return line[:after] + "*" * (len(line) - after)
    return line
