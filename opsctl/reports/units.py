"""How numbers that every page shows are written: money in one unit a column, a chance in percent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from opsctl.config.words import Words
from opsctl.core import money
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Shape
from opsctl.reports.report import Form

LARGE = 100_000  # from here on nobody reads single units
SCALES: Mapping[Form, int] = {Form.TEN_THOUSANDS: 10_000, Form.THOUSANDS: 1_000}  # what one stands for
MARK = "*"  # behind a name: a note below the table says what is missing
HARDLY, NEARLY_SURE = "<1%", ">99%"


def money_form(figures: Iterable[Figure | None], locale: str) -> Form:
    """The form of a column of sums of money: whole units; ten thousands, in English thousands, when they are large."""
    amounts = [abs(one.value) / money.TEN_THOUSANDTHS for one in figures if one is not None and one.value is not None]
    return form_of_amount(max(amounts, default=0.0), locale)


def form_of_amount(amount: float, locale: str) -> Form:
    """The form of an amount in units of its currency."""
    if abs(amount) < LARGE:
        return Form.ROUND_MONEY
    return Form.TEN_THOUSANDS if locale.startswith("zh") else Form.THOUSANDS


def form_of(shape: Shape) -> Form:
    """The form of a metric's values; of quantities there is none.

    Raises:
        ValueError: It is a quantity.
    """
    return Form(shape.value)


def formed(value: float, form: Form) -> str:
    """A number in a form."""
    match form:
        case Form.COUNT | Form.ROUND_MONEY:
            text = f"{value:,.0f}"
        case Form.MONEY | Form.PRICE | Form.MULTIPLE:
            text = f"{value:,.2f}"
        case Form.TEN_THOUSANDS:
            text = f"{value / SCALES[form]:,.2f}"
        case Form.THOUSANDS:
            text = f"{value / SCALES[form]:,.1f}"
        case Form.RATE:
            text = f"{value:.1%}"
        case Form.ERROR:
            text = f"{value * 100:.1f}"
        case Form.POINTS:
            text = f"{value * 100:+.1f}"
        case Form.CHANGE:
            text = f"{value:+.1%}"
        case _:
            return chance(value)
    return text if any(digit in text for digit in "123456789") else text.lstrip("+-")


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
