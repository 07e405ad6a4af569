"""What a draft says in its comments, in Chinese and English, each in one short line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.ingest.drafting.nature import Nature
from opsctl.ingest.drafting.quoting import remark

_WORDS = {
    "drafted": (
        "由 opsctl init 按 {file} 起草；带「# ?」的行请核对",
        "Drafted by opsctl init from {file}; check the lines marked # ?",
    ),
    "look": ("核对：opsctl inspect --typed {file}", "To check: opsctl inspect --typed {file}"),
    "or": ("也可能是 {names}", "or {names}"),
    "candidates": ("可选：{names}", "candidates: {names}"),
    "maybe": ("这个列名可能另有所指", "the name could mean something else"),
    "inside": ("只凭列名的一部分认出", "known by a part of its name only"),
    "kind": ("只凭内容认出，列名看不出", "known by its values only, not by its name"),
    "channel_code": ("渠道号：在渠道字典里对应渠道", "a code: a channel_map says which channel it is"),
    "channel": ("没有列写明渠道：填渠道编号，或写 [列名]", "no column names the channel: write its id, or [COLUMN]"),
    "channel_file": ("取自文件名", "as the file's name says"),
    "event": ("没有列写明事件：填事件名，或写 [列名]", "no column names the event: write it, or [COLUMN]"),
    "users": ("没有列是新增人数：0 表示未知", "no column counts the new users: 0 stands for unknown"),
    "no_users": ("没有列是新增人数", "no column counts the new users"),
    "spend": ("没有列是消耗", "no column holds the cost"),
    "paid_at": (
        "没有列是付款时间：不填则都算未付款",
        "no column is the time of payment: without one nothing counts as paid",
    ),
    "no_day": ("行里没有日期：写明周期，或用 --period", "the rows name no day: say the period here, or give --period"),
    "name_day": (
        "文件名里的日期是数据日期，还是下载日期？",
        "is the date in the name that of the data, or of the download?",
    ),
    "measure": ("按数值认作 {column}；可选：{names}", "taken for {column} by its values; candidates: {names}"),
    "day_base": (
        "来源把新增当天记作 0 还是 1；记作 1 时「次日」写 2",
        "its source's number for the day of acquisition, 0 or 1",
    ),
    "amounts": ("daily 当日值，cumulative 累计值", "daily: of that day alone; cumulative: up to that day"),
    "dates": ("也可能是 {names}：月和日分不清", "or {names}: nothing tells the month from the day"),
    "decimal": ("也可能是逗号：1,234 与 1.234 分不清", "or a comma: nothing tells 1,234 from 1.234"),
    "unused": ("没有用到的列：", "Columns that nothing reads:"),
    "more": ("另有 {count} 列", "and {count} more"),
    "per_user": ("人均金额或比率，没有对应的列", "per user or a ratio: no column takes it"),
    "twice": ("列名重复，映射指不明", "the name stands twice, so no mapping can mean it"),
    "nameless": ("第 {at} 列（没有名字）", "column {at} (without a name)"),
    "project": (
        "由 opsctl init --from 起草；全部可写的内容：opsctl init -n",
        "Drafted by opsctl init --from; all that can be written: opsctl init -n",
    ),
    "timezone": ("「一天」按哪个时区算", "the zone whose days are reported"),
    "currency": ("文件没写币种时用的币种", "of money that does not say its own"),
    "channels": ("渠道表：编号、名称、别名，见 opsctl init -n", "channels: ids, names and aliases, see opsctl init -n"),
    "outside": (
        "不在可写相对路径的地方，用时写在命令行：{file}",
        "cannot be named from here, give it on the command line: {file}",
    ),
}
_NATURES = {
    Nature.EMPTY: ("空", "empty"),
    Nature.DAY: ("日期", "days"),
    Nature.MOMENT: ("时间", "points in time"),
    Nature.MONTH: ("月份", "months"),
    Nature.CLOCK: ("时刻", "times of day"),
    Nature.PERCENT: ("百分比", "percentages"),
    Nature.WHOLE: ("整数", "whole numbers"),
    Nature.DECIMAL: ("小数、金额", "numbers with decimals"),
    Nature.ID: ("编号", "ids"),
    Nature.FEW: ("少数几种文字", "few different texts"),
    Nature.TEXT: ("文字", "texts"),
}


@dataclass(frozen=True)
class Words:
    """The comments in one language."""

    locale: str

    def __call__(self, key: str, **parts: object) -> str:
        """A comment with its parts; whatever they hold, it stays on its line."""
        return remark(self._of(_WORDS[key]).format(**{name: remark(str(part)) for name, part in parts.items()}))

    def nature(self, nature: Nature) -> str:
        """What a column holds."""
        return self._of(_NATURES[nature])

    def joined(self, texts: Sequence[str]) -> str:
        """Several comments as one."""
        return ("；" if self._is_chinese else "; ").join(text for text in texts if text)

    def listed(self, names: Sequence[str]) -> str:
        """Several names in a row."""
        return ("、" if self._is_chinese else ", ").join(names)

    @property
    def _is_chinese(self) -> bool:
        return self.locale.startswith("zh")

    def _of(self, pair: tuple[str, str]) -> str:
        return pair[0] if self._is_chinese else pair[1]
