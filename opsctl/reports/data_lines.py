"""What a report says of its data first: what arrived, what agrees, what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.core.period import Period
from opsctl.ingest.account import Input
from opsctl.ingest.loaded import Loaded
from opsctl.measures.coverage import Arrival, spelt
from opsctl.measures.freshness import Supply, supplies
from opsctl.measures.known import Known

_SHOWN = 3  # late sources; `opsctl status` tells all


def data_lines(loaded: Loaded, known: Known, settings: Settings, period: Period, words: Words) -> list[str]:
    """How whole the data are: accounts that arrived, totals that agree, rows that were read."""
    accounts = loaded.inputs
    read = words.say(
        "report.data",
        files=len(accounts),
        read=f"{sum(one.read for one in accounts):,}",
        accepted=f"{sum(one.accepted for one in accounts):,}",
        rejected=f"{sum(len(one.rejected) for one in accounts):,}",
        dropped=_dropped(accounts, words),
        as_of=known.evidence.as_of,
    )
    lines: list[str] = []
    behind = [one for one in supplies(loaded, known, settings) if one.is_late] if loaded.memory is not None else []
    if behind:
        sources = words["list.separator"].join(late(one, words) for one in behind[:_SHOWN])
        read = words["list.clause"].join([read, words.say("report.late_sources", count=len(behind), sources=sources)])
    lacking = [clean(one.file) for one in accounts if one.incomplete and one.accepted]
    if lacking:
        names = words["list.separator"].join(lacking[:_SHOWN])
        read = words["list.clause"].join([read, words.say("report.may_lack", count=len(lacking), names=names)])
    controls = [control for one in accounts for control in one.control]
    if controls:
        agree = sum(control.ok for control in controls)
        lines.append(words.say("report.control", ok=agree, all=len(controls)))
    if known.arrivals:
        lines.insert(0, _arrived(known.arrivals, period, settings, words))
    return [words["list.clause"].join(lines), read] if lines else [read]


def _arrived(arrivals: Sequence[Arrival], period: Period, settings: Settings, words: Words) -> str:
    """How many of the accounts that must arrive did, and what is missing of the others."""
    due = [one for one in arrivals if one.days(period)]
    missing = [
        f"{account_name(one, settings, words)} {spelt(one.missing(period))}" for one in due if one.missing(period)
    ]
    count = {"whole": len(due) - len(missing), "all": len(due)}
    if not missing:
        return words.say("report.arrived", **count)
    return words.say("report.missing", **count, missing=words["list.separator"].join(missing))


def account_name(one: Arrival, settings: Settings, words: Words) -> str:
    """What a reader calls an account: its channels, or its source where they are not known, and its own name."""
    channels = [settings.project.channel_name(channel, words.locale) for channel in one.channels]
    return " ".join([*(channels or [one.account.source]), *([one.account.account] if one.account.account else [])])


def late(supply: Supply, words: Words) -> str:
    """A source that is late: up to which day it tells, and how far behind it usually is."""
    return words.say(
        "report.late", source=clean(supply.source), day=supply.last, behind=supply.behind, usual=supply.usual
    )


def _dropped(accounts: Sequence[Input], words: Words) -> str:
    """How many rows were left out, and as what."""
    reasons = Counter[str]()
    for one in accounts:
        reasons.update(one.dropped)
    if not reasons:
        return "0"
    named = (f"{words.get(f'dropped.{reason}', reason)} {rows:,}" for reason, rows in sorted(reasons.items()))
    return words.say("report.dropped", rows=f"{reasons.total():,}", reasons=words["list.separator"].join(named))
