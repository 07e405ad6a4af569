"""What moved more than it usually does, channel by channel, sorted by the money it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.measures.evidence import Ask
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.reports.kpis import BY_GRAIN, HISTORY, usual_of
from opsctl.reports.units import amount
from opsctl.verdicts.movement import Movement, movement

MOST = 4
ENOUGH_USERS = 30  # in both periods: with fewer, chance alone moves a price by a third
EXPLAINED = 3  # for so many the steps between money and users are looked at


@dataclass(frozen=True)
class Alarm:
    """A channel whose price moved more than it usually does.

    Args:
        channel: Which.
        before: The price in the period before.
        now: The price in the period.
        change: Relative.
        usual: As far as it usually moves.
        money: What the users of the period cost more, or less, than at the price before.
        moved: The movement in its steps, where it was looked at.
    """

    channel: str
    before: float
    now: float
    change: float
    usual: float
    money: float
    moved: Movement | None = None

    def as_json(self) -> dict[str, Any]:
        """The alarm for programs."""
        return {
            "channel": self.channel,
            "metric": "cpa",
            "before": self.before,
            "now": self.now,
            "change": self.change,
            "usual_range": self.usual,
            "money": amount(self.money),
        }

    def text(self, settings: Settings, words: Words) -> str:
        """The alarm as a sentence, with what the steps between money and users contributed."""
        said = words.say(
            "alarm.dearer" if self.change > 0 else "alarm.cheaper",
            channel=settings.project.channel_name(self.channel, words.locale),
            before=f"{self.before:,.2f}",
            now=f"{self.now:,.2f}",
            change=f"{self.change:+.1%}",
            usual=f"{self.usual:.1%}",
            money=f"{abs(self.money):,.0f}",
        )
        steps = self.moved.factors.chains[0] if self.moved and self.moved.factors.chains else ()
        effects = [f"{words[f'why.factor.{one.name}']} {one.effect:+,.2f}" for one in steps]
        return said + (words["why.colon"] + words["list.separator"].join(effects) if effects else "")


def alarms(known: Known, settings: Settings, period: Period, channels: Sequence[str]) -> list[Alarm]:
    """The channels whose price of a user left its usual range, the most money first."""
    by = BY_GRAIN.get(period.grain)
    if by is None or not channels or not {"spend", "acquisition"} <= known.evidence.told:
        return []
    spans = period.run(HISTORY, known.span.start)
    rows = _rows(known, Period(spans[0].start, period.end), by, channels)
    labels = [span.label for span in spans]
    promotions = settings.project.promotions
    found = [made for name in channels if (made := _alarm(name, rows, labels, period, promotions)) is not None]
    found.sort(key=lambda one: (-abs(one.money), one.channel))
    return [*(_explained(one, known, period) for one in found[:EXPLAINED]), *found[EXPLAINED:]]


Rows = Mapping[tuple[str, str], Mapping[str, Figure]]


def _rows(known: Known, span: Period, by: str, channels: Sequence[str]) -> Rows:
    ask = Ask(span, ("channel", by), (("channel", tuple(channels)),))
    metrics = [load("cpa"), load("acquisitions")]
    return {
        (str(row.group["channel"]), str(row.group[by])): row.figures
        for row in answer(known.evidence, ask, metrics)
        if not row.splits
    }


def _alarm(
    channel: str, rows: Rows, labels: Sequence[str], period: Period, promotions: Sequence[Period]
) -> Alarm | None:
    figures = [rows.get((channel, label)) for label in labels]
    prices = [one["cpa"].value if one else None for one in figures]
    if len(prices) < 2 or figures[-1] is None or figures[-2] is None:  # noqa: PLR2004 - nothing to compare
        return None
    users = [one["acquisitions"].value or 0 for one in (figures[-2], figures[-1])]
    before, now = prices[-2:]
    if before is None or now is None or min(users) < ENOUGH_USERS:
        return None
    usual = usual_of(load("cpa"), period, prices, promotions)
    change = now / before - 1
    if usual.holds(change) is not False or usual.range is None:
        return None
    return Alarm(channel, before, now, change, usual.range, (now - before) * users[1])


def _explained(alarm: Alarm, known: Known, period: Period) -> Alarm:
    return replace(alarm, moved=movement(known, load("cpa"), period, alarm.channel))
