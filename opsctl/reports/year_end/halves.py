"""The public channels in the two halves of the year: who brought poor users, where money went, where it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from opsctl.core import money
from opsctl.core.period import ONE_DAY, Period
from opsctl.measures.evidence import Ask
from opsctl.measures.family import Unit
from opsctl.metrics.figure import Amount, Figure
from opsctl.reports.scopes import Scope
from opsctl.reports.year_end.figures import Figures, Year, value_of
from opsctl.stats.decomposition import Decomposition, Effect, Part, Sides, decompose
from opsctl.verdicts.quality import Quality, quality

SHOWN = ("spend", "acquisitions", "cpa", "retention_d7", "cost_per_retained_d7")
SPLIT = ("cpa", "retention_d7")
MORE = Fraction(2, 100)  # of all public spend: a channel that gains it is where the money went


@dataclass(frozen=True)
class Half:
    """One half of the year: the figures of each public channel, and of all together."""

    span: Period
    channels: Mapping[str, Figures]
    whole: Figures

    def amount(self, channel: str, name: str = "spend") -> float:
        """A channel's money or users; 0 where it has none."""
        figure = self.channels.get(channel, {}).get(name)
        return (value_of(figure) or 0.0) if figure else 0.0

    def share(self, channels: Sequence[str], name: str = "spend") -> float | None:
        """What part of the public money or users some channels have."""
        whole = self.whole.get(name)
        total = value_of(whole) if whole else None
        return sum(self.amount(one, name) for one in channels) / total if total else None


