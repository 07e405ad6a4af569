"""Channels whose worth is known by arithmetic, as evidence and as files.

Every user pays once, on the day of acquisition, and is active on that day alone; some come back on day 7. So with a
margin of 0.5 a user is worth half of what is paid, and a channel that spends 100 a day for 10 users who pay 20 each
brings 100 for its 100: value per cost 1.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opsctl.config.project import Project
from opsctl.config.settings import Settings, load
from opsctl.core.period import Period
from opsctl.measures.coverage import Arrival
from opsctl.measures.evidence import Evidence
from opsctl.measures.known import Known
from opsctl.verdicts.history import History, history
from opsctl.verdicts.judgement import Judgement
from opsctl.verdicts.prune import Pruning, prune
from tests.notation import Row, Rows, frame, of_frames

FIRST = date(2025, 3, 3)  # a Monday
DAYS = 84
LAST = FIRST + timedelta(days=DAYS - 1)
ByDay = float | Callable[[int], float]


def day(number: int) -> date:
    """A day counted from the first."""
    return FIRST + timedelta(days=number)


@dataclass(frozen=True)
class Channel:
    """One channel, or one of its campaigns, the same on every day from `begun` until before `ended`.

    `spend`, `users` and `claims` (conversions as the platform claims them) are a day's, or a function of its number.
    """

    name: str
    spend: ByDay = 100.0
    users: ByDay = 10
    paid: float = 20.0
    kept: int = 2
    begun: int = 0
    ended: int = DAYS
    campaign: str | None = None
    currency: str | None = None
    claims: ByDay | None = None
    goal: str | None = None
    basis: str | None = None

    def rows(self) -> dict[str, Rows]:
        """Its rows by table."""
        found: dict[str, Rows] = {"spend": [], "acquisition": [], "activity": [], "order": []}
        for number in range(self.begun, self.ended):
            if spent := _on(self.spend, number):
                found["spend"].append(self._bill(number, spent))
            for at in range(int(_on(self.users, number))):
                for table, row in self._user(number, at):
                    found[table].append(row)
        return found

    def _bill(self, number: int, spent: float) -> Row:
        claimed = None if self.claims is None else {"conversions": f"{_on(self.claims, number):.2f}"}
        named = {"campaign": self.campaign, "currency": self.currency, "conversion_goal": self.goal}
        return {
            "day": day(number),
            "channel": self.name,
            "spend": f"{spent:.2f}",
            **named,
            "conversion_basis": self.basis,
            **(claimed or {}),
        }

    def _user(self, number: int, at: int) -> Iterable[tuple[str, Row]]:
        user = f"{self.name}-{self.campaign}-{number}-{at}"
        yield (
            "acquisition",
            {"user": user, "acquired_at": day(number), "channel": self.name, "campaign": self.campaign},
        )
        yield "activity", {"user": user, "at": day(number), "event": "open"}
        if at < self.kept and number + 7 < DAYS:
            yield "activity", {"user": user, "at": day(number + 7), "event": "open"}
        if self.paid:
            yield "order", {"order": user, "user": user, "paid_at": day(number), "paid": f"{self.paid:.2f}"}


def _on(value: ByDay, number: int) -> float:
    return value(number) if callable(value) else value


@dataclass(frozen=True)
class Market:
    """Rows by table, and how the project is configured."""

    rows: dict[str, Rows]
    project: dict[str, Any]
    arrivals: tuple[Arrival, ...] = ()

    @property
    def settings(self) -> Settings:
        """The project's settings, without a file."""
        return replace(load(None, {"locale": "en"}, {}, None), project=Project.model_validate(self.project))

    @property
    def evidence(self) -> Evidence:
        """All that is known on the last day."""
        frames = {name: frame(name, rows) for name, rows in self.rows.items() if rows}
        return of_frames(frames, until=LAST, policy=self.settings.policy)

    @property
    def known(self) -> Known:
        """The same, as commands have it."""
        return Known(self.evidence, Period(FIRST, LAST), (), arrivals=self.arrivals)

    def history(self) -> History:
        """What verdicts are judged on."""
        policy, events = self.settings.policy, self.settings.project.events
        promotions = [Period(one.start, one.end) for one in events if one.promo and one.start and one.end]
        found = history(self.known.evidence, promotions, policy.look_back_weeks, policy.value_days)
        assert found is not None
        return found

    def pruned(self, budget: float | None = None) -> Pruning:
        """All verdicts."""
        found = prune(self.known, self.settings, budget)
        assert found is not None
        return found

    def judged(self, budget: float | None = None) -> dict[str, Judgement]:
        """The verdicts by channel."""
        return {one.channel: one for one in self.pruned(budget).channels}

    def without(self, *tables: str) -> Market:
        """The same where nobody told of some tables."""
        return replace(self, rows={name: rows for name, rows in self.rows.items() if name not in tables})

    def shuffled(self, seed: int) -> Market:
        """The same rows in another order."""
        dice = random.Random(seed)  # noqa: S311 - no secret
        return replace(self, rows={name: dice.sample(rows, len(rows)) for name, rows in self.rows.items()})

    def written(self, folder: Path) -> Path:
        """The same as files of a project."""
        for name, rows in self.rows.items():
            columns = list(dict.fromkeys(key for row in rows for key in row))
            told = [key for key in columns if any(row.get(key) is not None for row in rows)]
            lines = [",".join("" if row.get(key) is None else str(row[key]) for key in told) for row in rows]
            (folder / f"{name}.csv").write_text("\n".join([",".join(told), *lines, ""]), encoding="utf-8")
        (folder / "opsctl.yaml").write_text(_yaml({"version": "1", **self.project}), encoding="utf-8")
        return folder


def market(*channels: Channel, more: dict[str, Rows] | None = None, **project: Any) -> Market:
    """A market of channels; `more` are further rows, and the rest is the project's configuration, texts throughout."""
    rows: dict[str, Rows] = {name: list(found) for name, found in (more or {}).items()}
    for channel in channels:
        for table, found in channel.rows().items():
            rows.setdefault(table, []).extend(found)
    return Market(rows, {"margin": {"default": "0.5"}, **project})


def promotion(first: int, last: int) -> dict[str, Any]:
    """A promotion of days counted from the first, as `events:` has it."""
    return {"name": "sale", "from": day(first).isoformat(), "to": day(last).isoformat(), "promo": "true"}


def _yaml(value: Any) -> str:
    """Configuration in YAML's flow style, every text quoted."""
    if isinstance(value, dict):
        inner = [f"{key}: {_flow(entry)}" for key, entry in value.items()]
        return "\n".join([*inner, ""])
    raise TypeError(value)


def _flow(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(entry)}" for key, entry in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case _:
            return str(value)
