"""The fast way through a sheet: rows that are beyond doubt are cut by a pattern, and every other goes to the parser.

The parser sees the same document without them, so what it makes of the others is what it would make of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_ROW_END = b"</row>"
_LONGEST = 8 * 1024**2  # bytes that are kept back to find the end of a row
_HIDDEN = "hidden"  # of a row, which the parser counts
_MARKUP = (b"<!", b"\x00")  # comments, other declarations; an encoding of two bytes
_ROW = re.compile(r"<row ([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_NUMBER = re.compile(r'(?:^| )r="([0-9]{1,7})"')
_TEXT = r'(?:<v>([^<&]*)</v>|<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>)'
_CELL = re.compile(rf'<c r="([A-Z]{{1,3}})([0-9]{{1,7}})"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(?:/>|>{_TEXT}</c>)')
_TAGS, _INLINE_TAGS = 4, 6

Cell = tuple[str, str, str, str, str, str]  # column, row, format, type, value, inline text


class Rows:
    """Cuts a sheet's XML.

    Args:
        parse: Takes what is for the parser.
        take: Takes a row's number and its cells.
    """

    def __init__(self, parse: Callable[[bytes], object], take: Callable[[str, list[Cell]], None]) -> None:
        self._parse = parse
        self._take = take
        self._kept = b""
        self._within = False
        self._off = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._kept += chunk
        if not self._off and any(mark in self._kept for mark in _MARKUP):
            self._off = True
        if not self._off and not self._within:
            self._enter()
        if not self._off and self._within:
            self._cut()
        if self._off or len(self._kept) > _LONGEST:
            self.close()

    def close(self) -> None:
        """Give the parser all that is left; from now on everything is for it."""
        self._off = True
        self._parse(self._kept)
        self._kept = b""

    def _enter(self) -> None:
        at = self._kept.find(_BEGIN)
        if at >= 0:
            self._within = True
            self._parse(self._kept[: at + len(_BEGIN)])
            self._kept = self._kept[at + len(_BEGIN) :]

    def _cut(self) -> None:
        end = self._kept.find(_END)
        self._off = end >= 0
        after = end if self._off else self._kept.rfind(_ROW_END) + len(_ROW_END)
        if after < len(_ROW_END):
            return
        block = self._kept[:after]
        self._kept = self._kept[after:]
        try:
            self._rows(block.decode("utf-8"))
        except UnicodeDecodeError:
            self._kept = block + self._kept
            self._off = True

    def _rows(self, block: str) -> None:
        at = 0
        for found in _ROW.finditer(block):
            if found.start() > at:
                self._parse(block[at : found.start()].encode())
            at = found.end()
            number = _NUMBER.search(found[1])
            cells: list[Cell] = _CELL.findall(found[2] or "")
            if number is None or _HIDDEN in found[1] or not _are_all(cells, found[2] or ""):
                self._parse(found[0].encode())
            else:
                self._take(number[1], cells)
        self._parse(block[at:].encode())


def _are_all(cells: list[Cell], body: str) -> bool:
    """Whether a row holds these cells and no other markup."""
    tags = body.count("<")
    if tags == _TAGS * len(cells):
        return not body.count("/>") and not body.count("<is>")
    closed = body.count("/>")
    inline = body.count("<is>")
    return tags == closed + _INLINE_TAGS * inline + _TAGS * (len(cells) - closed - inline)
