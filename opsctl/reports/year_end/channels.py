"""Chapter two: what each group of channels brought, cost and kept."""

from __future__ import annotations

from collections.abc import Sequence

from opsctl.reports.chart import LineChart, Scale, Series
from opsctl.reports.report import Cell, Column, Heading, Part, Prose, Table, TableRow
from opsctl.reports.scopes import Scope
from opsctl.reports.year_end.figures import OF_OWN, UNTOLD, is_known, value_of
from opsctl.reports.year_end.public import public
from opsctl.reports.year_end.review import Chapter, Review
from opsctl.reports.year_end.wording import FLAT, percent


def channels(review: Review) -> Chapter:
    """All groups that the data tell of, one after the other."""
    own = [scope for scope in review.year.scopes if scope.key not in UNTOLD]
    told = {scope.key for scope in own}
    own += [Scope(key, ()) for key in ("private", "emerging") if key not in told and review.notes.parts(key)]
    parts = [
        *public(review),
        *(part for scope in own for part in _group(review, scope)),
        *_organic(review),
        *_shop(review),
    ]
    return Chapter("channels", review.wording.say("channels"), parts)


# --- the other groups -----------------------------------------------------------------------------------


def _group(review: Review, scope: Scope) -> list[Part]:
    """A group whose users are not bought from platforms: its figures; small samples are listed and no more."""
    wording, year = review.wording, review.year
    rows = [name for name in scope.channels or () if _tells(review, name)]
    written = review.notes.parts(scope.key)
    if not rows:
        return [Heading(scope.name(wording.words), 2), *written] if written else []
    small = [name for name in rows if (_users(review, name) or 0) < year.settings.policy.low_efficiency.min_users]
    parts: list[Part] = [Prose(_group_told(review, scope))] if len(small) < len(rows) else []
    parts.append(_own_table(review, scope, rows))
    if small:
        parts.append(Prose(wording.say("small", channels=wording.names(small))))
    return [Heading(scope.name(wording.words), 2), *parts, *written]


def _tells(review: Review, channel: str) -> bool:
    return bool(_users(review, channel))


def _users(review: Review, channel: str) -> float | None:
    pair = review.year.channels.get(channel, {}).get("acquisitions")
    return value_of(pair.now) if pair else None


def _group_told(review: Review, scope: Scope) -> str:
    wording = review.wording
    told = [
        text
        for name in ("acquisitions", "cpa", "retention_d7", "repurchase_rate_90d", "roas")
        if (text := review.told(scope.key, name))
    ]
    share = _part_of_all(review, scope.key)
    if share is not None:
        told.insert(1, wording.say("of_all", share=f"{share:.1%}"))
    return wording.sentence(
        wording.say("group.year", scope=wording.scope(scope), told=wording.say("clause").join(told))
    )


def _part_of_all(review: Review, key: str) -> float | None:
    part, whole = review.pair(key, "acquisitions"), review.pair("all", "acquisitions")
    values = [value_of(one.now) for one in (part, whole) if one is not None]
    return values[0] / values[1] if len(values) == 2 and values[0] is not None and values[1] else None  # noqa: PLR2004


def _own_table(review: Review, scope: Scope, rows: Sequence[str]) -> Table:
    wording, year = review.wording, review.year
    metrics = [
        metric for metric in year.metrics(OF_OWN) if any(is_known(year.channels[one].get(metric.name)) for one in rows)
    ]
    columns = [Column("channel", wording.words["dimension.channel"], numeric=False)]
    compared = []
    for at, metric in enumerate(metrics):
        unit = wording.unit(metric, [value_of(year.channels[one][metric.name].now) for one in rows])
        columns.append(Column(metric.name, wording.titled(wording.metric(metric), unit), at, form=unit.form))
        if any(wording.change(year.channels[one][metric.name]) for one in rows):
            compared.append(metric.name)
            columns.append(Column(f"{metric.name}_change", wording.change_title(metric), 6 + at))
    body = []
    for one in rows:
        cells: dict[str, Cell] = {"channel": wording.channel(one)}
        for metric in metrics:
            pair = year.channels[one][metric.name]
            cells |= {metric.name: pair.now, f"{metric.name}_change": wording.change(pair)}
        body.append(TableRow(cells))
    return Table(columns, body, scope.key, wording.say("table.group", scope=scope.name(wording.words)))


def _organic(review: Review) -> list[Part]:
    """Users who came by themselves, beside those who were bought; what goes with what, not what causes what."""
    wording, year = review.wording, review.year
    own = year.group("organic")
    written = review.notes.parts("organic")
    pair = review.pair("organic", "acquisitions")
    if pair is None or not pair.now.value:
        return [Heading(wording.words["scope.organic"], 2), *written] if written else []
    told = [text for name in ("acquisitions", "retention_d7") if (text := review.told("organic", name))]
    share = _part_of_all(review, "organic")
    if share is not None:
        told.insert(1, wording.say("of_all", share=f"{share:.1%}"))
    scope = Scope("organic", own)
    sentences = [
        wording.say("group.year", scope=wording.scope(scope), told=wording.say("clause").join(told)),
        *_beside_paid(review),
    ]
    text = wording.sentences(sentences)
    return [Heading(scope.name(wording.words), 2), Prose(text), *_organic_chart(review, scope), *written]


def _beside_paid(review: Review) -> list[str]:
    """Organic users a day before and after the middle of the year, beside what was spent."""
    halves, wording = review.halves, review.wording
    if halves is None:
        return []
    scope, metrics = Scope("organic", review.year.group("organic")), review.year.metrics(("acquisitions",))
    a_day, spend = [], []
    for half in (halves.first, halves.second):
        organic = review.year.figures(scope, metrics, half.span)["acquisitions"]
        a_day.append((value_of(organic) or 0.0) / half.span.days)
        spend.append((value_of(half.whole["spend"]) or 0.0) / half.span.days)
    if not all(a_day) or not all(spend):
        return []
    change = a_day[1] / a_day[0] - 1
    return [
        wording.say(
            "organic.beside" if abs(change) >= FLAT else "organic.level",
            half=wording.say("half.second"),
            scope=review.paid,
            spend=percent(spend[1] / spend[0] - 1),
            before=f"{a_day[0]:.1f}",
            after=f"{a_day[1]:.1f}",
            by=percent(change),
        )
    ]


def _organic_chart(review: Review, scope: Scope) -> list[Part]:
    year, wording = review.year, review.wording
    lines = []
    for one in (year.public, scope):
        if not one.channels:
            continue
        rows = year.series("month", one, ("acquisitions",))
        values = [rows.get(f"{span.start:%Y-%m}") for span in year.spans.months]
        lines.append(
            Series(one.name(wording.words), tuple(value_of(row["acquisitions"]) if row else None for row in values))
        )
    if len(lines) < 2:  # noqa: PLR2004 - nothing to stand beside
        return []
    places = tuple(wording.month(span.start.month) for span in year.spans.months)
    return [LineChart(wording.say("chart.organic"), places, tuple(lines), Scale.COUNT, note=wording.say("association"))]


def _shop(review: Review) -> list[Part]:
    """A shop whose orders name no user: what was paid there."""
    pair = review.pair("shop", "net_paid")
    if pair is None or not pair.now.value:
        return []
    wording = review.wording
    text = wording.sentence(wording.told(wording.metric(pair.now.metric), pair, review.last_year))
    name = next(scope.name(wording.words) for scope in review.year.scopes if scope.key == "shop")
    return [Heading(name, 2), Prose(text)]
