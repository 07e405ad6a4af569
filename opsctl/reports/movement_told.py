"""A movement in words: what a metric was and is, what that consists of, and whether it always moves like that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Shape, Zero
from opsctl.reports.calendar import span_of
from opsctl.verdicts.factors import Factor
from opsctl.verdicts.movement import Contribution, Movement, Status, Unsplit
from opsctl.verdicts.usual import ENOUGH

SMALL = 0.1  # rates below it move by hundredths of a point
_RATES = ("ctr", "users_per_click")  # the factors that are shares


def change_text(change: float, shape: Shape, *, small: bool = False) -> str:
    """A change with its sign: money and multiples to the cent, rates in points, those of small rates more finely."""
    digits = 1 if shape is Shape.RATE and not small else 2
    text = f"{change * (100 if shape is Shape.RATE else 1):+,.{digits}f}"
    return text if any(digit in text for digit in "123456789") else text[1:]


def value_text(value: float, shape: Shape) -> str:
    """A value in a sentence."""
    return f"{value:.1%}" if shape is Shape.RATE else f"{value:,.2f}"


@dataclass(frozen=True)
class Told:
    """A movement in the words of a language; channels by the names that the project gives them."""

    moved: Movement
    settings: Settings
    words: Words

    @property
    def shape(self) -> Shape:
        """What the metric is."""
        return self.moved.metric.shape

    @property
    def title(self) -> str:
        """What moved, and when."""
        return self.words.say("why.title", metric=self.name, after=self.after_span, before=self.before_span)

    @property
    def after_span(self) -> str:
        """The later days."""
        return span_of(self.moved.period, self.words)

    @property
    def before_span(self) -> str:
        """The earlier days."""
        return span_of(self.moved.period.before(), self.words)

    @property
    def name(self) -> str:
        """The metric, of the channel that it is narrowed down to."""
        title = self.moved.metric.title(self.words.locale)
        if self.moved.channel is None:
            return title
        channel = self.settings.project.channel_name(self.moved.channel, self.words.locale)
        return self.words.say("why.of_channel", channel=channel, metric=title)

    @property
    def headline(self) -> str:
        """What it was, what it is, and what that consists of; or why nobody can say."""
        before, after, change = self.moved.before, self.moved.after, self.moved.change
        if before is None:
            return self.words.say("why.no_before", span=self.before_span)
        if before.value is None or after.value is None or change is None:
            return self._unknown(before, self.before_span) or self._unknown(after, self.after_span)
        said = self.words.say(
            "why.moved",
            metric=self.name,
            before=value_text(before.value, self.shape),
            after=value_text(after.value, self.shape),
            change=self._change(change),
        )
        return said + self._consists

    def _unknown(self, figure: Figure, span: str) -> str:
        if figure.value is not None:
            return ""
        reason = self.words[f"reason.{figure.reason.value}"] if figure.reason else ""
        return self.words.say("why.unknown", metric=self.name, span=span, reason=reason)

    @property
    def _consists(self) -> str:
        if self.moved.unsplit in (Unsplit.NOT_TOLD, Unsplit.NOT_ADDITIVE):
            return self.words[f"why.{self.moved.unsplit.value}"]
        effects = [(self.words["why.mix"], self.moved.mix), (self.words["why.rate"], self.moved.rate)]
        if any(one.unmatched for one in self.moved.contributions):
            effects.append((self.unmatched, self.moved.unmatched))
        return self.words["why.colon"] + self._listed(effects)

    def _listed(self, effects: Sequence[tuple[str, float]]) -> str:
        return self.words["why.comma"].join(f"{name} {self._change(effect)}" for name, effect in effects)

    def _change(self, change: float) -> str:
        """A change with its unit where it is one of rates."""
        return self.signed(change) + self.unit

    def signed(self, change: float) -> str:
        """A change without its unit."""
        values = [figure.value for figure in (self.moved.before, self.moved.after) if figure and figure.value]
        return change_text(change, self.shape, small=max(values, default=1) < SMALL)

    @property
    def unit(self) -> str:
        """What stands behind a change; nothing behind money."""
        return self.words["why.points"] if self.shape is Shape.RATE else ""

    @property
    def unmatched(self) -> str:
        """What a numerator without a denominator is called."""
        per_cost = self.moved.metric.zero is Zero.PER_COST
        return self.words["why.unmatched.per_cost" if per_cost else "why.unmatched.cost_per"]

    @property
    def note(self) -> str:
        """What a split must never be taken for."""
        return self.words["why.note.campaign" if self.moved.channel else "why.note"]

    @property
    def usual(self) -> str:
        """Whether it always moves like that."""
        normal, past = self.moved.normal, self.moved.usual
        if self.moved.change is None:
            return ""
        if normal is None or past.range is None:
            return self.words.say("why.short_history", enough=ENOUGH, count=len(past.changes))
        key = "why.normal" if normal else "why.not_normal"
        return self.words.say(key, count=len(past.changes), range=self._change(past.range).lstrip("+"))

    @property
    def factors(self) -> list[str]:
        """What the steps between money and users contributed."""
        if self.moved.factors.reason:
            return [self.words[f"why.factors.{self.moved.factors.reason.value}"]]
        return [
            self.words.say("why.factors", factors=self.words["why.semicolon"].join(map(self._factor, chain)))
            for chain in self.moved.factors.chains
        ]

    def _factor(self, one: Factor) -> str:
        shape = Shape.RATE if one.name in _RATES else Shape.PRICE
        return self.words.say(
            "why.factor",
            name=self.words[f"why.factor.{one.name}"],
            before=value_text(one.before, shape),
            after=value_text(one.after, shape),
            effect=change_text(one.effect, Shape.PRICE),
        )

    def called(self, one: Contribution) -> str:
        """A channel or campaign, marked where it is new or has stopped."""
        if self.moved.channel is not None:
            name = one.campaign or self.words["why.no_campaign"]
        elif one.channel is None:
            name = self.words["report.no_channel"]
        else:
            name = self.settings.project.channel_name(one.channel, self.words.locale)
        return name if one.status is Status.STAYED else self.words.say(f"why.{one.status.value}", name=name)
