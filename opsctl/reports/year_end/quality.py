"""Chapter three: who stayed and who pays much, and what the money brought back."""

from __future__ import annotations

from collections.abc import Mapping

from opsctl.core.period import Period
from opsctl.reports.chart import HeatMap, Scale
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
from opsctl.reports.scopes import EVERYBODY
from opsctl.reports.year_end.figures import HEAT_DAYS, Figures, Pair, is_known, value_of
from opsctl.reports.year_end.halves import Halves
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.wording import capital

OF_GROUPS = ("acquisitions", "retention_d7", "retention_d30", "return_rate_8_30", "high_value_share")


def quality(review: Review) -> Chapter:
    """Users and money."""
    wording = review.wording
    users = [*_told(review), *_heat(review), *_low(review), *_groups(review)]
    money = _efficiency(review)
    parts = [
        *([Heading(wording.say("quality.users"), 2), *users] if users else []),
        *([Heading(wording.say("quality.money"), 2), *money] if money else []),
        *review.notes.parts("quality"),
    ]
    return Chapter("quality", wording.say("quality"), parts)


def _told(review: Review) -> list[Part]:
    """Who came back, by the two ways of counting, and who pays much: of everybody, then group by group."""
    wording = review.wording
    told = []
    for name in ("return_rate_8_30", "high_value_share"):
        pair = review.pair("all", name)
        if pair is None:
            continue
        text = wording.told(wording.of(EVERYBODY, pair.now.metric), pair, review.last_year)
        beside = wording.say("comma").join([text, *_exact(review, name)])
        told.append(wording.say("clause").join([beside, *_ranked(review, name)]))
    return [Prose(wording.sentences(told))] if told else []


def _exact(review: Review, name: str) -> list[str]:
    """Beside the return rate, the retention of the very day."""
    pair = review.pair("all", "retention_d30") if name == "return_rate_8_30" else None
    return [review.wording.say("exact", now=review.wording.value(pair.now))] if pair else []


def _ranked(review: Review, name: str) -> list[str]:
    """The groups from the highest to the lowest."""
    wording = review.wording
    values = {
        scope: value
        for scope in review.year.scopes
        if (pair := review.pair(scope.key, name)) and (value := value_of(pair.now)) is not None
    }
    if len(values) < 2:  # noqa: PLR2004 - nothing to rank
        return []
    ranked = sorted(values, key=lambda scope: (-values[scope], scope.key))
    listed = [wording.say("told.plain", name=wording.scope(scope), now=f"{values[scope]:.1%}") for scope in ranked]
    return [wording.say("ranked", groups=wording.listed(listed))]


# --- months by days -------------------------------------------------------------------------------------


def _heat(review: Review) -> list[Part]:
    """Retention by month of acquisition; a month of which some users are too young stays blank, with its day."""
    year, wording = review.year, review.wording
    if not {"acquisition", "activity"} <= year.evidence.told:
        return []
    names = [f"retention_d{day}" for day in HEAT_DAYS]
    rows = year.series("month", EVERYBODY, names)
    months = [span for span in year.spans.months if f"{span.start:%Y-%m}" in rows]
    cells = tuple(tuple(_whole(rows, span, name) for name in names) for span in months)
    if not any(value is not None for row in cells for value in row):
        return []
    return [
        HeatMap(
            title=wording.say("chart.heat", scope=review.everybody),
            rows=tuple(wording.month(span.start.month) for span in months),
            columns=tuple(wording.say("heat.day", day=day) for day in HEAT_DAYS),
            cells=cells,
            scale=Scale.RATE,
            note=_waiting(review, rows, months),
        )
    ]


def _whole(rows: Mapping[str, Figures], month: Period, name: str) -> float | None:
    """The retention of a month all of whose users are old enough."""
    figure = rows[f"{month.start:%Y-%m}"][name]
    return figure.value if figure.mature == figure.users else None


def _waiting(review: Review, rows: Mapping[str, Figures], months: list[Period]) -> str:
    """When what is blank will be known."""
    wording, told = review.wording, []
    for span in months:
        figures = rows[f"{span.start:%Y-%m}"]
        ready = {day: found for day in HEAT_DAYS if (found := figures[f"retention_d{day}"].matures_on)}
        if ready:
            days = [wording.say("heat.ready", days=day, day=wording.day(on)) for day, on in ready.items()]
            told.append(wording.say("heat.month", month=wording.month(span.start.month), days=wording.listed(days)))
    return wording.say("heat.waiting", months=wording.say("clause").join(told)) if told else ""


# --- poor users -----------------------------------------------------------------------------------------


