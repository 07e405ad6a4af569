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


def files(store: Path, how: Damage) -> list[Path]:
    """The files of a store to which a damage matters.

    In the lock nothing is ever written, and of what was kept for the next answer nobody misses what is gone.
    """
    found = [path for path in sorted(store.rglob("*")) if path.is_file() and path.name != "lock"]
    return [path for path in found if how is not missing or not _is_spare(path)]


def _is_spare(path: Path) -> bool:
    return path.match("answers/*.json") or path.match("kept/*/*.parquet")


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
