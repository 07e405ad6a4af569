"""Bytes as text: what a byte order mark says, what decodes strictly, and what damage leaves behind."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from opsctl.core.errors import BadOption

DAMAGE = "\udc80"  # stands for bytes that are no text; a lone surrogate never comes from sound text
LOST = ("\ufffd", "锟斤拷")  # what stands where characters were lost before a file was written
LEGACY = ("gb18030", "big5", "cp932", "cp949", "cp1252")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
_SUPERSETS = {"gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_NO_FILE_ENCODING = frozenset({"", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"})
_HANDLER = "opsctl-damage"
_NO_WORD = re.compile(r"[À-ÖØ-öø-ÿ]{3}|[A-Za-zÀ-ÿ][¡-¶¸-¿×÷]+[A-Za-zÀ-ÿ]|\d[À-ÖØ-öø-ÿ]|[À-ÖØ-öø-ÿ]\d")
_INNER_MARK = re.compile("(?<=[\r\n])\ufeff+")
_WORDS_OF_UTF8 = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")  # two Chinese characters
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
_PAIR_OF_BYTES = re.compile("[\u2c00-\u2dff\u3400-\u3dff]")  # such as two digits make, where UTF-16 goes on as UTF-8
_PRIVATE = re.compile("[\ue000-\uf8ff]+")  # such as another Chinese encoding makes; nobody writes them
_HEAD = 1024 * 1024
_PUNCTUATION = re.compile("[\u2000-\u206f\u3000-\u303f\uff00-\uffef\u00b7\u00d7¥￥]")
_ENOUGH = 6  # different characters
_NEARLY = 0.95
_MOSTLY = 0.8
_SAMPLE = 200  # lines that are not ASCII
_NOT_WESTERN = re.compile("[^\x00-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return DAMAGE, error.end
    raise error


def _latin_or_question(error: UnicodeError) -> tuple[bytes, int]:
    if isinstance(error, UnicodeEncodeError):
        bad = error.object[error.start : error.end]
        return b"".join(mark.encode("latin-1") if ord(mark) < 0x100 else b"?" for mark in bad), error.end  # noqa: PLR2004
    raise error


codecs.register_error(_HANDLER, _mark_damage)
codecs.register_error("opsctl-latin", _latin_or_question)


@dataclass(frozen=True, slots=True)
class Decoding:
    """Bytes as text under one encoding; each place that is no text is one `DAMAGE`."""

    encoding: str
    text: str
    damaged: int = 0

    @property
    def cut(self) -> bool:
        """Whether the text ends inside a character, as a broken download does, and has no other damage."""
        return self.damaged == 1 and self.text.endswith(DAMAGE)

    @property
    def sound(self) -> bool:
        """Whether every byte is text, up to a last character that may be cut."""
        return not self.damaged or self.cut

    @property
    def soundness(self) -> float:
        """How much of what is not ASCII is sound: 1.0 without damage, about a half where it is chance."""
        if not self.damaged:
            return 1.0
        beyond_ascii = len(self.text) - len(self.text.encode("ascii", "ignore")) - self.damaged
        return beyond_ascii / (beyond_ascii + self.damaged)


def decode(data: bytes, encoding: str, *, name: str = "") -> Decoding:
    """The bytes under one encoding, damage marked, never replaced by a character that could be text.

    Byte order marks at the beginning of lines, where files were joined, are no text either.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, _HANDLER)
    text = _INNER_MARK.sub("", text) if "\ufeff" in text else text
    if encoding in LEGACY and _PRIVATE.search(text):
        text = _PRIVATE.sub(DAMAGE, text)
    if encoding.startswith("utf-16") and _PAIR_OF_BYTES.search(text):
        text = "\n".join(DAMAGE if len(_PAIR_OF_BYTES.findall(line)) > 1 else line for line in text.split("\n"))
    return Decoding(name or encoding, text, text.count(DAMAGE))


def without_utf8(decoding: Decoding, data: bytes, below: int) -> Decoding:
    """Chinese text of another encoding with each line behind a position that is in UTF-8 marked as damage.

    Such lines decode, as other characters; a line of the other encoding is hardly ever UTF-8 with Chinese words.
    """
    head, lines = decoding.text[:below], decoding.text[below:].split("\n")
    raw = data.split(b"\n")[head.count("\n") :] if _WORDS_OF_UTF8.search(data) else []
    strange = [at for at, line in enumerate(raw) if _WORDS_OF_UTF8.search(line) and _is_chinese(line)]
    if not strange or len(raw) != len(lines):
        return decoding
    for at in strange:
        lines[at] = DAMAGE + "\r" * lines[at].endswith("\r")
    return Decoding(decoding.encoding, head + "\n".join(lines), decoding.damaged + len(strange))


