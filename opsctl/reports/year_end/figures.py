"""What a year was: its figures beside those of the year before, each asked for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from opsctl.config.settings import Settings
from opsctl.core import money
from opsctl.core import period as periods
from opsctl.core.errors import NoData
from opsctl.core.period import Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import Reason
from opsctl.measures.known import Known, known
from opsctl.metrics import load
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import SCALED_SHAPES, Metric
from opsctl.reports.scopes import EVERYBODY, Scope, bought, figures, groups
from opsctl.reports.year_end.spans import LATEST_START, Spans, a_year_before

SPEND, USERS, ACTIVITY, ORDERS = "spend", "acquisition", "activity", "order"
NEEDS: Mapping[str, tuple[str, ...]] = {
    "spend": (SPEND,),
    "acquisitions": (USERS,),
    "cpa": (SPEND, USERS),
    "retention_d7": (USERS, ACTIVITY),
    "cost_per_retained_d7": (SPEND, USERS, ACTIVITY),
    "retention_d30": (USERS, ACTIVITY),
    "return_rate_8_30": (USERS, ACTIVITY),
    "high_value_share": (USERS, ORDERS),
    "repurchase_rate_90d": (ORDERS,),
    "roas": (SPEND, USERS, ORDERS),
    "net_paid": (ORDERS,),
    "cpm": (SPEND,),
    "cpc": (SPEND,),
}
OF_SCOPES = tuple(name for name in NEEDS if name not in {"cpm", "cpc"})
OF_PUBLIC = ("spend", "cost_per_retained_d7", "cpm", "cpc")
OF_OWN = ("spend", "acquisitions", "cpa", "retention_d7", "repurchase_rate_90d", "roas")
OF_MONTHS = ("spend", "acquisitions", "cpa", "retention_d7")
OF_QUARTERS = ("spend", "acquisitions", "cpa", "retention_d7", "cost_per_retained_d7", "roas")
HEAT_DAYS = (1, 3, 7, 14, 30)
UNTOLD = frozenset({"public", "paid", "organic", "shop"})  # groups whose channels are not told one by one
TRAILING = 365  # days that high value looks back, unless a whole calendar year is asked for


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of the year, and the same a year earlier as it was known then; None where the data do not reach it."""

    now: Figure
    before: Figure | None = None

    @property
    def values(self) -> tuple[float, float] | None:
        """Before and now, money in its own unit, where both are known."""
        if self.before is None:
            return None
        before, now = value_of(self.before), value_of(self.now)
        return None if before is None or now is None else (before, now)

    @property
    def change(self) -> float | None:
        """Now less before."""
        return None if self.values is None else self.values[1] - self.values[0]

    @property
    def relative(self) -> float | None:
        """The change as a part of what was; None where there was nothing, or less."""
        return None if self.values is None or self.values[0] <= 0 else self.values[1] / self.values[0] - 1


def is_known(pair: Pair | None) -> bool:
    """Whether a figure of the year is there and has a value."""
    return pair is not None and pair.now.value is not None


Pairs = Mapping[str, Pair]
Figures = Mapping[str, Figure]


def value_of(figure: Figure) -> float | None:
    """A figure's value, money in its own unit."""
    if figure.value is None:
        return None
    return figure.value / money.TEN_THOUSANDTHS if figure.metric.shape in SCALED_SHAPES else figure.value


