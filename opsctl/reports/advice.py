"""Verdicts in words: what to do, why, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from opsctl.config.policy import Policy
from opsctl.config.words import Words
from opsctl.reports.calendar import day_of
from opsctl.verdicts.judgement import Judgement, Verdict, Why

REVIEW_DAYS = 28
NEARLY_ALL = 0.95  # a reduction that leaves less than this is the stop itself
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


def advice(of: Judgement, policy: Policy, words: Words) -> str:
    """The verdict as a page prints it: a stop only where it is beyond doubt, before that less money."""
    verdict = of.verdict
    if verdict is Verdict.CUT and not is_stop(of, policy):
        verdict = Verdict.REDUCE
    percent = f"{abs(of.move) * 100:.0f}"
    return words.say(f"verdict.{verdict}", percent=percent)


def is_stop(of: Judgement, policy: Policy) -> bool:
    """Is a channel's stop beyond doubt, done already, or advised for the second review in a row?"""
    again = of.previous is Verdict.CUT
    return of.verdict is Verdict.CUT and (again or of.spend_now == 0 or (of.p_below or 0.0) >= policy.stop_p)


def move(of: Judgement, name: str, policy: Policy, as_of: date, words: Words) -> str:
    """What must be approved for one channel, as a sentence: the move, and when to look again."""
    review = day_of(as_of + timedelta(days=REVIEW_DAYS), words)
    percent = f"{abs(of.move) * 100:.0f}"
    if of.verdict is Verdict.CUT and of.spend_now == 0:
        return words.say("advice.stay_stopped", channel=name)
    if is_stop(of, policy):
        if -of.move >= NEARLY_ALL:
            return words.say("advice.stop_now", channel=name, review=review)
        return words.say("advice.stop", channel=name, percent=percent, review=review)
    if of.verdict in {Verdict.CUT, Verdict.REDUCE}:
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
