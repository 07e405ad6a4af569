"""The three sentences that a report begins with, composed from its figures by rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Grain
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Shape
from opsctl.reports.calendar import span_of
from opsctl.reports.kpis import Kpi
from opsctl.reports.pace import Standing

ENOUGH_USERS = 30
DEARER = Fraction(12, 10)  # cost per kept user against all of the scope, from which a cheap channel is dear


@dataclass(frozen=True)
class Said:
    """The key figures of a report, and how to put them into words."""

    kpis: Sequence[Kpi]
    channels: Mapping[str, Mapping[str, Figure]]
    settings: Settings
    words: Words

    def conclusions(self) -> list[str]:
        """At most three, the price of a user first."""
        found = [*self._price(), *(self._cheap_but_dear() or self._stay()), *(self._pace() or self._volume())]
        return found[:3]

    def _kpi(self, metric: str) -> Kpi | None:
        """The first of that metric: of the channels whose users are bought."""
        return next((one for one in self.kpis if one.metric.name == metric), None)

    def _price(self) -> Iterable[str]:
        one = self._kpi("cpa")
        if one is None or one.now.value is None:
            return
        yield self._moved("conclude.price", one, f"{one.now.value:,.2f}") + self._against_target(one)

    def _stay(self) -> list[str]:
        one = self._kpi("retention_d7")
        if one is None or one.now.value is None:
            return []
        return [self._moved("conclude.stay", one, f"{one.now.value:.1%}") + self._against_target(one)]

    def _volume(self) -> list[str]:
        one = self._kpi("acquisitions")
        if one is None or one.now.value is None:
            return []
        return [self._moved("conclude.volume", one, f"{one.now.value:,}")]

    def _moved(self, key: str, one: Kpi, value: str) -> str:
        words = self.words
        fields = {"scope": one.scope.name(words), "value": value, "span": span_of(one.period, words)}
        if one.change is None:
            return words.say(key, **fields)
        moved = words.say(
            "conclude.moved", against=self.against(one.period.grain), change=self.change(one), normal=self._normal(one)
        )
        return words.say(key, **fields) + moved

    def against(self, grain: Grain) -> str:
        """What the change is against: the week, the month or the span before."""
        return self.words.get(f"conclude.against.{grain.value}", self.words["conclude.against.span"])

    def change(self, one: Kpi) -> str:
        """A change with its sign and unit."""
        if one.change is None:
            return "-"
        if one.metric.shape is Shape.RATE:
            return self.words.say("conclude.points", points=f"{one.change * 100:+.1f}")
        return f"{one.change:+.1%}"

    def _normal(self, one: Kpi) -> str:
        return (
            "" if one.is_normal is None else self.words["conclude.normal" if one.is_normal else "conclude.not_normal"]
        )

    def _against_target(self, one: Kpi) -> str:
        """How far a price or rate is from its target, in words that say which side is meant."""
        if one.target is None or one.now.value is None:
            return ""
        rate = one.metric.shape is Shape.RATE
        if not rate and not one.target:  # of a price of nothing, no share can be told
            return ""
        distance = one.now.value - float(one.target) if rate else one.now.value / float(one.target) - 1
        side = "above" if distance > 0 else "below"
        far = f"{abs(distance) * 100:.1f}" if rate else f"{abs(distance):.1%}"
        target = f"{float(one.target):.1%}" if rate else f"{float(one.target):,.2f}"
        return self.words.say(f"conclude.target.{side}.{'points' if rate else 'percent'}", target=target, far=far)

    def _cheap_but_dear(self) -> list[str]:
        """The channel with the lowest price, where its kept users are dear all the same."""
        of_all, cheapest = self._kpi("cost_per_retained_d7"), self._cheapest()
        if of_all is None or not of_all.now.value or cheapest is None:
            return []
        name, price = cheapest
        kept = self.channels[name].get("cost_per_retained_d7")
        if kept is None or kept.value is None or not _is_dear(kept, of_all.now.value):
            return []
        return [
            self.words.say(
                "conclude.cheap_but_dear",
                channel=self.settings.project.channel_name(name, self.words.locale),
                price=f"{price:,.2f}",
                kept=f"{kept.value:,.1f}",
                more=f"{kept.value / of_all.now.value - 1:.0%}",
                scope=of_all.scope.name(self.words),
            )
        ]

    def _cheapest(self) -> tuple[str, float] | None:
        """The channel with the lowest price, of those with enough users to tell, and that price."""
        prices = {
            name: row["cpa"].value
            for name, row in self.channels.items()
            if {"acquisitions", "cpa"} <= row.keys() and (row["acquisitions"].value or 0) >= ENOUGH_USERS
        }
        known = [(price, name) for name, price in prices.items() if price is not None]
        return min(known)[::-1] if known else None

    def _pace(self) -> list[str]:
        """How the month's budget goes; where days are missing, that they count for nothing in it."""
        one = self._kpi("spend")
        beside = self.words["conclude.pace.missing"] if one is not None and "month" in one.lost else ""
        return [text + beside for text in self._paced()]

    def _paced(self) -> list[str]:
        one = self._kpi("spend")
        if one is None or one.pace is None:
            return []
        pace, month = one.pace, self.words[f"month.{one.period.end.month}"]
        spent = f"{float(pace.spent / pace.budget):.1%}"
        if pace.time == 1:
            standing = self.words[f"conclude.pace.done.{pace.standing.value}"]
            scope = one.scope.name(self.words)
            return [self.words.say("conclude.pace.done", scope=scope, month=month, spent=spent, standing=standing)]
        return [
            self.words.say(
                "conclude.pace",
                scope=one.scope.name(self.words),
                month=month,
                spent=spent,
                time=f"{float(pace.time):.1%}",
                forecast=f"{float(pace.forecast / pace.budget):.1%}",
                standing=self.words[f"conclude.pace.{pace.standing.value}"],
            )
        ]


def watched(kpis: Sequence[Kpi]) -> int:
    """How many key figures need attention."""
    return sum(one.standing in {Standing.MISSED, Standing.NEARLY, Standing.AHEAD, Standing.BEHIND} for one in kpis)


def _is_dear(kept: Figure, of_all: float) -> bool:
    """Does a kept user cost a good deal more than everywhere, beyond what the figure's interval leaves open?"""
    surely = kept.low is None or kept.low > of_all
    return kept.value is not None and kept.value >= of_all * DEARER and surely
