"""Small files that tell by themselves whether they are what was written: their own hash is their first line."""

from __future__ import annotations

import hashlib

_DIGITS = 64


def sealed(content: bytes) -> bytes:
    """A content under its hash."""
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def opened(found: bytes) -> bytes | None:
    """The content of a file that `sealed` made; None where one bit of it is another, or it was cut.

    Examples:
        >>> opened(sealed(b"spend"))
        b'spend'
        >>> opened(sealed(b"spend")[:-1]) is None
        True
    """
    content = found[_DIGITS + 1 :]
    return content if found == sealed(content) else None
