"""Why a metric moved since the period before: in which channels or campaigns, and whether it always moves like that.

A movement says where a change happened, never what caused it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from opsctl.core.period import Period
from opsctl.measures.known import Known
from opsctl.measures.totals import Totals
from opsctl.metrics import example_of, load, templates
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import EVERYWHERE, Metric, Ratio, Zero
from opsctl.stats.decomposition import Effect, Part, Sides, decompose, within
from opsctl.verdicts.comparison import Comparison, Where, compared, days_of, figure
from opsctl.verdicts.factors import Factors, factors_of
from opsctl.verdicts.usual import Usual, usual

CHANNEL = "channel"
CAMPAIGN = "campaign"
Name = str | None  # a channel's id, or a campaign's key


class Status(StrEnum):
    """Whether a part was there in both periods."""

    STAYED = "stayed"
    NEW = "new"
    CLOSED = "closed"


class Unsplit(StrEnum):
    """Why a change is not split."""

    NO_BEFORE = "no_before"  # the data do not reach back to the period before
    UNKNOWN = "unknown"  # the metric has no value in one of the periods; its figure says why
    NOT_TOLD = "not_told"  # not all of its tables tell the campaign
    NOT_ADDITIVE = "not_additive"  # what the parts count does not add up to what the whole counts


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one channel, or one campaign, contributed to the change, in the metric's own unit.

    Args:
        channel: The channel's id; None where rows say none.
        campaign: The campaign's newest name; None for a channel, and for what says no campaign.
        campaign_id: Its id, where it has one.
        before: Its own value in the earlier period; None where it has none, such as a price where nothing was spent.
        after: Its own value in the later period; None likewise.
        status: Whether it was there in both periods.
        exact: Its shares and effects, and its ratios, as exact fractions.
    """

    channel: str | None
    campaign: str | None
    campaign_id: str | None
    before: float | None
    after: float | None
    status: Status
    exact: Effect

    @property
    def mix(self) -> float:
        """结构影响: what its share of the whole contributed."""
        return float(self.exact.mix)

    @property
    def rate(self) -> float:
        """自身变化: what its own value contributed."""
        return float(self.exact.rate)

    @property
    def unmatched(self) -> float:
        """What its numerator without a denominator contributed: spend without users, money earned without spend."""
        return float(self.exact.unmatched)

    @property
    def total(self) -> float:
        """All of it."""
        return float(self.exact.total)


Split = tuple[Contribution, ...] | Unsplit


@dataclass(frozen=True)
class Movement:
    """A metric in a period and in the one before, and what each part contributed to its change.

    Args:
        metric: The metric.
        channel: The channel that it is narrowed down to, None for all of them.
        period: Its days: of a metric of users, those of the latest mature ones.
        before: Its figure over the period before `period`, on the days that are whole in both; None where the data do
            not reach back that far.
        after: Its figure over `period`, on the same days.
        change: After minus before, in the metric's own unit; None where either is unknown.
        split: The contributions by channel, or of one channel by campaign, sorted by name with unknown last: they add
            up to `change`. Or why there are none.
        usual: How it moved in the periods before.
        factors: Of one channel: what the steps between its money and its users contributed.
    """

    metric: Metric
    channel: str | None
    period: Period
    before: Figure | None
    after: Figure
    change: float | None = None
    split: Split = Unsplit.UNKNOWN
    usual: Usual = field(default_factory=Usual)
    factors: Factors = field(default_factory=Factors)

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """What each part contributed; empty where `unsplit` says why."""
        return () if isinstance(self.split, Unsplit) else self.split

    @property
    def unsplit(self) -> Unsplit | None:
        """Why nothing is split."""
        return self.split if isinstance(self.split, Unsplit) else None

    @property
    def mix(self) -> float:
        """结构影响: the effects of all shares."""
        return _sum(one.exact.mix for one in self.contributions)

    @property
    def rate(self) -> float:
        """自身变化: the effects of all own values."""
        return _sum(one.exact.rate for one in self.contributions)

    @property
    def unmatched(self) -> float:
        """The effects of all that stands over no denominator of its own."""
        return _sum(one.exact.unmatched for one in self.contributions)

    @property
    def normal(self) -> bool | None:
        """Whether it moved no more than it usually does; None where nobody can say yet."""
        return None if self.change is None else self.usual.holds(self.change)


def explainable(metric: Metric) -> bool:
    """Whether a metric's changes can be split: it is a ratio of two sums that are sums over channels."""
    names = [name for name in metric.parameters if name != "margin"]
    if len(names) != 2 or any(name.startswith(EVERYWHERE) for name in names):  # noqa: PLR2004 - the sides of a ratio
        return False
    made = metric.formula(*(Fraction(1) if name == "margin" else at for at, name in enumerate(metric.parameters)))
    return isinstance(made, Ratio) and (made.numerator, made.denominator) == (0, 1)


def explainable_names() -> list[str]:
    """The metrics that can be asked, those with numbers in their names by usual ones; sorted."""
    names = (example_of(template) for template in templates())
    return sorted(name for name in names if explainable(load(name)))


