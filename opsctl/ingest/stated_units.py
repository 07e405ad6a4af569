"""What a file says of its own amounts, above its header or in a row of units below it: 单位：万元, 币种：美元."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from opsctl.core.currency import SIGNS
from opsctl.core.errors import AmbiguousValues
from opsctl.ingest.written import Raw

_UNIT = re.compile(r"单位\s*(?:[:：]|为|是)\s*([^\s,，;；。)）(（]{1,8})")
_CURRENCY = re.compile(r"(?:币种|货币(?!单位)|currency)\s*[:：,\t]\s*\"?([^\s,，;；。)）(（\"]{1,8})", re.IGNORECASE)
_SCALED = re.compile(r"[十百千万亿]+元?|分|角|thousands?|millions?|cents?|k|mn?", re.IGNORECASE)


def refuse_scaled(raw: Raw, places: Sequence[int], name: str) -> None:
    """Amounts of which the file says that they are thousands, or cents, are none of a whole currency.

    Raises:
        AmbiguousValues: It says so.
    """
    for unit in _said(raw, places):
        if _SCALED.fullmatch(unit):
            raise AmbiguousValues(
                f"the file says that its amounts are in {unit}",
                file=raw.name,
                column=name,
                hint="write `unit: wan` or `unit: fen` for the column in the mapping, or export plain amounts",
            )


def stated_currency(raw: Raw, places: Sequence[int]) -> str | None:
    """The one currency that the file names for its amounts; None where it names none, or several."""
    named = (SIGNS.get(unit.upper(), frozenset()) for unit in _said(raw, places))
    found = {code for codes in named if len(codes) == 1 for code in codes}
    return found.pop() if len(found) == 1 else None


def _said(raw: Raw, places: Sequence[int]) -> Iterator[str]:
    """The units and currencies that stand above the header, and below it in the columns of amounts."""
    for line in raw.preamble:
        plain = unicodedata.normalize("NFKC", line)
        yield from (found[1] for pattern in (_UNIT, _CURRENCY) for found in pattern.finditer(plain))
    for cells in raw.units:
        for at in places:
            yield unicodedata.normalize("NFKC", cells[at]).strip(" ()[]")
