"""Sentences on a page of some width: broken over lines, never cut."""

from __future__ import annotations

import io

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from opsctl.core.clean import clean

GAP = "  "


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """A sentence over as many lines as it needs, further ones a little to the right.

    Examples:
        >>> wrapped("one two three", 9)
        ['one two', '  three']
    """
    shown = clean(text)
    if width is None or cell_len(indent + shown) <= width:
        return [indent + shown]
    room = max(width - len(indent) - len(GAP), 1)
    first, *others = Text(shown).wrap(Console(file=io.StringIO(), width=room), room, overflow="fold")
    return [indent + first.plain.rstrip(), *(indent + GAP + line.plain.rstrip() for line in others)]
