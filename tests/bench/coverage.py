"""How often a 95 % interval holds the truth, over worlds whose truth is known; run with `make bench`.

Every interval comes from the function that makes the printed one. It must hold the truth in 90 to 97 % of the worlds;
a case may go above that only for a reason printed below the table. What the number of worlds leaves open (two standard
errors) is granted. The worlds are seeded, so that the table is the same every time.

The truth of pooled weeks is the rate that they stray around (see `opsctl.stats.dispersion`), that of one week its own.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from opsctl.config.policy import shipped_policy
from opsctl.core import money
from opsctl.core.period import Period
from opsctl.measures import find
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.totals import Total, Totals
from opsctl.metrics import load
from opsctl.metrics.reading import Reading
from opsctl.stats.dispersion import LEAST_FREEDOM, pooled_poisson, pooled_wilson
from opsctl.stats.intervals import RULE_OF_THREE, wilson

Floats = NDArray[np.float64]
Bounds = tuple[float, float]

NOMINAL = 95
LEAST, MOST = 90.0, 97.0
WORLDS = 2_000
DICE = np.random.default_rng(20250630)

FEW_WEEKS, DRIFT, EXACT, ROUNDED, NO_PROMISE = "abcd-"
REASONS = {
    FEW_WEEKS: "fewer than four even weeks cannot show how far they stray, so that the usual stray is added",
    DRIFT: "what drifts strays around no rate: held to the mean of its own weeks, which is nearer",
    EXACT: "ten users: no exact interval comes nearer to 95 % from above",
    ROUNDED: "what rounding hid is added at its worst",
    NO_PROMISE: "not promised: weeks that resemble their neighbours tell less than their number says",
}


@dataclass(frozen=True)
class Case:
    """What the intervals of one kind of world did: in how many per cent they held the truth, and how wide they were."""

    covered: float
    error: float
    width: float
    mark: str = ""

    @property
    def kept(self) -> bool:
        """Is it what was promised, as far as this many worlds can tell?"""
        slack = 2 * self.error
        high = self.covered > MOST + slack and not self.mark
        low = self.covered < LEAST - slack and self.mark != NO_PROMISE
        return not (low or high)

    def __str__(self) -> str:
        mark = self.mark if self.covered > MOST or self.mark == NO_PROMISE else ""
        return f"{self.covered:5.1f}{mark if self.kept else '!':1}{self.width:7.1f}"


@dataclass(frozen=True)
class Block:
    """Cases that differ in two ways."""

    title: str
    width: str
    heads: Sequence[str]
    lines: Sequence[tuple[str, Sequence[Case]]]

    def __str__(self) -> str:
        head = f"{self.title:<40}" + "".join(f"{text:>15}" for text in self.heads)
        under = f"{'':<40}" + f"{'covered  width':>15}" * len(self.heads) + f"   width in {self.width}"
        lines = (f"  {label:<38}" + "".join(f"{case!s:>15}" for case in cases) for label, cases in self.lines)
        return "\n".join([head, under, *lines, ""])


def judged(held: Iterable[bool], widths: Iterable[float], mark: str = "") -> Case:
    """The share of worlds whose truth was held, with its standard error."""
    found = np.fromiter(held, dtype=bool)
    share = float(found.mean())
    return Case(100 * share, 100 * math.sqrt(share * (1 - share) / found.size), 100 * float(np.mean([*widths])), mark)


# --- one cohort -----------------------------------------------------------------------------------------


def one_cohort() -> Block:
    """Exact: every possible number of retained users, weighed by its probability.

    Whole numbers make coverage jump with the last digit of the rate; the rates lie within a tenth of the one named.
    """
    sizes, rates = (30, 100, 300, 1_000, 3_000), (0.02, 0.05, 0.10, 0.25, 0.40, 0.60)
    bounds = {size: np.array([wilson(won, size) for won in range(size + 1)]) for size in sizes}
    lines = [(f"{rate:.0%}", [_exact(bounds[size], size, rate) for size in sizes]) for rate in rates]
    return Block("one cohort, retention of", "points", [f"{size:,} users" for size in sizes], lines)


def _exact(bounds: Floats, size: int, rate: float) -> Case:
    near = rate * np.linspace(0.9, 1.1, 41)[:, None]
    chance = stats.binom.pmf(np.arange(size + 1), size, near)
    held = (bounds[:, 0] <= near) & (near <= bounds[:, 1])
    covered, width = (chance * held).sum(axis=1).mean(), (chance * (bounds[:, 1] - bounds[:, 0])).sum(axis=1).mean()
    return Case(100 * float(covered), 0.0, 100 * float(width))


# --- pooled weeks ---------------------------------------------------------------------------------------

Rates = Callable[[float, float, int], tuple[Floats, Floats]]
"""Of a rate, how far weeks stray and their number: each world's weekly rates, and its truth for weeks of one size."""


