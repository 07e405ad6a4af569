"""Chapter one: the goals, the year month by month, the price of attention, and the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from opsctl.core import period as periods
from opsctl.metrics.answer import Row
from opsctl.metrics.metric import Shape
from opsctl.reports.chart import LineChart, Mark, Scale, Series
from opsctl.reports.plan import budget_of
from opsctl.reports.report import (
    Cell,
    Column,
    Footnote,
    Form,
    Heading,
    Number,
    Part,
    Prose,
    RowKind,
    Table,
    TableRow,
)
from opsctl.reports.year_end.figures import OF_MONTHS, OF_QUARTERS, Pair, value_of
from opsctl.reports.year_end.goals import Goal, name_of, status, tally
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.summary import period_name
from opsctl.reports.year_end.wording import Unit, capital, number, percent

# 三提: better users, users who come more often, more from the money.
FAMILIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "quality": (("paid", "retention_d7"), ("all", "retention_d30"), ("all", "high_value_share")),
    "frequency": (("all", "return_rate_8_30"), ("all", "repurchase_rate_90d")),
    "efficiency": (("paid", "cpa"), ("paid", "cost_per_retained_d7"), ("paid", "roas"), ("all", "roas")),
}
DOUBLED = 2.0


def panorama(review: Review) -> Chapter:
    """The year as a whole."""
    environment = [*_prices(review), *_budget(review), *review.notes.parts("background")]
    parts = [*_goals(review), *_trend(review), *_section(review, "environment", environment)]
    return Chapter(review.wording.say("panorama"), parts)


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
        "target": None if target is None else Number(target, unit.form),
        "now": number(goal.pair.now, unit),
        "status": status(goal, wording),
    }


# --- month by month -------------------------------------------------------------------------------------

_SCALES = {Shape.MONEY: Scale.MONEY, Shape.COUNT: Scale.COUNT, Shape.PRICE: Scale.PRICE, Shape.RATE: Scale.RATE}


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


def _line(review: Review, name: str, now: Mapping[str, Row], before: Mapping[str, Row]) -> LineChart | None:
    """One metric over the months of the year, beside the year before."""
    wording, number_ = review.wording, review.year.spans.year
    metric = next((row.figures[name].metric for row in now.values() if name in row.figures), None)
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
        scale=_SCALES[metric.shape],
        marks=_marks(review),
        target=float(target.target) if target and target.target is not None and metric.shape is Shape.PRICE else None,
    )


def _of_month(rows: Mapping[str, Row], year: int, month: int, name: str) -> float | None:
    row = rows.get(f"{year}-{month:02d}")
    figure = row.figures.get(name) if row else None
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


def _extremes(review: Review, now: Mapping[str, Row]) -> list[Part]:
    """In which months most and least was spent, and at which price; of whole months."""
    wording = review.wording
    whole = [
        f"{one.start:%Y-%m}"
        for one in review.year.spans.months
        if periods.month(one.start.year, one.start.month).end == one.end
    ]
    told = []
    for name in ("spend", "cpa"):
        values = {
            m: v
            for m in whole
            if (row := now.get(m)) and name in row.figures and (v := value_of(row.figures[name])) is not None
        }
        if len(values) < 3 or min(values.values()) == max(values.values()):  # noqa: PLR2004 - nothing to tell apart
            continue
        high, low = max(values, key=lambda m: (values[m], m)), min(values, key=lambda m: (values[m], m))
        metric = now[high].figures[name].metric
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
            metric, [*(value_of(row.figures[metric.name]) for row in rows.values()), _total(review, metric.name)]
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


def _quarter_cells(review: Review, key: str, row: Row, before: Mapping[str, Row]) -> dict[str, Cell]:
    earlier = before.get(f"{int(key[:4]) - 1}{key[4:]}")
    over = any(one.label == key for one in review.year.spans.quarters)
    cells: dict[str, Cell] = {"quarter": key, **row.figures}
    for name in ("spend", "cpa"):
        if earlier and name in row.figures and name in earlier.figures:
            pair = Pair(row.figures[name], earlier.figures[name])
            cells[f"{name}_change"] = review.wording.change(pair) if over else None
    return cells


# --- the price of attention, and the budget --------------------------------------------------------------


def _prices(review: Review) -> list[Part]:
    """CPM and CPC of each platform beside the year before."""
    year, wording = review.year, review.wording
    channels = [name for name in (year.public.channels or ()) if name in year.channels]
    told = [name for name in ("cpm", "cpc") if any(_known(year.channels[one].get(name)) for one in channels)]
    rows = [one for one in channels if any(_known(year.channels[one].get(name)) for name in told)]
    parts: list[Part] = [*_price_sentences(review, rows, told)]
    if not parts:
        return []
    columns = [Column("channel", wording.words["dimension.channel"], numeric=False)]
    for at, name in enumerate(told):
        metric = year.channels[rows[0]][name].now.metric
        title = capital(wording.metric(metric))
        columns += [
            Column(f"{name}_before", f"{title}\n{year.spans.year - 1}", 2 + at, form=Form.PRICE),
            Column(name, f"{title}\n{year.spans.year}", at, form=Form.PRICE),
            Column(f"{name}_change", wording.say("column.yoy"), at),
        ]
    body = [TableRow(_price_cells(review, one, told)) for one in rows]
    return [*parts, Table(columns, body, "prices", wording.say("table.prices", unit=wording.currency))]


def _known(pair: Pair | None) -> bool:
    return pair is not None and pair.now.value is not None


def _price_sentences(review: Review, channels: Sequence[str], names: Sequence[str]) -> list[Part]:
    """How much dearer or cheaper it became, as a range over the platforms."""
    wording, lines = review.wording, []
    for name in names:
        pairs = {
            one: pair for one in channels if (pair := review.year.channels[one].get(name)) and pair.relative is not None
        }
        if not pairs:
            continue
        moves = {one: pair.relative or 0.0 for one, pair in pairs.items()}
        if len(moves) == 1:
            ((one, pair),) = pairs.items()
            title = wording.say("of_scope", scope=wording.channel(one), metric=wording.metric(pair.now.metric))
            lines.append(wording.told(title, pair, review.last_year))
            continue
        low, high = min(moves.values()), max(moves.values())
        metric = next(iter(pairs.values())).now.metric
        lines.append(
            wording.say(
                "prices", name=wording.metric(metric), count=len(moves), low=percent(low), high=percent(high),
                up=sum(one > 0 for one in moves.values()), since=review.last_year,
            )
        )  # fmt: skip
        doubled = [one for one, move in moves.items() if move + 1 >= DOUBLED]
        if doubled:
            lines.append(wording.say("prices.doubled", channels=wording.names(doubled)))
    return [Prose(wording.clauses(lines))] if lines else []


def _price_cells(review: Review, channel: str, names: Sequence[str]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"channel": review.wording.channel(channel)}
    for name in names:
        pair = review.year.channels[channel][name]
        cells |= {f"{name}_before": pair.before, name: pair.now, f"{name}_change": review.wording.change(pair)}
    return cells


def _budget(review: Review) -> list[Part]:
    """What was planned for each channel and what was spent."""
    year, wording = review.year, review.wording
    budgets = year.settings.project.budgets
    whole = budget_of(budgets, year.spans.now)
    if whole is None or whole.days != year.spans.now.days:
        return []
    planned = {
        one: found.amount
        for one in dict.fromkeys(each.channel for each in budgets)
        if (found := budget_of(budgets, year.spans.now, frozenset({one})))
    }
    rows = {one: (float(amount), _spent(review, one)) for one, amount in planned.items()}
    metric = next((pairs["spend"].now.metric for pairs in year.channels.values() if "spend" in pairs), None)
    if metric is None or any(spent is None for _, spent in rows.values()):
        return []
    plan, spent = sum(row[0] for row in rows.values()), sum(row[1] or 0.0 for row in rows.values())
    unit = wording.unit(metric, [plan, spent])
    columns = [
        Column("channel", wording.words["dimension.channel"], numeric=False),
        Column("budget", wording.titled(wording.say("column.budget"), unit)),
        Column("spend", wording.titled(wording.metric(metric), unit)),
        Column("executed", wording.say("column.executed")),
    ]
    body = [
        TableRow(_budget_cells(wording.channel(one), *row, unit))
        for one, row in sorted(rows.items(), key=lambda item: (-item[1][0], item[0]))
    ]
    total = TableRow(_budget_cells(wording.say("total"), plan, spent, unit), RowKind.TOTAL)
    text = wording.say("budget", plan=wording.money(plan), spent=wording.money(spent), share=f"{spent / plan:.1%}")
    table = Table(
        columns, [*body, total], "budget", wording.say("table.budget"), [Footnote(wording.say("note.budget"))]
    )
    return [Prose(wording.sentence(text)), table]


def _spent(review: Review, channel: str) -> float | None:
    pair = review.year.channels.get(channel, {}).get("spend")
    return value_of(pair.now) if pair else 0.0


def _budget_cells(name: str, plan: float, spent: float | None, unit: Unit) -> dict[str, Cell]:
    share = (spent or 0.0) / plan if plan else None
    return {
        "channel": name,
        "budget": Number(plan, unit.form),
        "spend": Number(spent, unit.form),
        "executed": Number(share, Form.RATE) if share is not None else "-",
    }
