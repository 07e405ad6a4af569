"""Verdicts for programs: money a day as strings, estimates rounded to what a model can know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsctl.core.period import WEEK_DAYS
from opsctl.reports.judged import Made, lanes
from opsctl.reports.units import amount
from opsctl.verdicts.effect import Change, Effect, effect
from opsctl.verdicts.judgement import LEVEL, Judgement, rounded
from opsctl.verdicts.worth import Worth


def data_of(made: Made, stopped: Sequence[str]) -> dict[str, Any]:
    found = made.pruning
    what_if = effect(lanes(found, made.quality, stopped)) if stopped else None
    return {
        "line": found.line,
        "total": amount(found.total),
        "unspent": amount(found.unspent),
        "rows": [_row(made, one) for one in sorted(found.channels, key=lambda one: one.channel)],
        "campaigns": [
            as_json(one) for one in sorted(found.campaigns, key=lambda one: (one.channel, one.campaign or ""))
        ],
        "quality": _quality_as_json(made),
        "effect": _effect_as_json(made.effect),
        "what_if": {"cut": list(stopped), "effect": _effect_as_json(what_if)} if stopped else None,
    }


def _row(made: Made, one: Judgement) -> dict[str, Any]:
    stay = made.quality.channels.get(one.channel) if made.quality else None
    worth = made.pruning.worths[one.channel]
    known = worth if isinstance(worth, Worth) else None
    return {
        **as_json(one),
        "advice": one.advice.value,
        "cost": known and rounded(known.cost),
        "profit": known and rounded(known.profit),
        "elasticity": known and rounded(known.response.elasticity),
        "retention": stay.retention.as_json() if stay else None,
        "p_retention_below": rounded(stay.below) if stay else None,
        "share_of_users": stay.of_users if stay else None,
        "share_of_low": stay.of_low if stay else None,
        "share_of_low_point": stay.of_low_point if stay else None,
    }


def as_json(judgement: Judgement) -> dict[str, Any]:
    """One verdict for programs: money a day as strings, the rest as numbers; unknown is null."""
    value = judgement.value
    return {
        "channel": judgement.channel,
        **({"campaign": judgement.campaign} if judgement.campaign is not None else {}),
        "verdict": judgement.verdict.value,
        "value_per_cost": value and rounded(value.middle),
        "low": value and rounded(value.low),
        "high": value and rounded(value.high),
        "level": value and LEVEL,
        "p_below": rounded(judgement.p_below),
        "spend_now": amount(judgement.spend_now),
        "spend_next": amount(judgement.spend_next),
        "at_stake": None if judgement.at_stake is None else amount(judgement.at_stake),
        "reasons": [one.as_json() for one in judgement.reasons],
        "flips": [one.as_json() for one in judgement.flips],
        "previous": judgement.previous and judgement.previous.value,
    }


def _quality_as_json(made: Made) -> dict[str, Any] | None:
    stays = made.quality
    if stays is None:
        return None
    cut = [one.channel for one in made.losing]
    users, low, point = stays.together(cut)
    return {
        "from": stays.span.start.isoformat(),
        "to": stays.span.end.isoformat(),
        "day": stays.day,
        "line": stays.line,
        "undecided_share": stays.undecided,
        "cut": {"channels": sorted(cut), "share_of_users": users, "share_of_low": low, "share_of_low_point": point},
    }


def _effect_as_json(found: Effect | None) -> dict[str, Any] | None:
    if found is None:
        return None

    def change(of: Change | None, days: int = 1) -> dict[str, float] | None:
        if of is None:
            return None
        named = {"now": of.now, "after": of.after, "low": of.low, "high": of.high}
        return {name: rounded(number * days) for name, number in named.items()}

    return {
        "days": WEEK_DAYS,
        "level": LEVEL,
        "users": change(found.users, WEEK_DAYS),
        "kept": change(found.kept, WEEK_DAYS),
        "cpa": change(found.cpa),
        "retention": change(found.retention),
        "cost_per_kept": change(found.cost_per_kept),
    }
