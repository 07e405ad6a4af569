"""The page about one channel for programs: every figure that it tells to people, under fixed names."""

from __future__ import annotations

from typing import Any

from opsctl.core.period import WEEK_DAYS
from opsctl.reports.stop_case import Case, Won
from opsctl.reports.units import amount
from opsctl.verdicts.effect import Change
from opsctl.verdicts.grounds import Basis, Beside, Check
from opsctl.verdicts.judgement import rounded


def data_of(case: Case) -> dict[str, Any]:
    """The fields of the JSON answer: money a week as strings, the rest as numbers; unknown is null."""
    one = case.one
    return {
        "channel": one.channel,
        "verdict": one.verdict.value,
        "advice": one.advice.value,
        "proposal": case.is_proposal,
        "p_below": rounded(one.p_below),
        "checks": [_check_as_json(check) for check in case.checks],
        "basis": None if case.basis is None else _basis_as_json(case, case.basis),
        "money": _money_as_json(case),
        "after": _after_as_json(case),
        "reasons": [why.as_json() for why in one.reasons],
        "flips": [why.as_json() for why in one.flips],
    }


def _check_as_json(check: Check) -> dict[str, Any]:
    numbers = {name: rounded(number) for name, number in check.numbers.items()}
    return {"code": check.code, "state": check.state.value, "reason": check.reason, "numbers": numbers}


def _basis_as_json(case: Case, of: Basis) -> dict[str, Any]:
    value, others = case.one.value, case.others_value
    return {
        "from": of.span.start.isoformat(),
        "to": of.span.end.isoformat(),
        "weeks": of.span.days // WEEK_DAYS,
        "users": of.users,
        "others": list(of.others),
        "retention": _beside_as_json(of.retention) | {"day": of.day},
        "cost_per_kept": _beside_as_json(of.cost),
        "value_per_cost": {
            "own": value and rounded(value.middle),
            "low": value and rounded(value.low),
            "high": value and rounded(value.high),
            "others": rounded(others),
            "line": case.made.pruning.line,
        },
    }


def _beside_as_json(of: Beside) -> dict[str, Any]:
    return {
        "own": of.own.as_json(),
        "others": of.others and of.others.as_json(),
        "weeks_worse": of.worse,
        "weeks": of.weeks,
    }


def _money_as_json(case: Case) -> dict[str, Any]:
    """A week's money; what it brings above its spend is below 0 where it loses."""
    value, spent = case.one.value, case.one.spend_now * WEEK_DAYS
    return {
        "spent": amount(spent),
        "profit": value and amount(value.middle * spent),
        "surplus": value and amount(case.surplus(value.middle)),
        "surplus_high": value and amount(case.surplus(value.high)),
        "if_wrong": None if case.missed is None else amount(max(case.missed, 0.0)),
    }


def _after_as_json(case: Case) -> dict[str, Any] | None:
    effect = case.made.effect
    if not case.is_proposal or effect is None:
        return None
    gained, today = case.gained, case.today
    return {
        "freed": amount(case.freed * WEEK_DAYS),
        "to": [one.channel for one in case.gainers],
        "gained": gained and _won_as_json(gained),
        "today": today and _won_as_json(today),
        "cpa": _change_as_json(effect.cpa),
        "cost_per_kept": effect.cost_per_kept and _change_as_json(effect.cost_per_kept),
    }


def _won_as_json(of: Won) -> dict[str, Any]:
    return {"users": rounded(of.users), "kept": rounded(of.kept)}


def _change_as_json(of: Change) -> dict[str, float]:
    return {name: rounded(getattr(of, name)) for name in ("now", "after", "low", "high")}