def _low(review: Review) -> list[Part]:
    """Each public channel's part of the users and of those of low quality, by both rules."""
    halves, wording = review.halves, review.wording
    stays = halves.stays if halves else None
    if halves is None or stays is None or all(one.of_low_point is None for one in stays.channels.values()):
        return []
    columns = [
        Column("channel", wording.words["dimension.channel"], numeric=False),
        Column("retention", capital(wording.metric(next(iter(stays.channels.values())).retention.metric))),
        Column("share_of_users", wording.say("column.of_users"), 1, form=Form.RATE),
        Column("share_of_low", wording.say("column.of_low"), 1, form=Form.RATE),
        Column("share_of_low_point", wording.say("column.of_low_point"), 2, form=Form.RATE),
    ]
    names = sorted(stays.channels, key=lambda name: (-stays.channels[name].of_users, name))
    body = [TableRow(_low_cells(halves, name, review)) for name in names]
    line, rule = f"{stays.line:.0%}", review.year.settings.policy.low_efficiency
    text = wording.say("low", day=stays.day, line=line, sure=f"{float(rule.probability):.0%}", least=rule.min_users)
    undecided = wording.say("low.undecided", share=f"{stays.undecided:.1%}") if stays.undecided is not None else ""
    said = wording.sentences(one for one in (text, undecided) if one)
    title = wording.say("table.low", scope=review.paid, half=wording.say("half.first"))
    return [Prose(said), Table(columns, body, "low_quality", title)]


def _low_cells(halves: Halves, name: str, review: Review) -> dict[str, Cell]:
    stays = halves.stays
    if stays is None:
        return {}
    stay = stays.channels[name]
    return {
        "channel": review.wording.channel(name),
        "retention": stay.retention,
        "share_of_users": Number(stay.of_users, Form.RATE),
        "share_of_low": Number(stay.of_low, Form.RATE),
        "share_of_low_point": Number(stay.of_low_point, Form.RATE),
    }


def _groups(review: Review) -> list[Part]:
    """Quality by group of channels, beside the year before."""
    year, wording = review.year, review.wording
    scopes = [
        one for one in year.scopes if (users := year.groups.get(one.key, {}).get("acquisitions")) and users.now.value
    ]
    metrics = [metric for metric in year.metrics(OF_GROUPS) if metric.name in year.all]
    if not scopes or len(metrics) < 2:  # noqa: PLR2004 - nothing but their number
        return []
    columns = [Column("scope", wording.say("column.scope"), numeric=False)]
    for at, metric in enumerate(metrics):
        unit = wording.unit(metric, [value_of(year.all[metric.name].now)])
        columns.append(Column(metric.name, wording.titled(wording.metric(metric), unit), at, form=unit.form))
        if year.reaches(metric.name) and year.compares:
            columns.append(Column(f"{metric.name}_change", wording.change_title(metric), 5 + at))
    rows = [TableRow(_group_cells(review, one.name(wording.words), year.groups[one.key])) for one in scopes]
    rows.append(TableRow(_group_cells(review, capital(review.everybody), year.all), RowKind.TOTAL))
    return [Table(columns, rows, "quality", wording.say("table.quality"))]


def _group_cells(review: Review, name: str, pairs: Mapping[str, Pair]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"scope": name}
    for metric in OF_GROUPS:
        if metric in pairs:
            cells |= {metric: pairs[metric].now, f"{metric}_change": review.wording.change(pairs[metric])}
    return cells


# --- money ----------------------------------------------------------------------------------------------


def _efficiency(review: Review) -> list[Part]:
    """What came back for the money, of each group that costs any."""
    year, wording = review.year, review.wording
    rows = [
        (one.name(wording.words), year.groups[one.key])
        for one in year.scopes
        if is_known(year.groups.get(one.key, {}).get("roas"))
    ]
    if not rows and not is_known(year.all.get("roas")):
        return []
    told = [
        wording.from_to(wording.of(scope, pairs["roas"].now.metric), pairs["roas"]) + _relative(review, pairs["roas"])
        for scope, pairs in ((year.public, year.paid), (EVERYBODY, year.all))
        if is_known(pairs.get("roas"))
    ]
    parts: list[Part] = [Prose(wording.clauses(told))]
    shown = [*rows, *([(capital(review.everybody), year.all)] if is_known(year.all.get("roas")) else [])]
    metrics = year.metrics(("spend", "roas"))
    unit = wording.unit(metrics[0], [value_of(pairs["spend"].now) for _, pairs in shown])
    columns = [
        Column("scope", wording.say("column.scope"), numeric=False),
        Column("spend", wording.titled(wording.metric(metrics[0]), unit), 1, form=unit.form),
    ]
    if year.compares and year.reaches("roas"):
        columns.append(Column("roas_before", capital(f"{wording.metric(metrics[1])}\n{year.spans.year - 1}"), 2))
    columns.append(Column("roas", capital(f"{wording.metric(metrics[1])}\n{year.spans.year}")))
    if year.compares and year.reaches("roas"):
        columns.append(Column("roas_change", wording.say("column.change"), 1))
    body = [
        TableRow(_money_cells(review, name, pairs), RowKind.TOTAL if pairs is year.all else RowKind.PLAIN)
        for name, pairs in shown
    ]
    return [*parts, Table(columns, body, "efficiency", wording.say("table.efficiency"), _money_notes(review))]


def _money_notes(review: Review) -> list[Footnote]:
    return [Footnote(review.wording.say("note.roas"))]


def _relative(review: Review, pair: Pair) -> str:
    signed = review.wording.signed(pair)
    return review.wording.say("in_brackets", text=signed) if signed else ""


def _money_cells(review: Review, name: str, pairs: Mapping[str, Pair]) -> dict[str, Cell]:
    roas = pairs["roas"]
    return {
        "scope": name,
        "spend": pairs["spend"].now,
        "roas_before": roas.before,
        "roas": roas.now,
        "roas_change": review.wording.change(roas),
    }
