"""Writers: one file per format, each with `render(report, page) -> str`; found by name, nothing to register."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from opsctl.config.words import Words
from opsctl.core.errors import UnknownName
from opsctl.core.naming import did_you_mean
from opsctl.reports.report import Report

_NOT_FORMATS = {"cells", "checklist", "seen", "svg", "validation", "wrap"}
_BY_SUFFIX = {"txt": "table"}


@dataclass(frozen=True, slots=True)
class Page:
    """What a writer may use: the language, how wide, and whether colour is welcome.

    `width` None: as wide as the content needs.
    """

    words: Words
    width: int | None = None
    colour: bool = False


@cache
def formats() -> tuple[str, ...]:
    """The names of all formats, sorted."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name not in _NOT_FORMATS))


def render(report: Report, format_: str, page: Page) -> str:
    """A report in a format.

    Raises:
        UnknownName: There is no such format; the nearest is named.
    """
    known_format(format_)
    text: str = import_module(f"{__name__}.{format_}").render(report, page)
    return text


def known_format(name: str) -> str:
    """The name itself, when it is a format.

    Raises:
        UnknownName: It is none.
    """
    if name not in formats():
        raise UnknownName(f"there is no format '{name}'", hint=did_you_mean(name, formats()))
    return name


def format_of(path: Path) -> str:
    """The format that a file's extension asks for.

    Raises:
        UnknownName: The extension names none, or there is none.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if not suffix:
        raise UnknownName(
            f"the name '{path.name}' asks for no format", hint=f"end it in .{formats()[0]}, or give --format"
        )
    return known_format(_BY_SUFFIX.get(suffix, suffix))
