"""Measures: additive totals over the tables, made a family at a time.

Nothing to register: a module here that holds a `FAMILY` is a family.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from opsctl.measures.family import Family, Request


@cache
def families() -> tuple[Family, ...]:
    """Every family of measures, in the order of their files."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return tuple(module.FAMILY for module in modules if hasattr(module, "FAMILY"))


@cache
def find(name: str) -> tuple[Family, Request]:
    """The family that makes a measure.

    Raises:
        KeyError: No family does; a metric names a measure that does not exist.
    """
    for family in families():
        request = family.request(name)
        if request is not None:
            return family, request
    raise KeyError(name)
