"""Of whom a figure is told: the public channels, each group of the tree, or everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsctl.config.project import Project
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.measures.evidence import Ask, Evidence
from opsctl.metrics.answer import answer
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric

PUBLIC = "public"  # 公域: bought from platforms
PAID = "paid"  # without a tree: all that spent


@dataclass(frozen=True, slots=True)
class Scope:
    """Some channels under one name.

    Args:
        key: `all`, `paid`, or a group of the tree such as `public`.
        channels: Their ids; None: everybody, also who has no channel.
    """

    key: str
    channels: tuple[str, ...] | None

    @property
    def members(self) -> frozenset[str] | None:
        """Its channels as a set; None: everybody."""
        return None if self.channels is None else frozenset(self.channels)

    def name(self, words: Words) -> str:
        """What a reader calls it; a group that a project named itself by that name."""
        return words.get(f"scope.{self.key}", self.key)


EVERYBODY = Scope("all", None)


def groups(project: Project) -> tuple[Scope, ...]:
    """The groups of the project's tree, in its order."""
    names = dict.fromkeys(one.group for one in project.channels.values() if one.group)
    return tuple(Scope(str(name), _members(project, str(name))) for name in names)


def bought(project: Project, spending: Sequence[str]) -> Scope:
    """The channels whose users are bought from platforms: the tree's group `public`, without one all that spent."""
    members = _members(project, PUBLIC)
    return Scope(PUBLIC, members) if members else Scope(PAID, tuple(sorted(spending)))


def _members(project: Project, group: str) -> tuple[str, ...]:
    return tuple(name for name, one in project.channels.items() if one.group == group)


def figures(evidence: Evidence, scope: Scope, metrics: Sequence[Metric], period: Period) -> dict[str, Figure]:
    """The figures of some metrics over one scope and span."""
    where = () if scope.channels is None else (("channel", scope.channels),)
    rows = answer(evidence, Ask(period, (), where), metrics)
    return dict(rows[0].figures) if rows else {}
