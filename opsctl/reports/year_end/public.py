"""The public channels' part of chapter two: their year, who brought poor users, where money went, half against half."""

from __future__ import annotations

from opsctl.metrics.figure import Figure
from opsctl.reports.advice import advice
from opsctl.reports.report import Cell, Column, Footnote, Heading, Part, Prose, RowKind, Table, TableRow
from opsctl.reports.year_end.changes import changes
from opsctl.reports.year_end.figures import Pair, value_of
from opsctl.reports.year_end.halves import SHOWN, Halves
from opsctl.reports.year_end.review import Review
from opsctl.reports.year_end.summary import kept_moved, kept_users, opening, weak_users
from opsctl.reports.year_end.wording import capital

DEAR = 1.5  # times what a user kept costs on all public channels together
MOST_DEAR = 3


def public(review: Review) -> list[Part]:
    """Everything that is told of the public channels; nothing where neither their money nor their users are known."""
    written = review.notes.parts("public")
    if review.pair("paid", "spend") is None and review.pair("paid", "acquisitions") is None:
        told = [*review.notes.parts("actions", review.wording.say("actions")), *written]
        return [Heading(capital(review.paid), 2), *told] if told else []
    halves = review.halves
    parts: list[Part] = [Prose(_year_told(review))]
    lead = 0
    for key, text in (*_weak(halves, review), *_gaining(halves, review)):
        lead += 1
        parts.append(Prose(text, review.wording.say("lead", number=lead, title=review.wording.say(key))))
    if halves is not None:
        parts.append(_halves_table(halves, review))
        told = changes(halves, review, lead + 1)
        lead += bool(told)
        parts += told
    parts += review.notes.parts("actions", review.wording.say("actions"))
    if problems := _problems(halves, review):
        parts.append(Prose(problems, review.wording.say("lead", number=lead + 1, title=review.wording.say("short"))))
    return [Heading(_headline(review), 2), *parts, *written]


def _headline(review: Review) -> str:
    """What the year was, in the heading itself."""
    wording = review.wording
    told = []
    active = _active(review)
    if active and active[0] != active[1]:
        told.append(wording.say("headline.active", before=active[0], after=active[1]))
    for name in ("spend", "acquisitions"):
        pair = review.pair("paid", name)
        if pair is not None and (moved := wording.moved(pair)):
            told.append(wording.say("headline.moved", name=wording.metric(pair.now.metric), moved=moved))
    if moved := kept_moved(review):
        told.append(wording.say("headline.kept", moved=moved))
    if not told:
        return capital(review.paid)
    return wording.say("headline", scope=capital(review.paid), told=wording.say("comma").join(told))


def _active(review: Review) -> tuple[int, int] | None:
    """On how many public channels money was spent in the first month, and in the last that is over."""
    months = [f"{one.start:%Y-%m}" for one in review.year.spans.whole_months]
    if len(months) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    spent = [review.year.monthly_spend.get(name, {}) for name in review.year.public.channels or ()]
    counts = [sum(row.get(month, 0.0) != 0 for row in spent) for month in (months[0], months[-1])]
    return (counts[0], counts[1]) if all(counts) else None


def _year_told(review: Review) -> str:
    """The public channels' year in a paragraph."""
    wording = review.wording
    told = [text for name in ("spend", "acquisitions", "cpa", "retention_d7") if (text := review.told("paid", name))]
    if kept := kept_users(review):
        moved = kept_moved(review)
        text = wording.say("kept", count=wording.count(kept[0]))
        told.append(wording.say("kept.moved", kept=text, moved=moved) if moved else text)
    if text := review.told("paid", "cost_per_retained_d7"):
        told.append(text)
    return wording.say("public.year", opening=opening(review), scope=review.paid, told=wording.say("clause").join(told))


def _weak(halves: Halves | None, review: Review) -> list[tuple[str, str]]:
    """Who brought the poor users, how cheap they looked, and what was spent on them afterwards."""
    if halves is None or not halves.weak or not (told := weak_users(halves, review)):
        return []
    wording = review.wording
    sentences = [told[0], *_compared(halves, review), *_afterwards(halves, review)]
    return [("weak.title", wording.sentences(sentences))]


