"""Rows that sum up other rows: recognised by their label, never by where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opsctl.ingest.reading.kinds import BLANKS, is_date, is_id, is_missing, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

TOTAL_WORDS = (
    *("合计", "总计", "汇总", "小计", "总和", "共计", "累计", "总", "总数", "总数据", "平均", "平均值", "均值", "日均"),
    *("最大值", "最小值", "同比", "环比", "总平均值", "总计数"),
    *("上月同期", "上周同期", "去年同期", "change %", "% change"),
    *("合計", "總計", "彙總", "小計", "總和", "共計", "累計"),
    *("total", "totals", "grand total", "subtotal", "sub-total", "合计/total", "overall", "sum"),
    *("average", "avg", "avg.", "grand average", "gesamt", "gesamtergebnis", "summe", "gesamtsumme", "total general"),
    *("total général", "totaal", "totale", "итого", "всего", "小計", "総計", "합계", "총계", "소계", "tổng"),
)
_LABELS = 3  # a label stands among the first names of a row
_PREFIXED = ("合计", "总计", "小计", "合計", "總計", "小計")  # 本页小计, 抖音合计
_SO_FAR = "[本当上全今去截].{0,6}(?:累计|汇总|累計|彙總)"  # 本月累计
# As a spreadsheet writes them below a group: sums, which add up, and others.
_SUMS = r"(?i)^(.+) (?:sub-?total|total)$|^(.+?) ?(?:汇总|彙總)$"
_OTHERS = r"(?i)^(.+) (?:average|avg\.?)$|^(.+?) ?(?:平均值|最大值|最小值|累计|累計)$"
_SIGN = re.compile("^[A-Z]{0,2}[$¥￥€£₹]|元$")
_BLANK = "[ \t\u00a0\u3000]"
_COUNT = (
    rf"[:：(（]?{_BLANK}*[0-9][0-9,.]*{_BLANK}*"
    rf"(?:条|项|行|个|rows?|results?|records?|items?)?{_BLANK}*[)）]?"
)


class Totals:
    """Which rows are totals, given the words that a total's label consists of."""

    def __init__(self, words: Collection[str]) -> None:
        chinese = [word for word in words if not word.isascii()]
        any_word = _any_of(words)
        prefixed = _any_of(word for word in chinese if word in _PREFIXED)
        rest = rf"{_BLANK}*(?:[:：].*|{_COUNT}|[oO][fF]{_BLANK}.*)"
        label = rf"(?:{any_word})(?:{rest})?|.{{1,12}}(?:{prefixed})[:：]?|{_SO_FAR}"
        self.pattern = rf"^{_BLANK}*(?:{label}){_BLANK}*$"
        self.suspicious = f"{self.pattern}|{_SUMS}|{_OTHERS}"
        self._label = re.compile(self.pattern)
        self._sums, self._others = re.compile(_SUMS), re.compile(_OTHERS)
        self._plainly = re.compile(rf"{_BLANK}*(?:{_any_of(chinese)}){_BLANK}*[:：]?{_BLANK}*")

    def label(self, row: Sequence[str]) -> str | None:
        """The total's label in a row, or None where it has none."""
        names = [cell for cell in row if not is_missing(cell) and not is_number(cell)][:_LABELS]
        return next((cell for cell in names if self._label.match(cell)), None)

    def sums_up(self, row: Sequence[str], rows: Callable[[int, str], Sequence[Sequence[str]]]) -> bool:
        """Is it the sum, the average or the like of a group of rows, such as "Meta Total" below those of "Meta"?

        Args:
            row: Its cells.
            rows: Tells which rows have a name in a place.
        """
        names = [at for at, cell in enumerate(row) if not is_missing(cell) and not is_number(cell)][:_LABELS]
        for at in names:
            cell = row[at].strip(BLANKS)
            if (found := self._others.match(cell)) and rows(at, found[1] or found[2]):
                return True
            if (found := self._sums.match(cell)) and adds_up(row, rows(at, found[1] or found[2])):
                return True
        return False

    def is_plainly(self, label: str) -> bool:
        """Whether a label is nothing but a word that no campaign or channel is named."""
        return self._plainly.fullmatch(label) is not None


def keys_of(row: Sequence[str], label: str) -> tuple[int, ...]:
    """The positions in which a total's row has dates or ids: it sums up the rows that have the same there."""
    return tuple(at for at, cell in enumerate(row) if cell != label and (is_date(cell) or is_id(cell)))


def adds_up(total: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the numbers of a row are the sums of those of others, in most columns that have any.

    One other must be equal in all of them: one row equals another too easily.
    """
    stated = {at: value for at, cell in enumerate(total) if (value := _amount(cell)) is not None and value != 0}
    sums = {at: [_amount(row[at]) for row in rows] for at in stated}
    equal = [at for at, value in stated.items() if _sum(sums[at]) == value]
    enough = len(stated) if len(rows) == 1 else (len(stated) + 1) // 2
    return len(equal) >= enough > 0


def _amount(cell: str) -> int | None:
    """A number in ten-thousandths, without the sign of its currency."""
    plain = _SIGN.sub("", cell.strip(BLANKS)).replace(",", "")
    if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,4})?", plain):
        return None
    whole, _, part = plain.partition(".")
    return int(whole + part.ljust(4, "0"))


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _any_of(words: Iterable[str]) -> str:
    return "|".join(_spelling(word) for word in sorted(words)) or r"[^\s\S]"


def _spelling(word: str) -> str:
    """A pattern for a word in any case and width, with blanks between its parts or its Chinese characters."""
    parts = [part for part in word.split() if part]
    between = f"{_BLANK}*" if not word.isascii() else ""
    return f"{_BLANK}+".join(between.join(_letter(mark) for mark in part) for part in parts)


def _letter(mark: str) -> str:
    variants = {mark, mark.lower(), mark.upper()}
    if mark.isascii():
        variants |= {chr(ord(one) + 0xFEE0) for one in variants if "!" <= one <= "~"}
    ordered = sorted(variants)
    return re.escape(ordered[0]) if len(ordered) == 1 else f"[{''.join(map(re.escape, ordered))}]"