def stray(rate: float, sd: float, weeks: int) -> tuple[Floats, Floats]:
    """Weeks that know nothing of each other: Beta, its standard deviation `sd` in logits."""
    truth = np.full(WORLDS, rate)
    if not sd:
        return np.full((WORLDS, weeks), rate), truth
    size = 1 / (rate * (1 - rate) * sd**2) - 1
    return DICE.beta(rate * size, (1 - rate) * size, (WORLDS, weeks)), truth


def walk(rate: float, sd: float, weeks: int) -> tuple[Floats, Floats]:
    """Every week starts from the last one: steps of `sd` logits."""
    steps = DICE.normal(0, sd, (WORLDS, weeks)).cumsum(axis=1)
    rates = special.expit(special.logit(rate) + steps)
    return rates, rates.mean(axis=1)


def resemble(rate: float, sd: float, weeks: int) -> tuple[Floats, Floats]:
    """Half of what a week strays it has from the one before."""
    logits = DICE.normal(0, sd, (WORLDS, weeks))
    for at in range(1, weeks):
        logits[:, at] = 0.5 * logits[:, at - 1] + math.sqrt(0.75) * logits[:, at]
    middle = special.expit(special.logit(rate) + DICE.normal(0, sd, 200_000)).mean()
    return special.expit(special.logit(rate) + logits), np.full(WORLDS, middle)


def pooled(rates: Rates, rate: float, sd: float, sizes: Sequence[int], mark: str = "") -> Case:
    """The intervals of weeks pooled, by `pooled_wilson`."""
    weekly, truth = rates(rate, sd, len(sizes))
    worlds = zip(DICE.binomial(sizes, weekly).tolist(), truth.tolist(), strict=True)
    found = [(*pooled_wilson(won, sizes), true) for won, true in worlds]
    few = sum(sizes) ** 2 / sum(size**2 for size in sizes) - 1 < LEAST_FREEDOM
    widths = (high - low for low, high, _ in found)
    return judged((low <= true <= high for low, high, true in found), widths, mark or FEW_WEEKS * few)


def pooled_weeks() -> Iterator[Block]:
    """Weeks of one size, straying independently."""
    sds = (0, 0.1, 0.2, 0.3)
    heads = [f"sd {sd}" for sd in sds]
    for rate in (0.05, 0.25, 0.50):
        lines = [
            (f"{users} users a week, {weeks} weeks", [pooled(stray, rate, sd, [users] * weeks) for sd in sds])
            for users in (30, 100, 500)
            for weeks in (2, 4, 8, 13, 26, 52)
        ]
        yield Block(f"pooled weeks, retention of {rate:.0%}", "points", heads, lines)


def uneven_weeks() -> Block:
    """A month that begins and ends within a week, and a channel that grows ninefold."""
    sds = (0, 0.1, 0.2, 0.3)
    parts = {
        "a month": [2 / 7, 1, 1, 1, 1, 1 / 7],
        "8 weeks growing": [0.2 + 1.6 * at / 7 for at in range(8)],
        "26 weeks growing": [0.2 + 1.6 * at / 25 for at in range(26)],
    }
    shapes = {
        f"{users} users a week, {name}": [round(users * part) for part in shape]
        for users in (30, 100, 500)
        for name, shape in parts.items()
    }
    lines = [(name, [pooled(stray, 0.25, sd, sizes) for sd in sds]) for name, sizes in shapes.items()]
    return Block("uneven weeks, retention of 25%", "points", [f"sd {sd}" for sd in sds], lines)


def drifting_weeks() -> Block:
    """Every week starts from the last one."""
    sds = (0.1, 0.2, 0.3)
    lines = [
        (f"{users} users a week, {weeks} weeks", [pooled(walk, 0.25, sd, [users] * weeks, DRIFT) for sd in sds])
        for users in (30, 100, 500)
        for weeks in (2, 4, 8, 13, 26, 52)
    ]
    return Block("weeks on a random walk, 25%", "points", [f"step {sd}" for sd in sds], lines)


def alike_weeks() -> Block:
    """What the promise leaves out, so that it can be known."""
    sds = (0.1, 0.2, 0.3)
    lines = [
        (
            f"{users} users a week, {weeks} weeks",
            [pooled(resemble, 0.25, sd, [users] * weeks, NO_PROMISE) for sd in sds],
        )
        for users in (30, 500)
        for weeks in (4, 13, 52)
    ]
    return Block("weeks half like their last, 25%", "points", [f"sd {sd}" for sd in sds], lines)


