"""Which delimiters a line could have: the usual ones, the one it names itself, and what stands between known names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

USUAL = (",", "\t", ";", "|", "，", "\x01")
_SEPARATOR = re.compile(r'\A"?sep=(\\t|[^\r\n"]{1,4})"?(?:\r\n|\n|\r|\Z)', re.IGNORECASE)
_LONGEST = 4
_LONGEST_LINE = 100_000
_QUOTES = "\"'"


def stated_delimiter(text: str) -> str | None:
    """The delimiter of Excel's `sep=;` on the first line, or None."""
    found = _SEPARATOR.match(text)
    if found is None:
        return None
    return "\t" if found[1] == "\\t" else found[1]


class Names:
    """Known header names, to find the delimiter between them.

    Examples:
        >>> Names(["day", "spend", "ad group"]).delimiters_in('Day || "Ad  Group" || Spend')
        [' || ']
        >>> Names(["日期", "消耗"]).delimiters_in("日期，消耗")
        ['，']
    """

    def __init__(self, folded: Collection[str]) -> None:
        self._folded = folded

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted({name for name in self._folded if name}, key=lambda name: (-len(name), name))
        spelled = [r"\s+".join(re.escape(part) for part in name.split()) for name in longest_first]
        return re.compile("|".join(spelled)) if spelled else None

    def delimiters_in(self, line: str) -> list[str]:
        """What stands between names that follow each other in the line, the most frequent first."""
        if self._pattern is None or len(line) > _LONGEST_LINE:
            return []
        folded, origin = _fold_by_character(line)
        ends = [(origin[found.start()], origin[found.end()]) for found in self._pattern.finditer(folded)]
        gaps = Counter(_unquoted(line[left[1] : right[0]]) for left, right in pairwise(ends))
        return [gap for gap, _ in gaps.most_common() if _could_delimit(gap)]

    def found_in(self, line: str) -> int:
        """How many names the line has."""
        if self._pattern is None or len(line) > _LONGEST_LINE:
            return 0
        return len({found.group() for found in self._pattern.finditer(_fold_by_character(line)[0])})


def _could_delimit(gap: str) -> bool:
    r"""Whether text between two names can be a delimiter: short, and no words; some write `\t` in letters."""
    wordless = not any(mark.isalnum() or mark in '"\r\n' for mark in gap)
    return gap == "\\t" or (0 < len(gap) <= _LONGEST and wordless)


def _unquoted(gap: str) -> str:
    """A gap without the closing quote of the name before it and the opening one of the name after it."""
    if len(gap) > 1 and gap[0] in _QUOTES:
        gap = gap[1:]
    return gap[:-1] if len(gap) > 1 and gap[-1] in _QUOTES else gap


@lru_cache(maxsize=512)
def _fold_by_character(line: str) -> tuple[str, Sequence[int]]:
    """The line without width and case, and for each of its characters where it was before."""
    if line.isascii():
        return line.lower(), range(len(line) + 1)
    folded, origin = [], []
    for at, mark in enumerate(line):
        seen = unicodedata.normalize("NFKC", mark).casefold()
        folded.append(seen)
        origin += [at] * len(seen)
    return "".join(folded), [*origin, len(line)]
