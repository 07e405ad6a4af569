"""Days and periods as people write them, in each language."""

from __future__ import annotations

from datetime import date

from opsctl.config.words import Words
from opsctl.core.period import Grain, Period

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def span_of(period: Period, words: Words) -> str:
    """The days of a period, short: 5月12-18日, 12-18 May; with their years where these differ."""
    first, last = period.start, period.end
    if first == last:
        return day_of(last, words)
    if first.year != last.year:
        return words.say(
            "report.years", first=day_of(first, words), last=day_of(last, words), from_=first.year, to=last.year
        )
    if first.month != last.month:
        return f"{day_of(first, words)}-{day_of(last, words)}"
    if words.locale == "zh-CN":
        return f"{first.month}月{first.day}-{last.day}日"
    return f"{first.day}-{day_of(last, words)}"


def day_of(day: date, words: Words) -> str:
    """One day, without its year: 5月12日, 12 May."""
    return f"{day.month}月{day.day}日" if words.locale == "zh-CN" else f"{day.day} {_MONTHS[day.month - 1]}"


def headline(period: Period, project: str | None, words: Words) -> str:
    """The title of a report: what it is, whose, and of which days."""
    kind = words[f"report.title.{period.grain.value}"]
    span = span_of(period, words)
    when = span if period.start.year != period.end.year else words.say("report.when", span=span, year=period.end.year)
    if period.grain is Grain.WEEK:
        when += words.say("report.week", week=int(f"{period.start:%V}"))
    return "  ".join(part for part in (kind, project, when) if part)
