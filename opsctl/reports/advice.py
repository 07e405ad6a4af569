"""Verdicts in words: what to do, why, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from opsctl.config.words import Words
from opsctl.reports.calendar import day_of
from opsctl.verdicts.judgement import Judgement, Verdict, Why

REVIEW_DAYS = 28
LARGE_STEP = 0.5  # bidding systems learn anew after a larger one

_FORMS: Mapping[str, str] = {
    "value": "{:.2f}",
    "low": "{:.2f}",
    "high": "{:.2f}",
    "line": "{:.2f}",
    "profit": "{:,.1f}",
    "others": "{:,.1f}",
    "cost": "{:,.1f}",
    "next": "{:.2f}",
    "elasticity": "{:.1f}",
    "share": "{:.0%}",
    "step": "{:.1f}",
    "most": "{:,.0f}",
    "days": "{:.0f}",
    "before": "{:,.1f}",
    "now": "{:,.1f}",
    "users": "{:,.0f}",
    "times": "{:.2f}",
    "usual": "{:.2f}",
    "lately": "{:.2f}",
}


def advice(of: Judgement, words: Words) -> str:
    """The verdict as a page prints it."""
    return words.say(f"verdict.{of.advice}", percent=_percent(of))


def _percent(of: Judgement) -> str:
    """By how much the spend moves; all of it only where nothing is left."""
    percent = round(abs(of.move) * 100)
    return str(min(percent, 99) if 0 < of.spend_next < of.spend_now else percent)


def move(of: Judgement, name: str, as_of: date, words: Words) -> str:
    """What must be approved for one channel, as a sentence: the move, and when to look again."""
    review = day_of(as_of + timedelta(days=REVIEW_DAYS), words)
    percent = _percent(of)
    if of.stop:
        stopped, ends = not of.spend_now, not of.spend_next
        key = "advice.stay_stopped" if stopped else "advice.stop_now" if ends else "advice.stop"
        return words.say(key, channel=name, percent=percent, review=review)
    if of.advice is Verdict.REDUCE:
        return words.say("advice.reduce", channel=name, percent=percent, review=review)
    if of.verdict is Verdict.TEST:
        return words.say("advice.test", channel=name, spend=f"{of.spend_next:,.0f}", review=review)
    steps = 2 if of.move > LARGE_STEP else 1
    key = "advice.grow" if steps == 1 else "advice.grow_in_steps"
    return words.say(key, channel=name, percent=percent, steps=steps)


def because(why: Why, words: Words) -> str:
    """One reason as a clause."""
    return words.say(f"because.{why.code}", **_written(why))


def _written(why: Why) -> dict[str, str]:
    return {name: _FORMS[name].format(number) for name, number in why.numbers.items()}