def _compared(halves: Halves, review: Review) -> list[str]:
    """What the weak channels cost and kept beside the others."""
    wording = review.wording
    weak, others = (halves.together(names)[0] for names in (halves.weak, halves.others))
    pairs = {name: (weak[name], others[name]) for name in SHOWN if _both(weak.get(name), others.get(name))}
    if not {"cpa", "retention_d7", "cost_per_retained_d7"} <= pairs.keys():
        return []
    cpa, kept = ([value_of(one) or 0.0 for one in pairs[name]] for name in ("cpa", "cost_per_retained_d7"))
    cheaper = cpa[0] < cpa[1]
    return [
        wording.say(
            "weak.cheap" if cheaper else "weak.dear",
            them=wording.them(halves.weak),
            cpa=wording.value(pairs["cpa"][0]),
            by=wording.worth(abs(cpa[1] - cpa[0]), pairs["cpa"][0].metric),
            retention=wording.value(pairs["retention_d7"][0]),
            others=wording.value(pairs["retention_d7"][1]),
            kept=wording.value(pairs["cost_per_retained_d7"][0]),
            kept_others=wording.value(pairs["cost_per_retained_d7"][1]),
            times=f"{kept[0] / kept[1]:.1f}",
        )
    ]


def _both(first: Figure | None, second: Figure | None) -> bool:
    return first is not None and second is not None and bool(first.value) and bool(second.value)


def _afterwards(halves: Halves, review: Review) -> list[str]:
    """What was spent on the weak channels in the second half, and of which month nothing was spent any more."""
    wording = review.wording
    spent = [sum(half.amount(name) for name in halves.weak) / half.span.days for half in (halves.first, halves.second)]
    shares = [half.share(halves.weak) for half in (halves.first, halves.second)]
    if not spent[0] or None in shares:
        return []
    change = spent[1] / spent[0] - 1
    way = "up" if change > 0 else "down"
    text = wording.say(
        f"weak.after.{way}",
        them=wording.them(halves.weak), by=f"{abs(change):.1%}",
        before=f"{shares[0] or 0:.1%}", after=f"{shares[1] or 0:.1%}",
        half=wording.say("half.second"),
    )  # fmt: skip
    stopped = [
        wording.say("stopped", channel=wording.channel(name), month=wording.month(day.month))
        for name in halves.weak
        if (day := halves.last_month(name)) is not None
    ]
    return [wording.say("clause").join([text, *stopped])]


def _gaining(halves: Halves | None, review: Review) -> list[tuple[str, str]]:
    """Where the money went instead, and what those channels cost and kept before and after."""
    if halves is None or not halves.gaining:
        return []
    wording = review.wording
    before, after = halves.together(halves.gaining)
    shares = [half.share(halves.gaining) for half in (halves.first, halves.second)]
    told = [
        wording.say(
            "gaining",
            half=wording.say("half.second"),
            channels=wording.those(halves.gaining),
            spend=wording.value(after["spend"]),
            after=f"{shares[1] or 0:.1%}",
            before=f"{shares[0] or 0:.1%}",
            earlier=wording.say("half.first"),
        )
    ]
    pairs = [
        Pair(after[name], before[name])
        for name in ("cpa", "retention_d7", "cost_per_retained_d7")
        if _both(before.get(name), after.get(name))
    ]
    moved = [_moved(review, pair) for pair in pairs if pair.change]
    if moved:
        told.append(wording.say("gaining.moved", told=wording.say("clause").join(moved)))
    return [("gaining.title", wording.sentences(told))]


def _moved(review: Review, pair: Pair) -> str:
    """From what to what a figure went, and by how much."""
    wording = review.wording
    told = wording.from_to(wording.metric(pair.now.metric), pair)
    return wording.say("from_to.moved", told=told, signed=wording.signed(pair))


# --- half against half ----------------------------------------------------------------------------------