@dataclass(frozen=True)
class Year:
    """A year under review, and whatever can be asked of it."""

    loaded: Loaded
    known: Known
    settings: Settings
    spans: Spans
    _series: dict[Any, Mapping[str, Figures]] = field(init=False, default_factory=dict, repr=False, compare=False)

    @property
    def evidence(self) -> Evidence:
        """What is known today."""
        return self.known.evidence

    @cached_property
    def earlier(self) -> Evidence | None:
        """What was known on the same day a year ago: as many users were old enough then as are now (G13)."""
        try:
            return known(self.loaded, self.settings, a_year_before(self.evidence.as_of)).evidence
        except NoData:
            return None

    # --- of whom ----------------------------------------------------------------------------------------

    @cached_property
    def public(self) -> Scope:
        """The channels whose users are bought from platforms."""
        return bought(self.settings.project, self.evidence.spending if SPEND in self.evidence.tables else ())

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The groups of the tree; without one, the paid channels."""
        return groups(self.settings.project) or ((self.public,) if self.public.channels else ())

    def group(self, key: str) -> tuple[str, ...]:
        """The channels of a group; none where the tree has no such group."""
        found = next((one.channels for one in self.scopes if one.key == key), ())
        return found or ()

    # --- what is asked ----------------------------------------------------------------------------------

    def metrics(self, names: Sequence[str]) -> list[Metric]:
        """Those of the metrics whose tables are there."""
        told = self.evidence.told
        return [load(name) for name in names if set(NEEDS.get(name, ())) <= told]

    @cached_property
    def all(self) -> Pairs:
        """The figures of everybody."""
        return self.pairs(EVERYBODY, OF_SCOPES)

    @cached_property
    def groups(self) -> Mapping[str, Pairs]:
        """The figures of each group of the tree, by its key; without a tree, of the paid channels."""
        if not groups(self.settings.project):
            return {one.key: self.pairs(one, OF_SCOPES) for one in self.scopes}
        return self._by("group", OF_SCOPES)

    @property
    def paid(self) -> Pairs:
        """The figures of the public channels together."""
        return self.groups.get(self.public.key, {})

    @cached_property
    def channels(self) -> Mapping[str, Pairs]:
        """The figures of each channel: of a public one its prices, of the others what they brought."""
        own = tuple(name for one in self.scopes if one.key not in UNTOLD for name in one.channels or ())
        return {
            **(self._by("channel", OF_PUBLIC, self.public.channels) if self.public.channels else {}),
            **(self._by("channel", OF_OWN, own) if own else {}),
        }

    @cached_property
    def currency(self) -> str:
        """The currency of the review: the project's, unless all money is in one other."""
        columns = [
            self.evidence.tables[name].select("currency") for name in (SPEND, ORDERS) if name in self.evidence.tables
        ]
        named = {code or self.evidence.currency for one in columns for code in one.unique().collect()["currency"]}
        return next(iter(named)) if len(named) == 1 else self.evidence.currency

    def figures(self, scope: Scope, metrics: Sequence[Metric], span: Period, of: Evidence | None = None) -> Figures:
        """The figures of a scope over some days; of money in another currency, that there is no rate."""
        return self._own(figures(of or self.evidence, scope, metrics, span))

    def rows(
        self, dimension: str, ask: Ask, metrics: Sequence[Metric], of: Evidence | None = None
    ) -> dict[str, Figures]:
        """The figures by a dimension; a group with money in several currencies has none of its money."""
        found: dict[str, Figures] = {}
        for row in answer(of or self.evidence, ask, metrics):
            key = row.group[dimension]
            if key is not None and (row.splits or key not in found):
                found[key] = self._own(row.figures)
        return found

    def _own(self, of: Figures) -> Figures:
        return {
            name: figure if figure.currency in (None, self.currency) else figure.unknown(Reason.NO_RATE)
            for name, figure in of.items()
        }

    def pairs(self, scope: Scope, names: Sequence[str]) -> dict[str, Pair]:
        """Some metrics of a scope beside those of the year before."""
        metrics = self.metrics(names)
        now = self.figures(scope, metrics, self.spans.now)
        told = [metric for metric in metrics if self.reaches(metric.name)]
        before = self.figures(scope, told, self.spans.before, self.earlier) if self.earlier and told else {}
        return {name: Pair(figure, before.get(name)) for name, figure in now.items()}

    def _by(self, dimension: str, names: Sequence[str], channels: tuple[str, ...] | None = None) -> dict[str, Pairs]:
        metrics = self.metrics(names)
        where = (("channel", channels),) if channels else ()
        told = [metric for metric in metrics if self.reaches(metric.name)]
        now = self.rows(dimension, Ask(self.spans.now, (dimension,), where), metrics)
        before: Mapping[str, Figures] = {}
        if self.earlier and told:
            before = self.rows(dimension, Ask(self.spans.before, (dimension,), where), told, self.earlier)
        return {
            key: {name: Pair(figure, before.get(key, {}).get(name)) for name, figure in row.items()}
            for key, row in now.items()
        }

    def series(
        self, dimension: str, scope: Scope, names: Sequence[str], *, before: bool = False
    ) -> Mapping[str, Figures]:
        """The figures of a scope by month or quarter, of this year or of the one before."""
        key = (dimension, scope.channels, tuple(names), before)
        if key not in self._series:
            where = () if scope.channels is None else (("channel", scope.channels),)
            span = periods.year(self.spans.year - 1) if before else self.spans.now
            self._series[key] = self.rows(dimension, Ask(span, (dimension,), where), self.metrics(names))
        return self._series[key]

    @cached_property
    def monthly_spend(self) -> Mapping[str, Mapping[str, float | None]]:
        """By channel and month, what was spent; None where there is money that cannot be told in the review's."""
        if SPEND not in self.evidence.told:
            return {}
        found: dict[str, dict[str, float | None]] = {}
        for row in answer(self.evidence, Ask(self.spans.now, ("channel", "month")), [load("spend")]):
            channel, month = row.group["channel"], row.group["month"]
            if channel and month:
                mine = found.setdefault(channel, {})
                mine[month] = None if month in mine else value_of(self._own(row.figures)["spend"])
        return found

    def spent(self, channel: str, within: Period) -> float | None:
        """What a channel spent in the months of a span; None where a month's money is not known."""
        months = self.monthly_spend.get(channel, {})
        first, last = (f"{day:%Y-%m}" for day in (within.start, within.end))
        inside = [amount for month, amount in months.items() if first <= month <= last]
        known = [amount for amount in inside if amount is not None]
        return sum(known) if len(known) == len(inside) else None

    # --- how far back -----------------------------------------------------------------------------------

    @cached_property
    def compares(self) -> bool:
        """Whether there is a year before to compare with, in spend or in users."""
        return any(self.reaches(name) for name in ("spend", "acquisitions", "net_paid"))

    def reaches(self, metric: str) -> bool:
        """Whether all that a metric needs was told from the beginning of the year before."""
        start = self.spans.before.start
        if metric == "high_value_share" and not self.spans.whole:
            start = min(start, self.spans.before.end - timedelta(days=TRAILING - 1))
        firsts = [self.first_days.get(table) for table in NEEDS.get(metric, ())]
        latest = start + timedelta(days=LATEST_START)
        return all(first is not None and first <= latest for first in firsts)

    @cached_property
    def first_days(self) -> Mapping[str, date]:
        """By table, the first day of which it tells; a table of cohorts stands for those that it replaces."""
        found = {name: day for name in self.evidence.tables if (day := _first_day(self.evidence, name))}
        if "cohort" in found:
            found = dict.fromkeys((USERS, ACTIVITY, ORDERS), found["cohort"]) | found
        return found


def _first_day(evidence: Evidence, table: str) -> date | None:
    columns = ("created_day", "paid_day") if table == ORDERS else ("day",)
    (row,) = evidence.tables[table].select(*columns).min().collect().iter_rows()
    return min((day for day in row if day is not None), default=None)
