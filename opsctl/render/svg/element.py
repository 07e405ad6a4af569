"""SVG elements as text: every name and value made harmless, numbers as short as a screen can tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from opsctl.core.clean import clean

Attribute = str | float | None


def number(value: float) -> str:
    """A place on the canvas, to a tenth of a unit."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, *inside: str, painted: Mapping[str, str] | None = None, **attributes: Attribute) -> str:
    """One element; `font_size` is written `font-size`, an attribute that is None is left out."""
    given = {key.replace("_", "-"): value for key, value in attributes.items() if value is not None}
    every = {**given, **(painted or {})}
    head = "".join(f' {key}="{_value(value)}"' for key, value in every.items())
    return f"<{name}{head}>{''.join(inside)}</{name}>" if inside else f"<{name}{head}/>"


def text(content: str, x: float, y: float, *, painted: Mapping[str, str] | None = None, **attributes: Attribute) -> str:
    """A line of text whose baseline is at `y`."""
    return element("text", escape(clean(content)), painted=painted, x=x, y=y, **attributes)


def said(name: str, content: str) -> str:
    """A `title`, which a pointer that rests on the parent element shows, or a `desc`."""
    return element(name, escape(clean(content)))


def _value(value: str | float) -> str:
    return escape(clean(value)) if isinstance(value, str) else number(value)
