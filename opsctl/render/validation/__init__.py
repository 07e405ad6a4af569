"""Writers of `opsctl validate`: one file per format, each with `render(validation, page) -> str`; found by name."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from opsctl.core.errors import UnknownName
from opsctl.core.naming import did_you_mean
from opsctl.render import Page
from opsctl.reports.validation import Validation

DEFAULT = "text"
_BY_SUFFIX = {".txt": "text", ".json": "json", ".xml": "junit"}


@cache
def formats() -> tuple[str, ...]:
    """The names of all formats, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def render(validation: Validation, format_: str, page: Page) -> str:
    """What is right and wrong with files, in a format.

    Raises:
        UnknownName: There is no such format; the nearest is named.
    """
    text: str = import_module(f"{__name__}.{chosen(format_, None)}").render(validation, page)
    return text


def chosen(name: str | None, output: Path | None) -> str:
    """The format that was named, else the one that the file's extension asks for, else the terminal's.

    Raises:
        UnknownName: There is no such format, or the extension asks for none.
    """
    if name is not None:
        if name not in formats():
            raise UnknownName(f"there is no format '{name}'", hint=did_you_mean(name, formats()))
        return name
    if output is None:
        return DEFAULT
    if output.suffix.lower() not in _BY_SUFFIX:
        raise UnknownName(
            f"the name '{output.name}' asks for no format",
            hint=f"end it in {', '.join(_BY_SUFFIX)}, or give --format {'|'.join(formats())}",
        )
    return _BY_SUFFIX[output.suffix.lower()]