def movement(
    known: Known, metric: Metric, period: Period, channel: str | None = None, promotions: Sequence[Period] = ()
) -> Movement:
    """What a metric's change since the period before consists of.

    Args:
        known: The evidence.
        metric: One that is `explainable`.
        period: The period that is asked for; see `comparison.days_of`.
        channel: Narrow it down to this channel, and split it by campaign; unset: all channels, split by channel.
        promotions: Days that say nothing of how the metric usually moves.
    """
    days = days_of(known, metric, period)
    where = _only(channel)
    if days.before().start < known.span.start:
        after = figure(known.evidence, metric, days, where)
        return Movement(metric, channel, days, None, after, split=Unsplit.NO_BEFORE)
    asked = compared(known.evidence, metric, days, where)
    before, after = (asked.figure(span) for span in asked.spans)
    found = Movement(metric, channel, days, before, after, usual=usual(known, metric, days, where, promotions))
    if before.value is None or after.value is None:
        return found
    whole = Part(asked.sides(before), asked.sides(after))
    return replace(
        found,
        change=_change(whole),
        split=_split(asked, CAMPAIGN if channel else CHANNEL, whole),
        factors=factors_of(asked) if channel else Factors(),
    )


def by_campaign(known: Known, of: Movement, channel: str) -> Split:
    """A channel's own change within a movement of all channels, split by campaign.

    The effects are on the whole and add up to the channel's `rate`; ratios and shares are within the channel. Empty
    where the channel has no change of its own: it is new or closed, or has no denominator in one of the periods.

    Raises:
        KeyError: The movement has no such channel.
    """
    outer = {one.channel: one.exact for one in of.contributions}[channel]
    if outer.before is None or outer.after is None:
        return ()
    asked = compared(known.evidence, of.metric, of.period, _only(channel))
    whole = Part(*(asked.sides(asked.figure(span)) for span in asked.spans))
    return _split(asked, CAMPAIGN, whole, outer)


def _only(channel: str | None) -> Where:
    return ((CHANNEL, (channel,)),) if channel else ()


def _sum(effects: Iterable[Fraction]) -> float:
    return float(sum(effects, Fraction(0)))


def _change(whole: Part) -> float | None:
    before, after = whole.before.ratio, whole.after.ratio
    return None if before is None or after is None else float(after - before)


def _split(asked: Comparison, dimension: str, whole: Part, outer: Effect | None = None) -> Split:
    """Each part's contribution to the change of what is compared; with `outer`, to that of a larger whole."""
    parts = _parts(asked, dimension, whole)
    if isinstance(parts, Unsplit):
        return parts
    effects = decompose(parts).effects if outer is None else within(outer, parts)
    return tuple(_contribution(asked, name, parts[name], effect) for name, effect in effects.items())


def _parts(asked: Comparison, dimension: str, whole: Part) -> Mapping[Name, Part] | Unsplit:
    """Both sides of each channel or campaign in both periods; they add up to the whole, or are not told."""
    found = [_sides(asked, asked.totals(span, (dimension,))) for span in asked.spans]
    if any(sides is None for sides in found) or not any(name for sides in found for name in sides or ()):
        return Unsplit.NOT_TOLD
    before, after = (sides or {} for sides in found)
    names = sorted(before.keys() | after.keys(), key=lambda name: (name is None, name or ""))
    parts = {name: Part(before.get(name, Sides()), after.get(name, Sides())) for name in names}
    summed = Part(_added(part.before for part in parts.values()), _added(part.after for part in parts.values()))
    return parts if summed == whole else Unsplit.NOT_ADDITIVE


def _sides(asked: Comparison, totals: Totals) -> dict[Name, Sides] | None:
    """What each part counts; None where one side of a part is known and the other is not.

    Where neither is, no total counts the part's rows either: a platform that tells no clicks, in CPC.
    """
    top, bottom = asked.metric.measures[:2]
    found: dict[Name, Sides] = {}
    for key in totals.keys:
        over, under = (totals.get(name, key).amount for name in (top, bottom))
        if (over is None) != (under is None):
            return None
        if over or under:
            found[key[0]] = Sides((over or 0) * asked.unit, under or 0)
    return found


def _added(sides: Iterable[Sides]) -> Sides:
    each = list(sides)
    return Sides(sum(one.numerator for one in each), sum(one.denominator for one in each))


def _contribution(asked: Comparison, name: Name, part: Part, effect: Effect) -> Contribution:
    """An effect under the name that people use: a campaign's newest."""
    channel = next((channel for _, (channel,) in asked.where), None)
    newest = asked.evidence.campaigns.name_of.get(name or "") if channel else None
    return Contribution(
        channel=channel or name,
        campaign=(newest or name) if channel else None,
        campaign_id=name if newest else None,
        before=_value(asked.metric, effect.before),
        after=_value(asked.metric, effect.after),
        status=_status(part),
        exact=effect,
    )


def _value(metric: Metric, ratio: Fraction | None) -> float | None:
    """What the metric says of a ratio: free is no price (G11)."""
    return None if ratio is None or (metric.zero is Zero.COST_PER and not ratio) else float(ratio)


def _status(part: Part) -> Status:
    if part.before == Sides():
        return Status.NEW
    return Status.CLOSED if part.after == Sides() else Status.STAYED