# --- prices ---------------------------------------------------------------------------------------------


def prices() -> Block:
    """What a user costs where each week's number strays around what its money should buy, log-normally."""
    sds = (0, 0.08, 0.2)
    lines = [
        (f"{users} users a week, {weeks} week{'s' * (weeks > 1)}", [price(users, weeks, sd) for sd in sds])
        for users in (10, 30, 100, 500)
        for weeks in (1, 2, 4, 8, 13, 26)
    ]
    return Block("price of a user", "% of the price", [f"sd {sd}" for sd in sds], lines)


def price(users: int, weeks: int, sd: float) -> Case:
    """The intervals of the number bought, by `pooled_poisson`, as those of a price of 1."""
    expected = users * np.exp(DICE.normal(-(sd**2) / 2, sd, (WORLDS, weeks)))
    truth = expected[:, 0].tolist() if weeks == 1 else [float(users * weeks)] * WORLDS
    money = [float(users)] * weeks
    counts = DICE.poisson(expected).tolist()
    found = [(*pooled_poisson(count, money), true) for count, true in zip(counts, truth, strict=True)]
    mark = EXACT * (users * weeks <= 10) or FEW_WEEKS * (1 < weeks < LEAST_FREEDOM + 1)
    widths = (true / few - true / many for few, many, true in found if few)
    return judged((few <= true <= many for few, many, true in found), widths, mark)


def no_user_yet() -> str:
    """One-sided: with nobody bought, the price is said to be at least a third of the money."""
    never = math.exp(-RULE_OF_THREE)
    return f"least price where nobody came: at worst right in {100 - 100 * never:.1f} %, with just over 3 expected\n"


# --- rates that were told rounded -----------------------------------------------------------------------


def rounded() -> Block:
    """D7 out of a table of cohorts in whole per cents, 100 users a day, as the figure itself says it."""
    spans = (7, 28, 91)
    cases = [_rounded(days, rate=0.25) for days in spans]
    return Block(
        "told in whole per cents, retention of", "points", [f"{days} days" for days in spans], [("25%", cases)]
    )


def _rounded(days: int, rate: float) -> Case:
    users = 100
    told = np.round(DICE.binomial(users, rate, (WORLDS // 4, days)) / users, 2) * users
    found = [_figure([round(week) for week in world.reshape(-1, 7).sum(axis=1)], 7 * users) for world in told]
    return judged((low <= rate <= high for low, high in found), (high - low for low, high in found), ROUNDED)


def _figure(retained: Sequence[int], mature: int) -> Bounds:
    """The printed bounds of D7 over weeks of as many mature users, each rate told to within half a per cent."""
    mondays = [date(2025, 1, 6) + timedelta(weeks=at) for at in range(len(retained))]
    metric, users = load("retention_d7"), mature * len(retained)
    names = (*metric.measures, *metric.cohort_measures, str(metric.rounding))
    totals = Totals({name: find(name)[1] for name in names}, [()])
    amounts = {"retained_d7": sum(retained), "rounding_d7": money.units("0.005") * users, "last_acquired": 0}
    totals.of = {name: {(): Total(amounts.get(name, users))} for name in names}
    totals.weekly["retained_d7"] = lambda _: dict(zip(mondays, retained, strict=True))
    totals.weekly["mature_d7"] = lambda _: dict.fromkeys(mondays, mature)
    ended = mondays[-1] + timedelta(days=6)
    known = Evidence(tables={}, supplied={}, as_of=ended, last_day={}, policy=shipped_policy())
    one = Reading(metric, totals, known, Ask(Period(mondays[0], ended))).figure(())
    if one.low is None or one.high is None:
        raise ValueError("a retention with users has an interval")
    return one.low, one.high


def main() -> int:
    """Print the tables; fail where an interval does not keep its promise."""
    blocks = [one_cohort(), *pooled_weeks(), uneven_weeks(), drifting_weeks(), alike_weeks(), prices(), rounded()]
    print(f"nominal {NOMINAL} %, promised {LEAST:.0f} to {MOST:.0f} %; {WORLDS:,} worlds a case\n")
    for block in blocks:
        print(block)
    print(no_user_yet())
    for mark, reason in REASONS.items():
        print(f"{mark}  {reason}")
    broken = sum(not case.kept for block in blocks for _, cases in block.lines for case in cases)
    print(f"!  not kept: {broken}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
