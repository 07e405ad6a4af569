"""The view of retention beside the verdicts: who stays, and which channels bring those who do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from opsctl.core.period import Period
from opsctl.measures.evidence import Ask, Evidence
from opsctl.metrics import load
from opsctl.metrics.answer import Row, answer
from opsctl.metrics.figure import Amount, Figure
from opsctl.stats.dispersion import effective_trials
from opsctl.stats.posterior import probability_below

WEEKS = 13
SHOWN = (
    "acquisitions",
    "retention_d{day}",
    "low_efficiency_share",
    "low_efficiency_share_point",
    "low_efficiency_undecided_share",
)


@dataclass(frozen=True)
class Stay:
    """How one channel's users stay.

    Args:
        users: Its users who can be judged.
        kept: Of these, those who were back on the day.
        trials: The users that the weeks together are worth as evidence, given how they differ.
        retention: The figure, with its interval.
        below: How probable it is that the true retention lies below the line.
        of_users: Its share of all these users.
        of_low: Its share of the low-quality users by the cautious rule, where some cells could be judged.
        of_low_point: The same by the point rule: every cell below the line, however few its users.
    """

    users: int
    kept: int
    trials: float
    retention: Figure
    below: float
    of_users: float
    of_low: float | None
    of_low_point: float | None


@dataclass(frozen=True)
class Quality:
    """The stay of every channel over the same days; `undecided` is the share of users in cells too small to judge."""

    span: Period
    day: int
    line: float
    channels: Mapping[str, Stay]
    undecided: float | None

    def together(self, channels: Sequence[str]) -> tuple[float, float | None, float | None]:
        """What share of users, and of low-quality users by either rule, some channels bring together."""
        stays = [self.channels[name] for name in channels if name in self.channels]
        return (
            sum(one.of_users for one in stays),
            _sum([one.of_low for one in stays]),
            _sum([one.of_low_point for one in stays]),
        )


def quality(evidence: Evidence, channels: Sequence[str], span: Period | None = None) -> Quality | None:
    """How the users of some channels stay over a span, by default the last 13 weeks whose users can all be judged.

    None where nobody can be judged.
    """
    rule = evidence.policy.low_efficiency
    through = evidence.through("activity")
    if through is None or not channels:
        return None
    last = through - timedelta(days=rule.day)
    span = span or Period(last - timedelta(days=WEEKS * 7 - 1), last)
    where = (("channel", tuple(channels)),)
    names = [name.format(day=rule.day) for name in SHOWN]
    metrics = [load(name) for name in names]
    rows = answer(evidence, Ask(span, ("channel",), where), metrics)
    weeks = answer(evidence, Ask(span, ("channel", "week"), where), [load(names[1])])
    total = answer(evidence, Ask(span, (), where), metrics)[0]
    judged = {str(row.group["channel"]): row for row in rows if row.figures[names[1]].mature}
    everyone = sum(row.figures[names[1]].mature or 0 for row in judged.values())
    if not everyone:
        return None
    line = float(rule.line)
    stays = {name: _stay(row, names, _weeks(weeks, name, names[1]), line, everyone) for name, row in judged.items()}
    return Quality(span, rule.day, line, stays, total.figures[names[4]].value)


def _stay(row: Row, names: Sequence[str], weeks: Sequence[tuple[int, int]], line: float, everyone: int) -> Stay:
    retention = row.figures[names[1]]
    users, kept = _count(retention.denominator), _count(retention.numerator)
    trials = effective_trials([hits for hits, _ in weeks], [tries for _, tries in weeks])
    share = kept / users if users else 0.0
    return Stay(
        users=users,
        kept=kept,
        trials=trials,
        retention=retention,
        below=probability_below(trials * share, trials, line),
        of_users=users / everyone,
        of_low=row.figures[names[2]].value,
        of_low_point=row.figures[names[3]].value,
    )


def _weeks(rows: Sequence[Row], channel: str, name: str) -> list[tuple[int, int]]:
    figures = [row.figures[name] for row in rows if row.group["channel"] == channel]
    return [(_count(one.numerator), _count(one.denominator)) for one in figures if one.denominator]


def _count(amount: Amount | None) -> int:
    return int(amount.number) if amount else 0


def _sum(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) if known else None
