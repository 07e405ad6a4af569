"""What a command says, as far as somebody listens: so that it can be said again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OUT = "out"
ERR = "err"
FILES = "files"

_listening: list[list[tuple[str, Any]]] = []


def hear(kind: str, content: Any) -> None:
    """Something was said: text to stdout or stderr, or files that were written."""
    for said in _listening:
        said.append((kind, content))


@contextmanager
def recorded() -> Iterator[list[tuple[str, Any]]]:
    """All that is said meanwhile, in its order."""
    said: list[tuple[str, Any]] = []
    _listening.append(said)
    try:
        yield said
    finally:
        _listening.remove(said)
