"""What was asked, checked: metrics, dimensions, values and periods that exist, or one error that names the nearest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from opsctl.core import period as periods
from opsctl.core.errors import BadOption, NoData, UnknownName
from opsctl.core.naming import did_you_mean

if TYPE_CHECKING:
    from opsctl.config.settings import Settings
    from opsctl.core.period import Period
    from opsctl.measures.evidence import Ask
    from opsctl.measures.known import Known
    from opsctl.metrics.metric import Metric

Conditions = dict[str, list[str]]

LARGEST_BUDGET = 1e12  # well within what amounts are kept in


def metrics(names: str) -> list[Metric]:
    """The metrics of a comma-separated list, each once, in its order.

    Raises:
        UnknownName: One of them is none, or there is none at all.
    """
    from opsctl.metrics import load

    listed = _listed(names)
    if not listed:
        raise UnknownName("no metric is named", hint="such as cpa,retention_d7; opsctl explain --list prints all")
    return [load(name) for name in listed]


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def stopped(what_if: list[str] | None) -> list[str]:
    """The channels that `--what-if cut=CHANNEL` names.

    Raises:
        BadOption: It asks for something else than to cut.
    """
    found = []
    for text in what_if or ():
        verb, _, channel = text.partition("=")
        if verb.strip() != "cut" or not channel.strip():
            raise BadOption(f"--what-if '{text}' is not understood", hint="write --what-if cut=CHANNEL")
        found.append(channel.strip())
    return list(dict.fromkeys(found))


def budget(amount: float | None) -> float | None:
    """The money to split, per day; a nought without its sign.

    Raises:
        BadOption: It is more than amounts can be.
    """
    if amount is not None and amount > LARGEST_BUDGET:
        raise BadOption(f"--budget {amount:g} is no amount", hint="write money per day, such as 5000")
    return None if amount is None else abs(amount)


def named_period(text: str | None) -> Period | None:
    """The days that `--period` names by itself; None without one, and for those that count back from what is known.

    Raises:
        BadPeriod: It is mistyped; said before anything is read.
    """
    return None if text is None or periods.is_relative(text) else periods.named(text)


def period(known: Known, text: str | None) -> Period:
    """The days asked for; without a period, all that is known.

    Raises:
        NoData: Nothing is known of any of these days.
    """
    if text is None:
        return known.span
    asked = periods.parse(text, known.evidence.as_of)
    if asked.start > known.span.end or asked.end < known.span.start:
        raise NoData(
            f"nothing is known of {text}: the data run from {known.span.start} to {known.span.end}",
            hint="ask for days within them, or add the files of that time",
        )
    return asked


def asks(
    known: Known, settings: Settings, period_text: str | None, by: list[str] | None, where: Conditions
) -> list[Ask]:
    """What to ask of the measures, once for each `--by`; without one, for everything as a whole.

    Raises:
        UnknownName: A dimension or a value that is not in the data.
    """
    whole = ask(known, settings, period_text, where)
    splits = list(dict.fromkeys(tuple(_listed(text)) for text in by or ("",)))
    _check_dimensions(known, [name for split in splits for name in split])
    return [replace(whole, by=split) for split in splits]


def ask(known: Known, settings: Settings, period_text: str | None, where: Conditions) -> Ask:
    """What to ask of the measures, not split by anything.

    Raises:
        UnknownName: A dimension or a value that is not in the data.
    """
    from opsctl.measures.evidence import Ask

    conditions = _meant(where, settings)
    _check_dimensions(known, list(conditions))
    for name, values in conditions.items():
        _check_values(known, settings, name, values)
    return Ask(
        period=period(known, period_text),
        where=tuple((name, tuple(values)) for name, values in conditions.items()),
        bounded=period_text is not None,
    )


def conditions(where: list[str] | None) -> Conditions:
    """What `--where` says: several values of one dimension widen it, several dimensions narrow down.

    Raises:
        BadOption: A condition that is not DIM=VALUE.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for condition in where or ():
        name, equals, value = condition.partition("=")
        if not equals or not name.strip() or not value:
            raise BadOption(f"--where '{condition}' is no condition", hint="write --where channel=douyin")
        found[name.strip()].append(value)
    return dict(found)


def _meant(where: Conditions, settings: Settings) -> Conditions:
    """Values as the rows have them: channels by their id, whatever name was typed, and nothing that is personal."""
    project = settings.project

    def of(name: str, value: str) -> str:
        kept = project.privacy.as_kept(name, value)
        return project.channel_of(kept) if name == "channel" else kept

    return {name: [of(name, value) for value in values] for name, values in where.items()}


def _check_dimensions(known: Known, names: list[str]) -> None:
    from opsctl.measures.dimension import known_dimensions

    dimensions = known_dimensions(known.evidence)
    for name in names:
        if name not in dimensions and name.removeprefix("attribute_") not in dimensions:
            raise UnknownName(
                f"there is no dimension '{name}'",
                details=(("known", ", ".join(sorted(dimensions))),),
                hint=_left_out(name) or did_you_mean(name, dimensions),
            )


def _left_out(name: str) -> str:
    """Of a column that holds what belongs to single people, why nothing is split by it."""
    from opsctl.ingest.personal import by_name

    return f"what is personal is left out: `privacy: {{columns: {{{name}: keep}}}}` keeps it" if by_name(name) else ""


def _check_values(known: Known, settings: Settings, name: str, values: list[str]) -> None:
    from opsctl.measures.dimension import CALENDAR, canonical_dimensions, values_of

    if name in CALENDAR:
        return
    present = values_of(known.evidence, name) | (settings.project.channels.keys() if name == "channel" else set())
    present |= known.evidence.campaigns.ids_of.keys() if name == "campaign" else set()
    for value in values:
        if value not in present:
            nameable = present if name in canonical_dimensions() else ()  # an attribute may be somebody's
            raise UnknownName(f"no {name} in the data is called '{value}'", hint=did_you_mean(value, nameable))
