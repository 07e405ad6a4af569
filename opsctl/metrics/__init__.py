"""Metrics: one file each, found by its name. `retention_dN.py` holds retention_d1, retention_d7 and all others."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from opsctl.core.errors import UnknownName
from opsctl.core.naming import did_you_mean
from opsctl.core.template import Template
from opsctl.metrics.metric import Declared, Metric

_NOT_METRICS = {"metric", "figure", "answer", "provenance", "reading"}
_USUAL = {"N": (7, 30, 1, 90), "A": (8,), "B": (30,)}


@cache
def templates() -> tuple[str, ...]:
    """The names of all metrics, with capital letters for numbers, sorted."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name not in _NOT_METRICS))


@cache
def load(name: str) -> Metric:
    """The metric of a name such as `cpa` or `retention_d7`.

    Raises:
        UnknownName: There is no such metric, and the nearest is named; or its numbers leave no day to count.
    """
    for template in templates():
        numbers = Template(template).match(name)
        if numbers is not None:
            return _named(name, template, numbers)
    raise UnknownName(
        f"there is no metric '{name}'",
        hint=did_you_mean(name, _usual_names()) or "opsctl explain --list prints them all",
    )


def _named(name: str, template: str, numbers: dict[str, int]) -> Metric:
    declared = _declared(template)
    if not declared.allows(numbers):
        raise UnknownName(
            f"'{name}' is about no day at all",
            hint=f"its number is at least {declared.least}" if len(numbers) == 1 else "write the smaller number first",
        )
    return declared.named(name, template, numbers)


def _declared(template: str) -> Declared:
    declared = getattr(import_module(f"{__name__}.{template}"), template)
    if not isinstance(declared, Declared):
        raise TypeError(f"{template}.py must declare the metric {template}")
    return declared


def example_of(template: str, at: int = 0) -> str:
    """A metric's name with the numbers that people use most: retention_d7 for retention_dN."""
    found = Template(template)
    usual = {letter: _USUAL[letter][min(at, len(_USUAL[letter]) - 1)] for letter in found.letters}
    return found.fill(usual)


def _usual_names() -> list[str]:
    """Every metric, those with numbers by the numbers that people use most."""
    named = [(text, example_of(text, at)) for text in templates() for at in range(len(_USUAL["N"]))]
    allowed = (name for text, name in named if _declared(text).allows(Template(text).match(name) or {}))
    return list(dict.fromkeys(allowed))