@dataclass(frozen=True)
class Halves:
    """Both halves, and what can be told of them."""

    year: Year
    first: Half
    second: Half
    _together: dict[tuple[str, ...], tuple[Figures, Figures]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def stays(self) -> Quality | None:
        """How the users of each public channel stayed whom it brought in the first half."""
        if "retention_d7" not in self.first.whole:
            return None
        return quality(self.year.evidence, sorted(self.first.channels), self.first.span)

    @cached_property
    def weak(self) -> tuple[str, ...]:
        """The channels whose users of the first half surely stay less than the line, most money first."""
        rule = self.year.settings.policy.low_efficiency
        if self.stays is None:
            return ()
        found = [
            name
            for name, stay in self.stays.channels.items()
            if stay.below >= float(rule.probability) and stay.users >= rule.min_users and self.first.amount(name)
        ]
        return self._by_spend(found) if len(found) < len(self.spending) else ()

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The channels that spent in the first half and are not weak."""
        return tuple(name for name in self.spending if name not in self.weak)

    @cached_property
    def spending(self) -> tuple[str, ...]:
        """The channels that spent in the first half, most money first."""
        return self._by_spend([name for name in self.first.channels if self.first.amount(name)])

    @cached_property
    def gaining(self) -> tuple[str, ...]:
        """The channels, none of them weak, whose part of the public money grew."""
        parts = {name: (self.first.share([name]), self.second.share([name])) for name in self.second.channels}
        grown = {
            name: later - earlier
            for name, (earlier, later) in parts.items()
            if earlier is not None and later is not None and later - earlier >= float(MORE) and name not in self.weak
        }
        found = sorted(grown, key=lambda name: (-grown[name], name))
        return tuple(found) if len(found) < len(self.spending) else ()

    def _by_spend(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(names, key=lambda name: (-self.first.amount(name), name)))

    def together(self, channels: Sequence[str]) -> tuple[Figures, Figures]:
        """The figures of some channels together in both halves."""
        key = tuple(channels)
        if key not in self._together:
            metrics, scope = self.year.metrics(SHOWN), Scope("some", key)
            first, second = (self.year.figures(scope, metrics, one.span) for one in (self.first, self.second))
            self._together[key] = (first, second)
        return self._together[key]

    def last_month(self, channel: str) -> date | None:
        """The first day of the month from which nothing was spent to the end; None where something was."""
        months = self.year.monthly_spend.get(channel, {})
        spent = [month for month, amount in months.items() if amount != 0]
        ends = [span.end for span in self.year.spans.months if spent and f"{span.start:%Y-%m}" == max(spent)]
        return ends[0] + ONE_DAY if ends and ends[0] < self.year.spans.now.end else None

    @cached_property
    def effects(self) -> Mapping[str, Decomposition[str]]:
        """By metric, where its change from half to half happened; a metric that cannot be split is left out."""
        found = {name: self._decomposed(name) for name in SPLIT}
        return {name: one for name, one in found.items() if one is not None}

    def _decomposed(self, name: str) -> Decomposition[str] | None:
        wholes = [half.whole.get(name) for half in (self.first, self.second)]
        if any(whole is None or whole.value is None for whole in wholes):
            return None
        names = sorted(self.first.channels.keys() | self.second.channels.keys())
        try:
            parts = {
                one: Part(*(_sides(half.channels.get(one, {}).get(name)) for half in (self.first, self.second)))
                for one in names
            }
        except LookupError:
            return None
        summed = Part(*(_added(getattr(part, at) for part in parts.values()) for at in ("before", "after")))
        return decompose(parts) if summed == Part(*(_sides(whole) for whole in wholes)) else None

    def as_json(self) -> dict[str, Any]:
        """The halves for programs."""
        stays = self.stays
        users, low, point = stays.together(self.weak) if stays and self.weak else (None, None, None)
        return {
            "spans": [_days(half.span) for half in (self.first, self.second)],
            "rows": [
                {"channel": name, **{key: _both(self, name, key) for key in SHOWN if key in self.first.whole}}
                for name in sorted(self.first.channels.keys() | self.second.channels.keys())
            ],
            "total": {
                key: [half.whole[key].as_json() for half in (self.first, self.second)]
                for key in SHOWN
                if key in self.first.whole and key in self.second.whole
            },
            "weak": {
                "channels": list(self.weak),
                "share_of_spend": self.first.share(self.weak) if self.weak else None,
                "share_of_users": users,
                "share_of_low": low,
                "share_of_low_point": point,
            },
            "gaining": list(self.gaining),
        }

    def effects_as_json(self) -> dict[str, Any]:
        """Where the changes happened, for programs: effects add up to the change."""
        return {name: _effects(one) for name, one in self.effects.items()}


def _both(of: Halves, channel: str, name: str) -> list[dict[str, Any] | None]:
    found = [half.channels.get(channel, {}).get(name) for half in (of.first, of.second)]
    return [figure.as_json() if figure else None for figure in found]


def _days(period: Period) -> dict[str, str]:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def _effects(of: Decomposition[str]) -> dict[str, Any]:
    return {
        "before": float(of.before),
        "after": float(of.after),
        "change": float(of.change),
        "mix": float(mix_of(of)),
        "rate": float(sum((one.rate for one in of.effects.values()), Fraction(0))),
        "channels": [
            {"channel": name, "mix": float(one.mix), "rate": float(one.rate), "unmatched": float(one.unmatched)}
            for name, one in of.effects.items()
        ],
    }


def mix_of(of: Decomposition[str]) -> Fraction:
    """What the channels' shares did together."""
    return sum((one.mix for one in of.effects.values()), Fraction(0))


def rate_of(of: Decomposition[str], channels: Sequence[str] | None = None) -> Fraction:
    """What some channels did by themselves; unset: all."""
    chosen: list[Effect] = [one for name, one in of.effects.items() if channels is None or name in channels]
    return sum((one.rate + one.unmatched for one in chosen), Fraction(0))


def _sides(figure: Figure | None) -> Sides:
    """A figure's two sides in the metric's own unit.

    Raises:
        LookupError: It is not known.
    """
    if figure is None:
        return Sides()
    if figure.numerator is None or figure.denominator is None:
        if figure.reason is not None and figure.reason.value == "no_activity":
            return Sides()
        raise LookupError(figure.metric.name)
    return Sides(_plain(figure.numerator), _plain(figure.denominator))


def _added(sides: Iterable[Sides]) -> Sides:
    each = list(sides)
    return Sides(sum(one.numerator for one in each), sum(one.denominator for one in each))


def _plain(amount: Amount) -> Fraction:
    number = Fraction(amount.number)
    return number / money.TEN_THOUSANDTHS if amount.unit is Unit.MONEY else number


def halves_of(year: Year) -> Halves | None:
    """The public channels in both halves; None where there is nothing to compare."""
    spans = year.spans.halves
    if spans is None or not year.public.channels or "spend" not in year.evidence.told:
        return None
    told_from = year.first_days.get("spend")
    if told_from is None or told_from > spans[0].end:
        return None
    first, second = (_half(year, span) for span in spans)
    if not first.channels or not second.channels or not value_of(first.whole["spend"]):
        return None
    return Halves(year, first, second)


def _half(year: Year, span: Period) -> Half:
    metrics = year.metrics(SHOWN)
    where = (("channel", tuple(year.public.channels or ())),)
    rows = year.rows("channel", Ask(span, ("channel",), where), metrics)
    return Half(span, rows, year.figures(year.public, metrics, span))
