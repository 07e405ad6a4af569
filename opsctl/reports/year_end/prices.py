"""The surroundings of a year: what attention cost on each platform, and what was planned to be spent."""

from __future__ import annotations

from collections.abc import Sequence

from opsctl.metrics import load
from opsctl.reports.plan import budget_of
from opsctl.reports.report import Cell, Column, Footnote, Form, Number, Part, Prose, RowKind, Table, TableRow
from opsctl.reports.year_end.figures import is_known
from opsctl.reports.year_end.review import Review
from opsctl.reports.year_end.wording import Unit, capital, percent

DOUBLED = 2.0


def prices(review: Review) -> list[Part]:
    """CPM and CPC of each platform beside the year before."""
    year, wording = review.year, review.wording
    channels = [name for name in (year.public.channels or ()) if name in year.channels]
    told = [name for name in ("cpm", "cpc") if any(is_known(year.channels[one].get(name)) for one in channels)]
    rows = [one for one in channels if any(is_known(year.channels[one].get(name)) for name in told)]
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


def budget(review: Review) -> list[Part]:
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
    rows = {one: (float(amount), year.spent(one, year.spans.now)) for one, amount in planned.items()}
    metric = load("spend")
    if not year.metrics((metric.name,)) or any(spent is None for _, spent in rows.values()):
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


def _budget_cells(name: str, plan: float, spent: float | None, unit: Unit) -> dict[str, Cell]:
    share = (spent or 0.0) / plan if plan else None
    return {
        "channel": name,
        "budget": Number(plan, unit.form),
        "spend": Number(spent, unit.form),
        "executed": Number(share, Form.RATE) if share is not None else "-",
    }
