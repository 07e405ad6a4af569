"""How numbers that every page shows are written: money in one unit a column, a chance in percent."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from opsctl.config.words import Words
from opsctl.core import money
from opsctl.metrics.figure import Figure
from opsctl.reports.report import Form

LARGE = 100_000  # from here on nobody reads single units
MARK = "*"  # behind a name: a note below the table says what is missing
HARDLY, NEARLY_SURE = "<1%", ">99%"


def money_form(figures: Iterable[Figure | None], locale: str) -> Form:
    """The form of a column of sums of money: whole units; ten thousands, in English thousands, when they are large."""
    amounts = [abs(one.value) / money.TEN_THOUSANDTHS for one in figures if one is not None and one.value is not None]
    return form_of(max(amounts, default=0.0), locale)


def form_of(amount: float, locale: str) -> Form:
    """The form of an amount in units of its currency."""
    if amount < LARGE:
        return Form.ROUND_MONEY
    return Form.TEN_THOUSANDS if locale.startswith("zh") else Form.THOUSANDS


def amount(value: float | Fraction) -> str:
    """An amount to the ten-thousandth, as JSON carries money."""
    return money.text(round(value * money.TEN_THOUSANDTHS))


def unit(form: Form, currency: str, words: Words) -> str:
    """The unit of a form: 元, 万元; CNY, CNY k."""
    named = words.get(f"unit.money.{currency}", currency)
    scale = {Form.TEN_THOUSANDS: "ten_thousands", Form.THOUSANDS: "thousands"}.get(form)
    return words.say(f"unit.{scale}", unit=named) if scale else named


def chance(of: float) -> str:
    """A probability in whole percent; what rounds to none or all is said as less than 1 or more than 99.

    Examples:
        >>> chance(0.004), chance(0.5), chance(0.999)
        ('<1%', '50%', '>99%')
    """
    if of < 0.01:  # noqa: PLR2004 - one percent
        return HARDLY
    return NEARLY_SURE if of > 0.99 else f"{of:.0%}"  # noqa: PLR2004 - ninety-nine percent
