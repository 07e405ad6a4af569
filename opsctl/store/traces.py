"""Where ids of people stand in bytes, however they are written: in which encoding, with which gaps, in which letters.

An id counts where it stands alone: u12 does not stand in u123. A telephone number may have a country code before it
and gaps in it. An id of so few characters that any figure could be it is not looked for.
"""

from __future__ import annotations

import codecs
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import polars as pl

from opsctl.core.personal import masked
from opsctl.ingest.people import canonical

CHUNK = 4 * 1024 * 1024
_BEFORE, _AFTER = 200, 8  # bytes around an id that tell whether it stands alone
_SHORTEST, _SHORTEST_NUMBER = 5, 8
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"(?:\+|00)?86[\s\-]*$")
_SEPARATORS = b"\n\t ,\"'"  # no byte of them is a part of a Chinese character, in any encoding
_NARROW = ("utf-8", "gb18030")
_WIDE = ("utf-16-le", "utf-16-be")
_OTHER_WAY = {codecs.BOM_UTF16_LE: "utf-16-be", codecs.BOM_UTF16_BE: "utf-16-le"}  # what a mark rules out
_HIDDEN = "***"


@dataclass(frozen=True)
class _Kind:
    """What must not stand beside an id of a kind."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    any_case: bool = False


_WORD = _Kind(re.compile(r"[0-9A-Za-z]$"), re.compile(r"[0-9A-Za-z]"))
_DIGITS = _Kind(re.compile(r"[0-9]$"), re.compile(r"[0-9]"))
_EMAIL = _Kind(re.compile(r"[0-9A-Za-z._%+\-]$"), re.compile(r"[0-9A-Za-z\-]"), any_case=True)


@dataclass(frozen=True)
class _Form:
    """One way in which bytes may write an id."""

    written: bytes
    encoding: str
    kind: _Kind

    def stands_alone_in(self, data: bytes, first: int, last: int) -> bool:
        """Does it stand alone anywhere in `data` from `first` up to `last`?"""
        pattern = re.compile(re.escape(self.written), re.IGNORECASE if self.kind.any_case else 0)
        found = (one.span() for one in pattern.finditer(data))
        return any(first <= start and end <= last and self._alone(data, start, end) for start, end in found)

    def _alone(self, data: bytes, start: int, end: int) -> bool:
        if self.encoding in _WIDE:
            before = data[start - min(_BEFORE, start - start % 2) : start].decode(self.encoding, "ignore")
            after = data[end : end + 2].decode(self.encoding, "ignore")
        else:
            before = _decoded(data[max(0, start - _BEFORE) : start])
            after = data[end : end + 1].decode("ascii", "ignore")
        if self.kind is _DIGITS:
            before = _COUNTRY.sub("", before)
        return not self.kind.before.search(before) and not self.kind.after.match(after)


def _decoded(head: bytes) -> str:
    """The text before an id, from where a character surely begins."""
    head = head[max(head.rfind(one) for one in _SEPARATORS) + 1 :]
    try:
        return head.decode()
    except UnicodeDecodeError:
        return head.decode("gb18030", "replace")


class Traces:
    """Ids of people, to be found wherever they were written.

    Attributes:
        ids: In the one way of writing that a store knows, each once.
        unsought: How many of them could be any figure, and are not looked for in bytes.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids_as_kept = canonical(pl.Series("user", list(ids), dtype=pl.String)).unique(maintain_order=True)
        self.ids = tuple(self.ids_as_kept)
        sought = [one for one in self.ids if _tells(one)]
        self.unsought = len(self.ids) - len(sought)
        self._forms: dict[bytes, list[_Form]] = defaultdict(list)
        for form in (form for one in sought for form in _forms(one)):
            self._forms[form.written.lower()].append(form)
        self._patterns = [written.decode("latin-1") for written in self._forms]
        self._texts = sorted({text.lower() for one in sought for text in _spellings(one)})
        self._longest = max(map(len, self._forms), default=0)

    def in_stream(self, read: Callable[[int], bytes]) -> bool:
        """Do the bytes that `read` yields piece by piece hold one of the ids?"""
        if not self._forms:
            return False
        data, first = read(CHUNK), 0
        never = _OTHER_WAY.get(data[:2])
        while data:
            more = read(CHUNK)
            if self._in(data, first, len(data) - (_AFTER if more else 0), never):
                return True
            kept = data[-(_BEFORE + self._longest + _AFTER) :]
            first = first if len(kept) == len(data) else _BEFORE
            data = kept + more if more else b""
        return False

    def in_text(self, text: str) -> bool:
        """Does a text hold one of the ids?"""
        return bool(self._forms) and self._in(data := text.encode(), 0, len(data))

    def in_cells(self, cells: pl.Series) -> pl.Series:
        """Which of the texts hold one of the ids; null ones hold none."""
        likely = cells.to_frame("cells").select(self.likely(pl.col("cells"))).to_series()
        held = [text for text in cells.filter(likely).unique() if self.in_text(text)]
        return cells.is_in(pl.Series(held, dtype=pl.String).implode()).fill_null(value=False)

    def likely(self, cells: pl.Expr) -> pl.Expr:
        """Texts that may hold one of the ids; `in_cells` looks at them closely."""
        if not self._texts:
            return cells.is_null() & cells.is_not_null()
        return cells.str.contains_any(self._texts, ascii_case_insensitive=True).fill_null(value=False)

    def hidden(self, name: str) -> str:
        """A name of a file as it may be told."""
        name = masked(name)
        for text in sorted(self._texts, key=len, reverse=True):
            name = re.sub(re.escape(text), _HIDDEN, name, flags=re.IGNORECASE)
        return name

    def _in(self, data: bytes, first: int, last: int, never: str | None = None) -> bool:
        text = pl.Series([data.decode("latin-1")])
        if not text.str.contains_any(self._patterns, ascii_case_insensitive=True).item():
            return False
        found = text.str.extract_many(self._patterns, ascii_case_insensitive=True, overlapping=True).explode()
        seen = {one.encode("latin-1").lower() for one in found.unique()}
        forms = (form for one in seen for form in self._forms[one] if form.encoding != never)
        return any(form.stands_alone_in(data, first, last) for form in forms)


def _tells(one: str) -> bool:
    """Is an id long enough to be told from any other figure or word?"""
    return len(one) >= (_SHORTEST_NUMBER if one.isdigit() else _SHORTEST)


def _spellings(one: str) -> Iterator[str]:
    """An id as it is, with the gaps that telephone numbers have, and as JSON, web pages and addresses write it."""
    yield one
    if _PHONE.fullmatch(one):
        yield from (gap.join((one[:3], one[3:7], one[7:])) for gap in " -")
    yield from {json.dumps(one)[1:-1], html.escape(one), quote(one, safe="")} - {one}


def _forms(one: str) -> Iterator[_Form]:
    kind = _DIGITS if _PHONE.fullmatch(one) else _EMAIL if "@" in one else _WORD
    for text in _spellings(one):
        by_bytes = {text.encode(encoding): encoding for encoding in (*_WIDE, *_NARROW)}
        yield from (_Form(written, encoding, kind) for written, encoding in by_bytes.items())
