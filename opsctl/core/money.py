"""Money is counted in whole ten-thousandths of its currency, so that sums are exact and reproducible."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

TEN_THOUSANDTHS = 10_000
PLACES = Decimal("0.0001")
LIMIT = Decimal(10) ** 14  # Decimal(18, 4): fourteen digits before the point


def units(amount: Decimal | int | str) -> int:
    """An amount in ten-thousandths, rounded half to even where it has more than four decimals.

    Examples:
        >>> units("1360.50")
        13605000
        >>> units("1.429999948")
        14300
    """
    return int(Decimal(amount).quantize(PLACES, rounding=ROUND_HALF_EVEN) * TEN_THOUSANDTHS)


def text(amount_in_units: int) -> str:
    """Ten-thousandths as the decimal string that JSON carries, always with four decimals.

    Examples:
        >>> text(24748230700)
        '2474823.0700'
        >>> text(-5)
        '-0.0005'
    """
    whole, part = divmod(abs(amount_in_units), TEN_THOUSANDTHS)
    return f"{'-' if amount_in_units < 0 else ''}{whole}.{part:04}"
