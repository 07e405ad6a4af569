"""The report of `opsctl prune`: a verdict per channel and campaign, the next split, and what it would do."""

from __future__ import annotations

from typing import Any

from opsctl.core import money
from opsctl.verdicts.judgement import LEVEL, Judgement
from opsctl.verdicts.prune import Pruning

PLACES = 6  # what the model can know of a number; further digits would differ from machine to machine


def as_json(judgement: Judgement) -> dict[str, Any]:
    """One verdict for programs: money a day as strings, the rest as numbers; unknown is null."""
    value = judgement.value
    return {
        "channel": judgement.channel,
        **({"campaign": judgement.campaign} if judgement.campaign is not None else {}),
        "verdict": judgement.verdict.value,
        "value_per_cost": value and round(value.middle, PLACES),
        "low": value and round(value.low, PLACES),
        "high": value and round(value.high, PLACES),
        "level": value and LEVEL,
        "p_below": None if judgement.p_below is None else round(judgement.p_below, PLACES),
        "spend_now": amount(judgement.spend_now),
        "spend_next": amount(judgement.spend_next),
        "at_stake": None if judgement.at_stake is None else amount(judgement.at_stake),
        "reasons": [one.as_json() for one in judgement.reasons],
        "flips": [one.as_json() for one in judgement.flips],
    }


def amount(value: float) -> str:
    """An amount to the cent, as JSON carries money."""
    return money.text(round(value * 100) * 100)
