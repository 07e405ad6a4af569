"""Chapter one: the goals, the year month by month, the price of attention, and the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from opsctl.metrics.metric import Shape
from opsctl.reports.chart import LineChart, Mark, Series, scale_of
from opsctl.reports.report import (
    Cell,
    Column,
    Form,
    Heading,
    Part,
    Prose,
    RowKind,
    Table,
    TableRow,
)
from opsctl.reports.year_end.figures import OF_MONTHS, OF_QUARTERS, Figures, Pair, value_of
from opsctl.reports.year_end.goals import Goal, name_of, status, tally
from opsctl.reports.year_end.prices import budget, prices
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.summary import period_name
from opsctl.reports.year_end.wording import Unit, capital, in_unit, number

# 三提: better users, users who come more often, more from the money.
FAMILIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "quality": (("paid", "retention_d7"), ("all", "retention_d30"), ("all", "high_value_share")),
    "frequency": (("all", "return_rate_8_30"), ("all", "repurchase_rate_90d")),
    "efficiency": (("paid", "cpa"), ("paid", "cost_per_retained_d7"), ("paid", "roas"), ("all", "roas")),
}


def panorama(review: Review) -> Chapter:
    """The year as a whole."""
    environment = [*prices(review), *budget(review), *review.notes.parts("background")]
    parts = [*_goals(review), *_trend(review), *_section(review, "environment", environment)]
    return Chapter("panorama", review.wording.say("panorama"), parts)


def _section(review: Review, key: str, parts: Sequence[Part]) -> list[Part]:
    return [Heading(review.wording.say(key), 2), *parts] if parts else []


# --- goals ----------------------------------------------------------------------------------------------


def _goals(review: Review) -> list[Part]:
    parts: list[Part] = []
    for family, members in FAMILIES.items():
        told = [text for scope, metric in members if (text := _against(review, scope, metric))]
        if told:
            parts.append(Prose(review.wording.clauses(told), review.wording.say(f"family.{family}")))
    return _section(review, "goals", [*_opening(review), *parts, *_finer(review)])


def _opening(review: Review) -> list[Part]:
    met, judged = tally([*(goal for goal in review.goals if not goal.budget), *review.finer])
    if not judged:
        return []
    key = "goals.opening.all" if met == judged else "goals.opening"
    if not review.year.spans.whole:
        key = "goals.opening.open"
    return [Prose(review.wording.sentence(review.wording.say(key, judged=judged, met=met, missed=judged - met)))]


def _against(review: Review, scope: str, metric: str) -> str | None:
    """A figure beside that of the year before and its target, where it has one."""
    key = {"paid": review.year.public.key}.get(scope, scope)
    goal = review.goal(f"{key}.{metric}")
    if goal is None:
        return None
    wording = review.wording
    told = wording.told(name_of(goal, wording), goal.pair, review.last_year)
    if goal.target is None:
        return told
    value = wording.worth(float(goal.target), goal.metric)
    return wording.say("against", told=told, target=value, status=status(goal, wording))


def _finer(review: Review) -> list[Part]:
    """The targets of channels and quarters."""
    if not review.finer:
        return []
    wording = review.wording
    columns = [
        Column("goal", wording.say("column.goal"), numeric=False),
        Column("period", wording.say("column.period"), 1, numeric=False),
        Column("target", wording.say("column.goal_value"), 2),
        Column("now", wording.say("column.actual")),
        Column("status", wording.say("column.status"), numeric=False),
    ]
    return [
        Table(
            columns, [TableRow(_goal_cells(review, one)) for one in review.finer], "goals", wording.say("table.goals")
        )
    ]


def _goal_cells(review: Review, goal: Goal) -> dict[str, Cell]:
    wording = review.wording
    target = None if goal.target is None else float(goal.target)
    unit = wording.unit(goal.metric, [value_of(goal.pair.now), target])
    return {
        "goal": wording.titled(name_of(goal, wording), unit),
        "period": period_name(goal),
        "target": in_unit(target, unit),
        "now": number(goal.pair.now, unit),
        "status": status(goal, wording),
    }


# --- month by month -------------------------------------------------------------------------------------


def _trend(review: Review) -> list[Part]:
    year = review.year
    if not year.public.channels:
        return []
    now = year.series("month", year.public, OF_MONTHS)
    before = year.series("month", year.public, OF_MONTHS, before=True) if year.compares else {}
    charts: list[Part] = [
        chart for name in ("spend", "acquisitions", "cpa") if (chart := _line(review, name, now, before)) is not None
    ]
    return _section(review, "trend", [*_extremes(review, now), *charts, *_quarters(review)])


def _line(review: Review, name: str, now: Mapping[str, Figures], before: Mapping[str, Figures]) -> LineChart | None:
    """One metric over the months of the year, beside the year before."""
    wording, number_ = review.wording, review.year.spans.year
    metric = next((row[name].metric for row in now.values() if name in row), None)
    if metric is None:
        return None
    lines = [(number_, now), *([(number_ - 1, before)] if before and review.year.reaches(name) else [])]
    series = tuple(
        Series(str(of), tuple(_of_month(rows, of, month, name) for month in range(1, 13))) for of, rows in lines
    )
    target = review.goal(f"{review.year.public.key}.{name}")
    unit = wording.unit(metric, ()).label
    title = wording.of(review.year.public, metric)
    return LineChart(
        title=wording.say("chart.monthly", name=wording.titled(title, Unit(Form.COUNT, unit))),
        places=tuple(wording.month(month) for month in range(1, 13)),
        series=series,
        scale=scale_of(metric.shape),
        marks=_marks(review),
        target=float(target.target) if target and target.target is not None and metric.shape is Shape.PRICE else None,
    )


def _of_month(rows: Mapping[str, Figures], year: int, month: int, name: str) -> float | None:
    row = rows.get(f"{year}-{month:02d}")
    figure = row.get(name) if row else None
    return value_of(figure) if figure else None


def _marks(review: Review) -> tuple[Mark, ...]:
    """The events of the year, by the months that they touch."""
    span = review.year.spans.now
    found = []
    for event in review.year.settings.project.events:
        first, last = event.start or span.start, event.end or span.end
        if first <= span.end and last >= span.start:
            found.append(Mark(event.name, _place(max(first, span.start)), _place(min(last, span.end))))
    return tuple(sorted(found, key=lambda mark: (mark.first, mark.last, mark.name)))


def _place(day: date) -> int:
    return day.month - 1


def _extremes(review: Review, now: Mapping[str, Figures]) -> list[Part]:
    """In which months most and least was spent, and at which price; of whole months."""
    wording = review.wording
    whole = [f"{one.start:%Y-%m}" for one in review.year.spans.whole_months]
    told = []
    for name in ("spend", "cpa"):
        values = {m: v for m in whole if (row := now.get(m)) and name in row and (v := value_of(row[name])) is not None}
        if len(values) < 3 or min(values.values()) == max(values.values()):  # noqa: PLR2004 - nothing to tell apart
            continue
        high, low = max(values, key=lambda m: (values[m], m)), min(values, key=lambda m: (values[m], m))
        metric = now[high][name].metric
        told.append(
            wording.say(
                "extremes", name=wording.of(review.year.public, metric), high=wording.month(int(high[5:])),
                most=wording.worth(values[high], metric), low=wording.month(int(low[5:])),
                least=wording.worth(values[low], metric),
            )
        )  # fmt: skip
    return [Prose(wording.clauses(told))] if told else []


def _quarters(review: Review) -> list[Part]:
    year, wording = review.year, review.wording
    rows = year.series("quarter", year.public, OF_QUARTERS)
    if not rows:
        return []
    before = year.series("quarter", year.public, ("spend", "cpa"), before=True) if year.compares else {}
    metrics = year.metrics(OF_QUARTERS)
    units = {
        metric.name: wording.unit(
            metric, [*(value_of(row[metric.name]) for row in rows.values()), _total(review, metric.name)]
        )
        for metric in metrics
    }
    columns = [Column("quarter", wording.say("column.quarter"), numeric=False)]
    for at, metric in enumerate(metrics):
        columns.append(
            Column(
                metric.name,
                _two_lines(wording.metric(metric), units[metric.name]),
                at // 3,
                form=units[metric.name].form,
            )
        )
        if metric.name in {"spend", "cpa"} and before and year.reaches(metric.name):
            columns.append(Column(f"{metric.name}_change", wording.say("column.yoy"), 4))
    body = [TableRow(_quarter_cells(review, key, row, before)) for key, row in sorted(rows.items())]
    total: dict[str, Cell] = {
        "quarter": wording.say("column.year" if year.spans.whole else "column.so_far"),
        **{name: pair.now for name, pair in year.paid.items()},
    }
    total |= {f"{name}_change": wording.change(year.paid[name]) for name in ("spend", "cpa") if name in year.paid}
    return [
        Table(
            columns,
            [*body, TableRow(total, RowKind.TOTAL)],
            "quarters",
            capital(wording.say("table.quarters", scope=review.paid)),
        )
    ]


def _total(review: Review, name: str) -> float | None:
    pair = review.year.paid.get(name)
    return value_of(pair.now) if pair else None


def _two_lines(name: str, unit: Unit) -> str:
    return capital(f"{name}\n({unit.label})" if unit.label else name)


def _quarter_cells(review: Review, key: str, row: Figures, before: Mapping[str, Figures]) -> dict[str, Cell]:
    earlier = before.get(f"{int(key[:4]) - 1}{key[4:]}")
    over = any(one.label == key for one in review.year.spans.quarters)
    cells: dict[str, Cell] = {"quarter": key, **row}
    for name in ("spend", "cpa"):
        if earlier and name in row and name in earlier:
            pair = Pair(row[name], earlier[name])
            cells[f"{name}_change"] = review.wording.change(pair) if over else None
    return cells