def _is_chinese(line: bytes) -> bool:
    """Whether bytes are UTF-8, and all that is not ASCII in them is Chinese."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    beyond_ascii = "".join(mark for mark in text if not mark.isascii())
    return _CHINESE.fullmatch(beyond_ascii) is not None


def by_mark(data: bytes) -> Decoding | None:
    """What the byte order mark says, or None without one."""
    for mark, encoding, name in _MARKS:
        if data.startswith(mark):
            found = decode(data[len(mark) :], encoding, name=name)
            return Decoding(found.encoding, found.text.lstrip("\ufeff"), found.damaged)
    return None


def by_name(data: bytes, encoding: str) -> Decoding:
    """The bytes under the encoding that the user named.

    Raises:
        BadOption: There is no such encoding of files.
    """
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        codec = ""
    codec = _SUPERSETS.get(codec, codec)
    if codec.replace("_", "-") in _NO_FILE_ENCODING or not _is_text(codec):
        raise BadOption(f"'{encoding}' is no encoding of text files", hint=f"such as utf-8, {', '.join(LEGACY)}")
    return decode(data, codec)


def _is_text(codec: str) -> bool:
    try:
        return "a".encode(codec) != b""
    except (LookupError, UnicodeError):
        return False


def is_western(text: str) -> bool:
    """Whether text from cp1252 reads like a Western language; Cyrillic or Polish bytes decode too, as nonsense."""
    return not _NO_WORD.search(text)


def is_simplified(text: str, data: bytes) -> bool:
    """Whether text from GB18030 is Chinese as it is written today, and neither Korean nor traditional.

    Nearly all characters of such text are of the 3,755 that GB 2312 lists first. Korean would have them too, but then
    its own encoding makes nothing but Hangul of the bytes; of traditional Chinese, Big5 makes mostly its first 5,401.
    """
    found = {mark for mark in text if not mark.isascii() and not _PUNCTUATION.match(mark)}
    common = {mark for mark in found if _leads(mark, "gb2312", 0xB0, 0xD7)}
    if len(common) < _ENOUGH or len(common) < _NEARLY * len(found):
        return False
    korean, traditional = (decode(data, encoding) for encoding in ("cp949", "big5"))
    return not (
        (korean.sound and _share(korean.text, lambda mark: "가" <= mark <= "힣") > _NEARLY)
        or (traditional.sound and _share(traditional.text, lambda mark: _leads(mark, "big5", 0xA4, 0xC6)) > _MOSTLY)
    )


def _share(text: str, is_one: Callable[[str], bool]) -> float:
    """The part of the different characters beyond ASCII that are of a kind."""
    found = {mark for mark in text if not mark.isascii() and not _PUNCTUATION.match(mark)}
    return sum(map(is_one, found)) / max(1, len(found))


def _leads(mark: str, encoding: str, first: int, last: int) -> bool:
    """Does a character's first byte lie within a range?"""
    return first <= mark.encode(encoding, "replace")[0] <= last


def shown(text: str) -> str:
    """Text that may be printed: damage is a question mark."""
    return text.replace(DAMAGE, "?")


def read_as(text: str, encoding: str) -> str:
    """The text that becomes visible when `text` is UTF-8 that somebody took for `encoding` and saved again."""
    return text.encode(encoding, "opsctl-latin").decode("utf-8", "replace")


def encoded_twice(text: str) -> str | None:
    """For what all UTF-8 in a text was taken before it was saved again, as in `æŠ–éŸ³`; None where it was not."""
    if text.isascii():
        return None
    if _NOT_WESTERN.search(text):
        return "gb18030" if _is_taken_for_gbk(text) else None
    try:
        return None if text.encode("cp1252", "opsctl-latin").decode("utf-8").isascii() else "cp1252"
    except UnicodeDecodeError:
        return None


def _is_taken_for_gbk(text: str) -> bool:
    """Whether the first lines that are not ASCII are Chinese in UTF-8, were they GBK; true Chinese hardly ever is."""
    first = text[:_HEAD].splitlines()
    beyond_ascii = (line for line in first if not line.isascii() and not any(lost in line for lost in LOST))
    sample = [*islice(beyond_ascii, _SAMPLE)]
    return bool(sample) and all(_is_chinese(line.encode("gb18030", "opsctl-latin")) for line in sample)
