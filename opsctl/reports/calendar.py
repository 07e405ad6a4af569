"""Days and periods as people write them, in each language."""

from __future__ import annotations

from opsctl.config.words import Words
from opsctl.core.period import Grain, Period

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def span_of(period: Period, words: Words) -> str:
    """The days of a period, short: 5月12-18日, 12-18 May."""
    first, last = period.start, period.end
    same_month = (first.year, first.month) == (last.year, last.month)
    if words.locale == "zh-CN":
        head = f"{first.month}月{first.day}"
        if first == last:
            return f"{head}日"
        return f"{head}-{last.day}日" if same_month else f"{head}日-{last.month}月{last.day}日"
    tail = f"{last.day} {_MONTHS[last.month - 1]}"
    if first == last:
        return tail
    return f"{first.day}-{tail}" if same_month else f"{first.day} {_MONTHS[first.month - 1]}-{tail}"


def headline(period: Period, project: str | None, words: Words) -> str:
    """The title of a report: what it is, whose, and of which days."""
    kind = words[f"report.title.{period.grain.value}"]
    when = words.say(
        f"report.when.{'week' if period.grain is Grain.WEEK else 'span'}",
        span=span_of(period, words),
        year=period.end.year,
        week=int(f"{period.start:%V}"),
    )
    return "  ".join(part for part in (kind, project, when) if part)
