"""Which encoding a file is in: the one under which the expected header appears, and never a guess between two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opsctl.core.errors import DamagedFile, NoHeader, UndecidedEncoding
from opsctl.ingest.reading.encoding import (
    LEGACY,
    Decoding,
    by_mark,
    by_name,
    decode,
    encoded_twice,
    is_simplified,
    is_western,
    read_as,
    without_utf8,
)

if TYPE_CHECKING:
    from opsctl.ingest.reading.header import Header, HeaderSearch

_HEAD = 64 * 1024
_SEEN = 4 * 1024 * 1024
_SHOWN = 30
_CHINESE = "read as gb18030: its header does not tell, but only so are its characters Chinese as it is written today"
_THEREABOUTS = 20  # lines
_MOSTLY = 0.8
_HARDLY = 0.5
_NAME_IT = "opsctl init --from FILE finds it out from the names it knows; or write `encoding: gb18030` under `sources:`"


@dataclass(frozen=True, slots=True)
class Readable:
    """A text and the header found in it."""

    decoding: Decoding
    header: Header
    warnings: tuple[str, ...] = ()


class EncodingChoice:
    """Decides the encoding of one file's bytes by the header it makes appear."""

    def __init__(self, data: bytes, search: HeaderSearch, file: str) -> None:
        self.data = data
        self.search = search
        self.file = file

    def decide(self, named: str | None = None) -> Readable:
        """The text and its header.

        Raises:
            BadOption: The encoding named does not exist.
            UndecidedEncoding: Not Unicode, and no or more than one legacy encoding makes a header appear.
            NoHeader: No line is a header that is expected.
            DamagedFile: The text was encoded twice.
        """
        marked = by_mark(self.data)
        if marked or named:
            return self._stated(marked, named)
        utf8 = decode(self.data, "utf-8")
        found = self.search.find(utf8.text)
        if found and utf8.sound:
            return self._unless_encoded_twice(Readable(utf8, found))
        if b"\x00" in self.data[:_HEAD]:
            for encoding in ("utf-16-le", "utf-16-be"):
                wide = decode(self.data, encoding)
                if wide.soundness >= _MOSTLY and (header := self.search.find(wide.text)):
                    return Readable(wide, header)
        return self._not_unicode(utf8, found)

    def _stated(self, marked: Decoding | None, named: str | None) -> Readable:
        decoding = marked or by_name(self.data, named or "utf-8")
        differs = marked and named and by_name(b"", named).encoding.split("-sig")[0] not in marked.encoding
        warnings = (f"the file says it is {decoding.encoding}, and is read so",) if differs else ()
        header = self.search.find(decoding.text)
        if header is None:
            raise self._no_header(decoding)
        return self._unless_encoded_twice(Readable(decoding, header, warnings))

    def _unless_encoded_twice(self, readable: Readable) -> Readable:
        if readable.decoding.encoding in LEGACY:
            return self._without_utf8(readable)
        if taken_for := encoded_twice(readable.decoding.text):
            raise self._encoded_twice(taken_for)
        return readable

    def _without_utf8(self, readable: Readable) -> Readable:
        """Of an encoding whose every byte is text, lines of another file in UTF-8 would be text, too."""
        decoding = without_utf8(readable.decoding, self.data, readable.header.end)
        return replace(readable, decoding=decoding)

    def _not_unicode(self, utf8: Decoding, found: Header | None) -> Readable:
        """UTF-8 with damage in it, or the one legacy encoding that makes a header appear."""
        if found and (self.search.vouches(found) or utf8.soundness >= _MOSTLY):
            return Readable(utf8, found)
        if found and utf8.damaged == 1 and not utf8.soundness:
            return Readable(utf8, found)  # one bad byte is damage; another encoding shows more than once
        if not utf8.damaged and len(self.data) > _HEAD:  # by chance only a short text is valid UTF-8
            raise self._no_header(utf8)
        if found and utf8.soundness > _HARDLY:
            raise self._undecided(["utf-8", *[one.encoding for one in self._legacy()]])
        legacy = self._legacy()
        readable = self._readable(legacy)
        sound = [(one, header) for one, header in readable if one.sound]
        if len(sound) == 1 and self._is_certain(*sound[0], among=readable):
            return self._without_utf8(Readable(*sound[0]))
        if not sound and len(readable) == 1 and self.search.vouches(readable[0][1]):
            return self._without_utf8(Readable(*readable[0]))
        chinese = next((one for one in sound if one[0].encoding == "gb18030"), None)
        if chinese and is_simplified(chinese[0].text[:_SEEN], self.data[:_SEEN]):
            return self._without_utf8(Readable(*chinese, (_CHINESE,)))
        if not readable and utf8.soundness >= _MOSTLY:
            raise self._no_header(utf8)
        raise self._undecided([one.encoding for one, _ in sound] or [one.encoding for one in legacy if one.sound])

    def _readable(self, legacy: list[Decoding]) -> list[tuple[Decoding, Header]]:
        """Those under which a header appears; where one does, the others are asked for one thereabouts."""
        found: list[tuple[Decoding, Header]] = []
        for one in legacy:
            within = max((header.line for _, header in found), default=None)
            if header := self.search.find(one.text, within and within + _THEREABOUTS):
                found.append((one, header))
        return found

    def _is_certain(self, one: Decoding, header: Header, *, among: list[tuple[Decoding, Header]]) -> bool:
        """Whether the only encoding that fits is proved: by its header, or by being the only one at all."""
        if self.search.vouches(header):
            return True
        return len(among) == 1 and (one.encoding != "cp1252" or is_western(one.text))

    def _legacy(self) -> list[Decoding]:
        """What the bytes could be, little damage allowed."""
        found = [decode(self.data, encoding) for encoding in LEGACY]
        return [one for one in found if one.sound or one.soundness >= _MOSTLY]

    def _undecided(self, candidates: list[str]) -> UndecidedEncoding:
        names = ", ".join(dict.fromkeys(candidates)) or "none of " + ", ".join(LEGACY)
        return UndecidedEncoding(
            "the text is not Unicode, and its encoding cannot be told without guessing",
            file=self.file,
            details=(("possible", names),),
            hint=_NAME_IT,
        )

    def _no_header(self, decoding: Decoding) -> NoHeader | DamagedFile:
        head = decoding.text[:_HEAD]
        for encoding in ("cp1252", "gb18030"):
            if not head.isascii() and self.search.find(read_as(head, encoding)):
                return self._encoded_twice(encoding)
        closest = self.search.closest(decoding.text)
        if closest is None:
            hint = "the first row is never taken for a header: put one above it, or correct the mapping"
            return NoHeader("no line is a header with the expected columns", file=self.file, hint=hint)
        line, cells = closest
        shown = ", ".join(cell.strip() for cell in cells[:_SHOWN]) + (", …" if len(cells) > _SHOWN else "")
        return NoHeader(
            "no line is a header with the expected columns",
            file=self.file,
            line=line,
            details=(("the closest line has", shown),),
            hint="compare it with the columns that the mapping expects",
        )

    def _encoded_twice(self, encoding: str) -> DamagedFile:
        return DamagedFile(
            f"the text is encoded twice: UTF-8 was taken for {encoding} and saved again",
            file=self.file,
            hint="export it again, and do not open and save it in between",
        )