def _halves_table(halves: Halves, review: Review) -> Table:
    wording, year = review.wording, review.year
    metrics = [metric for metric in year.metrics(SHOWN) if metric.name in halves.first.whole]
    columns = [Column("channel", wording.words["dimension.channel"], numeric=False)]
    for at, metric in enumerate(metrics):
        values = [value_of(half.whole[metric.name]) for half in (halves.first, halves.second)]
        unit = wording.unit(metric, values)
        name = wording.words.get(f"column.{metric.name}", capital(wording.metric(metric)))
        columns += [
            Column(
                f"{metric.name}_{key}",
                f"{name}\n{wording.titled(wording.say(f'half.{key}'), unit)}",
                priority,
                form=unit.form,
            )
            for key, priority in (("first", 5 + at), ("second", at))
        ]
    if review.checkpoints:
        columns.append(Column("advice", wording.say("column.advice"), 1, numeric=False))
    names = sorted(
        halves.first.channels.keys() | halves.second.channels.keys(),
        key=lambda name: (-halves.first.amount(name) - halves.second.amount(name), name),
    )
    body = [TableRow(_half_cells(halves, name, review)) for name in names]
    total: dict[str, Cell] = {"channel": wording.say("total")}
    for half, key in ((halves.first, "first"), (halves.second, "second")):
        total |= {f"{name}_{key}": figure for name, figure in half.whole.items()}
    days = wording.say("note.halves", first=wording.span(halves.first.span), second=wording.span(halves.second.span))
    mature = frozenset({"retention_d7_first", "retention_d7_second", "cost_per_retained_d7_first"})
    notes = [
        Footnote(days),
        *([Footnote(wording.say("note.mature"), mature)] if "retention_d7" in halves.first.whole else []),
    ]
    title = capital(wording.say("table.halves", scope=review.paid))
    return Table(columns, [*body, TableRow(total, RowKind.TOTAL)], "halves", title, notes)


def _half_cells(halves: Halves, channel: str, review: Review) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"channel": review.wording.channel(channel), "advice": _advice(channel, review)}
    for half, key in ((halves.first, "first"), (halves.second, "second")):
        cells |= {f"{name}_{key}": figure for name, figure in half.channels.get(channel, {}).items()}
    return cells


def _advice(channel: str, review: Review) -> str:
    """The last verdict on a channel; of one on which nothing is spent any more, since when."""
    found = review.checkpoints[-1].by_channel.get(channel) if review.checkpoints else None
    halves = review.halves
    day = halves.last_month(channel) if halves else None
    if day is not None:
        return review.wording.say("stopped.short", month=review.wording.month(day.month))
    return advice(found, review.wording.words) if found else "-"


def _problems(halves: Halves | None, review: Review) -> str:
    """What the figures themselves show to be short: how much hangs on two channels, who costs most per user kept."""
    wording = review.wording
    told = [*_concentration(halves, review), *_dearest(halves, review)]
    numbered = [wording.say("item", number=at, text=text) for at, text in enumerate(told, 1)]
    return wording.clauses(numbered) if numbered else ""


def _concentration(halves: Halves | None, review: Review) -> list[str]:
    if halves is None:
        return []
    named = sorted(halves.second.channels, key=lambda name: (-halves.second.amount(name, "acquisitions"), name))[:2]
    share = halves.second.share(named, "acquisitions") if "acquisitions" in halves.second.whole else None
    if share is None or share < 0.6 or len(halves.second.channels) <= 3:  # noqa: PLR2004 - two of few are much anyway
        return []
    wording = review.wording
    return [
        wording.say(
            "concentration", channels=wording.names(named), half=wording.say("half.second"), share=f"{share:.1%}"
        )
    ]


def _dearest(halves: Halves | None, review: Review) -> list[str]:
    """Of the channels that still spend, those that cost half as much again per user kept as all together."""
    if halves is None or "cost_per_retained_d7" not in halves.second.whole:
        return []
    whole = value_of(halves.second.whole["cost_per_retained_d7"])
    if not whole:
        return []
    wording = review.wording
    dear = {
        name: value
        for name, row in halves.second.channels.items()
        if halves.last_month(name) is None
        and (figure := row.get("cost_per_retained_d7"))
        and (value := value_of(figure))
        and value > whole * DEAR
    }
    metric = halves.second.whole["cost_per_retained_d7"].metric
    return [
        wording.say(
            "dear",
            channel=wording.channel(name),
            half=wording.say("half.second"),
            metric=wording.metric(metric),
            value=wording.worth(dear[name], metric),
            whole=wording.worth(whole, metric),
            times=f"{dear[name] / whole:.1f}",
        )
        for name in sorted(dear, key=lambda name: (-dear[name], name))[:MOST_DEAR]
    ]
