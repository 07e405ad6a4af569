"""Why a ratio moved: how much its parts' weights moved it, and how much the parts moved themselves."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)
Amount = int | Fraction


@dataclass(frozen=True, slots=True)
class Sides:
    """What a part counts in one period. Its numerator may be below zero (refunds), its denominator not."""

    numerator: Amount = 0
    denominator: Amount = 0

    @property
    def ratio(self) -> Fraction | None:
        """Its own ratio; None where its denominator is zero."""
        return Fraction(self.numerator) / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the whole in two periods; where it was not there, both sides are zero."""

    before: Sides
    after: Sides


@dataclass(frozen=True, slots=True)
class Effect:
    """What one part contributed to the change of the whole.

    Args:
        before: Its own ratio; None where its denominator was zero.
        after: Likewise.
        share_before: Its share of the whole's denominator.
        share_after: Likewise.
        mix: The effect of its share.
        rate: The effect of its own ratio.
        unmatched: The effect of a numerator that stands over no denominator of its own, such as spend without users.
    """

    before: Fraction | None
    after: Fraction | None
    share_before: Fraction
    share_after: Fraction
    mix: Fraction
    rate: Fraction
    unmatched: Fraction

    @property
    def total(self) -> Fraction:
        """All that it contributed."""
        return self.mix + self.rate + self.unmatched

    @property
    def mean_share(self) -> Fraction:
        """Its share, in the middle of the two periods: by which its own change counts."""
        return (self.share_before + self.share_after) / 2


@dataclass(frozen=True)
class Decomposition(Generic[Name]):
    """A ratio of sums in two periods, and what each part contributed to its change: these add up to it exactly."""

    before: Fraction
    after: Fraction
    effects: Mapping[Name, Effect]

    @property
    def change(self) -> Fraction:
        """What the effects add up to."""
        return self.after - self.before


def decompose(parts: Mapping[Name, Part]) -> Decomposition[Name]:
    """Split the change of sum(numerators) / sum(denominators) over its parts, after Bennet (for two factors, Shapley).

    With share s, own ratio r, the whole R, d for later minus earlier and m for the mean of both periods::

        mix = ds (m(r) - m(R))      rate = m(s) dr

    R is sum(s r), and d(s r) = ds m(r) + m(s) dr. Shares add up to one, so sum(ds) m(R) is zero and may be taken
    off. Hence the effects add up to the change exactly, and swapping the periods turns every sign.

    A part without a denominator in one period has no ratio there and is given the one that it has in the other:
    all of its effect is mix, then. A numerator over a denominator of zero (spend without users) is in R though in
    no s r: its own term w = numerator / the whole's denominator, with w = 0 where the part has a denominator. Then
    R = sum(s r + w), and `unmatched` = dw, whatever number of parts is like that.

    Args:
        parts: By name; all of the whole, and nothing twice.

    Raises:
        ValueError: The whole's denominator is zero in one of the periods, so it has no ratio there.

    Examples:
        >>> parts = {"a": Part(Sides(200, 10), Sides(100, 5)), "b": Part(Sides(300, 10), Sides(495, 15))}
        >>> moved = decompose(parts)  # 25.00 to 29.75
        >>> [(name, float(of.mix), float(of.rate)) for name, of in moved.effects.items()]
        [('a', 1.84375, 0.0), ('b', 1.03125, 1.875)]
    """
    whole = [
        Sides(sum(side.numerator for side in sides), sum(side.denominator for side in sides))
        for sides in ([part.before for part in parts.values()], [part.after for part in parts.values()])
    ]
    before, after = (side.ratio for side in whole)
    if before is None or after is None:
        raise ValueError("the whole has no denominator in one of the periods")
    middle = (before + after) / 2
    effects = {name: _effect(part, Part(*whole), middle) for name, part in parts.items()}
    return Decomposition(before, after, effects)


def _effect(part: Part, whole: Part, middle: Fraction) -> Effect:
    before, after = part.before.ratio, part.after.ratio
    share = Fraction(part.before.denominator) / whole.before.denominator
    later_share = Fraction(part.after.denominator) / whole.after.denominator
    unmatched = _alone(part.after, whole.after) - _alone(part.before, whole.before)
    earlier = after if before is None else before
    later = before if after is None else after
    if earlier is None or later is None:  # no denominator in either period
        return Effect(before, after, share, later_share, Fraction(0), Fraction(0), unmatched)
    mix = (later_share - share) * ((earlier + later) / 2 - middle)
    rate = (share + later_share) / 2 * (later - earlier)
    return Effect(before, after, share, later_share, mix, rate, unmatched)


def _alone(part: Sides, whole: Sides) -> Fraction:
    """A numerator without a denominator of its own, over that of the others."""
    return Fraction(0) if part.denominator else Fraction(part.numerator) / whole.denominator


def within(outer: Effect, parts: Mapping[Name, Part]) -> Mapping[Name, Effect]:
    """A part's rate effect, split over its own parts: their effects add up to it exactly.

    What moves the part's own ratio moves the whole by the part's mean share. Nothing where the part has no ratio in
    one of the periods: then it has no rate effect to split. Ratios and shares of the result are within the part.

    Args:
        outer: The part's effect on the whole.
        parts: Its own parts; all of them, and nothing twice.

    Raises:
        ValueError: These are not the parts of that part: they do not have its ratios.
    """
    if outer.before is None or outer.after is None:
        return {}
    inner = decompose(parts)
    if (inner.before, inner.after) != (outer.before, outer.after):
        raise ValueError("the parts do not make up the part that is split")
    share = outer.mean_share
    return {
        name: replace(of, mix=of.mix * share, rate=of.rate * share, unmatched=of.unmatched * share)
        for name, of in inner.effects.items()
    }


def factors(before: Sequence[Amount], after: Sequence[Amount]) -> tuple[float, ...] | None:
    """What each factor contributed to the change of their product (logarithmic mean Divisia, LMDI-I).

    With V the product, L(a, b) = (b - a) / ln(b / a) and L(a, a) = a, the effect of a factor x is
    L(V0, V1) ln(x1 / x0). The effects add up to V1 - V0, swapping the periods turns every sign, and neither
    depends on the order of the factors.

    Args:
        before: The factors in the earlier period; CPA is CPM / 1000 x 1 / CTR x 1 / CVR.
        after: The same in the later period.

    Returns:
        One effect for each factor, in the product's unit; None where a factor is not above zero in both periods,
        since it has no logarithm.

    Raises:
        ValueError: The two sequences differ in length.

    Examples:
        >>> factors([2, 10], [2, 15])
        (0.0, 10.0)
        >>> factors([0, 10], [2, 15]) is None
        True
    """
    pairs = list(zip(before, after, strict=True))
    if any(one <= 0 for pair in pairs for one in pair):
        return None
    logs = [math.log(Fraction(later) / earlier) if later != earlier else 0.0 for earlier, later in pairs]
    growth = math.fsum(logs)
    start = float(math.prod(map(Fraction, before)))
    mean = start * (math.expm1(growth) / growth if growth else 1.0)
    return tuple(mean * log for log in logs)
