"""How a chart writes its numbers: exact where there is room, else as short as the language has it (4.8万, 48k)."""

from __future__ import annotations

from collections.abc import Sequence

from opsctl.config.words import Words
from opsctl.render.cells import MISSING
from opsctl.reports.chart import Scale
from opsctl.reports.report import Form
from opsctl.reports.units import formed

_SHORTENED = (Scale.COUNT, Scale.MONEY)
_UNITS = ("html.number.middle", "html.number.large")
_DECIMALS = range(7)
_EXACT = 1e-9
DIGITS = 3


def exact(value: float | None, scale: Scale) -> str:
    """A value as a table would write it."""
    return MISSING if value is None else formed(value, Form(scale.value))


def short(value: float | None, scale: Scale, words: Words) -> str:
    """A value for a label: large counts and sums of money in the language's own unit."""
    if value is None or scale not in _SHORTENED:
        return exact(value, scale)
    name, unit = _unit(value, words)
    return words.say(name, number=_digits(value / unit)) if name else formed(value, Form.ROUND_MONEY)


def change(value: float, scale: Scale, words: Words) -> str:
    """A difference, with its sign; of rates in points."""
    if scale is Scale.RATE:
        return words.say("html.points", number=formed(value, Form.POINTS))
    sign = "+" if value > 0 else ""
    return sign + short(value, scale, words)


def ticks_written(ticks: Sequence[float], scale: Scale, words: Words) -> list[str]:
    """The labels of an axis: all in one unit, with as many decimals as tell the ticks apart."""
    if scale is Scale.RATE:
        return [f"{text}%" for text in _plain([tick * 100 for tick in ticks])]
    name, unit = _unit(max(ticks, key=abs), words) if scale in _SHORTENED else ("", 1.0)
    texts = _plain([tick / unit for tick in ticks])
    return [words.say(name, number=text) if name and tick else text for tick, text in zip(ticks, texts, strict=True)]


def _plain(values: Sequence[float]) -> list[str]:
    """The values with as few decimals as still write each of them exactly."""
    slack = max(map(abs, values)) * _EXACT
    texts: list[str] = []
    for decimals in _DECIMALS:
        texts = [f"{value:,.{decimals}f}" for value in values]
        read = (float(text.replace(",", "")) for text in texts)
        if all(abs(found - value) <= slack for found, value in zip(read, values, strict=True)):
            break
    return ["0" if not value else text for text, value in zip(texts, values, strict=True)]


def _digits(value: float) -> str:
    """A number with its first three digits, or all those before the point."""
    return f"{value:,.{_decimals(value)}f}"


def _decimals(value: float) -> int:
    return next((decimals for decimals in (2, 1) if round(abs(value), decimals) < 10 ** (DIGITS - decimals)), 0)


def _unit(value: float, words: Words) -> tuple[str, float]:
    """The largest unit that a value reaches, also one that it reaches only by being rounded; none: 1."""
    name, unit = "", 1.0
    for larger in _UNITS:
        rounded = round(abs(value) / unit, _decimals(value / unit) if name else 0) * unit
        if rounded >= float(words[larger + ".from"]):
            name, unit = larger, float(words[larger + ".is"])
    return name, unit
