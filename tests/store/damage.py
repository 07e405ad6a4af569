"""What a disk may do to a file: a bit flips, its end is cut off, it is emptied, it goes missing, something is added."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Damage = Callable[[bytes, random.Random], bytes | None]


def drawn(seed: int) -> random.Random:
    """Chance that can be had again."""
    return random.Random(seed)  # noqa: S311 - nothing is to be kept secret


def flipped(content: bytes, draw: random.Random) -> bytes:
    """One bit is another."""
    found = bytearray(content)
    found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)
    return bytes(found)


def cut(content: bytes, draw: random.Random) -> bytes:
    """The end is missing."""
    return content[: draw.randrange(len(content))]


def emptied(_content: bytes, _draw: random.Random) -> bytes:
    """Nothing is left in it."""
    return b""


def missing(_content: bytes, _draw: random.Random) -> None:
    """It is not there."""


def added(content: bytes, draw: random.Random) -> bytes:
    """Something follows."""
    return content + draw.randbytes(draw.randrange(1, 9))


KINDS: tuple[Damage, ...] = (flipped, cut, emptied, missing, added)


def files(store: Path) -> list[Path]:
    """The files of a store that matter: all but the lock, in which nothing is ever written."""
    return [path for path in sorted(store.rglob("*")) if path.is_file() and path.name != "lock"]


@contextmanager
def damaged(path: Path, damage: Damage, draw: random.Random) -> Iterator[None]:
    """A file is damaged for as long as this lasts."""
    content = path.read_bytes()
    worse = damage(content, draw)
    if worse is None:
        path.unlink()
    else:
        path.write_bytes(worse)
    try:
        yield
    finally:
        path.write_bytes(content)
